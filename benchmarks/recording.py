"""What recording costs: the same program with and without it, in one process, taking turns.

A GPT-2-shaped model of real width (12 layers, 768 wide, random weights, on the CPU), every block read, about 50 operations.
"""

from __future__ import annotations

import gc
import linecache
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import torch

from nnsight_graphwidget import record
from tests.models import tiny_gpt2, tiny_net

from .figures import Figure, middle

PROMPT = "the cat sat on the mat and the dog ran to a house in the garden " * 2


def program(model: Any) -> Any:
    with model.trace(PROMPT):
        norms = []
        for layer in range(12):
            hidden = model.transformer.h[layer].output
            last = hidden[:, -1]
            centred = last - last.mean(dim=-1, keepdim=True)
            norms.append(centred.norm())
        spread = torch.stack(norms).std().save()
    return spread


def many(model: Any, x: torch.Tensor, count: int) -> Any:
    """``count`` operations that cost next to nothing, so that what is left is the recorder."""
    with model.trace(x):
        value = model.layer1.output
        for _ in range(count):
            value = value + 1
        total = value.save()
    return total


def straight(model: Any, x: torch.Tensor, count: int) -> Callable[[], Any]:
    """A block of that many lines, one operation each."""
    text = "def run(model, x):\n    with model.trace(x):\n        h = model.layer1.output\n"
    text += "".join(f"        h{i} = h * {i}\n" for i in range(count)) + "        out = h.save()\n    return out\n"
    name = f"<{count} lines>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope: dict[str, Any] = {}
    exec(compile(text, name, "exec"), scope)
    return lambda: scope["run"](model, x)


def added(run: Callable[[], Any], count: int) -> tuple[float, float]:
    """Seconds of the processor that an operation costs more when it is recorded, and when its graph is built as well."""

    def spent(what: Callable[[], Any]) -> float:
        gc.collect()
        start = time.process_time()
        what()
        return time.process_time() - start

    recorded(run)
    rounds = [(spent(run), spent(lambda: recorded(run)), spent(lambda: recorded(run).graph)) for _ in range(3)]
    bare, seen, built = (min(each) for each in zip(*rounds))
    return (seen - bare) / count, (built - bare) / count


def turns(rounds: int, plain: Callable[[], Any], other: Callable[[], Any]) -> tuple[list[float], list[float]]:
    """Seconds of each, one after the other so that both see the same machine."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for round_ in range(rounds + 1):
        for which, run in enumerate((plain, other)):
            gc.collect()
            start = time.perf_counter()
            run()
            if round_:  # the first warms up
                seconds[which].append(time.perf_counter() - start)
    return seconds


def recorded(run: Callable[[], Any]) -> Any:
    with record() as recording:
        run()
    return recording


def peak(run: Callable[[], Any]) -> int:
    gc.collect()
    tracemalloc.start()
    run()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def measure(quick: bool) -> Iterator[Figure]:
    torch.set_num_threads(1)
    model = tiny_gpt2(layers=12, width=768, heads=12)
    rounds = 5 if quick else 25
    plain, with_ = turns(rounds, lambda: program(model), lambda: recorded(lambda: program(model)))
    ratio = middle(b / a for a, b in zip(plain, with_))
    yield Figure("recording", "12 reads, 49 operations, recorded to plain", ratio, "", aim=1.05)
    yield Figure("recording", "the same, best run of each", min(with_) / min(plain), "", aim=1.05)
    again, after = turns(rounds, lambda: program(model), lambda: program(model))
    yield Figure("recording", "plain against itself: what the machine adds", middle(b / a for a, b in zip(again, after)), "")
    net, x, count = tiny_net(), torch.rand(1, 5), 2000
    bare, seen = turns(5, lambda: many(net, x, count), lambda: recorded(lambda: many(net, x, count)))
    yield Figure("recording", "an operation that costs nothing", 1e6 * (min(seen) - min(bare)) / count, "µs", aim=30.0)
    short, long = (added(straight(net, x, size), size) for size in (500, 1000 if quick else 10_000))
    for what, one, other in zip(("recorded", "recorded, and its graph built"), short, long):
        yield Figure("recording", f"an operation in a long block to one in a block of 500, {what}", other / one, "", aim=1.2)
    ratio = peak(lambda: recorded(lambda: program(model))) / peak(lambda: program(model))
    yield Figure("recording", "peak of Python's own memory, recorded to plain", ratio, "")
