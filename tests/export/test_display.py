"""Never blank: what a terminal, nbconvert and a notebook file without a kernel show."""

from __future__ import annotations

import base64
import contextlib
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbconvert
import nbformat
import pytest
from samples import GOLDEN, HOSTILE, chain, hostile, seed

from nnsight_graphwidget import Edge, Graph, GraphWidget, load, save
from nnsight_graphwidget.export import engine, picture
from nnsight_graphwidget.graph.outline import MAX_LINES, MAX_WIDTH, outline
from nnsight_graphwidget.notebook import still
from nnsight_graphwidget.notebook.widget import mime_bundle

ROOT = Path(__file__).parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"

OUTLINE = f"""\
session: {len(seed().nodes)} nodes, 9 sub-graphs, {len(seed().edges)} edges, nnsight 0.8.1
└─ g1  session  line 1
   ├─ n1  input x  [1, 5] float32  line 2
   ├─ g2  tracer_1(input=n1)  line 2
   │  ├─ n2  read layer1.output  [1, 10] float32  line 3
   │  ├─ n3  a = save n2  [1, 10] float32  line 3
   │  ├─ n4  compute clone(n2)  [1, 10] float32  line 4
   │  └─ n5  a_copy = save n4  [1, 10] float32  line 4  (written later, line 8)
   ├─ n6  input x2  [1, 5] float32  line 6
   └─ g3  loop for item in [0, 1, 2] ×3  line 5
      ├─ g4  item = 0
      │  ├─ n7  variable item = 0  line 5
      │  ├─ g5  tracer_2(input=n6)  line 6
      │  │  ├─ n8  read layer1.output  [1, 10] float32  line 7
      │  │  └─ n9  b = save n8  [1, 10] float32  line 7
      │  ├─ n10  compute getitem(n8, (:, item) ← n7)  [1] float32  line 8
      │  ├─ n11  compute getitem(n2, (:, item) ← n7)  [1] float32  line 8
      │  ├─ n12  compute add(n10, n11)  [1] float32  line 8
      │  └─ n13  a_copy = compute setitem(n4, (:, item) ← n7, n12)  [1, 10] float32  line 8
      └─ … +2 other passes
! n5  what line 4 saves was written later, line 8"""


def test_print_gives_the_outline() -> None:
    assert str(seed()) == outline(seed()) == OUTLINE


def test_outline_is_bounded_and_says_what_it_leaves_out() -> None:
    lines = outline(chain(1000)).splitlines()
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == f"… +{1 + 1000 + 1 - MAX_LINES} more lines"
    assert max(map(len, outline(hostile()).splitlines())) <= MAX_WIDTH


def test_outline_has_nothing_invisible_in_it() -> None:
    text = outline(hostile(), width=None)
    assert text.replace("\n", "").isprintable()
    assert "\\u202e" in text and "[failed: " in text
    assert len(text.splitlines()) == 1 + 2 * len(HOSTILE)


def test_outline_tells_what_is_read_from_what_is_written_and_every_producer() -> None:
    graph = load(GOLDEN / "programs" / "writes.graph.json")
    text = outline(graph)
    for line in (
        "n3  write setitem(n2, (:, 0), 0)  into layer1.output[:, 0]  [1, 10] float32",
        "n4  read layer1.output ← n3  [1, 10] float32  line 3",
        "n7  write layer1.output = n6  [1, 10] float32  may reach n12  line 4",
        "n10  compute mul(n8, 2)  [1, 10] float32  line 6",
        "n13  output = save n12  [1, 2] float32  line 7  (written later, line 8)",
    ):
        assert line in text
    read, add = (node for node in graph.nodes if node.id in ("trace@1/layer1.output@3", "trace@1/add@4"))
    edges = (Edge("m1", read.id, add.id, "model"), Edge("m2", read.id, "trace@1/save@5", "may"))
    assert "float32  reaches n6  may reach n9  line 3" in outline(replace(graph, edges=(*graph.edges, *edges)))


def test_outline_fits_a_terminal_and_loses_nothing_there() -> None:
    whole = outline(seed(), width=None)
    narrow = outline(seed(), width=44)
    assert max(map(len, narrow.splitlines())) <= 44

    def words(text: str) -> list[str]:
        return "".join(character if character not in "│├└─" else " " for character in text).split()

    assert words(narrow) == words(whole)


def test_print_fits_the_terminal_and_is_the_same_everywhere_else() -> None:
    code = f"import nnsight_graphwidget as ngw; print(ngw.load({str(GOLDEN / 'seed.graph.json')!r}))"
    piped = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert piped.stdout == OUTLINE + "\n"
    pty = pytest.importorskip("pty")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 50, 0, 0))
    done = subprocess.Popen([sys.executable, "-c", code], stdout=theirs, cwd=ROOT)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # how Linux says that the other end is closed
        while read := os.read(ours, 65536):
            said += read
    assert done.wait() == 0
    assert 44 < max(map(len, said.decode().splitlines())) <= 50


def test_short_ids_are_known_wherever_an_id_is(tmp_path: Path) -> None:
    loop, add = "session@1/for@5", "session@1/for@5/i0/add@8"
    widget = GraphWidget(seed(), expanded=["g1", "g3"])
    assert widget.expanded == ["session@1", loop]
    widget.select("n12")
    assert widget.selected == [add]
    widget.collapse("g3")
    assert loop not in widget.expanded
    for only, same in (("g3", loop), (["n12", "g2"], [add, "session@1/tracer_1@2"])):
        short = save(seed(), tmp_path / "short.json", only=only).read_bytes()
        assert short == save(seed(), tmp_path / "whole.json", only=same).read_bytes()


def test_bundle_of_a_graph_and_of_a_widget() -> None:
    for data, metadata in (mime_bundle(seed()), GraphWidget(seed())._repr_mimebundle_()):
        assert data["text/plain"] == OUTLINE
        assert data[WIDGET]["model_id"]
        content = base64.b64decode(data["image/png"])
        shown = metadata["image/png"]
        assert struct.unpack(">II", content[16:24]) == (2 * shown["width"], 2 * shown["height"])


def test_the_picture_is_what_is_on_screen() -> None:
    closed, opened = GraphWidget(seed(), expanded=[]), GraphWidget(seed(), expanded="all")
    heights = [widget._repr_mimebundle_()[1]["image/png"]["height"] for widget in (closed, opened)]
    assert heights[0] < heights[1]


def test_the_picture_of_a_slice_is_the_slice() -> None:
    widget = GraphWidget(seed(), expanded="all")
    whole = widget._repr_mimebundle_()[1]["image/png"]["height"]
    widget.slice("session@1/tracer_1@2/save@3")
    assert widget._repr_mimebundle_()[1]["image/png"]["height"] < 0.75 * whole


def test_a_cell_does_not_wait_for_a_picture_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "THUMBNAIL_SECONDS", 0.001)
    engine._stop()
    data, _ = mime_bundle(seed())
    assert data["text/plain"] == OUTLINE and "image/png" not in data


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = mime_bundle(chain(3000))
    assert sum(len(str(value)) for value in data.values()) < 1_000_000
    monkeypatch.setattr(still, "MAX_PICTURE", 1000)
    data, metadata = mime_bundle(seed())
    assert "image/png" not in data and "image/png" not in metadata and data["text/plain"] == OUTLINE


def test_without_v8_there_is_the_outline(monkeypatch: pytest.MonkeyPatch) -> None:
    engine._stop()
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    data, _ = mime_bundle(seed())
    assert data["text/plain"] == OUTLINE and WIDGET in data and "image/png" not in data


def notebook(graph: Graph) -> nbformat.NotebookNode:
    """A notebook as a front end saves it, without the widgets' state."""
    data, metadata = mime_bundle(graph)
    output = nbformat.v4.new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("recording", outputs=[output], execution_count=1)])


def test_nbconvert_to_html_and_markdown_shows_the_picture(tmp_path: Path) -> None:
    node = notebook(seed())
    page, _ = nbconvert.HTMLExporter().from_notebook_node(node)
    assert 'src="data:image/png;base64,' in page
    text, resources = nbconvert.MarkdownExporter().from_notebook_node(node)
    (name,) = resources["outputs"]
    assert f"![png]({name})" in text
    assert resources["outputs"][name] == base64.b64decode(node.cells[0].outputs[0].data["image/png"])


def test_nbconvert_of_hostile_labels_runs_nothing() -> None:
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook(hostile()))
    assert "alert('PWNED')</script>" not in page
