"""Pictures: ``.svg`` from the JavaScript core, ``.png`` and ``.pdf`` from that SVG."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from ..elements import to_elements
from ..errors import ExportError
from ..graph import Graph
from ..legend import legend as legend_entries
from . import engine
from .text import legible

FONTS = Path(__file__).parent.parent / "static"
#: family and style (as fpdf2 names it) → file
FONT_FILES = {
    ("DejaVu Sans", ""): FONTS / "DejaVuSans.ttf",
    ("DejaVu Sans", "B"): FONTS / "DejaVuSans-Bold.ttf",
    ("DejaVu Sans Mono", ""): FONTS / "DejaVuSansMono.ttf",
    ("DejaVu Sans Mono", "B"): FONTS / "DejaVuSansMono-Bold.ttf",
}
#: Boxes in a picture: with expanded="auto", and at the very most.
AUTO_BOXES, MAX_BOXES = 500, 10_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384  # more is what browsers refuse to show, and resvg slow to draw
#: Pixels up to which a .png has two for each px of the drawing when nothing is asked for; past that it has one.
FINE_PIXELS = 8_000_000
#: The same for the still picture beside a live view, which waits for it, a tenth of a second for a million pixels.
THUMBNAIL_BOXES, THUMBNAIL_PIXELS = 60, 1_200_000
_PX_PER_INCH = 96
_PT_PER_PX = 0.75

Expanded = Literal["auto", "all"] | Iterable[str]
Positions = Mapping[str, Sequence[float]]

_EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)  # in every PDF: the same graph gives the same bytes


def svg(graph: Graph, **options: Any) -> bytes:
    """SVG with its fonts inside."""
    content: str = drawn(graph, embed_font=True, **options)["svg"]
    return content.encode()


def png(
    graph: Graph, *, scale: float | None = None, dpi: float | None = None, width: int | None = None, **options: Any
) -> bytes:
    """PNG by resvg, with the bundled fonts only."""
    answer = drawn(graph, **options)
    content = _rastered(answer["svg"], _zoom(answer["width"], answer["height"], scale, dpi, width))
    return content if dpi is None else _with_resolution(content, dpi)


def thumbnail(graph: Graph, **options: Any) -> tuple[bytes, dict[str, int]]:
    """A PNG and the size, in px, that it is to be shown at; a large graph's has its first boxes, and is less fine."""
    answer = drawn(graph, most=THUMBNAIL_BOXES, **options)
    wide, high = answer["width"], answer["height"]
    content = _rastered(answer["svg"], min(2.0, (THUMBNAIL_PIXELS / (wide * high)) ** 0.5))
    return content, {"width": round(wide), "height": round(high)}


def _rastered(content: str, zoom: float) -> bytes:
    """With the bundled fonts alone, so that every machine gives the same bytes; a character that they lack (Chinese, an
    emoji) is drawn in a font of the system, if it has one."""
    import resvg_py

    raster: bytes = resvg_py.svg_to_bytes(
        svg_string=content,
        zoom=zoom,
        skip_system_fonts=content.isascii() or _glyphs().issuperset(map(ord, set(content) - {"\n"})),
        font_files=[str(file) for file in FONT_FILES.values()],
    )
    return raster


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """The characters that all of the bundled fonts have."""
    from fontTools.ttLib import TTFont

    return frozenset.intersection(*(frozenset(TTFont(file, lazy=True).getBestCmap()) for file in FONT_FILES.values()))


def pdf(graph: Graph, **options: Any) -> bytes:
    """PDF by fpdf2: one page of the drawing's size (a px is 1/96 inch), text as text in embedded fonts."""
    from fpdf import FPDF

    answer = drawn(graph, **options)
    wide, high = (answer[side] * _PT_PER_PX for side in ("width", "height"))
    page = FPDF(unit="pt", format=(wide, high))
    page.set_creation_date(_EPOCH)
    page.set_title(legible(graph.title))
    page.set_producer("nnsight-graphwidget")
    page.set_margin(0)
    page.set_auto_page_break(False)
    page.add_page()
    for (family, style), file in FONT_FILES.items():
        page.add_font(family, style, file)
    drawing = re.sub("<title>[^<]*</title>", "", answer["svg"])  # fpdf2 would warn of each tool tip
    page.image(BytesIO(drawing.encode()), x=0, y=0, w=wide, h=high)
    return bytes(page.output())


def drawn(
    graph: Graph,
    *,
    theme: str = "light",
    expanded: Expanded = "auto",
    hidden_kinds: Iterable[str] = ("Value",),
    steps: Mapping[str, int | Literal["all"]] | None = None,
    positions: Positions | None = None,
    arrangement: str = "flow",
    legend: bool = True,
    footer: bool | str = False,
    transparent: bool = False,
    embed_font: bool = False,
    most: int | None = None,
) -> dict[str, Any]:
    """The JavaScript core's answer: ``svg``, ``width`` and ``height`` in px, and counts; options as in ``save``.

    No more than ``most`` boxes are drawn; the picture says how many are not.
    """
    if theme not in ("light", "dark"):
        raise ExportError(f"theme: 'light' or 'dark'; got {theme!r}")
    if arrangement not in ("flow", "lanes"):
        raise ExportError(f"arrangement: 'flow' or 'lanes'; got {arrangement!r}")
    expanded = opened(graph, expanded)
    return engine.render(
        {
            "elements": to_elements(graph),
            "legend": legend_entries(),
            "title": graph.title,
            "expanded": "all" if expanded == "auto" else expanded,
            "max_elements": most or (AUTO_BOXES if expanded == "auto" else MAX_BOXES),
            "hidden_kinds": list(hidden_kinds),
            "steps": dict(steps or {}),
            "positions": dict(positions or {}),
            "arrangement": arrangement,
            "theme": theme,
            "show_legend": legend,
            "footer": _footer(graph) if footer is True else footer or "",
            "transparent": transparent,
            "embed_font": embed_font,
        }
    )


def opened(graph: Graph, expanded: Expanded) -> Literal["auto", "all"] | list[str]:
    """``expanded`` after a check.

    Raises:
        ExportError: it names a sub-graph that the graph does not have.
    """
    if expanded == "auto" or expanded == "all":
        return expanded
    if isinstance(expanded, str):
        raise ExportError(f"expanded: 'auto', 'all' or a list of ids of sub-graphs; got {expanded!r}")
    ids = list(expanded)
    if unknown := set(ids) - {group.id for group in graph.groups}:
        raise ExportError(f"expanded: no sub-graph {min(unknown)!r}")
    return ids


def _footer(graph: Graph) -> str:
    made = f"nnsight {graph.nnsight}, " if graph.nnsight else ""
    return f"{made}{date.today().isoformat()}"


def _zoom(wide: float, high: float, scale: float | None, dpi: float | None, width: int | None) -> float:
    given = [name for name, value in (("scale", scale), ("dpi", dpi), ("width", width)) if value is not None]
    if len(given) > 1:
        raise ExportError(f"{' and '.join(given)}: give one, they all set the size of a .png")
    if scale is not None:
        zoom = scale
    elif dpi is not None:
        zoom = dpi / _PX_PER_INCH
    else:
        zoom = width / wide if width is not None else _usual(wide, high)
    if not zoom > 0:
        raise ExportError(f"{given[0]}: more than 0 expected")
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


def _with_resolution(content: bytes, dpi: float) -> bytes:
    """A PNG that says how large a dot is, so that documents place it at its true size."""
    per_metre = round(dpi / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    after_header = 8 + 25  # the signature and the IHDR chunk
    chunk = struct.pack(">I", 9) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return content[:after_header] + chunk + content[after_header:]
