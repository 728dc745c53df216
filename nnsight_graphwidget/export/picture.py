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
from .wire import DrawingRequest

FONTS = sorted(map(str, (Path(__file__).parent.parent / "static").glob("*.ttf")))
#: Boxes in a picture: with expanded="auto", and at the very most.
AUTO_BOXES, MAX_BOXES = 500, 10_000
#: The same for the still picture beside a live view, which waits for it, a tenth of a second for a million pixels.
THUMBNAIL_BOXES, THUMBNAIL_PIXELS = 60, 1_200_000
#: After which a cell goes without: no cell is worth a wait for what is beside its live view.
THUMBNAIL_SECONDS = 10.0


def drawn(graph: Graph, *, embed_font: bool = False, **options: Any) -> dict[str, Any]:
    """The JavaScript core's answer to :func:`request`: ``svg``, ``width`` and ``height`` in px, and counts."""
    return engine.render({**request(graph, **options), "embed_font": embed_font})


def request(graph: Graph, *, most: int | None = None, **options: Any) -> dict[str, Any]:
    """What the JavaScript core is asked for a drawing of the graph: a :class:`~.wire.DrawingRequest` with the view's options.

    Arguments:
        graph: what is drawn.
        most: boxes that are drawn at most; the picture says how many are not.
        options: those of :class:`~nnsight_graphwidget.view.PictureOptions`.

    Raises:
        OptionError: naming the option, what was given and what is expected.
    """
    chosen = checked(PictureOptions, options, known(graph))
    del chosen["only"]  # that part is cut out already
    footer = chosen["footer"]
    drawing: DrawingRequest = {
        "elements": to_elements(graph),
        "kinds": legend(),
        "title": graph.title,
        "footer": _footer(graph) if footer is True else footer or "",
        "max_elements": most or (AUTO_BOXES if chosen["expanded"] == "auto" else MAX_BOXES),
        "embed_font": False,
    }
    return {**chosen, **drawing}


def thumbnail(graph: Graph, **options: Any) -> tuple[bytes, dict[str, int]]:
    """A PNG and the size, in px, that it is to be shown at; a large graph's has its first boxes, and is less fine."""
    limits = {"fine_pixels": THUMBNAIL_PIXELS, "most_pixels": THUMBNAIL_PIXELS, "most_side": THUMBNAIL_PIXELS}
    wanted = {"scale": 2.0, "width": None, "dpi": None, "exact": False, **limits}
    content, said = rastered(request(graph, most=THUMBNAIL_BOXES, **options), wanted, THUMBNAIL_SECONDS)
    return content, {"width": round(said["width"]), "height": round(said["height"])}


def rastered(
    drawing: Mapping[str, Any], wanted: Mapping[str, Any], seconds: float = engine.MAX_SECONDS
) -> tuple[bytes, dict[str, Any]]:
    """The pixels, and what is to be said of them: the drawing's size in px, the zoom that was wanted, the most there may be.

    They are drawn with the bundled fonts alone, so that every machine gives the same; a picture with a character that these
    lack (Chinese, an emoji) is drawn with the fonts of the system, too. For ``wanted`` see :func:`engine.file`.
    """
    return engine.file("png", {"drawing": drawing, **wanted, "fonts": FONTS}, seconds)


def _footer(graph: Graph) -> str:
    made = f"nnsight {graph.nnsight}, " if graph.nnsight else ""
    return f"{made}{date.today().isoformat()}"
