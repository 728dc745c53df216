"""``.html``: one interactive page with the notebook's own bundle in it. It asks the network for nothing and works from disk."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..display import outline
from ..elements import to_elements
from ..errors import ExportError
from ..graph import Graph, plain
from .text import legible
from .view import Expanded, Positions, Steps, checked, opened

BUNDLE = Path(__file__).parent.parent / "static" / "widget.js"
#: What the notebook's own download fills, too. Its policy allows no network and no script but its own and the bundle.
PAGE = BUNDLE.with_name("page.html")
#: Nodes up to which a page opens with every sub-graph open.
_OPEN_NODES = 100


def html(
    graph: Graph,
    *,
    theme: str = "auto",
    expanded: Expanded = "auto",
    hidden_kinds: Iterable[str] = ("Value",),
    steps: Steps | None = None,
    positions: Positions | None = None,
    arrangement: str = "flow",
) -> bytes:
    """The page; the options are those of :func:`~nnsight_graphwidget.save`, and the theme may be ``"auto"``: the reader's."""
    if theme not in ("auto", "light", "dark"):
        raise ExportError(f"theme: 'auto', 'light' or 'dark'; got {theme!r}")
    expanded = opened(graph, expanded)
    if isinstance(expanded, str):
        everything = expanded == "all" or len(graph.nodes) <= _OPEN_NODES
        expanded = [group.id for group in graph.groups if everything or group.parent is None]
    state = {
        "elements": to_elements(graph),
        "sources": [plain(source) for source in graph.sources],
        "about": {"nnsight": graph.nnsight, "complete": graph.complete, "reason": graph.reason},
        "title": graph.title,
        "theme": theme,
        "expanded": expanded,
        **checked(graph, hidden_kinds, steps, positions, arrangement),
    }
    filled = {
        "title": markup.escape(legible(graph.title)),
        "outline": markup.escape(outline(graph)),
        "state": _json(state),
        "bundle": _json(BUNDLE.read_text("utf-8")),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda name: filled[name[1]], PAGE.read_text("utf-8")).encode()


def _json(value: Any) -> str:
    """JSON for a script element, which only ``<`` could end early; all ASCII, so nothing invisible is in it."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")
