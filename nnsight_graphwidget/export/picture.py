"""Pictures: ``.svg`` from the JavaScript core, ``.pdf`` from that SVG, ``.png`` from that PDF."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import ExportError
from ..graph import Graph
from ..graph.elements import to_elements
from ..graph.kinds import legend as legend_entries
from ..graph.text import legible
from ..view import Expanded, Positions, Steps, checked, is_number, opened
from . import engine

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
    """PNG by PDFium, of the PDF that is drawn of the SVG."""
    answer = drawn(graph, **options)
    zoom = _zoom(answer["width"], answer["height"], scale, dpi, width)
    return _rastered(answer, zoom, dpi, bool(options.get("transparent")))


def thumbnail(graph: Graph, **options: Any) -> tuple[bytes, dict[str, int]]:
    """A PNG and the size, in px, that it is to be shown at; a large graph's has its first boxes, and is less fine."""
    answer = drawn(graph, most=THUMBNAIL_BOXES, seconds=THUMBNAIL_SECONDS, **options)
    wide, high = answer["width"], answer["height"]
    content = _rastered(answer, min(2.0, (THUMBNAIL_PIXELS / (wide * high)) ** 0.5), seconds=THUMBNAIL_SECONDS)
    return content, {"width": round(wide), "height": round(high)}


def _rastered(
    answer: Mapping[str, Any],
    zoom: float,
    dpi: float | None = None,
    transparent: bool = False,
    seconds: float = engine.MAX_SECONDS,
) -> bytes:
    """With the bundled fonts alone, so that every machine gives the same pixels; a picture with a character that they lack
    (Chinese, an emoji) is drawn with the fonts of the system, too."""
    width, height = (max(1, round(zoom * answer[side])) for side in ("width", "height"))
    request = {"svg": answer["svg"], "width": width, "height": height, "dpi": dpi, "transparent": transparent, "fonts": FONTS}
    return engine.file("png", request, seconds)[0]


def pdf(graph: Graph, **options: Any) -> bytes:
    """PDF by the same code as the notebook's own download: one page of the drawing's size (a px is 1/96 inch), text as text
    in embedded fonts."""
    request = {"svg": drawn(graph, **options)["svg"], "title": legible(graph.title), "compressed": True}
    content, said = engine.file("pdf", request)
    if lacking := said["lacking"]:
        some = ", ".join(map(repr, lacking[:3])) + (" and more" if lacking[3:] else "")
        warnings.warn(
            f"the PDF has blanks for {some}: its fonts lack these characters;"
            " the notebook's own download and .png draw them in a font of the system",
            stacklevel=4,
        )
    return content


def drawn(
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
    seconds: float = engine.MAX_SECONDS,
) -> dict[str, Any]:
    """The JavaScript core's answer: ``svg``, ``width`` and ``height`` in px, and counts; options as in ``save``.

    No more than ``most`` boxes are drawn; the picture says how many are not.
    """
    if theme not in ("light", "dark"):
        raise ExportError(f"theme: 'light' or 'dark'; got {theme!r}")
    if not isinstance(footer, (bool, str)):
        raise ExportError(f"footer: True, False or a text; got {footer!r}")
    expanded = opened(graph, expanded)
    return engine.render(
        {
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
        },
        seconds,
    )


def _footer(graph: Graph) -> str:
    made = f"nnsight {graph.nnsight}, " if graph.nnsight else ""
    return f"{made}{date.today().isoformat()}"


def _zoom(wide: float, high: float, scale: float | None, dpi: float | None, width: int | None) -> float:
    given = [name for name, value in (("scale", scale), ("dpi", dpi), ("width", width)) if value is not None]
    if len(given) > 1:
        raise ExportError(f"{' and '.join(given)}: give one, they all set the size of a .png")
    for name, value in (("scale", scale), ("dpi", dpi), ("width", width)):
        if value is not None and not (is_number(value) and value > 0):
            raise ExportError(f"{name}: a number, more than 0; got {str(value)[:40]!r}")
    if scale is not None:
        zoom = scale
    elif dpi is not None:
        zoom = dpi / _PX_PER_INCH
    else:
        zoom = width / wide if width is not None else _usual(wide, high)
    most = _most(wide, high)
    if zoom > most:
        said = (
            f"the picture would have {wide * zoom:,.0f} × {high * zoom:,.0f} px;"
            f" {MAX_SIDE:,} a side and {MAX_PIXELS:,} in all are the most"
        )
        if given:
            raise ExportError(f"{given[0]}: {said}; scale up to {most:.2f} fits, .svg and .pdf always do")
        warnings.warn(f"{said}; it is drawn at scale {most:.2f}", stacklevel=3)
    return min(zoom, most)


def _usual(wide: float, high: float) -> float:
    return 2.0 if 4 * wide * high <= FINE_PIXELS else 1.0


def _most(wide: float, high: float) -> float:
    return float(min((MAX_PIXELS / (wide * high)) ** 0.5, MAX_SIDE / wide, MAX_SIDE / high))
