"""``.txt``: the whole graph as an indented outline, for terminals, clusters, logs, diffs and language models."""

from __future__ import annotations

from typing import Any

from ..graph import Graph
from ..graph.outline import outline
from .folding import as_asked


def write(graph: Graph, **options: Any) -> bytes:
    """A line for each sub-graph and node that is seen, none of them cut, every pass of every loop."""
    return (outline(as_asked(graph, options), max_lines=None, width=None, whole=graph) + "\n").encode()
