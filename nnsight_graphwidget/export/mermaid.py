"""``.mmd``: Mermaid, which GitHub draws."""

from __future__ import annotations

import re
from typing import Any

from ..graph import Edge, Graph, Group, Node
from ..graph.kinds import style
from ..graph.outline import caption
from ..graph.questions import short_ids
from ..graph.text import legible
from .folding import as_asked
from .nested import nested

_MERMAID_SHAPES = {"box": ('["', '"]'), "ellipse": ('(["', '"])'), "hexagon": ('{{"', '"}}')}
_MERMAID_ARROWS = {"data": "-->", "argument": "-->", "condition": "==>"}
#: What GitHub draws; it refuses more.
MERMAID_MAX_EDGES, MERMAID_MAX_TEXT = 500, 50_000


def write(graph: Graph, **options: Any) -> bytes:
    """A Mermaid flow chart that runs down. Ids are the short ones of the outline, for Mermaid allows few characters in them."""
    ids = {id_: short for short, id_ in short_ids(graph).items()}
    graph = as_asked(graph, options)
    full = {item.parent for item in graph.groups + graph.nodes}
    classes: dict[str, tuple[str, list[str]]] = {}

    def classed(item: Node | Group) -> None:
        look = style(item.kind, group=isinstance(item, Group))
        classes.setdefault(look["class"], (look["light"], []))[1].append(ids[item.id])

    def open_group(group: Group) -> list[str]:
        classed(group)
        label = _entities(caption(group))
        if group.id not in full:
            return [f'{ids[group.id]}[["{label}"]]']
        # Mermaid forgets in a sub-graph which way the chart runs.
        return [f'subgraph {ids[group.id]}["{label}"]', "  direction TB"]

    def node_line(node: Node) -> str:
        classed(node)
        left, right = _MERMAID_SHAPES[style(node.kind)["shape"]]
        return f"{ids[node.id]}{left}{_entities(caption(node))}{right}"

    def edge_line(edge: Edge) -> str:
        label = f'|"{_entities([legible(edge.label)])}"|' if edge.label else ""
        return f"{ids[edge.source]} {_MERMAID_ARROWS.get(edge.kind, '-.->')}{label} {ids[edge.target]}"

    body = list(nested(graph, open_group, node_line, "end", full))
    lines = [
        "flowchart TD",
        *(f"  {line}" for line in body),
        *(f"  {edge_line(edge)}" for edge in graph.edges),
        *(f"  classDef {name} stroke:{color},stroke-width:2px" for name, (color, _) in classes.items()),
        *(f"  class {','.join(members)} {name}" for name, (_, members) in classes.items()),
    ]
    text = "\n".join(lines) + "\n"
    if len(graph.edges) > MERMAID_MAX_EDGES or len(text) > MERMAID_MAX_TEXT:
        text = (
            f"%% {len(graph.edges)} edges, {len(text)} characters. GitHub draws up to {MERMAID_MAX_EDGES} edges and"
            f" {MERMAID_MAX_TEXT} characters: save a sub-graph alone with only=, or a picture.\n{text}"
        )
    return text.encode()


def _entities(texts: list[str]) -> str:
    """Text that is neither Mermaid's syntax nor Markdown nor HTML: whatever is not a plain character is an entity code."""
    return "<br/>".join(re.sub(r"[^\w .,:=+\[\]()/…×→-]", lambda found: f"#{ord(found[0])};", text) for text in texts)
