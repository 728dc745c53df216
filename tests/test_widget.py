"""The widget's Python side: state, ids, errors, and that it is one CytoscapeWidget with one comm."""

from __future__ import annotations

import gc
import json
import warnings
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import ref

import comm
import ipycytoscape
import ipywidgets
import pytest

from benchmarks.graphs import sessions
from nnsight_graphwidget import GraphWidget, UnsupportedError, show, to_elements, to_ipycytoscape, to_networkx
from nnsight_graphwidget.graph import Edge, Graph, Group, Node
from nnsight_graphwidget.graph.questions import open_at_first

SESSION, TRACER, LOOP = "session@1", "session@1/tracer_1@2", "session@1/for@5"
ADD = f"{LOOP}/i1/add@8"


@pytest.fixture
def seed() -> Graph:
    return Graph.from_dict(json.loads((Path(__file__).parent / "golden" / "seed.graph.json").read_text("utf-8")))


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The widgets that open a comm, in order."""
    opened: list[Any] = []
    real = ipywidgets.Widget.open
    monkeypatch.setattr(ipywidgets.Widget, "open", lambda self: (opened.append(self), real(self))[1])
    return opened


def test_it_is_a_cytoscape_widget_that_opens_no_comm_for_its_elements(seed: Graph, comms: list[Any]) -> None:
    widget = show(seed)
    assert isinstance(widget, ipycytoscape.CytoscapeWidget)
    comms.clear()
    show(seed)  # the front end's code is with the first
    assert [type(opened).__name__ for opened in comms] == ["GraphWidget", "Layout"]
    state = widget.get_state()
    assert json.loads(zlib.decompress(state.pop("elements"))) == widget.elements == to_elements(seed)
    assert (state["_model_module"], state["_view_name"], "graph" in state) == ("anywidget", "AnyView", False)
    assert state["sources"] == seed.to_dict()["sources"]
    json.dumps({name: value for name, value in state.items() if name != "layout"})


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What goes to the page: (type, bytes) of each message."""
    sent: list[tuple[str, int]] = []

    class Comm(comm.base_comm.BaseComm):
        def publish_msg(self, kind: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
            sent.append((kind, len(json.dumps(data)) + sum(map(len, buffers or ()))))

    monkeypatch.setattr(comm, "create_comm", Comm)
    return sent


@pytest.mark.parametrize("nodes", [1_000, 10_000])
def test_what_is_sent(nodes: int, messages: list[tuple[str, int]]) -> None:
    """Budgets on counts and bytes: the graph goes in one message, and its details too."""
    graph = sessions(nodes)
    show(graph)  # the front end's code
    messages.clear()
    widget = show(graph)
    lines = zlib.decompress(widget.get_state("elements")["elements"]).splitlines()
    assert [element for line in lines for element in json.loads(line)] == to_elements(graph)
    assert [kind for kind, _ in messages] == ["comm_open", "comm_open"]  # the layout's and its own; the third displays it
    assert sum(size for _, size in messages) <= 250 * nodes


def test_the_bundle_is_sent_once(seed: Graph, messages: list[tuple[str, int]]) -> None:
    first = show(seed)
    messages.clear()
    second = show(seed)
    bundle = first.get_state()["bundle"]
    assert bundle == second.get_state()["bundle"] and bundle.startswith("IPY_MODEL_")
    assert sum(size for _, size in messages) < 60_000
    ipywidgets.Widget.close_all()
    assert show(seed).get_state()["bundle"] != bundle  # a closed one is of no use


def test_a_closed_widget_is_let_go(seed: Graph) -> None:
    widget = show(seed)
    alive = ref(widget)
    widget._repr_mimebundle_()
    widget.close()
    del widget
    gc.collect()
    assert alive() is None


class Shell:
    """As much of ipykernel's shell as says which cell runs."""

    def __init__(self) -> None:
        self.parent: dict[str, Any] = {}
        self.notebook = str(uuid4())

    def run(self, cell: str | None) -> None:
        self.parent = {"header": {"msg_id": str(uuid4())}, "metadata": {} if cell is None else {"cellId": self.notebook + cell}}

    def get_parent(self) -> dict[str, Any]:
        return self.parent


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    import IPython

    shell = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return shell


def test_a_cell_that_runs_again_shows_what_was_open(seed: Graph, shell: Shell) -> None:
    shell.run("cell")
    first, other = show(seed), show(seed)
    first.select(ADD)
    first.positions = {ADD: [5, 6]}
    other.collapse("all")
    shell.run("cell")
    again, other_again, third = show(seed), show(seed), show(seed)
    assert (again.expanded, again.selected, again.steps) == (first.expanded, [ADD], {LOOP: 1})
    assert again.positions == {ADD: [5, 6]}
    assert other_again.expanded == []
    assert third.expanded == [SESSION]


def test_a_cell_that_runs_again_lets_go_of_ids_that_are_no_more(seed: Graph, shell: Shell) -> None:
    shell.run("cell")
    first = show(seed, expanded="all")
    first.selected = [ADD, TRACER]
    first.steps = {LOOP: 1}
    first.positions = {ADD: [5, 6], TRACER: [7, 8]}
    without_loop = replace(
        seed,
        nodes=tuple(node for node in seed.nodes if not node.id.startswith(LOOP)),
        groups=tuple(group for group in seed.groups if not group.id.startswith(LOOP)),
        edges=tuple(edge for edge in seed.edges if not (edge.source + edge.target).count(LOOP)),
    )
    shell.run("cell")
    again = show(without_loop)
    assert (again.expanded, again.selected, again.steps, again.positions) == ([SESSION, TRACER], [TRACER], {}, {TRACER: [7, 8]})


def test_what_the_cell_says_wins_over_what_was_open(seed: Graph, shell: Shell) -> None:
    shell.run("cell")
    first = show(seed)
    first.select(ADD)
    shell.run("cell")
    again = show(seed, expanded=[], hidden_kinds=[])
    assert (again.expanded, again.hidden_kinds, again.selected) == ([], [], [ADD])


@pytest.mark.parametrize("cell", ["another", None])
def test_another_cell_starts_anew(seed: Graph, shell: Shell, cell: str | None) -> None:
    shell.run("cell")
    first = show(seed)
    first.collapse()
    shell.run(cell)
    assert show(seed).expanded == [SESSION]


def test_a_cell_that_shows_another_graph_starts_anew(seed: Graph, shell: Shell) -> None:
    shell.run("cell")
    first = show(chain(3))
    first.collapse()
    shell.run("cell")
    assert show(seed).expanded == [SESSION]


def test_callbacks_of_ipycytoscape_run(seed: Graph) -> None:
    widget, seen = show(seed), []
    widget.on("node", "click", seen.append)
    assert widget.get_state()["_interaction_handlers"] == {"node": ["click"]}
    widget._handle_custom_msg({"widget": "node", "event": "click", "data": {"data": {"id": ADD}}}, [])
    widget._handle_custom_msg({"widget": "node", "event": "tap", "data": {}}, [])
    assert seen == [{"data": {"id": ADD}}]


def test_it_lives_in_boxes_and_links(seed: Graph) -> None:
    first, second = show(seed), show(seed)
    ipywidgets.HBox([first, second])
    ipywidgets.link((first, "expanded"), (second, "expanded"))
    first.expand(TRACER)
    assert TRACER in second.expanded


def test_style_is_the_users_alone(seed: Graph) -> None:
    widget = show(seed)
    assert widget.get_style() == []
    widget.set_style([{"selector": ".save", "style": {"border-width": 9}}])
    assert widget.get_state()["cytoscape_style"] == widget.get_style() != []


def test_expand_and_collapse(seed: Graph) -> None:
    widget = show(seed, expanded=[])
    widget.expand(f"{LOOP}/i1/tracer_2@6")
    assert widget.expanded == [SESSION, LOOP, f"{LOOP}/i1", f"{LOOP}/i1/tracer_2@6"]
    widget.expand(TRACER, only=True)
    assert widget.expanded == [SESSION, TRACER]
    widget.collapse(TRACER)
    assert widget.expanded == [SESSION]
    widget.expand("all")
    assert set(widget.expanded) == {group.id for group in seed.groups}
    widget.collapse("all")
    assert widget.expanded == []
    widget.expand("all", depth=2)
    assert set(widget.expanded) == {SESSION, TRACER, LOOP, *(f"{LOOP}/i{index}" for index in range(3))}


def test_selecting_opens_what_hides_it_and_goes_to_its_pass(seed: Graph) -> None:
    widget = show(seed, expanded=[])
    widget.select(ADD)
    assert widget.selected == [ADD]
    assert widget.expanded == [SESSION, LOOP, f"{LOOP}/i1"]
    assert widget.steps == {LOOP: 1}
    widget.select()
    assert widget.selected == []


def test_a_slice_is_what_the_value_depends_on(seed: Graph) -> None:
    widget = show(seed)
    widget.slice(ADD)
    assert {f"{SESSION}/x@2", f"{TRACER}/layer1.output@3", f"{LOOP}/i1/tracer_2@6/layer1.output@7"} <= set(widget.only)
    assert not [id_ for id_ in widget.only if "setitem" in id_ or "/i0/" in id_]
    widget.slice()
    assert widget.only == []


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda w: w.expand("sesion"), r"no sub-graph has the id 'sesion'; close to it: 'session@1'"),
        (lambda w: w.expand(ADD), r"no sub-graph has the id .*add@8"),
        (lambda w: w.collapse("nowhere"), r"no sub-graph has the id 'nowhere'"),
        (lambda w: w.select("layer1.output@4"), r"close to it: .*layer1\.output@3"),
        (lambda w: w.slice("nowhere"), r"no node or sub-graph"),
        (
            lambda w: setattr(w, "hidden_kinds", ["Operations"]),
            r"no kind 'Operations' in the legend .*; close to it: 'Operation'",
        ),
        (lambda w: setattr(w, "expanded", ["nowhere"]), r"no sub-graph"),
        (lambda w: setattr(w, "selected", ["nowhere"]), r"no node or sub-graph"),
    ],
)
def test_a_wrong_id_is_told_with_what_is_close(seed: Graph, act: Any, message: str) -> None:
    widget = show(seed)
    before = widget.get_state()
    with pytest.raises(ValueError, match=message):
        act(widget)
    assert widget.get_state() == before


def test_a_wrong_option_is_told_with_what_is_close(seed: Graph) -> None:
    with pytest.raises(TypeError, match="'expand' is not an option of a GraphWidget; close to it: 'expanded'"):
        show(seed, expand="all")


def test_what_has_no_effect_says_so(seed: Graph) -> None:
    widget = show(seed)
    with pytest.warns(UserWarning, match="motion_blur has no effect: .* to_ipycytoscape"):
        widget.motion_blur = True
    with pytest.raises(UnsupportedError, match="to_ipycytoscape"):
        widget.set_tooltip_source("label")


def test_its_graph_is_an_interventions(seed: Graph) -> None:
    for name in ("json", "networkx", "df", "neo4j"):
        with pytest.raises(UnsupportedError, match="to_ipycytoscape"):
            getattr(show(seed), f"add_graph_from_{name}")({})


def test_options_reach_the_state(seed: Graph) -> None:
    widget = GraphWidget(seed, title="t", expanded="all", height=300, theme="dark", hidden_kinds=[], selected=[ADD])
    assert (widget.title, widget.height, widget.theme, widget.hidden_kinds, widget.selected) == (
        "t",
        "300px",
        "dark",
        [],
        [ADD],
    )
    assert len(widget.expanded) == len(seed.groups)


def test_it_saves_what_is_on_the_screen(seed: Graph, tmp_path: Path) -> None:
    widget = show(seed, expanded=[SESSION], title="closed loop")
    svg = widget.save(tmp_path / "closed.svg").read_text("utf-8")
    assert "closed loop" in svg and ">+<" not in svg
    widget.expand(LOOP)
    assert ">+<" in widget.save(tmp_path / "open.svg").read_text("utf-8")
    widget.slice(f"{TRACER}/save@3")
    svg = widget.save(tmp_path / "slice.svg").read_text("utf-8")
    assert ">layer1.output<" in svg and ">+<" not in svg


def chain(length: int) -> Graph:
    nodes = tuple(Node(id=f"s/n{i}", kind="Operation", label="n", parent="s", order=i) for i in range(length))
    edges = tuple(Edge(id=f"e{i}", source=f"s/n{i}", target=f"s/n{i + 1}") for i in range(length - 1))
    return Graph(nodes=nodes, groups=(Group(id="s", kind="Session", label="s"),), edges=edges)


def test_a_small_graph_opens_at_its_first_level(seed: Graph) -> None:
    assert open_at_first(seed, ["Value"]) == [SESSION]
    assert open_at_first(chain(49), ["Value"]) == ["s"]
    assert open_at_first(chain(50), ["Value"]) == []
    literals = tuple(Node(id=f"s/v{i}", kind="Value", label="2", parent="s", order=i) for i in range(30))
    graph = replace(chain(40), nodes=chain(40).nodes + literals)
    assert open_at_first(graph, ["Value"]) == ["s"]  # literals are hidden, unless asked for
    assert show(graph, hidden_kinds=[]).expanded == []


def test_what_failed_is_seen_at_first(seed: Graph) -> None:
    nodes = tuple(replace(node, status="failed") if node.id == ADD else node for node in seed.nodes)
    widget = show(replace(seed, nodes=nodes))
    assert widget.expanded == [SESSION, LOOP, f"{LOOP}/i1"]
    assert widget.steps == {LOOP: 1}


def test_a_stock_widget_has_every_element_parents_first(seed: Graph) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stock = to_ipycytoscape(seed)
    assert type(stock) is ipycytoscape.CytoscapeWidget
    seen: set[str] = set()
    for node in stock.graph.nodes:
        assert node.data.get("parent") is None or node.data["parent"] in seen
        seen.add(node.data["id"])
    assert len(seen) == len(seed.nodes) + len(seed.groups)
    assert len(stock.graph.edges) == len(seed.edges)


def test_a_stock_widget_shows_what_failed(seed: Graph) -> None:
    nodes = tuple(replace(node, status="failed") if node.id == ADD else node for node in seed.nodes)
    stock = to_ipycytoscape(replace(seed, nodes=nodes))
    (add,) = (node for node in stock.graph.nodes if node.data["id"] == ADD)
    rules = [rule for rule in stock.get_style() if rule["selector"] in {"node.failed", "node.operation"}]
    assert {"failed", "operation"} <= set(add.classes.split())
    # The last that matches wins: the look of a failure, whatever its kind.
    assert [rule["selector"] for rule in rules] == ["node.operation", "node.failed"]
    assert rules[1]["style"] == {"border-color": "#c62828", "border-width": 3}


def test_a_stock_widget_warns_where_it_is_slow() -> None:
    with pytest.warns(UserWarning, match="301 nodes"):
        to_ipycytoscape(chain(300))


def test_networkx_has_the_same_ids_and_fields(seed: Graph) -> None:
    result = to_networkx(seed)
    assert set(result) == {item.id for item in (*seed.nodes, *seed.groups)}
    assert {key for _, _, key in result.edges(keys=True)} == {edge.id for edge in seed.edges}
    assert result.nodes[ADD]["shape"] == [1] and result.nodes[ADD]["parent"] == f"{LOOP}/i1"
    assert result.nodes[SESSION]["compound"] and not result.nodes[ADD]["compound"]
