"""``.json``: the graph itself."""

from __future__ import annotations

from ..graph import Graph
from .rows import json_bytes


def write(graph: Graph) -> bytes:
    """The graph as :func:`load` reads it. All ASCII: no control or bidirectional character is ever in the file as such."""
    return json_bytes(graph.to_dict())
