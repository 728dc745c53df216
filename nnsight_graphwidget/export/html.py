"""``.html``: one interactive page with the notebook's own bundle in it. It asks the network for nothing and works from disk."""

from __future__ import annotations

import html as markup
import json
import re
from pathlib import Path
from typing import Any

from ..graph import Graph, plain
from ..graph.elements import to_elements
from ..graph.kinds import behaves
from ..graph.outline import outline
from ..graph.questions import known
from ..graph.text import legible
from ..view import ViewOptions, checked

BUNDLE = Path(__file__).parent.parent / "static" / "widget.js"
#: What the notebook's own download fills, too. Its policy allows no network and no script but its own and the bundle.
PAGE = BUNDLE.with_name("page.html")
#: Nodes up to which a page opens with every sub-graph open.
_OPEN_NODES = 100


def write(graph: Graph, **options: Any) -> bytes:
    """The page, with the options of :class:`~nnsight_graphwidget.view.ViewOptions`."""
    chosen = checked(ViewOptions, options, known(graph))
    if isinstance(chosen["expanded"], str):
        everything = chosen["expanded"] == "all" or len(graph.nodes) <= _OPEN_NODES
        folded = {
            group.id
            for group in graph.groups
            if chosen["expanded"] == "auto" and behaves(group.kind, "folded") and group.status != "failed"
        }
        shown = [group for group in graph.groups if everything or group.parent is None]
        chosen["expanded"] = [group.id for group in shown if group.id not in folded]
    state = {
        **chosen,
        "only": [],
        "elements": to_elements(graph),
        "sources": [plain(source) for source in graph.sources],
        "about": graph.about,
        "title": graph.title,
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
