"""Never blank: what a terminal, nbconvert and a notebook file without a kernel show."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import nbconvert
import nbformat
import pytest
from samples import HOSTILE, chain, hostile, seed

from nnsight_graphwidget import Graph, show
from nnsight_graphwidget.export import engine, picture
from nnsight_graphwidget.graph.outline import MAX_LINES, MAX_WIDTH, outline
from nnsight_graphwidget.notebook import still
from nnsight_graphwidget.notebook.widget import mime_bundle

WIDGET = "application/vnd.jupyter.widget-view+json"

OUTLINE = f"""\
session: {len(seed().nodes)} nodes, 9 sub-graphs, {len(seed().edges)} edges, nnsight 0.8.1
└─ session  (line 1)
   ├─ x  [1, 5] float32
   ├─ Tracer tracer_1  ← x  (line 2)
   │  ├─ layer1.output  [1, 10] float32
   │  ├─ save  a [1, 10] float32  ← layer1.output
   │  ├─ clone  [1, 10] float32  ← layer1.output
   │  └─ save  a_copy [1, 10] float32  ← clone
   ├─ x2  [1, 5] float32
   └─ Iterator for item in [0, 1, 2] ×3  (line 5)
      ├─ item = 0
      │  ├─ item  0
      │  ├─ Tracer tracer_2  ← x2  (line 6)
      │  │  ├─ layer1.output  [1, 10] float32
      │  │  └─ save  b [1, 10] float32  ← layer1.output
      │  ├─ getitem  [1] float32  ← layer1.output, item
      │  ├─ getitem  [1] float32  ← layer1.output, item
      │  ├─ add  [1] float32  ← getitem
      │  └─ setitem  a_copy [1, 10] float32  ← clone, item, add
      └─ … +2 other passes"""


def test_print_gives_the_outline() -> None:
    assert str(seed()) == outline(seed()) == OUTLINE


def test_outline_is_bounded_and_says_what_it_leaves_out() -> None:
    lines = outline(chain(1000)).splitlines()
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == f"… +{1 + 1000 + 1 - MAX_LINES} more lines"
    assert max(map(len, outline(hostile()).splitlines())) <= MAX_WIDTH


def test_outline_has_nothing_invisible_in_it() -> None:
    text = outline(hostile())
    assert text.replace("\n", "").isprintable()
    assert "\\u202e" in text and "[failed: " in text
    assert len(text.splitlines()) == 1 + 2 * len(HOSTILE)


def test_bundle_of_a_graph_and_of_a_widget() -> None:
    for data, metadata in (mime_bundle(seed()), show(seed())._repr_mimebundle_()):
        assert data["text/plain"] == OUTLINE
        assert data[WIDGET]["model_id"]
        content = base64.b64decode(data["image/png"])
        shown = metadata["image/png"]
        assert struct.unpack(">II", content[16:24]) == (2 * shown["width"], 2 * shown["height"])


def test_the_picture_is_what_is_on_screen() -> None:
    closed, opened = show(seed(), expanded=[]), show(seed(), expanded="all")
    heights = [widget._repr_mimebundle_()[1]["image/png"]["height"] for widget in (closed, opened)]
    assert heights[0] < heights[1]


def test_the_picture_of_a_slice_is_the_slice() -> None:
    widget = show(seed(), expanded="all")
    whole = widget._repr_mimebundle_()[1]["image/png"]["height"]
    widget.slice("session@1/tracer_1@2/save@3")
    assert widget._repr_mimebundle_()[1]["image/png"]["height"] < whole / 2


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
