"""Runs the programs of ``tests/golden/programs`` with and without recording, and writes their golden graphs anew.

Each program is the code a user writes, one construct a file, with ``model`` (``tiny_net``), ``gpt2``, ``x``, ``x2``, ``torch``
and ``nnsight`` as given. ``python -m tests.recording.programs [name …]`` writes the golden graphs: read the difference before
committing it.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import sys
import warnings
from pathlib import Path
from typing import Any

import nnsight
import torch

from nnsight_graphwidget import Graph, record, to_elements
from tests.models import tiny_gpt2, tiny_net

GOLDEN = Path(__file__).parent.parent / "golden"
PROGRAMS = GOLDEN / "programs"
GIVEN = ("model", "gpt2", "x", "x2", "torch", "nnsight")

#: The seed's graph is read by every suite, so it is not among the programs' own.
SEED = "seed"


def names() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("*.py"))


def golden(name: str) -> Path:
    return GOLDEN / "seed.graph.json" if name == SEED else PROGRAMS / f"{name}.graph.json"


def given() -> dict[str, Any]:
    torch.manual_seed(423)
    values = {"x": torch.rand((1, 5)), "x2": torch.rand((1, 5)), "model": tiny_net(), "torch": torch, "nnsight": nnsight}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nnsight.NNsightDeprecationWarning)
        values["gpt2"] = tiny_gpt2()
    return values


def run(name: str, recorded: bool) -> tuple[dict[str, Any], BaseException | None, Graph | None]:
    """The program's own names after it ran, what it raised, and its graph."""
    file = f"{name}.py"
    text = (PROGRAMS / file).read_text("utf-8")
    lines = text.splitlines(keepends=True)
    linecache.cache[file] = (len(text), None, lines, file)
    from nnsight.tracing import globals as memo

    for key in [key for key in memo.BLOCKS if key[0] == file]:
        del memo.BLOCKS[key]
    memo.SOURCES.pop(file, None)
    scope = {**given(), "__name__": name}
    error: BaseException | None = None
    recording = record(title=None) if recorded else None
    torch.manual_seed(0)
    try:
        with recording or contextlib.nullcontext():
            exec(compile(text, file, "exec"), scope)
    except Exception as raised:
        error = raised
    own = {key: value for key, value in scope.items() if key not in GIVEN and not key.startswith("__")}
    return own, error, recording.graph if recording is not None else None


def main(chosen: list[str]) -> None:
    for name in chosen or names():
        graph = run(name, recorded=True)[2]
        assert graph is not None
        golden(name).write_text(json.dumps(graph.to_dict(), indent=1) + "\n", "utf-8")
        if name == SEED:
            (GOLDEN / "seed.elements.json").write_text(json.dumps(to_elements(graph), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
