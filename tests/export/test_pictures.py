"""Pictures, opened by readers that are not ours: an XML parser, a PNG decoder, a PDF text extractor."""

from __future__ import annotations

import io
import re
import struct
import warnings
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
from PIL import Image, ImageChops
from samples import HOSTILE, chain, hostile, seed

from nnsight_graphwidget import Edge, Graph, Node, save
from nnsight_graphwidget.errors import ExportError, OptionError
from nnsight_graphwidget.export import picture, png
from nnsight_graphwidget.graph.text import legible

SVG = "{http://www.w3.org/2000/svg}"
INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")  # but a line's end
ALL_STEPS = {"session@1/for@5": "all"}


def texts(path: Path) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.parse(path).iter(f"{SVG}text")]


def pixels(content: bytes) -> tuple[int, int, bytes]:
    """Width, height and RGBA rows."""
    with Image.open(io.BytesIO(content)) as image:
        return *image.size, image.convert("RGBA").tobytes()


def size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_svg_has_every_node_when_all_is_open(tmp_path: Path) -> None:
    found = texts(save(seed(), tmp_path / "g.svg", expanded="all", steps=ALL_STEPS, hidden_kinds=[]))
    said = {"getitem": "[:, ", "add": "+"}  # as signs; the names are in the tooltips
    for node in seed().nodes:
        assert any(said.get(node.label, node.label) in text for text in found), node.label
    assert sum("layer1.output" in text for text in found) == 4
    assert sum(text.startswith("Tracer") and "tracer_2" in text for text in found) == 3


def test_svg_has_title_legend_and_its_fonts(tmp_path: Path) -> None:
    content = save(seed(), tmp_path / "g.svg", title="Figure 1").read_text("utf-8")
    assert ">Figure 1<" in content and ">save<" in content
    assert content.count("@font-face") >= 2 and "http" not in content.replace("http://www.w3.org/2000/svg", "")
    bare = save(seed(), tmp_path / "g.svg", legend=False).read_text("utf-8")
    assert ">save<" not in bare


def test_what_is_open_is_chosen(tmp_path: Path) -> None:
    closed = texts(save(seed(), tmp_path / "g.svg", expanded=[]))
    assert not any("layer1.output" in text for text in closed)
    one = texts(save(seed(), tmp_path / "g.svg", expanded=["session@1", "session@1/tracer_1@2"]))
    assert sum("layer1.output" in text for text in one) == 1
    with pytest.raises(OptionError, match=r"expanded: no sub-graph has the id 'session@2'; close to it: 'session@1'"):
        save(seed(), tmp_path / "g.svg", expanded=["session@2"])
    with pytest.raises(OptionError, match=r"expanded: 'auto', 'all' or a list"):
        save(seed(), tmp_path / "g.svg", expanded="session@1")


def test_dark_theme_and_transparency(tmp_path: Path) -> None:
    light = pixels(save(chain(2), tmp_path / "g.png", scale=1).read_bytes())[2]
    dark = pixels(save(chain(2), tmp_path / "g.png", scale=1, theme="dark").read_bytes())[2]
    clear = pixels(save(chain(2), tmp_path / "g.png", scale=1, transparent=True).read_bytes())[2]
    assert light[:4] == b"\xff\xff\xff\xff" and sum(dark[:3]) < 120 and dark[3] == 255 and clear[3] == 0
    assert pixels(save(chain(2), tmp_path / "g.png", scale=1, theme="auto").read_bytes())[2] == light
    with pytest.raises(OptionError, match=r"theme: 'auto', 'light' or 'dark'; got 'white'"):
        save(chain(2), tmp_path / "g.png", theme="white")


def test_png_has_text(tmp_path: Path) -> None:
    """The same picture without labels has fewer dark pixels."""
    with_text = save(chain(3), tmp_path / "g.png", scale=2, legend=False)
    graph = chain(3)
    bare = replace(graph, title=" ", nodes=tuple(replace(node, label=" ") for node in graph.nodes))
    assert _dark_pixels(with_text) > _dark_pixels(save(bare, tmp_path / "bare.png", scale=2, legend=False)) + 500


def _dark_pixels(path: Path) -> int:
    data = pixels(path.read_bytes())[2]
    return sum(data[at] < 100 for at in range(0, len(data), 4))


def test_what_the_bundled_fonts_lack_is_drawn_in_png_and_told_in_pdf(tmp_path: Path) -> None:
    blank = _dark_pixels(save(chain(1), tmp_path / "g.png", title=" ", legend=False))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for title in ("plain", "×3 → … é Ω"):
            assert _dark_pixels(save(chain(1), tmp_path / "g.png", title=title, legend=False)) > blank + 50
            save(chain(1), tmp_path / "g.pdf", title=title)
        assert _dark_pixels(save(chain(1), tmp_path / "g.png", title="漢字", legend=False)) > blank + 50
    with pytest.warns(UserWarning, match=r"the PDF has blanks for '漢字': .* \.png draw them"):
        save(chain(1), tmp_path / "g.pdf", title="漢字")
    assert "漢字" in pypdf.PdfReader(tmp_path / "g.pdf").pages[0].extract_text()  # it can be copied and found


def test_png_is_transparent_where_nothing_is_drawn_and_dark_text_stays_dark(tmp_path: Path) -> None:
    """A see-through picture over white is the one with a white page."""
    paths = [save(seed(), tmp_path / name, scale=1, transparent=clear) for name, clear in (("a.png", True), ("b.png", False))]
    clear, opaque = (Image.open(path).convert("RGBA") for path in paths)
    over = Image.new("RGBA", clear.size, "white")
    over.alpha_composite(clear)
    _, most = ImageChops.difference(over.convert("L"), opaque.convert("L")).getextrema()
    assert clear.getpixel((0, 0))[3] == 0
    assert most < 12


def test_png_sizes(tmp_path: Path) -> None:
    path = tmp_path / "g.png"
    wide, high = size(save(chain(3), path, scale=1).read_bytes())
    assert size(save(chain(3), path).read_bytes()) == (2 * wide, 2 * high)
    assert size(save(chain(3), path, width=900).read_bytes())[0] == 900
    content = save(chain(3), path, dpi=192).read_bytes()
    assert size(content) == (2 * wide, 2 * high)
    at = content.index(b"pHYs")
    assert struct.unpack(">IIB", content[at + 4 : at + 13]) == (7559, 7559, 1)  # dots per metre
    pixels(content)  # it can be read


def test_png_size_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="scale and width: give one"):
        save(chain(3), tmp_path / "g.png", scale=2, width=100)
    with pytest.raises(OptionError, match="scale: a number, more than 0; got 0"):
        save(chain(3), tmp_path / "g.png", scale=0)


LOOP, ADD = "session@1/for@5", "session@1/for@5/i0/add@8"

WRONG: list[tuple[dict[str, object], str]] = [
    ({"expanded": 5}, r"expanded: 'auto', 'all' or a list of ids of sub-graphs; got 5"),
    ({"expanded": [5]}, r"expanded: .* got \[5\]"),
    ({"expanded": [ADD]}, r"expanded: no sub-graph has the id 'session@1/for@5/i0/add@8'"),
    ({"only": 5}, r"only: an id of a node or sub-graph, or a list of ids; got 5"),
    ({"only": [5]}, r"only: an id .* got \[5\]"),
    ({"hidden_kinds": "Value"}, r"hidden_kinds: a list of kinds .* got 'Value'"),
    ({"hidden_kinds": ["Valeu"]}, r"hidden_kinds: no kind 'Valeu' .* close to it: 'Value'"),
    ({"steps": [1]}, r"steps: a dict of ids of loops, each with a pass \(0, 1 …\) or 'all'; got \[1\]"),
    ({"steps": {LOOP: 1.5}}, r"steps: .* got 1\.5 for 'session@1/for@5'"),
    ({"steps": {"nowhere": 1}}, r"steps: no sub-graph has the id 'nowhere'"),
    ({"positions": [1]}, r"positions: a dict of ids, each with two numbers, \(x, y\) in px; got \[1\]"),
    ({"positions": {ADD: (1, float("nan"))}}, r"positions: .* got \(1, nan\) for '.*add@8'"),
    ({"positions": {"nowhere": (1, 2)}}, r"positions: no node or sub-graph has the id 'nowhere'"),
    ({"arrangement": "x"}, r"arrangement: 'flow' or 'lanes'; got 'x'"),
]


@pytest.mark.parametrize("suffix", [".svg", ".html"])
@pytest.mark.parametrize(("options", "said"), WRONG, ids=[next(iter(options)) for options, _ in WRONG])
def test_an_option_says_what_it_takes(options: dict[str, object], said: str, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=said):
        save(seed(), tmp_path / f"g{suffix}", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "value"), [("scale", "2"), ("scale", 10**400), ("dpi", True), ("width", float("nan")), ("footer", b"x")]
)
def test_an_option_of_a_png_says_what_it_takes(option: str, value: object, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=f"{option}: .*; got "):
        save(seed(), tmp_path / "g.png", **{option: value})


def test_twenty_thousand_edges_between_two_nodes_are_one(tmp_path: Path) -> None:
    nodes = tuple(Node(id=id_, kind="Operation", label=id_) for id_ in "ab")
    edges = tuple(Edge(id=f"e{i}", source="a", target="b") for i in range(20_000))
    assert "×20000" in texts(save(Graph(nodes=nodes, edges=edges), tmp_path / "g.svg"))


def test_more_edges_than_can_be_told_apart_are_counted(tmp_path: Path) -> None:
    nodes = tuple(Node(id=f"n{i}", kind="Operation", label="add", order=i) for i in range(200))
    edges = tuple(Edge(id=f"e{i}.{j}", source=f"n{i}", target=f"n{j}") for j in range(200) for i in range(j))
    path = save(Graph(nodes=nodes, edges=edges), tmp_path / "g.svg")
    assert "+9900 edges not drawn" in texts(path)
    assert path.stat().st_size < 5_000_000


def test_pixels_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExportError, match=r"scale: the picture would have [\d,]+ × [\d,]+ px; 16,384 a side .* fits"):
        save(chain(3), tmp_path / "g.png", scale=1000)
    monkeypatch.setattr(png, "MAX_PIXELS", 100_000)
    with pytest.warns(UserWarning, match="it is drawn at scale"):
        width, height = size(save(chain(3), tmp_path / "g.png").read_bytes())
    assert 80_000 < width * height <= 100_000 * 1.01


def test_pdf_is_one_page_with_text_and_fonts(tmp_path: Path) -> None:
    answer = picture.drawn(seed())
    reader = pypdf.PdfReader(save(seed(), tmp_path / "g.pdf"))
    (page,) = reader.pages
    assert float(page.mediabox.width) == pytest.approx(answer["width"] * 0.75, abs=0.1)
    assert float(page.mediabox.height) == pytest.approx(answer["height"] * 0.75, abs=0.1)
    text = page.extract_text()
    for label in (
        "session",
        "tracer_1",
        "layer1.output",
        "clone",
        "a_copy",
        "[1, 10] float32",
        "for item in [0, 1, 2]",
        "compute",
    ):
        assert label in text
    fonts = page["/Resources"]["/Font"].values()
    assert fonts
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in descriptor


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_same_bytes_every_time(suffix: str, tmp_path: Path) -> None:
    first = save(seed(), tmp_path / f"a{suffix}").read_bytes()
    assert save(seed(), tmp_path / f"b{suffix}").read_bytes() == first
    assert save(seed(), tmp_path / f"c{suffix}", footer=True).read_bytes() != first


def test_footer_says_version_and_date(tmp_path: Path) -> None:
    found = texts(save(seed(), tmp_path / "g.svg", footer=True))
    assert any(re.fullmatch(r"nnsight 0\.8\.1, \d{4}-\d\d-\d\d", text) for text in found)
    assert "run 7" in texts(save(seed(), tmp_path / "g.svg", footer="run 7"))


def test_a_huge_graph_is_cut_to_the_budget_and_says_so(tmp_path: Path) -> None:
    answer = picture.drawn(chain(1200))
    assert answer["visible"] <= picture.AUTO_BOXES
    found = texts(save(chain(1200), tmp_path / "g.svg"))
    assert any(re.search(r"more|nodes", text) and re.search(r"1,?200|\+\d", text) for text in found)


def test_an_empty_graph_is_a_picture(tmp_path: Path) -> None:
    for suffix in (".svg", ".png", ".pdf"):
        assert save(Graph(title="nothing yet"), tmp_path / f"g{suffix}").stat().st_size


def test_hostile_labels_are_text(tmp_path: Path) -> None:
    path = save(hostile(), tmp_path / "g.svg", expanded="all", hidden_kinds=[])
    root = ElementTree.parse(path).getroot()
    allowed = {"svg", "title", "defs", "style", "rect", "text", "g", "path", "ellipse", "polygon", "circle", "line", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    for element in root.iter():
        assert not [name for name in element.attrib if name.lower().startswith("on") or "href" in name.lower()]
        for text in (element.text or "", *element.attrib.values()):
            assert not INVISIBLE.search(text), repr(text)
    shown = " ".join("".join(element.itertext()) for element in root.iter())
    assert "alert('PWNED')" in shown  # as text


def test_hostile_labels_in_pdf_and_png(tmp_path: Path) -> None:
    reader = pypdf.PdfReader(save(hostile(), tmp_path / "g.pdf"))
    assert reader.metadata is not None and reader.metadata.title == legible(HOSTILE["script end"])
    raw = (tmp_path / "g.pdf").read_bytes()
    assert not [word for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile") if word in raw]
    pixels(save(chain(1), tmp_path / "g.png", title=HOSTILE["bidi"], scale=1).read_bytes())
    assert save(hostile(), tmp_path / "h.png").stat().st_size


def test_a_label_of_a_megabyte(tmp_path: Path) -> None:
    graph = chain(2)
    huge = "<b>&x" * 200_000
    graph = replace(graph, title=huge, nodes=tuple(replace(node, label=huge, text=huge, value=huge) for node in graph.nodes))
    for suffix in (".svg", ".png", ".pdf", ".graphml", ".gexf", ".dot", ".mmd", ".cyjs"):
        assert save(graph, tmp_path / f"g{suffix}").stat().st_size < 300_000
    assert io.BytesIO((tmp_path / "g.png").read_bytes()).read(8) == b"\x89PNG\r\n\x1a\n"


def test_the_budget_counts_what_is_drawn(tmp_path: Path) -> None:
    """Literals are not drawn, so 300 operations with a literal each are 300 boxes, not 600."""
    graph = chain(300)
    literals = tuple(replace(node, id=f"{node.id}v", kind="Value", label="1") for node in graph.nodes)
    answer = picture.drawn(replace(graph, nodes=graph.nodes + literals))
    assert (answer["visible"], answer["warnings"]) == (301, [])
