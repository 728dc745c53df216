"""``.png``: the drawing in pixels."""

from __future__ import annotations

import warnings
from typing import Any

from ..errors import ExportError, OptionError
from ..graph import Graph
from ..graph.questions import known
from ..view import SaveOptions, checked
from .picture import rastered, request

MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384  # more is what browsers refuse to show
#: Pixels up to which a .png has two for each px of the drawing when nothing is asked for; past that it has one.
FINE_PIXELS = 8_000_000
_PX_PER_INCH = 96


def write(
    graph: Graph, *, scale: float | None = None, dpi: float | None = None, width: int | None = None, **options: Any
) -> bytes:
    """PNG by PDFium, of the PDF that is drawn."""
    sizes = {name: size for name, size in (("scale", scale), ("dpi", dpi), ("width", width)) if size is not None}
    checked(SaveOptions, sizes, known(graph))
    if len(sizes) > 1:
        raise OptionError(f"{' and '.join(sizes)}: give one, they all set the size of a .png")
    wanted = {
        "scale": dpi / _PX_PER_INCH if dpi is not None else scale,
        "width": width,
        "dpi": dpi,
        "exact": bool(sizes),
        "fine_pixels": FINE_PIXELS,
        "most_pixels": MAX_PIXELS,
        "most_side": MAX_SIDE,
    }
    content, said = rastered(request(graph, **options), wanted)
    if said["zoom"] > said["most"]:
        large = (
            f"the picture would have {said['width'] * said['zoom']:,.0f} × {said['height'] * said['zoom']:,.0f} px;"
            f" {MAX_SIDE:,} a side and {MAX_PIXELS:,} in all are the most"
        )
        if sizes:
            raise ExportError(f"{next(iter(sizes))}: {large}; scale up to {said['most']:.2f} fits, .svg and .pdf always do")
        warnings.warn(f"{large}; it is drawn at scale {said['most']:.2f}", stacklevel=3)
    return content
