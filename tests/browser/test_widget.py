"""What a user does to a graph, in a real JupyterLab: mouse, keyboard, legend, search, Python, accessibility."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CYTOSCAPE, ROOT, GraphView, Server, Tab
from playwright.sync_api import Locator

import nnsight_graphwidget as ngw

SESSION, TRACER, LOOP = "session@1", "session@1/tracer_1@2", "session@1/for@5"
CLONE, READ = f"{TRACER}/clone@4", f"{TRACER}/layer1.output@3"


def test_opens_with_the_outermost_open_and_the_rest_closed(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    assert {id: how for id, how in view.painted().items() if how != "node"} == {
        SESSION: "open",
        TRACER: "closed",
        LOOP: "closed",
    }
    assert tab.value("w.expanded") == [SESSION]


def test_a_click_opens_and_a_second_closes_and_the_box_stays_under_the_mouse(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    view.click(TRACER)
    at_first = view.corner(TRACER)
    view.settled()
    assert view.painted()[TRACER] == "open"
    assert CLONE in view.painted()
    tab.shot("open")
    assert tab.value("w.expanded") == [SESSION, TRACER]
    assert view.corner(TRACER) == pytest.approx(at_first, abs=2)
    view.click(TRACER)
    view.settled()
    assert view.corner(TRACER) == pytest.approx(at_first, abs=2)
    assert view.painted()[TRACER] == "closed"
    assert CLONE not in view.painted()
    assert tab.value("w.expanded") == [SESSION]


def test_the_live_view_has_the_texts_and_colours_of_the_picture(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all', theme='light'")
    view.button("Fit").click()  # it opens at its start
    view.settled()
    picture = ElementTree.parse(ROOT / "tests" / "golden" / "scenes" / "all-open.light.svg")
    svg = "{http://www.w3.org/2000/svg}"
    drawing = picture.find(f"{svg}g[@transform]")
    assert drawing is not None
    written = view.root.evaluate(
        f"""async root => {{
            const texts = [], {{ fillText }} = CanvasRenderingContext2D.prototype;
            CanvasRenderingContext2D.prototype.fillText = function(text, ...rest) {{
                if (this.canvas.className === "text") texts.push(text);
                return fillText.call(this, text, ...rest);
            }};
            ({CYTOSCAPE})(root).forceRender();
            await new Promise(requestAnimationFrame);
            CanvasRenderingContext2D.prototype.fillText = fillText;
            return texts;
        }}"""
    )
    assert Counter(written) == Counter(text.text for text in drawing.iter(f"{svg}text"))
    boxes = [
        *drawing.findall(f"{svg}rect"),
        *(box for box in drawing.findall(f"{svg}g/{svg}path") if box.get("stroke") and box.get("fill") not in (None, "none")),
    ]
    painted = [(view.style(id, "background-color"), view.style(id, "border-color")) for id in view.painted()]
    assert Counter(painted) == Counter((_rgb(str(box.get("fill"))), _rgb(str(box.get("stroke")))) for box in boxes)


def _rgb(color: str) -> str:
    return f"rgb({','.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_the_wheel_zooms_for_who_means_the_graph(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    zoom = f"root => ({CYTOSCAPE})(root).zoom()"
    canvas = view.root.locator(".canvas")
    canvas.blur()

    def turned() -> float:
        """How many times larger everything is after a turn of the wheel over the graph."""
        view.root.evaluate("root => root.scrollIntoView({ block: 'center' })")  # the turn before may have scrolled the notebook
        box = canvas.bounding_box()
        assert box
        tab.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
        tab.page.wait_for_timeout(500)  # while a page scrolls, and a moment longer, Cytoscape takes no wheel
        before: float = view.root.evaluate(zoom)
        tab.page.mouse.wheel(0, 100)
        tab.page.wait_for_timeout(300)
        after: float = view.root.evaluate(zoom)
        return after / before

    assert turned() == 1
    tab.page.keyboard.down("Control")
    assert turned() < 0.99
    tab.page.keyboard.up("Control")
    assert turned() == 1
    canvas.focus()
    assert turned() < 0.99


def test_python_opens_selects_and_reads_back(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    tab.kernel(f"w.select({CLONE!r})")
    view.settled()
    assert view.painted()[TRACER] == "open"
    chosen = view.root.locator("[role=treeitem][aria-selected=true]")
    assert chosen.evaluate_all("rows => rows.map(row => row.dataset.id)") == [CLONE]
    tab.kernel("w.expand('all')")
    view.settled()
    assert set(view.painted().values()) == {"node", "open"}
    tab.kernel("w.collapse('all')")
    view.settled()
    assert view.painted()[SESSION] == "closed"
    view.button("Expand all").click()
    view.settled()
    assert set(tab.value("w.expanded")) == set(tab.value("[g.id for g in graph.groups]"))
    view.button("Collapse all").click()
    view.settled()
    assert tab.value("w.expanded") == []


def test_the_loop_is_shown_pass_by_pass(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    assert any(id.startswith(f"{LOOP}/i0/") for id in view.painted())
    view.click(f"{LOOP}/i0/add@8")
    view.root.press("]")
    view.settled()
    assert tab.value("w.steps") == {LOOP: 1}
    assert any(id.startswith(f"{LOOP}/i1/") for id in view.painted())
    assert not any(id.startswith(f"{LOOP}/i0/") for id in view.painted())
    tab.kernel(f"w.steps = {{{LOOP!r}: 'all'}}")
    view.settled()
    tab.shot("unfolded")
    assert {f"{LOOP}/i{n}" for n in range(3)} <= set(view.painted())


def test_the_legend_filters(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    operations = set(tab.value("[n.id for n in graph.nodes if n.kind == 'Operation']"))
    assert operations & set(view.painted())
    view.root.locator("[data-kind=Operation]").click()
    view.settled()
    tab.shot("no-operations")
    assert not operations & set(view.painted())
    assert tab.value("w.hidden_kinds") == ["Operation", "Value"]
    assert view.root.locator("[data-kind=Operation]").get_attribute("aria-pressed") == "false"
    tab.kernel("w.hidden_kinds = []")
    view.settled()
    assert "Value" in {tab.value("{n.id: n.kind for n in graph.nodes}").get(id) for id in view.painted()}
    view.root.locator("[data-kind=LockProtocol]").dblclick()
    view.settled()
    kinds = tab.value("{n.id: n.kind for n in graph.nodes}")
    assert {kinds[id] for id, how in view.painted().items() if how == "node"} == {"LockProtocol"}


def test_what_a_write_reaches_is_told_and_a_slice_follows_the_model(lab: Server, tab: Tab) -> None:
    view = tab.show_golden(lab, "programs/writes", "expanded='all'")
    tab.page.set_viewport_size({"width": 1440, "height": 900})
    view.settled()
    write, save = "trace@1/layer2.input@6", "trace@1/save@7"
    view.click(write)
    view.root.get_by_role("tab", name="Inspector").click()
    tab.shot("write")
    assert "reaches" in (view.root.locator(".inspector").text_content() or "")
    view.click(save)
    assert "reached by" in (view.root.locator(".inspector").text_content() or "")
    tab.page.keyboard.press("s")
    view.settled()
    tab.shot("slice")
    assert write in tab.value("w.only"), "the model takes the write on to what is saved"
    tab.page.keyboard.press("u")
    tab.page.keyboard.press("s")
    view.settled()
    assert write not in tab.value("w.only")
    assert "by values only" in (view.root.locator(".notice").text_content() or "")


def test_the_view_goes_to_what_is_left(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    view.click(CLONE)
    tab.page.keyboard.press("z")
    view.settled()
    assert not set(_in_sight(view)) >= {f"{LOOP}/i0/setitem@8"}
    view.root.locator("[data-kind=ValueProtocol]").dblclick()
    view.settled()
    tab.shot("alone")
    left = [id for id, how in view.painted().items() if how == "node"]
    assert left
    assert set(_in_sight(view)) == set(left)
    assert tab.value("w.selected") == [], "what is hidden is not selected"
    # Hidden from Python while the view is elsewhere: whatever is left comes into sight.
    tab.kernel("w.hidden_kinds = ['Value']")
    view.click(f"{SESSION}/x@2")
    tab.page.keyboard.press("z")
    view.settled()
    tab.kernel("w.hidden_kinds = ['Value', 'Input', 'InterventionProtocol', 'LockProtocol', 'ValueProtocol']")
    view.settled()
    assert _in_sight(view)


def test_a_slice_from_python_fits_the_view(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    view.click(f"{LOOP}/i0/setitem@8")
    tab.page.keyboard.press("z")
    view.settled()
    tab.kernel(f"w.slice({CLONE!r})")
    view.settled()
    tab.shot("sliced")
    assert set(_in_sight(view)) == {id for id, how in view.painted().items() if how == "node"} >= {CLONE, READ}


def _in_sight(view: GraphView) -> list[str]:
    """Ids of the nodes that are wholly in the view."""
    ids: list[str] = view.root.evaluate(
        f"""root => {{
            const cy = ({CYTOSCAPE})(root);
            const isIn = ({{ x1, x2, y1, y2 }}) => x1 >= 0 && y1 >= 0 && x2 <= cy.width() && y2 <= cy.height();
            return cy.nodes(".node").filter(n => isIn(n.renderedBoundingBox({{ includeOverlays: false }}))).map(n => n.id());
        }}"""
    )
    return ids


@pytest.mark.parametrize("width", [1400, 1000, 700, 390])
def test_what_failed_is_named_in_the_toolbar_and_a_click_goes_there(tab: Tab, tmp_path: Path, width: int) -> None:
    graph = ngw.load(ROOT / "tests" / "golden" / "seed.graph.json")
    last = replace(graph.nodes[-1], status="failed", error="RuntimeError: no")
    graph = replace(graph, nodes=(*graph.nodes[:-1], last))
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.goto(ngw.save(graph, tmp_path / "failed.html", expanded=[], title="a title " * 20).as_uri())
    view = tab.view()
    tab.shot(str(width))
    chip = view.root.locator(".summary button.bad")
    box, heading = chip.bounding_box(), view.root.locator(".heading").bounding_box()
    assert box and heading
    assert heading["x"] <= box["x"]
    assert box["x"] + box["width"] <= heading["x"] + heading["width"]
    chip.click()
    view.settled()
    assert view.with_class("selected") == [graph.nodes[-1].id]
    assert graph.nodes[-1].id in _in_sight(view)


@pytest.mark.parametrize(("query", "label"), [("clone", "clone"), ("/^set/", "setitem"), ("a_copy", "save")])
def test_search_finds_and_reveals(lab: Server, tab: Tab, query: str, label: str) -> None:
    view = tab.show_seed(lab)
    view.root.locator(".canvas").focus()
    tab.page.keyboard.press("/")
    tab.page.keyboard.type(query)
    tab.page.keyboard.press("Enter")
    view.settled()
    (found,) = tab.value("w.selected")
    assert tab.value("{n.id: n.label for n in graph.nodes}")[found] == label
    assert found in view.painted()
    assert tab.value("w.search") == query


def test_keys_work_and_stay_inside(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    canvas = view.root.locator(".canvas")
    canvas.focus()
    groups = set(tab.value("[g.id for g in graph.groups]"))
    for key, expanded in (("e", groups), ("w", set()), ("e", groups)):
        tab.page.keyboard.press(key)
        view.settled()
        assert set(tab.value("w.expanded")) == expanded, key
    tab.page.keyboard.press("?")
    assert view.root.get_by_role("dialog").is_visible()
    tab.shot("help")
    tab.page.keyboard.press("Escape")
    assert not view.root.get_by_role("dialog").is_visible()
    view.click(READ)
    tab.page.keyboard.press("ArrowDown")
    tab.page.wait_for_timeout(300)
    assert tab.value("w.selected") in ([f"{TRACER}/save@3"], [CLONE])
    # In Lab's command mode a, b, d d and x edit cells: not while the graph has the keyboard.
    for key in ("a", "b", "d", "d", "x", "m", "y"):
        tab.page.keyboard.press(key)
    tab.page.keyboard.press("Escape")
    assert tab.page.locator(".jp-Cell").count() == 2
    assert tab.page.locator(".jp-CodeCell").count() == 2


def test_every_control_has_a_name_and_tab_reaches_the_graph(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    names = view.root.get_by_role("button").evaluate_all(
        "all => all.map(b => b.getAttribute('aria-label') || b.innerText.trim())"
    )
    assert len(names) > 8
    assert all(names)
    view.root.get_by_role("searchbox").or_(view.root.get_by_role("combobox")).first.focus()
    reached = set()
    for _ in range(30):
        tab.page.keyboard.press("Tab")
        reached.add(
            view.root.evaluate(
                "root => { const a = root.getRootNode().activeElement; return a && (a.getAttribute('role') || a.tagName) }"
            )
        )
    assert {"BUTTON", "application"} <= reached


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(lab: Server, tab: Tab, theme: str) -> None:
    view = tab.show_seed(lab, f"expanded='all', theme={theme!r}")
    for panel in ("Source", "Inspector", "Outline"):
        view.root.get_by_role("tab", name=panel).click()
        tab.shot(panel)
        # The host's own page is not ours to check: axe looks at the output's part of it.
        found = Axe().run(tab.page, context=".jp-OutputArea-output:has(.widget-ngw, .ngw-host, div)").response["violations"]
        serious = [
            f"{v['id']}: {n['target']} {n['failureSummary']}"
            for v in found
            if v["impact"] in ("serious", "critical")
            for n in v["nodes"]
        ]
        assert not serious, "\n".join(serious)


def test_follows_the_theme_of_the_notebook(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    paper = "root => getComputedStyle(root).backgroundColor"
    light = _brightness(view.root.evaluate(paper))
    tab.page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    tab.page.wait_for_timeout(500)
    tab.shot("dark")
    dark = _brightness(view.root.evaluate(paper))
    tab.page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")
    assert light > 200
    assert dark < 60


def _brightness(color: str) -> float:
    return sum(map(float, re.findall(r"[\d.]+", color)[:3])) / 3


def test_ipycytoscape_events_and_styles(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    assert tab.value("isinstance(w, __import__('ipycytoscape').CytoscapeWidget)")
    tab.kernel("clicked = []; w.on('node', 'click', lambda node: clicked.append(node['data']['id']))")
    view.click(CLONE)
    tab.page.wait_for_timeout(300)
    assert tab.value("clicked") == [CLONE]
    tab.kernel("w.set_style([{'selector': 'node.operation', 'style': {'background-color': 'rgb(255, 0, 0)'}}])")
    tab.page.wait_for_timeout(300)
    assert view.style(CLONE, "background-color") == "rgb(255,0,0)"


@pytest.mark.parametrize("where", ["notebook", "saved page"])
def test_hover_says_what_a_node_is_and_lights_up_what_it_is_connected_with(
    lab: Server, tab: Tab, tmp_path: Path, where: str
) -> None:
    if where == "saved page":
        graph = ngw.load(ROOT / "tests" / "golden" / "seed.graph.json")
        tab.page.goto(ngw.save(graph, tmp_path / "seed.html", expanded="all").as_uri())
        view = tab.view()
    else:
        view = tab.show_seed(lab, "expanded='all'")
        tab.kernel("over = []; w.on('node', 'mouseover', lambda node: over.append(node['data']['id']))")
    tip, canvas = view.root.locator(".tip"), view.root.locator(".canvas")
    view.root.evaluate("root => root.scrollIntoView({ block: 'center' })")
    x, y = view.place(CLONE)
    tab.page.mouse.move(x, y, steps=5)
    tip.wait_for()
    tab.shot(where)
    said = tip.inner_text().splitlines()
    assert said[0] == "clone"
    assert {"[1, 10] float32", "line 4"} <= set(said)
    assert canvas.evaluate("canvas => canvas.style.cursor") == "pointer"
    assert view.with_class("lit") == [CLONE]
    assert set(view.with_class("near")) == {READ, f"{TRACER}/save@4", f"{LOOP}/i0/setitem@8"}
    # The pointer leaves for the toolbar at once, over no empty place of the drawing.
    tab.page.mouse.move(*_middle(view.button("Fit")))
    tip.wait_for(state="hidden")
    assert not view.with_class("lit")
    if where == "notebook":
        assert tab.value("over")[-1:] == [CLONE]  # others may be on the way


def _middle(control: Locator) -> tuple[float, float]:
    box = control.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_dragged_box_stays_and_the_kernel_knows(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    x, y = view.place(CLONE)
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 40, y + 20, steps=5)
    tab.page.mouse.up()
    view.settled()
    assert CLONE in tab.value("w.positions")
    now = view.place(CLONE)
    assert abs(now[0] - x - 40) < 8
    tab.kernel("w.relayout()")
    view.settled()
    assert tab.value("w.positions") == {}


def test_the_inspector_and_the_source_say_what_a_node_is(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    view.click(CLONE)
    lit = view.root.locator(".source .lit")
    lit.first.wait_for()
    assert "model.layer1.output.clone().save()" in lit.first.inner_text()
    view.root.get_by_role("tab", name="Inspector").click()
    tab.shot("inspector")
    said = view.root.locator(".inspector").inner_text()
    assert "clone" in said
    assert "float32" in said
    # A click on a line selects what is on it.
    view.root.get_by_role("tab", name="Source").click()
    view.root.locator(".source [data-line='3']").click()
    view.settled()
    assert READ in tab.value("w.selected")


def test_trace_lights_up_a_value_and_slice_shows_it_alone(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded='all'")
    view.click(CLONE)
    tab.page.keyboard.press("t")
    view.settled()
    tab.shot("traced")
    dim = set(view.with_class("dim"))
    assert CLONE not in dim
    assert READ not in dim, "what it depends on"
    assert f"{TRACER}/save@4" not in dim, "what depends on it"
    assert f"{TRACER}/save@3" in dim, "what has nothing to do with it"
    tab.page.keyboard.press("Escape")
    view.settled()
    assert not view.with_class("dim")
    tab.page.keyboard.press("s")
    view.settled()
    tab.shot("sliced")
    sliced = {id for id, how in view.painted().items() if how == "node"}
    assert {CLONE, READ} <= sliced
    assert f"{TRACER}/save@3" not in sliced
    view.button("Show all").click()
    view.settled()
    assert f"{TRACER}/save@3" in view.painted()


def test_number_keys_open_so_many_levels(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    view.root.locator(".canvas").focus()
    tab.page.keyboard.press("2")
    view.settled()
    assert {TRACER, LOOP} <= set(tab.value("w.expanded"))
    assert {id: how for id, how in view.painted().items() if how == "closed"} == {f"{LOOP}/i0/tracer_2@6": "closed"}
    tab.page.keyboard.press("1")
    view.settled()
    assert tab.value("w.expanded") == [SESSION]


def test_a_double_click_opens_all_that_is_in_a_sub_graph(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    tab.page.mouse.dblclick(*view.place(LOOP))
    view.settled()
    assert view.painted()[LOOP] == view.painted()[f"{LOOP}/i0/tracer_2@6"] == "open"
    assert view.painted()[TRACER] == "closed"
    tab.page.mouse.dblclick(*view.place(LOOP))  # on the title of an open one, the second click is not one more
    view.settled()
    assert view.painted()[LOOP] == "closed"
    view.root.locator(".canvas").focus()
    tab.page.keyboard.press("Shift+Enter")
    view.settled()
    assert view.painted()[f"{LOOP}/i0/tracer_2@6"] == "open"


def test_the_map_the_selection_and_the_full_screen(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, f"expanded='all', selected=[{CLONE!r}]")
    look = f"root => {{ const cy = ({CYTOSCAPE})(root); return [cy.zoom(), cy.pan().y, cy.width()]; }}"
    canvas = view.root.locator(".canvas")
    canvas.focus()
    tab.page.keyboard.press("z")
    view.settled()
    zoom, _, width = view.root.evaluate(look)
    x, y = view.place(CLONE)
    box = canvas.bounding_box()
    assert box and zoom > 1
    assert abs(x - box["x"] - box["width"] / 2) < 5 and abs(y - box["y"] - box["height"] / 2) < 5

    view.button("Overview map").click()
    seen = view.root.get_by_role("img", name="Overview map").bounding_box()
    assert seen
    tab.page.mouse.move(seen["x"] + seen["width"] / 2, seen["y"] + 20)
    tab.page.mouse.down()
    top = view.root.evaluate(look)
    tab.page.mouse.move(seen["x"] + seen["width"] / 2, seen["y"] + seen["height"] - 20, steps=4)
    tab.page.mouse.up()
    tab.shot("map")
    bottom = view.root.evaluate(look)
    assert bottom[0] == top[0] == zoom
    assert bottom[1] < top[1] - 300

    view.button("Full screen").click()
    tab.page.wait_for_function("document.fullscreenElement !== null")
    view.settled()
    tab.shot("full")
    assert view.root.evaluate(look)[2] > width + 100
    view.button("Full screen").click()
    tab.page.wait_for_function("document.fullscreenElement === null")
    view.settled()
    assert abs(view.root.evaluate(look)[2] - width) < 20


#: ``many``: a graph of 20 sub-graphs of 100 nodes; ``tangle``: one of 700 that something outside feeds, with so many edges that
#: layout takes seconds.
LARGE = """
import random, nnsight_graphwidget as ngw
dice = random.Random(0)

def nodes(group, count):
    return tuple(ngw.Node(f'{group}/{i}', 'Operation', f'n{i}', group, order=i) for i in range(count))

groups = tuple(ngw.Group(f'g{g}', 'Tracer', f'g{g}') for g in range(20))
many = ngw.Graph(groups=groups, nodes=sum((nodes(group.id, 100) for group in groups), ()))
starts = [dice.randrange(699) for _ in range(300)]
ends = [(a, a + 1) for a in range(699)] + [(start, min(699, start + dice.randint(1, 30))) for start in starts]
edges = (ngw.Edge('in', 'x', 'g0/0'), *(ngw.Edge(f'e{i}', f'g0/{a}', f'g0/{b}') for i, (a, b) in enumerate(ends)))
tangle = ngw.Graph(groups=groups[:1], nodes=(ngw.Node('x', 'Input', 'x'), *nodes('g0', 700)), edges=edges)
"""


def test_two_thousand_boxes_are_not_shown_unasked(lab: Server, tab: Tab) -> None:
    tab.open(lab, lab.write("many.ipynb", LARGE, "w = ngw.show(many, expanded=[])\nw"))
    tab.run_all()
    view = tab.view()
    view.button("Expand all").click()
    notice = view.root.get_by_role("alert")
    notice.wait_for(timeout=2000)  # it asks before it does anything that takes long
    tab.shot("asks")
    assert "2,020 elements" in notice.inner_text()
    assert set(view.painted().values()) == {"closed"}
    view.button("Cancel").click()
    assert notice.is_hidden()
    assert tab.value("w.expanded") == []
    view.button("Expand all").click()
    view.button("Open what fits in 400").click()
    view.settled()
    assert tab.value("w.expanded") == ["g0", "g1", "g2"]
    assert len(view.painted()) == 320


def test_a_long_layout_can_be_cancelled(lab: Server, tab: Tab) -> None:
    tab.open(lab, lab.write("tangle.ipynb", LARGE, "w = ngw.show(tangle, expanded=[])\nw"))
    tab.run_all()
    view = tab.view()
    notice = view.root.get_by_role("alert")
    tab.kernel("w.expand('g0')")
    view.button("Cancel").click()
    notice.get_by_text("Cancelled").wait_for()
    tab.shot("cancelled")
    assert view.painted() == {"x": "node", "g0": "closed"}
    view.button("Try again").click()
    notice.get_by_text("Laying out").wait_for()
    tab.kernel("w.collapse()")  # another wish ends it too
    view.settled()
    assert notice.is_hidden()
    assert view.painted() == {"x": "node", "g0": "closed"}


def test_touch(lab: Server, tab: Tab) -> None:
    browser = tab.page.context.browser
    assert browser
    context = browser.new_context(has_touch=True, viewport={"width": 1000, "height": 900})
    try:
        touched = Tab(context.new_page(), f"{tab.name}-touched")
        view = touched.show_seed(lab)
        touched.page.touchscreen.tap(*view.place(TRACER))
        view.settled()
        touched.shot("open")
        assert view.painted()[TRACER] == "open"
        touched.page.touchscreen.tap(*view.place(CLONE))
        touched.page.wait_for_timeout(300)
        assert touched.value("w.selected") == [CLONE]
        finger = context.new_cdp_session(touched.page)

        def drag() -> tuple[float, float]:
            """How far the notebook and the graph go as one finger goes up by 100 px."""
            look = f"root => [root.getBoundingClientRect().y, ({CYTOSCAPE})(root).pan().y]"
            before = view.root.evaluate(look)
            box = view.root.locator(".canvas").bounding_box()
            assert box
            x, y = box["x"] + 20, min(box["y"] + box["height"], 850) - 40
            for kind, points in [("Start", [y]), *(("Move", [y - 10 * step]) for step in range(1, 11)), ("End", [])]:
                event = {"type": f"touch{kind}", "touchPoints": [{"x": x, "y": at} for at in points]}
                finger.send("Input.dispatchTouchEvent", event)
                touched.page.wait_for_timeout(16)
            touched.page.wait_for_timeout(300)
            after = view.root.evaluate(look)
            return before[0] - after[0], before[1] - after[1]

        assert drag() == (0, pytest.approx(100, abs=30))  # the graph was tapped
        view.root.locator(".canvas").blur()
        assert drag() == (pytest.approx(100, abs=30), 0)
        assert not touched.errors
    finally:
        context.close()


def test_nothing_moves_for_who_asked_for_no_motion(lab: Server, tab: Tab) -> None:
    tab.page.emulate_media(reduced_motion="reduce")
    view = tab.show_seed(lab)
    view.root.evaluate(
        f"""root => {{
            root.addEventListener("ngw:layout", () => requestAnimationFrame(() => {{
                const cy = ({CYTOSCAPE})(root);
                root.atOnce = JSON.stringify(cy.nodes().map(node => [node.id(), node.position()]));
            }}));
        }}"""
    )
    view.button("Expand all").click()
    view.settled()
    at_once, in_the_end = view.root.evaluate(
        f"root => [root.atOnce, JSON.stringify(({CYTOSCAPE})(root).nodes().map(node => [node.id(), node.position()]))]"
    )
    assert at_once == in_the_end


def test_a_narrow_cell_has_every_button_in_it(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab, "expanded=[]", "import ipywidgets\nipywidgets.HBox([w], layout={'width': '600px'})")
    narrow = tab.view(1)
    tab.shot("narrow")
    box = narrow.root.bounding_box()
    assert box and box["width"] <= 600
    names = [button.get_attribute("aria-label") for button in view.root.locator(".tools button:visible").all()]
    assert {"Lanes: a column for each run, in the order of execution", "Overview map", "Full screen"} <= set(names)
    for name in names:
        button = narrow.button(str(name)).bounding_box()
        assert button and button["x"] + button["width"] <= box["x"] + box["width"]


def test_the_hosts_styles_do_not_leak_in(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    look = """root => [...root.querySelectorAll("button, input, h2, .legend, .source")].map(element => {
        const style = getComputedStyle(element);
        const names = ["font", "color", "line-height", "letter-spacing", "text-transform", "text-align"];
        return names.map(name => style.getPropertyValue(name)).join(" | ");
    })"""
    before = view.root.evaluate(look)
    rude = "color: red; font: italic 33px/3 serif; letter-spacing: 1em; text-transform: uppercase; text-align: right"
    tab.page.add_style_tag(content=f"*, button, input {{ {rude.replace(';', ' !important;')} !important }}")
    assert view.root.evaluate(look) == before
