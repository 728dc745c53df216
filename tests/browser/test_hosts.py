"""Where the widget lives: JupyterLab, Notebook 7 and marimo; many of it on a page; across re-runs, restarts and re-openings."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import nbformat
import pytest
from conftest import ROOT, Server, Tab

SESSION, TRACER, LOOP = "session@1", "session@1/tracer_1@2", "session@1/for@5"
CLONE = f"{TRACER}/clone@4"


@pytest.mark.parametrize("host", ["lab", "notebook7"], indirect=True)
def test_jupyter(host: Server, tab: Tab) -> None:
    view = tab.show_seed(host)
    view.button("Expand all").click()
    view.settled()
    tab.shot("expanded")
    assert set(view.painted().values()) == {"node", "open"}
    view.click(CLONE)
    tab.page.wait_for_timeout(300)
    assert tab.value("w.selected") == [CLONE]
    assert set(tab.value("w.expanded")) == set(tab.value("[g.id for g in graph.groups]"))


@pytest.mark.parametrize("mode", ["run", "edit"])
def test_marimo(marimo: Callable[..., Server], tab: Tab, mode: str) -> None:
    golden = str(ROOT / "tests" / "golden" / "seed.graph.json")
    cells = [
        "import marimo as mo\nimport nnsight_graphwidget as ngw",
        f"w = ngw.show(ngw.load({golden!r}))\nw",
        "mo.md(f'open: {w.expanded}')",
    ]
    server = marimo(cells, mode)
    tab.page.goto(server.url)
    view = tab.view()
    view.button("Expand all").click()
    view.settled()
    tab.shot("expanded")
    assert set(view.painted().values()) == {"node", "open"}
    view.click(CLONE)
    view.settled()
    assert view.root.locator("[role=treeitem][aria-selected=true]").get_attribute("data-id") == CLONE


def test_two_views_of_one_widget_agree(lab: Server, tab: Tab) -> None:
    first = tab.show_seed(lab, "", "w")
    second = tab.view(1)
    first.click(TRACER)
    first.settled()
    second.settled()
    assert first.painted() == second.painted()
    assert second.painted()[TRACER] == "open"
    second.click(CLONE)
    tab.page.wait_for_timeout(300)
    for view in (first, second):
        assert view.root.locator("[role=treeitem][aria-selected=true]").get_attribute("data-id") == CLONE


def test_a_second_widget_is_its_own(lab: Server, tab: Tab) -> None:
    first = tab.show_seed(lab, "", "other = ngw.show(graph, expanded='all')\nother")
    second = tab.view(1)
    first.click(TRACER)
    first.settled()
    assert tab.value("w.expanded") == [SESSION, TRACER]
    assert first.painted() != second.painted()
    assert set(second.painted().values()) == {"node", "open"}


def test_in_a_box_and_linked(lab: Server, tab: Tab) -> None:
    box = "\n".join(
        [
            "import ipywidgets",
            "query = ipywidgets.Text('')",
            "link = ipywidgets.jslink((w, 'search'), (query, 'value'))",
            "ipywidgets.VBox([query, w])",
        ]
    )
    view = tab.show_seed(lab, "", box)
    inner = tab.view(1)
    assert inner.painted() == view.painted()
    tab.page.locator(".widget-text input").fill("clone")
    tab.page.keyboard.press("Tab")
    tab.page.wait_for_timeout(300)
    assert tab.value("w.search") == "clone"


def test_ten_widgets_on_a_page_and_closing_them(lab: Server, tab: Tab) -> None:
    nine = (
        "from IPython.display import display\nmore = [ngw.GraphWidget(graph, title=str(n)) for n in range(9)]\ndisplay(*more)"
    )
    view = tab.show_seed(lab, "", nine)
    last = tab.view(9)
    last.root.scroll_into_view_if_needed()
    assert last.painted() == view.painted()
    last.click(TRACER)
    last.settled()
    assert last.painted()[TRACER] == "open"
    assert view.painted()[TRACER] == "closed"
    tab.shot("ten")
    tab.kernel("for m in more: m.close()")
    tab.page.locator(".ngw").nth(1).wait_for(state="detached")
    assert tab.page.locator(".ngw").count() == 1
    view.click(TRACER)
    view.settled()
    assert view.painted()[TRACER] == "open"


def test_running_the_cell_again_keeps_what_was_open(lab: Server, tab: Tab) -> None:
    view = tab.show_seed(lab)
    view.click(TRACER)
    view.settled()
    view.click(CLONE)
    tab.page.wait_for_timeout(300)
    tab.run_all()
    view = tab.view()
    assert tab.page.locator(".ngw").count() == 1
    tab.shot("again")
    assert view.painted()[TRACER] == "open"
    assert tab.value("w.selected") == [CLONE]


def test_after_a_kernel_restart_the_cell_runs_again(lab: Server, tab: Tab) -> None:
    tab.show_seed(lab)
    tab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    tab.page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'")
    tab.page.wait_for_timeout(500)
    tab.shot("restarted")
    assert not tab.page.get_by_text("Error displaying widget").count()
    tab.run_all()
    view = tab.view()
    view.click(TRACER)
    view.settled()
    assert tab.value("w.expanded") == [SESSION, TRACER]


def reopened(server: Server, tab: Tab, name: str) -> None:
    """Saves the notebook, ends its kernel, and opens it as ``name`` on another day."""
    tab.page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
    tab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    shutil.copy(server.folder / f"{tab.name}.ipynb", server.folder / name)


def test_a_notebook_from_somebody_else_opens_with_its_picture(lab: Server, tab: Tab) -> None:
    tab.show_seed(lab)
    reopened(lab, tab, "theirs.ipynb")
    notebook = nbformat.read(lab.folder / "theirs.ipynb", as_version=4)
    (output,) = notebook.cells[1].outputs
    assert {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"} <= set(output.data)
    notebook.cells[0].source += "  # edited elsewhere, so that Lab does not trust it"
    nbformat.write(notebook, lab.folder / "theirs.ipynb")
    tab.open(lab, "theirs.ipynb")
    picture = tab.page.locator(".jp-OutputArea-output img")
    picture.wait_for()
    tab.shot("reopened")
    assert picture.evaluate("image => image.naturalWidth") > 300
    assert not tab.page.get_by_text("Error displaying widget").count()


def test_a_notebook_with_saved_widgets_opens_alive_with_no_kernel_behind_it(lab: Server, tab: Tab) -> None:
    """What Lab's "Save Widget State Automatically" keeps is enough for the graph to be opened and searched."""
    setting = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
    view = tab.show_seed(lab)
    view.click(TRACER)
    view.settled()
    tab.command(setting)
    try:
        reopened(lab, tab, "mine.ipynb")
    finally:
        tab.command(setting)
    assert (lab.folder / "mine.ipynb").stat().st_size < 3_500_000
    tab.open(lab, "mine.ipynb")
    view = tab.view()
    assert view.painted()[TRACER] == "open"
    view.button("Expand all").click()
    view.settled()
    assert set(view.painted().values()) == {"node", "open"}
    tab.shot("alive")
