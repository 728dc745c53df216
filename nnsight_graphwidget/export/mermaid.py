"""``.mmd``: Mermaid, which GitHub draws."""

from __future__ import annotations

import re

from ..graph import Edge, Graph, Group, Node
from ..graph.kinds import style
from ..graph.outline import caption
from ..graph.text import legible
from .nested import nested

_MERMAID_SHAPES = {"box": ('["', '"]'), "ellipse": ('(["', '"])'), "hexagon": ('{{"', '"}}')}
_MERMAID_ARROWS = {"data": "-->", "argument": "-->", "condition": "==>"}
#: What GitHub draws; it refuses more.
MERMAID_MAX_EDGES, MERMAID_MAX_TEXT = 500, 50_000


def write(graph: Graph) -> bytes:
    """A Mermaid flow chart. Ids are short (``n0``, ``g0``), for Mermaid allows few characters in them."""
    ids = {group.id: f"g{index}" for index, group in enumerate(graph.groups)}
    ids |= {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    classes: dict[str, tuple[str, list[str]]] = {}

    def classed(item: Node | Group) -> None:
        look = style(item.kind, group=isinstance(item, Group))
        classes.setdefault(look["class"], (look["light"], []))[1].append(ids[item.id])

    def open_group(group: Group) -> list[str]:
        classed(group)
        # Mermaid forgets in a sub-graph which way the chart runs.
        return [f'subgraph {ids[group.id]}["{_entities(caption(group))}"]', "  direction TB"]

    def node_line(node: Node) -> str:
        classed(node)
        left, right = _MERMAID_SHAPES[style(node.kind)["shape"]]
        return f"{ids[node.id]}{left}{_entities(caption(node))}{right}"

    def edge_line(edge: Edge) -> str:
        label = f'|"{_entities([legible(edge.label)])}"|' if edge.label else ""
        return f"{ids[edge.source]} {_MERMAID_ARROWS.get(edge.kind, '-.->')}{label} {ids[edge.target]}"

    body = list(nested(graph, open_group, node_line, "end"))
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
