"""The text beside a graph is that of what ran: cells, edited files, odd indents, line ends, tabs, form feeds, encodings."""

from __future__ import annotations

import importlib.util
import linecache
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

import nnsight_graphwidget as ngw
from tests.models import tiny_net

BODY = """\
def run(model, x):
    with model.trace(x):
        hidden = model.layer1.output
        doubled = hidden * 2  # é
        total = doubled.sum().save()
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Makes a module of a file with these bytes."""
    names = []

    def make(content: bytes, name: str = "written") -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_bytes(content)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield make
    for name in names:
        sys.modules.pop(name, None)


def recorded(run: Any) -> ngw.Graph:
    with ngw.record() as recording:
        run(tiny_net(), torch.ones(1, 5))
    return recording.graph


def texts(graph: ngw.Graph) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(n.label, n.line, n.text, n.variable) for n in graph.nodes if n.kind not in ("Input", "Value")]


def in_place(graph: ngw.Graph) -> None:
    """Each node's text is in the source of its file, at its line."""
    assert graph.complete, graph.reason
    for node in graph.nodes:
        if node.kind in ("Input", "Value") or node.line is None:
            continue
        source = next(
            s for s in graph.sources if s.file == node.file and s.line <= node.line < s.line + len(s.text.split("\n"))
        )
        line = source.text.split("\n")[node.line - source.line]
        assert node.text is not None and node.text.split("\n")[0].strip() in line


PLAIN = [
    ("layer1.output", 3, "model.layer1.output", "hidden"),
    ("mul", 4, "hidden * 2", "doubled"),
    ("sum", 5, "doubled.sum()", None),
    ("save", 5, "doubled.sum().save()", "total"),
]


def moved(by: int) -> list[tuple[str, int, str, str | None]]:
    return [(label, line + by, text, variable) for label, line, text, variable in PLAIN]


@pytest.mark.parametrize(
    ("content", "by"),
    [
        (BODY.encode(), 0),
        (BODY.replace("\n", "\r\n").encode(), 0),
        (BODY.replace("\n", "\r").encode(), 0),
        (BODY.replace("    ", "\t").encode(), 0),
        (BODY.replace("        ", "    \t").encode(), 0),
        (b"\xef\xbb\xbf" + BODY.encode(), 0),
        (f"# -*- coding: latin-1 -*-\n{BODY}".encode("latin-1"), 1),
        (f"# é\n\f\n{BODY}".encode(), 2),
        (BODY.replace("        doubled", "\f        doubled").encode(), 0),
        (BODY.replace("hidden * 2", "hidden * 2\f").encode(), 0),
        (f"# \u2028 \x1c \x85 x\n{BODY}".encode(), 1),
        (BODY.rstrip("\n").encode(), 0),
    ],
    ids=[
        "plain",
        "crlf",
        "cr",
        "tabs",
        "mixed",
        "bom",
        "latin-1",
        "form feed",
        "indented ff",
        "ff in a line",
        "separators",
        "no end",
    ],
)
def test_files(made: Any, content: bytes, by: int) -> None:
    graph = recorded(made(content).run)
    assert texts(graph) == moved(by)
    in_place(graph)


def test_an_edited_file_shows_what_ran(made: Any, tmp_path: Path) -> None:
    module = made(BODY.encode())
    module.run(tiny_net(), torch.ones(1, 5))
    (tmp_path / "written.py").write_text(f"# one\n# two\n\n{BODY.replace('* 2', '* 3')}")
    linecache.checkcache()
    graph = recorded(module.run)
    assert texts(graph) == PLAIN
    in_place(graph)


def test_an_edited_helper_says_that_its_text_is_not_what_ran(made: Any, tmp_path: Path) -> None:
    made(b"def double(t):\n    u = t * 2\n    return u\n", "helper")
    run = b"def run(m, x):\n    with m.trace(x):\n        s = helper.double(m.layer1.output).save()\n"
    own = made(b"import helper\n" + run, "own")
    (tmp_path / "helper.py").write_text("import torch\n\ndef other(t):\n    return torch.relu(t)\n")
    linecache.checkcache()
    graph = recorded(own.run)
    mul = next(node for node in graph.nodes if node.label == "mul")
    assert (mul.line, mul.text, mul.variable) == (2, None, None)
    assert all("relu" not in source.text for source in graph.sources)
    assert not graph.complete
    assert "helper.py" in (graph.reason or "") and "edited" in (graph.reason or "")


def test_what_an_edit_left_as_it_was_is_shown(made: Any, tmp_path: Path) -> None:
    """A function that was added below changes nothing above."""
    module = made(BODY.encode())
    (tmp_path / "written.py").write_text(f"{BODY}\n\ndef more():\n    pass\n")
    linecache.checkcache()
    graph = recorded(module.run)
    assert texts(graph) == PLAIN
    in_place(graph)


def cell(name: str, text: str, names: dict[str, Any]) -> None:
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), names)


HELPER = "def double(t):\n    return t * 2\n"
TRACE = "with ngw.record() as recording:\n    with model.trace(x):\n        out = double(model.layer1.output).save()\n"


def test_cells_are_told_apart() -> None:
    names = {"model": tiny_net(), "x": torch.ones(1, 5), "ngw": ngw}
    cell("/tmp/ipykernel_1/11.py", HELPER, names)
    cell("/tmp/ipykernel_1/22.py", TRACE, names)
    graph = names["recording"].graph  # type: ignore[attr-defined]
    in_place(graph)
    files = {node.label: node.file for node in graph.nodes}
    assert files["layer1.output"] == "cell"
    assert files["mul"] == "cell 2"


def test_cells_have_their_numbers() -> None:
    InteractiveShell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    shell = InteractiveShell.instance()
    try:
        shell.user_ns.update(model=tiny_net(), x=torch.ones(1, 5), ngw=ngw)
        shell.run_cell(HELPER, store_history=True)
        shell.run_cell("1 + 1", store_history=True)
        assert shell.run_cell(TRACE, store_history=True).success
        graph = shell.user_ns["recording"].graph
        shell.run_cell(HELPER, store_history=True)  # the same text again: what ran then is not what ran before
        assert shell.user_ns["recording"].graph is graph
    finally:
        InteractiveShell.clear_instance()
    in_place(graph)
    files = {node.label: node.file for node in graph.nodes}
    assert (files["mul"], files["layer1.output"]) == ("In [1]", "In [3]")


def test_files_of_one_name_are_told_apart(made: Any, tmp_path: Path) -> None:
    helpers = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "helper.py"
        path.write_text(HELPER)
        names: dict[str, Any] = {}
        exec(compile(HELPER, str(path), "exec"), names)
        helpers.append(names["double"])
    model = tiny_net()
    first, second = helpers
    with ngw.record() as recording:
        with model.trace(torch.ones(1, 5)):
            second(first(model.layer1.output)).save()
    files = {node.file for node in recording.graph.nodes if node.label == "mul"}
    assert files in ({"helper.py", "one/helper.py"}, {"helper.py", "two/helper.py"})


def test_lines_that_are_indented_less_than_the_with_are_whole(made: Any) -> None:
    text = (
        "def run(m, x):\n    with m.trace(x):\n        a = m.layer1.output\n        b = a + len('''one\ntwo''')\n"
        "        c = b \\\n* 2\n# outside\n        d = c.sum(\n  ).save()\n"
    )
    graph = recorded(made(text.encode()).run)
    in_place(graph)
    assert graph.sources[0].text == (
        "with m.trace(x):\n    a = m.layer1.output\n    b = a + len('''one\ntwo''')\n"
        "    c = b \\\n* 2\n# outside\n    d = c.sum(\n).save()\n"
    )
