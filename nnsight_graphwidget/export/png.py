"""``.png``: the drawing in pixels."""

from __future__ import annotations

import warnings
from typing import Any

from ..errors import ExportError, OptionError
from ..graph import Graph
from ..graph.questions import known
from ..view import SaveOptions, checked
from .picture import drawn, rastered

MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384  # more is what browsers refuse to show
#: Pixels up to which a .png has two for each px of the drawing when nothing is asked for; past that it has one.
FINE_PIXELS = 8_000_000
_PX_PER_INCH = 96


def write(
    graph: Graph, *, scale: float | None = None, dpi: float | None = None, width: int | None = None, **options: Any
) -> bytes:
    """PNG by PDFium, of the PDF that is drawn of the SVG."""
    sizes = {name: size for name, size in (("scale", scale), ("dpi", dpi), ("width", width)) if size is not None}
    checked(SaveOptions, sizes, known(graph))
    if len(sizes) > 1:
        raise OptionError(f"{' and '.join(sizes)}: give one, they all set the size of a .png")
    answer = drawn(graph, **options)
    zoom = _zoom(answer["width"], answer["height"], **sizes)
    return rastered(answer, zoom, dpi, bool(options.get("transparent")))


def _zoom(wide: float, high: float, **asked: float) -> float:
    """Pixels for each px of the drawing, by what was asked for: one of ``scale``, ``dpi`` and ``width``, or nothing."""
    one = {"scale": 1.0, "dpi": _PX_PER_INCH, "width": wide}
    zoom = next((size / one[name] for name, size in asked.items()), _usual(wide, high))
    most = _most(wide, high)
    if zoom > most:
        said = (
            f"the picture would have {wide * zoom:,.0f} × {high * zoom:,.0f} px;"
            f" {MAX_SIDE:,} a side and {MAX_PIXELS:,} in all are the most"
        )
        if asked:
            raise ExportError(f"{next(iter(asked))}: {said}; scale up to {most:.2f} fits, .svg and .pdf always do")
        warnings.warn(f"{said}; it is drawn at scale {most:.2f}", stacklevel=4)
    return min(zoom, most)


def _usual(wide: float, high: float) -> float:
    return 2.0 if 4 * wide * high <= FINE_PIXELS else 1.0


def _most(wide: float, high: float) -> float:
    return float(min((MAX_PIXELS / (wide * high)) ** 0.5, MAX_SIDE / wide, MAX_SIDE / high))
