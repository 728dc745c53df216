"""``.html``: one interactive page with the notebook's own bundle in it. It asks the network for nothing and works from disk."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import json
from pathlib import Path
from typing import Any

from ..graph import Graph, plain
from ..graph.elements import to_elements
from ..graph.outline import outline
from ..graph.questions import known
from ..graph.text import legible
from ..view import ViewOptions, checked

BUNDLE = Path(__file__).parent.parent / "static" / "widget.js"
#: Nodes up to which a page opens with every sub-graph open.
_OPEN_NODES = 100

_START = """
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const url = URL.createObjectURL(new Blob([read("bundle")], { type: "text/javascript" }));
const { mount } = await import(url);
URL.revokeObjectURL(url);
mount(document.getElementById("graph"), read("state"));
"""


def write(graph: Graph, **options: Any) -> bytes:
    """The page, with the options of :class:`~nnsight_graphwidget.view.ViewOptions`."""
    chosen = checked(ViewOptions, options, known(graph))
    if isinstance(chosen["expanded"], str):
        everything = chosen["expanded"] == "all" or len(graph.nodes) <= _OPEN_NODES
        chosen["expanded"] = [group.id for group in graph.groups if everything or group.parent is None]
    state = {
        **chosen,
        "only": [],
        "elements": to_elements(graph),
        "sources": [plain(source) for source in graph.sources],
        "about": {"nnsight": graph.nnsight, "complete": graph.complete, "reason": graph.reason},
        "title": graph.title,
    }
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy()}">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="nnsight-graphwidget">
<title>{markup.escape(legible(graph.title))}</title>
<style>html, body {{ margin: 0; height: 100% }}</style>
<div id="graph" style="height: 100%"></div>
<noscript><pre>{markup.escape(outline(graph))}</pre></noscript>
<script type="application/json" id="state">{_json(state)}</script>
<script type="application/json" id="bundle">{_json(BUNDLE.read_text("utf-8"))}</script>
<script type="module">{_START}</script>
</html>
""".encode()


def _policy() -> str:
    """No network, no script but the one above and the bundle that it starts."""
    start = base64.b64encode(hashlib.sha256(_START.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{start}' blob:; worker-src blob:; style-src 'unsafe-inline';"
        " img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _json(value: Any) -> str:
    """JSON for a script element, which only ``<`` could end early; all ASCII, so nothing invisible is in it."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")
