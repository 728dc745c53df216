"""What recording does for an operation does not grow with the block: counted in lines of ours that run, not in seconds."""

from __future__ import annotations

import linecache
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

import nnsight_graphwidget
from nnsight_graphwidget import record
from nnsight_graphwidget.graph.elements import to_elements
from tests.models import tiny_net

OURS = os.path.dirname(nnsight_graphwidget.__file__) + os.sep


def program(name: str, lines: list[str]) -> Callable[..., Any]:
    """A function with a block of these lines."""
    text = "def run(model, x, ws):\n    with model.trace(x):\n        h = model.layer1.output\n"
    text += "".join(f"        {line}\n" for line in lines) + "        out = h.save()\n    return out\n"
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    scope: dict[str, Any] = {"torch": torch}
    exec(compile(text, file, "exec"), scope)
    run: Callable[..., Any] = scope["run"]
    return run


def work(run: Callable[[], Any]) -> int:
    """How many lines of the package's own code run."""
    count = 0

    def step(frame: Any, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return step

    def call(frame: Any, event: str, arg: Any) -> Any:
        return step if frame.f_code.co_filename.startswith(OURS) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


def straight(count: int) -> list[str]:
    return [f"h{i} = h * {i}" for i in range(count)]


def outer(count: int) -> list[str]:
    return [f"h = h + ws[{i}]" for i in range(count)]


def nested(count: int) -> list[str]:
    return ["for i in range(1):", *(f"    h{i} = h * {i}" for i in range(count))]


def branched(count: int) -> list[str]:
    return ["if h.sum() > -1e9:", *(f"    h{i} = h * {i}" for i in range(count)), "else:", *(["    h = h + 1"] * count)]


def items(count: int) -> list[str]:
    return [f"s = torch.stack([{', '.join(f'ws[{i}]' for i in range(count))}])"]


@pytest.mark.parametrize("lines", [straight, outer, nested, branched, items])
def test_work_is_linear(lines: Callable[[int], list[str]]) -> None:
    model, x = tiny_net(), torch.rand(1, 5)
    ws = [torch.rand(1, 10) for _ in range(800)]

    def recorded(count: int) -> tuple[int, int, int]:
        run = program(f"{lines.__name__} {count}", lines(count))
        found: list[Any] = []

        def once() -> None:
            with record() as recording:
                run(model, x, ws)
            found.append(recording)

        first, again = work(once), work(once)
        drawn = work(lambda: to_elements(found[-1].graph))
        assert len(found[-1].graph.nodes) >= count
        return first, again, drawn

    short, long = recorded(200), recorded(800)
    assert [part for part, (one, four) in zip(("recording", "again", "graph"), zip(short, long)) if four > 4.4 * one] == []


def stepped(h: torch.Tensor) -> torch.Tensor:
    for _ in range(2):
        h = h + 1
    if h.sum() > -1e9:
        h = h * 2
    return h


def falls(h: torch.Tensor, found: list[torch.Tensor]) -> None:
    if h.sum() > -1e9:
        found.append(h * 2)


def broken(h: torch.Tensor) -> None:
    raise ValueError("no")


def steps(h: torch.Tensor) -> Iterator[torch.Tensor]:
    for i in range(3):
        yield h * i


def first(h: torch.Tensor) -> torch.Tensor:
    half = steps(h)
    return next(half)


def abandoned(h: torch.Tensor) -> weakref.ref[torch.Tensor]:
    value = h + 1
    lazy = (each * 2 for each in [value])
    assert lazy is not None
    return weakref.ref(value)


def test_nothing_is_kept_of_a_frame_that_has_ended() -> None:
    model, x = tiny_net(), torch.rand(1, 5)
    kept: list[Any] = []
    with record() as recording:
        with model.trace(x):
            h = model.layer1.output
            records = recording._watch.flow.records
            for _ in range(3):
                falls(stepped(h), [])
                h = h * sum(v for v in [1.0, h.sum().item()])
                h = max([h, h], key=lambda t: t.sum().item())
                h = first(h)
                h = sum(steps(h))
                kept.append(abandoned(h)())
                try:
                    broken(h)
                except ValueError:
                    pass
                kept.append((len(records._frames), len(records._drawn), len(records._kept)))
            out = h.save()
    assert out is not None and recording.graph.complete, recording.graph.reason
    assert kept == [None, (1, 0, 0)] * 3
