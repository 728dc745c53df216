"""Exported files in a real browser: the interactive page, hostile labels, and the readers that are JavaScript."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2 as pdfium
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops
from samples import HOSTILE, chain, hostile, seed

from nnsight_graphwidget import Graph, save
from nnsight_graphwidget.export import engine, picture

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
CYTOSCAPE = Path(__file__).parents[2] / "js" / "node_modules" / "cytoscape" / "dist" / "cytoscape.min.js"
SVG = "{http://www.w3.org/2000/svg}"
MERMAID = "11.17.2"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page on which no dialog opens, no error is written and nothing outside is asked for."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on(
        "console", lambda message: seen.append(f"console: {message.text}") if message.type in ("error", "warning") else None
    )
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "blob:", "data:")) else seen.append(f"request: {request.url}"),
    )
    yield page
    page.close()
    assert seen == []


def open_page(page: Any, path: Path) -> None:
    page.goto(path.as_uri())
    page.get_by_role("tab", name="Outline").click()
    page.get_by_role("treeitem").first.wait_for()


def outline_of(page: Any) -> str:
    return str(page.get_by_role("tree").inner_text())


def test_the_page_shows_every_node_and_works(page: Any, tmp_path: Path) -> None:
    open_page(page, save(seed(), tmp_path / "g.html"))
    shown = outline_of(page)
    for label in ("tracer_1", "tracer_2", "layer1.output", "clone", "setitem", "for item in [0, 1, 2]"):
        assert label in shown
    assert page.title() == "session"
    page.get_by_role("button", name="Collapse all").click()
    playwright.expect(page.get_by_role("treeitem", expanded=True)).to_have_count(0)


def test_what_the_page_downloads_is_what_python_saves(page: Any, tmp_path: Path) -> None:
    everything = [group.id for group in seed().groups]
    page.set_viewport_size(
        {"width": 2000, "height": 1000}
    )  # as wide for its height as a file is drawn, so that rows wrap alike
    open_page(page, save(seed(), tmp_path / "g.html", expanded="all", theme="light"))
    page.locator(".ngw[data-ngw-ready=true]").wait_for()
    assert downloaded(page, "SVG") == save(seed(), tmp_path / "g.svg", expanded=everything).read_bytes()
    assert downloaded(page, "PDF") == save(seed(), tmp_path / "g.pdf", expanded=everything).read_bytes()


def downloaded(page: Any, format: str) -> bytes:
    page.get_by_role("button", name=re.compile("^Export")).click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name=f"Download {format}").click()
    return Path(downloading.value.path()).read_bytes()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pdf_that_the_page_makes_looks_as_its_png(page: Any, tmp_path: Path, theme: str) -> None:
    open_page(page, save(seed(), tmp_path / "g.html", expanded="all", theme=theme))
    page.locator(".ngw[data-ngw-ready=true]").wait_for()
    drawn = pdfium.PdfDocument(downloaded(page, "PDF"))[0].render(scale=2 / 0.75).to_pil().convert("RGB")
    with Image.open(io.BytesIO(downloaded(page, "PNG"))) as image:
        expected = image.convert("RGB")
    assert drawn.size == expected.size
    # Smaller, so that the edges of lines and letters, which each renderer smooths in its own way, weigh little.
    _, most = ImageChops.difference(drawn.reduce(4), expected.reduce(4)).convert("L").getextrema()
    assert most < 64, "without its dashes, its texts or its opacity it is 85 and more"


@pytest.mark.parametrize("graph", [seed(), hostile(), chain(300)], ids=["seed", "hostile", "long"])
def test_the_pdf_that_the_page_makes_has_the_texts_and_fonts(page: Any, tmp_path: Path, graph: Graph) -> None:
    open_page(page, save(graph, tmp_path / "g.html", expanded="all"))
    page.locator(".ngw[data-ngw-ready=true]").wait_for()
    drawing = ET.fromstring(downloaded(page, "SVG"))
    content = downloaded(page, "PDF")
    reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
    (sheet,) = reader.pages
    width, height = (float(drawing.attrib[side]) * 0.75 for side in ("width", "height"))
    unit = float(sheet["/UserUnit"])  # more than 1 where the page would be longer than a PDF's may be
    assert [float(side) * unit for side in sheet.mediabox] == pytest.approx([0, 0, width, height])
    assert max(sheet.mediabox) < 14_401
    assert reader.metadata is not None and reader.metadata.title == page.title()

    read: list[str] = []
    sheet.extract_text(visitor_text=lambda text, *_: read.append(text.strip()))
    texts = [(text.text or "").strip() for text in drawing.iter(f"{SVG}text")]
    assert len(texts) > 30
    assert Counter(filter(None, read)) == Counter(filter(None, texts))  # in characters that the fonts lack, too

    resources: Any = sheet["/Resources"]
    for font in resources["/Font"].values():
        program = font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"].get_data()
        assert {"glyf", "loca", "hmtx"} <= set(TTFont(io.BytesIO(program)).keys())
    assert len(content) < 90_000, "the fonts have the outlines that are used"
    pictures = [part for part in resources["/XObject"].values() if part["/Subtype"] == "/Image"]
    assert bool(pictures) == (graph.title == hostile().title), "what the fonts lack, and that alone, is drawn as pictures"
    assert not pictures or any(any(picture["/SMask"].get_data()) for picture in pictures)


def test_the_core_gives_the_same_bytes_in_the_browser(page: Any) -> None:
    request: dict[str, Any] = {}
    ask = engine.render
    try:
        engine.render = lambda asked, *_: request.update(asked) or ask(asked)  # type: ignore[func-returns-value]
        expected = picture.drawn(seed(), steps={"session@1/for@5": "all"})["svg"]
    finally:
        engine.render = ask
    page.goto("about:blank")
    page.add_script_tag(path=str(engine.SCRIPT))
    assert json.loads(page.evaluate("(request) => ngw.render(request)", json.dumps(request)))["svg"] == expected


def test_hostile_labels_are_text_in_the_page(page: Any, tmp_path: Path) -> None:
    open_page(page, save(hostile(), tmp_path / "g.html", expanded="all"))
    assert "<script>alert('PWNED')</script>" in outline_of(page)
    for item in page.get_by_role("treeitem").all()[:8]:  # hover and open what shows details
        item.click()
    page.wait_for_timeout(500)
    assert page.locator("img[onerror]").count() == 0


def test_hostile_labels_are_text_in_an_svg(page: Any, tmp_path: Path) -> None:
    path = save(hostile(), tmp_path / "g.svg", expanded="all")
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.localName") == "svg"
    page.goto("about:blank")
    page.set_content(path.read_text("utf-8"))  # as markup in a page, which forgives more than an XML parser
    assert page.locator("script, img, a, foreignObject").count() == 0
    assert "<script>alert('PWNED')</script>" in str(page.locator("svg").text_content())


def test_hostile_text_for_readers_without_scripts(browser: Any, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(save(hostile(), tmp_path / "g.html").as_uri())
    assert "<script>alert('PWNED')</script>" in str(page.locator("noscript").text_content())
    assert page.locator("img").count() == 0
    context.close()


def _missing(what: str) -> None:
    """A reader that cannot be had is a skip for a person, and a failure in continuous integration."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


def test_cytoscape_reads_cyjs(page: Any, tmp_path: Path) -> None:
    if not CYTOSCAPE.exists():
        _missing("js/node_modules has no cytoscape: npm --prefix js ci")
    page.goto("about:blank")
    page.add_script_tag(path=str(CYTOSCAPE))
    for graph in (seed(), hostile()):
        content = json.loads(save(graph, tmp_path / "g.cyjs").read_text("utf-8"))
        read = page.evaluate(
            """(elements) => {
              const cy = cytoscape({ headless: true, elements });
              const ends = cy.edges().map((e) => [e.source().id(), e.target().id()]);
              return { parents: Object.fromEntries(cy.nodes().map((n) => [n.id(), n.parent().id() ?? null])), ends };
            }""",
            content["elements"],
        )
        assert read["parents"] == {item.id: item.parent for item in graph.groups + graph.nodes}
        assert Counter(map(tuple, read["ends"])) == Counter((edge.source, edge.target) for edge in graph.edges)


@pytest.fixture(scope="module")
def mermaid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mermaid itself, as npm gives it (17 MB, kept only for the run)."""
    folder = tmp_path_factory.mktemp("mermaid")
    npm = shutil.which("npm")
    done = npm and subprocess.run([npm, "pack", "--silent", f"mermaid@{MERMAID}"], cwd=folder, capture_output=True, timeout=120)
    if not done or done.returncode:
        _missing("npm cannot fetch mermaid")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract("package/dist/mermaid.min.js", folder)
    return folder / "package" / "dist" / "mermaid.min.js"


@pytest.mark.parametrize("graph", [seed(), hostile()], ids=["seed", "hostile"])
def test_mermaid_draws_every_node_and_edge(page: Any, mermaid: Path, graph: Graph, tmp_path: Path) -> None:
    page.goto("about:blank")
    page.add_script_tag(path=str(mermaid))
    svg = page.evaluate(
        """async (text) => {
          mermaid.initialize({ startOnLoad: false });
          const { svg } = await mermaid.render("drawing", text);
          document.body.innerHTML = svg;
          return svg;
        }""",
        save(graph, tmp_path / "g.mmd").read_text("utf-8"),
    )
    assert "Syntax error" not in svg
    shown = [text.split("\n")[0].strip() for text in page.locator("g.node .nodeLabel").all_inner_texts()]
    assert len(shown) == len(graph.nodes)
    assert page.locator("g.cluster").count() == len(graph.groups)
    assert page.locator("path.flowchart-link").count() == len(graph.edges)
    if len(HOSTILE) == len(graph.groups):
        assert any(text.startswith("<script>alert('PWNED')") for text in shown)
        assert page.locator("script:not([src])", has_text="PWNED").count() == page.locator("img").count() == 0
        assert page.locator("a").count() == 0
    else:
        assert Counter(shown) == Counter(node.label for node in graph.nodes)
