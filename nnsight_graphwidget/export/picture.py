"""Pictures: ``.svg`` and ``.pdf`` from the JavaScript core, ``.png`` from that PDF.

Each is one request to the drawing process.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..elements import to_elements
from ..errors import ExportError
from ..graph import Graph
from ..legend import legend as legend_entries
from . import engine
from .text import legible
from .view import Expanded, Positions, Steps, checked, is_number, opened

FONTS = sorted(map(str, (Path(__file__).parent.parent / "static").glob("*.ttf")))
#: Boxes in a picture: with expanded="auto", and at the very most.
AUTO_BOXES, MAX_BOXES = 500, 10_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384  # more is what browsers refuse to show
#: Pixels up to which a .png has two for each px of the drawing when nothing is asked for; past that it has one.
FINE_PIXELS = 8_000_000
#: The same for the still picture beside a live view, which waits for it, a tenth of a second for a million pixels.
THUMBNAIL_BOXES, THUMBNAIL_PIXELS = 60, 1_200_000
#: After which a cell goes without: no cell is worth a wait for what is beside its live view.
THUMBNAIL_SECONDS = 10.0
_PX_PER_INCH = 96


def svg(graph: Graph, **options: Any) -> bytes:
    """SVG with its fonts inside."""
    content: str = drawn(graph, embed_font=True, **options)["svg"]
    return content.encode()


def png(
    graph: Graph, *, scale: float | None = None, dpi: float | None = None, width: int | None = None, **options: Any
) -> bytes:
    """PNG by PDFium, of the PDF that is drawn."""
    given = _one_size(scale, dpi, width)
    wanted = {"scale": dpi / _PX_PER_INCH if dpi is not None else scale, "width": width, "dpi": dpi, "exact": given is not None}
    content, said = _rastered(_request(graph, **options), wanted, MAX_PIXELS)
    if said["zoom"] > said["most"]:
        large = (
            f"the picture would have {said['width'] * said['zoom']:,.0f} × {said['height'] * said['zoom']:,.0f} px;"
            f" {MAX_SIDE:,} a side and {MAX_PIXELS:,} in all are the most"
        )
        if given is not None:
            raise ExportError(f"{given}: {large}; scale up to {said['most']:.2f} fits, .svg and .pdf always do")
        warnings.warn(f"{large}; it is drawn at scale {said['most']:.2f}", stacklevel=3)
    return content


def thumbnail(graph: Graph, **options: Any) -> tuple[bytes, dict[str, int]]:
    """A PNG and the size, in px, that it is to be shown at; a large graph's has its first boxes, and is less fine."""
    request = _request(graph, most=THUMBNAIL_BOXES, **options)
    wanted = {"scale": 2.0, "width": None, "dpi": None, "exact": False}
    content, said = _rastered(request, wanted, THUMBNAIL_PIXELS, THUMBNAIL_SECONDS)
    return content, {"width": round(said["width"]), "height": round(said["height"])}


def _rastered(
    request: Mapping[str, Any], wanted: Mapping[str, Any], pixels: int, seconds: float = engine.MAX_SECONDS
) -> tuple[bytes, dict[str, Any]]:
    """The pixels, and the drawing's size in px with the zoom that is wanted and the most that there may be.

    They are drawn with the bundled fonts alone, so that every machine gives the same; a picture with a character that these
    lack (Chinese, an emoji) is drawn with the fonts of the system, too.
    """
    limits = {"fine_pixels": FINE_PIXELS, "most_pixels": pixels, "most_side": MAX_SIDE}
    return engine.file("png", {"drawing": request, **wanted, **limits, "fonts": FONTS}, seconds)


def pdf(graph: Graph, **options: Any) -> bytes:
    """PDF by the same code as the notebook's own download: one page of the drawing's size (a px is 1/96 inch), text as text
    in embedded fonts."""
    content, said = engine.file("pdf", {**_request(graph, **options), "document_title": legible(graph.title)})
    if lacking := said["lacking"]:
        some = ", ".join(map(repr, lacking[:3])) + (" and more" if lacking[3:] else "")
        warnings.warn(
            f"the PDF has blanks for {some}: its fonts lack these characters;"
            " the notebook's own download and .png draw them in a font of the system",
            stacklevel=4,
        )
    return content


def drawn(graph: Graph, **options: Any) -> dict[str, Any]:
    """The JavaScript core's answer: ``svg``, ``width`` and ``height`` in px, and counts; options as in ``save``."""
    return engine.render(_request(graph, **options))


def _request(
    graph: Graph,
    *,
    theme: str = "light",
    expanded: Expanded = "auto",
    hidden_kinds: Iterable[str] = ("Value",),
    steps: Steps | None = None,
    positions: Positions | None = None,
    arrangement: str = "flow",
    legend: bool = True,
    footer: bool | str = False,
    transparent: bool = False,
    embed_font: bool = False,
    most: int | None = None,
) -> dict[str, Any]:
    """What the JavaScript core is asked, after a check; options as in ``save``.

    No more than ``most`` boxes are drawn; the picture says how many are not.
    """
    if theme not in ("light", "dark"):
        raise ExportError(f"theme: 'light' or 'dark'; got {theme!r}")
    if not isinstance(footer, (bool, str)):
        raise ExportError(f"footer: True, False or a text; got {footer!r}")
    expanded = opened(graph, expanded)
    return {
        **checked(graph, hidden_kinds, steps, positions, arrangement),
        "elements": to_elements(graph),
        "legend": legend_entries(),
        "title": graph.title,
        "expanded": "all" if expanded == "auto" else expanded,
        "max_elements": most or (AUTO_BOXES if expanded == "auto" else MAX_BOXES),
        "theme": theme,
        "show_legend": legend,
        "footer": _footer(graph) if footer is True else footer or "",
        "transparent": transparent,
        "embed_font": embed_font,
    }


def _footer(graph: Graph) -> str:
    made = f"nnsight {graph.nnsight}, " if graph.nnsight else ""
    return f"{made}{date.today().isoformat()}"


def _one_size(scale: float | None, dpi: float | None, width: int | None) -> str | None:
    """The name of the one that was given, if one was; raises ExportError."""
    given = {name: value for name, value in (("scale", scale), ("dpi", dpi), ("width", width)) if value is not None}
    if len(given) > 1:
        raise ExportError(f"{' and '.join(given)}: give one, they all set the size of a .png")
    for name, value in given.items():
        if not (is_number(value) and value > 0):
            raise ExportError(f"{name}: a number, more than 0; got {str(value)[:40]!r}")
    return next(iter(given), None)
