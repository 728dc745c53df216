"""The main job, end to end: the quickstart notebook, run in JupyterLab as a user runs it."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pypdf
import pytest
from conftest import ARTIFACTS, ROOT, GraphView, Server, Tab
from PIL import Image


@pytest.fixture
def quickstart(lab: Server, tab: Tab) -> Tab:
    """The quickstart, open in Lab, every cell run, and the session's widget in the kernel as ``w``."""
    shutil.copy(ROOT / "notebooks" / "quickstart.ipynb", lab.folder)
    tab.open(lab, "quickstart.ipynb")
    tab.run_all()
    tab.kernel("import gc; widgets = [o for o in gc.get_objects() if ngw.GraphWidget in type(o).__mro__]")
    tab.kernel("(w,) = [widget for widget in widgets if widget.graph == recording.graph]")
    return tab


def test_quickstart_in_lab(quickstart: Tab, lab: Server, tmp_path: Path) -> None:
    tab = quickstart
    view = tab.view()
    tab.shot("1-as-opened")
    graph = tab.value("recording.graph.to_dict()")

    # Every node of the graph, after expanding all.
    view.button("Expand all").click()
    view.settled()
    tab.shot("2-expanded")
    (loop,) = (group for group in graph["groups"] if group["kind"] == "Iterator")
    assert loop["count"] == 3
    of_pass = {n: {node["id"] for node in graph["nodes"] if node["id"].startswith(f"{loop['id']}/i{n}/")} for n in range(3)}
    once = {node["id"] for node in graph["nodes"]} - set().union(*of_pass.values())
    literals = {node["id"] for node in graph["nodes"] if node["kind"] == "Value"}
    assert set(tab.value("w.expanded")) == {group["id"] for group in graph["groups"]}
    for number, nodes in of_pass.items():
        assert nodes, f"nothing was recorded of pass {number}"
        tab.kernel(f"w.steps = {{{loop['id']!r}: {number}}}")
        view.settled()
        assert (once | nodes) - literals <= set(view.painted()), f"pass {number}"
        assert (once | nodes) - literals <= set(view.outline()), f"pass {number}"
    # Literals are folded into what uses them until they are asked for.
    assert not literals & set(view.painted())
    view.root.locator("[data-kind=Value]").click()
    view.settled()
    assert once | of_pass[2] <= set(view.painted())
    tab.shot("3-with-literals")

    # A click closes a sub-graph, another opens it, and the kernel knows.
    tracer = next(group["id"] for group in graph["groups"] if group["label"] == "tracer_1")
    view.click(tracer)
    view.settled()
    assert view.painted()[tracer] == "closed"
    assert tracer not in tab.value("w.expanded")
    view.click(tracer)
    view.settled()
    assert view.painted()[tracer] == "open"
    assert tracer in tab.value("w.expanded")

    # A click selects a node, and the kernel knows.
    clone = next(node["id"] for node in graph["nodes"] if node["label"] == "clone")
    view.click(clone)
    tab.page.wait_for_timeout(200)
    assert tab.value("w.selected") == [clone]

    check_png(download(view, "PNG", tmp_path))
    check_svg(download(view, "SVG", tmp_path), {"layer1.output", "clone", "setitem", "+", "Session"})
    (sheet,) = pypdf.PdfReader(download(view, "PDF", tmp_path)).pages
    assert "layer1.output" in sheet.extract_text()
    check_svg(lab.folder / "session.svg", {"layer1.output", "tracer_1"})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_in_the_readme(lab: Server, tab: Tab, theme: str) -> None:
    """Draws it; when the look has changed, copy artifacts/session-*.png to notebooks/images/."""
    view = tab.show_seed(lab, f"title='session', expanded='all', theme={theme!r}, height='700px'")
    tab.page.set_viewport_size({"width": 1600, "height": 1200})
    tab.kernel("w.select('session@1/for@5/i0/add@8')")
    view.root.evaluate("root => root.scrollIntoView({ block: 'center' })")
    view.settled()
    view.root.screenshot(path=ARTIFACTS / f"session-{theme}.png")
    check_png(ARTIFACTS / f"session-{theme}.png")


def download(view: GraphView, kind: str, folder: Path) -> Path:
    """The file that a user gets from the Export menu."""
    view.button("Export").click()
    with view.page.expect_download() as started:
        view.root.get_by_role("menuitem", name=f"Download {kind}", exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.suffix == f".{kind.lower()}"
    return path


def check_png(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        assert image.format == "PNG"
        assert min(image.size) > 300
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 20, "a blank picture"


def check_svg(path: Path, texts: set[str]) -> None:
    root = ET.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    said = " ".join(" ".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert {text for text in texts if text not in said} == set()
