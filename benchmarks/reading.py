"""From a graph to what the browser is sent: Graph → elements → the widget's messages, and bytes a node on the wire."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from nnsight_graphwidget import Graph, GraphWidget, to_elements

from .figures import Figure
from .graphs import sessions

SIZES = (100, 1_000, 10_000, 100_000)


def measure(quick: bool) -> Iterator[Figure]:
    GraphWidget(sessions(20))  # imports, and the bundle
    for size in SIZES[:2] if quick else SIZES:
        graph = sessions(size)
        data = graph.to_dict()
        yield Figure("reading", "graph → elements", 1e6 * best(partial(to_elements, graph)) / size, "µs/node", size, 10.0)
        yield Figure("reading", "graph → dict", 1e6 * best(graph.to_dict) / size, "µs/node", size)
        yield Figure("reading", "dict → graph, checked", 1e6 * best(partial(Graph.from_dict, data)) / size, "µs/node", size)
        yield Figure("reading", "graph → what a widget sends", 1e6 * best(partial(sent, graph)) / size, "µs/node", size)
        yield Figure("reading", "elements as plain JSON", len(json.dumps(to_elements(graph))) / size, "B/node", size)
        yield Figure("reading", "elements on the wire", sent(graph) / size, "B/node", size, 250.0)


def sent(graph: Graph) -> int:
    """Bytes of the message that opens a widget in the browser; the front end's code is in another, once for all widgets."""
    from ipywidgets.widgets.widget import _remove_buffers

    state, _, buffers = _remove_buffers(GraphWidget(graph).get_state())
    state["layout"] = "IPY_MODEL_"
    return len(json.dumps(state)) + sum(len(buffer) for buffer in buffers)


def best(run: Callable[[], Any], rounds: int = 3) -> float:
    """Seconds of the quickest of some runs: what the machine's other work disturbs least."""
    seconds = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
