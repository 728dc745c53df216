"""A long day's work: a session of 200 traces over a 48-layer model, recorded, opened, searched, opened further and exported;
and a loop that runs on and on under ``install()``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tests.browser.conftest import ROOT, GraphView

from .browser import click, type_into_search
from .figures import Figure
from .page import notebooks

LAYERS, TRACES = 48, 200

#: Every trace adds up the last token of every second block; about 100 nodes each.
SESSION = """
import time
import torch
import nnsight_graphwidget as ngw
from tests.models import tiny_gpt2

torch.set_num_threads(1)
model = tiny_gpt2(layers={layers})

def session(traces):
    with model.session():
        for index in range(traces):
            with model.trace("the cat sat"):
                last = model.transformer.h[0].output[:, -1]
                for layer in range(2, {layers}, 2):
                    last = last + model.transformer.h[layer].output[:, -1]
                total = last.norm().save()

def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
"""

LOOP = """
import gc, json, torch, tracemalloc
from nnsight_graphwidget import install
from tests.models import tiny_net

model = tiny_net()
install()
x = torch.rand(1, 5)
kept = []
tracemalloc.start()
for step in range({steps}):
    with model.trace(x):
        out = model.layer1.output.sum().save()
    if step % ({steps} // 4) == {steps} // 4 - 1:
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0])
print(json.dumps(kept))
"""


def measure(quick: bool) -> Iterator[Figure]:
    traces = 10 if quick else TRACES
    part = f"{traces} traces, {LAYERS} layers"
    with notebooks() as open_:
        notebook = open_("scale")
        notebook.page.set_default_timeout(600_000)
        notebook.run(SESSION.format(layers=LAYERS))
        plain = float(notebook.run(f"session(1); print(seconds(lambda: session({traces})))"))
        recorded = float(
            notebook.run(f"with ngw.record() as recording:\n    took = seconds(lambda: session({traces}))\nprint(took)")
        )
        size = int(notebook.run("graph = recording.graph; print(len(graph.nodes))"))
        yield Figure(part, "recorded against plain, tiny model", recorded / plain, "×", size)
        yield Figure(part, "recorder's time", 1e6 * (recorded - plain) / size, "µs/node", size)
        drawn = notebook.show("w = ngw.GraphWidget(graph); display(w)", "ours", limit=120)
        if not drawn:
            yield Figure(part, "cell run → picture", "not in 120 s", "ms", size)
            return
        yield Figure(part, "cell run → picture", drawn["total"], "ms", size)
        yield Figure(part, "after the data arrived", drawn["total"] - drawn["arrived"], "ms", size, 1500.0)
        yield Figure(part, "longest freeze while it opens", drawn["freeze"], "ms", size, 200.0)
        view = GraphView(notebook.page)
        notebook.page.evaluate("() => void (bench.tasks.length = 0)")
        yield Figure(part, "search, the slowest letter", max(type_into_search(view, ["n", "no", "norm"])), "ms", size, 50.0)
        yield Figure(part, "longest freeze while searching", longest(notebook.page), "ms", size, 200.0)
        view.root.evaluate("root => root.querySelector('input[type=search]').blur()")
        closed = next(id for id, role in view.painted().items() if role == "closed")
        timed = click(view, closed)
        yield Figure(part, "click → picture", timed["took"], "ms", size)
        yield Figure(part, "longest freeze on a click", timed["freeze"], "ms", size, 200.0)
        for suffix in (".json", ".svg", ".html"):
            with tempfile.TemporaryDirectory() as folder:
                took = notebook.run(f"print(seconds(lambda: w.save({folder + '/graph' + suffix!r})))")
            yield Figure(part, f"saved as {suffix}", float(took), "s", size)
    steps = 400 if quick else 4_000
    kept = looped(steps)
    yield Figure(
        "a loop under install()", f"kept by a trace, of {steps:,}", (kept[-1] - kept[0]) / (0.75 * steps), "B", aim=100.0
    )
    yield Figure("a loop under install()", "kept in all at the end", kept[-1] / 1e6, "MB")


def longest(page: Any) -> float:
    page.wait_for_timeout(300)  # long tasks are told late
    return float(page.evaluate("() => Math.max(0, ...bench.tasks.map(task => task.took))"))


def looped(steps: int) -> list[int]:
    """Bytes of Python objects alive after each quarter of a loop of traces."""
    command = [sys.executable, "-c", LOOP.format(steps=steps)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    kept: list[int] = json.loads(done.stdout.splitlines()[-1])
    return kept
