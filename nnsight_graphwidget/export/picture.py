"""A drawing by the JavaScript core, and its pixels: what pictures of every format are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..graph import Graph
from ..graph.elements import to_elements
from ..graph.kinds import legend
from ..graph.questions import known
from ..view import PictureOptions, checked
from . import engine

FONTS = sorted(map(str, (Path(__file__).parent.parent / "static").glob("*.ttf")))
#: Boxes in a picture: with expanded="auto", and at the very most.
AUTO_BOXES, MAX_BOXES = 500, 10_000
#: The same for the still picture beside a live view, which waits for it, a tenth of a second for a million pixels.
THUMBNAIL_BOXES, THUMBNAIL_PIXELS = 60, 1_200_000
#: After which a cell goes without: no cell is worth a wait for what is beside its live view.
THUMBNAIL_SECONDS = 10.0


def drawn(
    graph: Graph, *, embed_font: bool = False, most: int | None = None, seconds: float = engine.MAX_SECONDS, **options: Any
) -> dict[str, Any]:
    """The JavaScript core's answer: ``svg``, ``width`` and ``height`` in px, and counts.

    Arguments:
        graph: what is drawn.
        embed_font: whether the picture has its fonts in it.
        most: boxes that are drawn at most; the picture says how many are not.
        seconds: after which it is given up.
        options: those of :class:`~nnsight_graphwidget.view.PictureOptions`.

    Raises:
        OptionError: naming the option, what was given and what is expected.
        ExportError: it cannot be drawn.
    """
    chosen = checked(PictureOptions, options, known(graph))
    automatic = chosen["expanded"] == "auto"
    footer = chosen["footer"]
    return engine.render(
        {
            **{name: chosen[name] for name in ("hidden_kinds", "steps", "positions", "arrangement", "transparent")},
            "elements": to_elements(graph),
            "legend": legend(),
            "title": graph.title,
            "expanded": "all" if automatic else chosen["expanded"],
            "max_elements": most or (AUTO_BOXES if automatic else MAX_BOXES),
            "theme": "light" if chosen["theme"] == "auto" else chosen["theme"],
            "show_legend": chosen["legend"],
            "footer": _footer(graph) if footer is True else footer or "",
            "embed_font": embed_font,
        },
        seconds,
    )


def thumbnail(graph: Graph, **options: Any) -> tuple[bytes, dict[str, int]]:
    """A PNG and the size, in px, that it is to be shown at; a large graph's has its first boxes, and is less fine."""
    answer = drawn(graph, most=THUMBNAIL_BOXES, seconds=THUMBNAIL_SECONDS, **options)
    wide, high = answer["width"], answer["height"]
    content = rastered(answer, min(2.0, (THUMBNAIL_PIXELS / (wide * high)) ** 0.5), seconds=THUMBNAIL_SECONDS)
    return content, {"width": round(wide), "height": round(high)}


def rastered(
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


def _footer(graph: Graph) -> str:
    made = f"nnsight {graph.nnsight}, " if graph.nnsight else ""
    return f"{made}{date.today().isoformat()}"
