"""``.dot``: the language of Graphviz."""

from __future__ import annotations

import re
from typing import Any

from ..graph import Edge, Graph, Group, Node
from ..graph.kinds import style
from ..graph.outline import caption
from ..graph.text import legible
from .folding import as_asked
from .nested import nested

_DOT_SHAPES = {"box": "box", "ellipse": "ellipse", "hexagon": "hexagon"}
_DOT_EDGES = {
    "data": "solid", "argument": "solid", "bridge": "dashed", "carried": "dashed", "condition": "bold",
    "containment": "dotted", "order": "dotted", "model": "bold", "may": "dotted",
}  # fmt: skip


def write(graph: Graph, **options: Any) -> bytes:
    """Graphviz: sub-graphs are clusters, or boxes where they are closed; an edge to a cluster ends at an invisible point in
    it, cut at its border."""
    graph = as_asked(graph, options)
    full = {item.parent for item in graph.groups + graph.nodes}
    ends = {id_ for edge in graph.edges for id_ in (edge.source, edge.target)}
    groups = {group.id: index for index, group in enumerate(graph.groups)}

    def open_group(group: Group) -> list[str]:
        color = style(group.kind, group=True)["light"]
        label = _label(caption(group))
        if group.id not in full:
            return [f"{_quoted(group.id)} [label={_quoted(label)}, shape=box3d, color={_quoted(color)}];"]
        lines = [
            f"subgraph {_quoted(f'cluster_{groups[group.id]}')} {{",
            f"  label={_quoted(label)}; color={_quoted(color)}; fontcolor={_quoted(color)};",
        ]
        if group.id in ends:
            lines.append(f"  {_quoted(group.id)} [shape=point, style=invis, label={_quoted(label)}];")
        return lines

    def node_line(node: Node) -> str:
        look = style(node.kind)
        fields = {"label": _label(caption(node)), "shape": _DOT_SHAPES[look["shape"]], "color": look["light"]}
        return f"{_quoted(node.id)} [{', '.join(f'{name}={_quoted(value)}' for name, value in fields.items())}];"

    def edge_line(edge: Edge) -> str:
        fields = {"style": _DOT_EDGES[edge.kind], "class": edge.kind}
        if edge.label is not None:
            fields["label"] = _label([legible(edge.label)])
        if edge.source in groups and edge.source in full:
            fields["ltail"] = f"cluster_{groups[edge.source]}"
        if edge.target in groups and edge.target in full:
            fields["lhead"] = f"cluster_{groups[edge.target]}"
        attributes = ", ".join(f"{name}={_quoted(value)}" for name, value in fields.items())
        return f"{_quoted(edge.source)} -> {_quoted(edge.target)} [{attributes}];"

    body = nested(graph, open_group, node_line, "}", full)
    lines = [
        f"digraph {_quoted(legible(graph.title))} {{",
        '  compound=true; rankdir=TB; fontname="monospace";',
        '  node [fontname="monospace"]; edge [fontname="monospace"];',
        *(f"  {line}" for line in body),
        *(f"  {edge_line(edge)}" for edge in graph.edges),
        "}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _label(texts: list[str]) -> str:
    """Lines of a label in which Graphviz finds no HTML entity."""
    return re.sub(r"&(?=#?\w+;)", "&amp;", "\n".join(texts))


def _quoted(text: str) -> str:
    """A quoted string in which Graphviz finds neither an end nor an escape sequence (``\\N`` would be the node's name)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
