"""What recording costs: the same program with and without it, in one process, taking turns.

A GPT-2-shaped model of real width (12 layers, 768 wide, random weights, on the CPU), every block read, about 50 operations.
Run: ``python benchmarks/recording.py [rounds]``; figures are medians.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch

from nnsight_graphwidget import record
from tests.models import tiny_gpt2, tiny_net

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


def import_seconds(code: str) -> float:
    script = f"import time, nnsight; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout.split()[-1]) for run in runs)


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    model = tiny_gpt2(layers=12, width=768, heads=12)
    plain, with_ = turns(rounds, lambda: program(model), lambda: recorded(lambda: program(model)))
    ratios = [b / a for a, b in zip(plain, with_)]
    off, on = (1e3 * statistics.median(times) for times in (plain, with_))
    print(f"12 reads, 49 operations: plain {off:.1f} ms, recorded {on:.1f} ms")
    print(f"ratio {statistics.median(ratios):.3f} (aim ≤ 1.05), best of each {min(with_) / min(plain):.3f}")

    again, after = turns(rounds, lambda: program(model), lambda: program(model))
    print(f"when nothing records, against itself: {statistics.median(b / a for a, b in zip(again, after)):.3f} (aim 1.00)")

    net, x, count = tiny_net(), torch.rand(1, 5), 2000
    bare, seen = turns(5, lambda: many(net, x, count), lambda: recorded(lambda: many(net, x, count)))
    print(f"per recorded operation: {1e6 * (min(seen) - min(bare)) / count:.1f} µs (aim ≤ 30)")

    start = time.perf_counter()
    graph = recorded(lambda: many(net, x, count)).graph
    print(f"graph of {len(graph.nodes)} nodes built after {1e3 * (time.perf_counter() - start):.0f} ms, run included")

    ratio = peak(lambda: recorded(lambda: program(model))) / peak(lambda: program(model))
    print(f"peak of Python's own memory, recorded to plain: {ratio:.2f}")
    print(f"import: {1e3 * import_seconds('import nnsight_graphwidget.recorder'):.0f} ms after nnsight")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
