"""Ctrl-C anywhere: nnsight and torch are as they were, the next trace is recorded whole, and nothing of the last is left on.

``python tests/generations/test_interrupts.py 2000`` does as many as are asked for.
"""

from __future__ import annotations

import _thread
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.overrides import _get_current_function_mode_stack

import nnsight_graphwidget as ngw
from nnsight_graphwidget.recording import Recording, hooks, lanes
from nnsight_graphwidget.recording.outside import Outside
from tests.models import tiny_net


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_when_a_recording_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outside, "begun_at", _interrupted)
    with pytest.raises(KeyboardInterrupt), ngw.record():
        pass
    assert found_on() == []
    monkeypatch.undo()
    assert whole() == []


def test_when_an_installed_trace_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    ngw.install()
    try:
        monkeypatch.setattr(Recording, "__enter__", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            trace(tiny_net())
        monkeypatch.undo()
        assert shown() == []
    finally:
        ngw.uninstall()


def trace(model: Any) -> Any:
    with model.trace(torch.ones(1, 5)) as tracer:
        hidden = model.layer1.output
        for _ in range(2):
            hidden = hidden * 2
        hidden.sum().save()
    return tracer


def recorded(model: Any) -> None:
    with ngw.record():
        trace(model)


def nested(model: Any) -> None:
    with ngw.record(), model.session():
        with ngw.record(values=True):
            trace(model)
        trace(model)


def installed(model: Any) -> None:
    trace(model)


def many(model: Any) -> None:
    with ngw.record() as recording:
        pass
    for _ in range(3):
        with ngw.record() as recording:
            trace(model)
    recording.graph  # noqa: B018 (it is made)


def a_mode(model: Any) -> None:
    """A function mode of the user's is there before, meanwhile and after."""
    with Mode(), ngw.record():
        trace(model)


class Mode(torch.overrides.TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def in_a_thread(model: Any) -> None:
    """The main thread is interrupted while it waits; the other's traces end by themselves."""
    thread = threading.Thread(target=recorded, args=(model,))
    thread.start()
    try:
        recorded(tiny_net())
    finally:
        while thread.is_alive():
            thread.join()


PROGRAMS: tuple[Callable[[Any], None], ...] = (recorded, nested, installed, many, a_mode, in_a_thread)


def found_on() -> list[str]:
    """What is still on though nothing records."""
    seams = hooks()[0]._seams
    return [
        what
        for what, on in (
            ("a recording", lanes.current() is not None),
            ("a running trace", lanes.running.lane is not None),
            ("seams", bool(seams._patched) or bool(seams._users)),
            ("a mode of torch's", any(not isinstance(mode, Mode) for mode in _get_current_function_mode_stack())),
        )
        if on
    ]


def whole() -> list[str]:
    """What is wrong with the next trace that is recorded."""
    with ngw.record() as recording:
        trace(tiny_net())
    return wrong(recording.graph)


def shown() -> list[str]:
    """What is wrong with the next trace while install() is on."""
    return wrong(ngw.read(trace(tiny_net())))


def wrong(graph: ngw.Graph) -> list[str]:
    labels = Counter(node.label for node in graph.nodes if node.kind not in ("Input", "Value"))
    found = [] if graph.complete else [f"incomplete: {graph.reason}"]
    expected = Counter({"layer1.output": 1, "mul": 2, "sum": 1, "save": 1})
    return found if labels == expected else [*found, f"drawn: {dict(labels)}"]


def interrupt(program: Callable[[Any], None], after: float) -> tuple[bool, list[str]]:
    """Run a program, and Ctrl-C ``after`` so many seconds; whether it hit the program, and what is wrong then."""
    model = tiny_net()
    if program is installed:
        ngw.install()
    threads = threading.active_count()
    timer = threading.Timer(after, _thread.interrupt_main)
    hit = True
    try:
        timer.start()
        program(model)
        hit = False
        while timer.is_alive():  # it comes after the program
            time.sleep(0.001)
        time.sleep(0.001)
    except KeyboardInterrupt:
        pass
    timer.join()
    while threading.active_count() > threads:
        time.sleep(0.001)
    bad = []
    if program is installed:
        bad += shown()
        ngw.uninstall()
    while _get_current_function_mode_stack():  # a mode of the user's that an interrupt of its own has left on
        torch.overrides._pop_mode()
    return hit, [*bad, *found_on(), *whole()]


def interrupts(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Interrupts at random times of random programs: how many hit each, and what was wrong."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is given none
    chance = random.Random(seed)
    hits: Counter[str] = Counter()
    faults = []
    lasts: dict[str, float] = {}
    for program in PROGRAMS:
        for _ in range(6):  # the first are slower
            begun = time.perf_counter()
            program(tiny_net())
            lasts[program.__name__] = time.perf_counter() - begun
    for number in range(count):
        program = PROGRAMS[number % len(PROGRAMS)]
        hit, bad = interrupt(program, chance.uniform(0, 1.1 * lasts[program.__name__]))
        hits[program.__name__] += hit
        faults += [f"{number} {program.__name__}: {each}" for each in bad]
    return hits, faults


def test_interrupts_at_any_time() -> None:
    hits, faults = interrupts(200, seed=7)
    assert not faults
    assert sum(hits.values()) > 20  # on a busy machine many come after the program


if __name__ == "__main__":
    made, found = interrupts(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(f"{sum(made.values())} hit: {dict(made)}", *found, sep="\n")
