"""``.pdf``: the drawing as PDF, by the same code as the notebook's own download."""

from __future__ import annotations

import warnings
from typing import Any

from ..graph import Graph
from . import engine
from .picture import request


def write(graph: Graph, **options: Any) -> bytes:
    """PDF by the same code as the notebook's own download: one page of the drawing's size (a px is 1/96 inch), text as text
    in embedded fonts."""
    content, said = engine.file("pdf", request(graph, **options))
    if lacking := said["lacking"]:
        some = ", ".join(map(repr, lacking[:3])) + (" and more" if lacking[3:] else "")
        warnings.warn(
            f"the PDF has blanks for {some}: its fonts lack these characters;"
            " the notebook's own download and .png draw them in a font of the system",
            stacklevel=4,
        )
    return content
