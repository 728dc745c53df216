"""``.cyjs``: Cytoscape.js JSON."""

from __future__ import annotations

from math import isfinite
from typing import Any

from ..graph import Edge, Graph, Group, Node
from ..graph.text import legible
from .rows import json_bytes, row_of


def write(graph: Graph) -> bytes:
    """Cytoscape.js JSON, which Cytoscape desktop and networkx open; sub-graphs are compound nodes.

    networkx knows a node by its ``value`` and an edge by its ``key``; a node's own value is ``shown_value``.
    """

    def element(item: Node | Group | Edge) -> dict[str, Any]:
        # JSON has no word for NaN and the infinite numbers: they are text, as in our own .json.
        row = {
            name: value if not isinstance(value, float) or isfinite(value) else str(value)
            for name, value in row_of(item).items()
        }
        if "value" in row:
            row["shown_value"] = row.pop("value")
        known = {"source": item.source, "target": item.target, "key": item.id} if isinstance(item, Edge) else {"value": item.id}
        return {"data": {"id": item.id, **known, "name": row.get("label", item.id), **row}}

    return json_bytes(
        {
            "format_version": "1.0",
            "generated_by": "nnsight-graphwidget",
            "target_cytoscapejs_version": "~3.0",
            "directed": True,
            "multigraph": True,
            "data": {"name": legible(graph.title), "shared_name": legible(graph.title)},
            "elements": {
                "nodes": [element(item) for item in graph.groups + graph.nodes],
                "edges": [element(edge) for edge in graph.edges],
            },
        }
    )
