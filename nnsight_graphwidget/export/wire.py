"""What goes to the drawing process and what comes back; ``js/schema.py`` writes both in TypeScript, for ``headless.ts``."""

from __future__ import annotations

from typing import Any, TypedDict


class DrawingRequest(TypedDict):
    """What is asked for a drawing, beside what :class:`~nnsight_graphwidget.view.PictureOptions` has under the same names.

    Arguments:
        elements: of the part of the graph that is drawn.
        kinds: the list of kinds.
        title: drawn above the picture, where there is one.
        footer: a line at the bottom, where there is one.
        max_elements: boxes that are drawn at most; the picture says how many are not.
        embed_font: whether an SVG has its fonts inside.
    """

    elements: list[dict[str, Any]]
    kinds: dict[str, dict[str, Any]]
    title: str
    footer: str
    max_elements: int
    embed_font: bool


class Said(TypedDict):
    """What is said of a drawing.

    Arguments:
        width, height: its size, in px.
        visible, hidden: how many boxes it has, and how many were left out.
        warnings: what its reader should know.
    """

    width: float
    height: float
    visible: int
    hidden: int
    warnings: list[str]
