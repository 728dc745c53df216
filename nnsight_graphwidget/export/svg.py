"""``.svg``: the drawing as the JavaScript core gives it."""

from __future__ import annotations

from typing import Any

from ..graph import Graph
from .picture import drawn


def write(graph: Graph, **options: Any) -> bytes:
    """SVG with its fonts inside."""
    content: str = drawn(graph, embed_font=True, **options)["svg"]
    return content.encode()
