"""Formats that are programs of a drawing language: ``.dot`` (Graphviz) and ``.mmd`` (Mermaid); and text made legible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..graph import Edge, Graph, Group, Node
from ..legend import style

MAX_LABEL = 500


def legible(text: str, limit: int = MAX_LABEL) -> str:
    """``text`` in one line with nothing invisible in it: control, bidirectional and lone surrogate characters are spelled
    out (``\\u202e``), and what is longer than ``limit`` characters is cut with ``…``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def caption(item: Node | Group) -> list[str]:
    """What a picture says about a node or a sub-graph, in one or two lines."""
    if isinstance(item, Group):
        repeated = f" ×{item.count}" if item.count is not None else ""
        name = style(item.kind, group=True)["name"]
        said = item.label if item.label.lower() == name.lower() or item.kind == "Iteration" else f"{name} {item.label}"
        return [legible(said) + repeated]
    shape = f"[{', '.join(map(str, item.shape))}] {item.dtype or ''}".strip() if item.shape is not None else None
    named = item.variable if item.variable != item.label else None
    second = " ".join(part for part in (named, shape or item.value) if part)
    return [legible(item.label), legible(second)] if second else [legible(item.label)]


_DOT_SHAPES = {"box": "box", "ellipse": "ellipse", "hexagon": "hexagon"}
_DOT_EDGES = {
    "data": "solid", "argument": "solid", "bridge": "dashed", "carried": "dashed", "condition": "bold",
    "containment": "dotted", "order": "dotted",
}  # fmt: skip


def dot(graph: Graph) -> bytes:
    """Graphviz: sub-graphs are clusters; an edge to a sub-graph ends at an invisible point in it, cut at its border."""
    ends = {id_ for edge in graph.edges for id_ in (edge.source, edge.target)}
    groups = {group.id: index for index, group in enumerate(graph.groups)}

    def open_group(group: Group) -> list[str]:
        color = style(group.kind, group=True)["light"]
        label = _label(caption(group))
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
        if edge.source in groups:
            fields["ltail"] = f"cluster_{groups[edge.source]}"
        if edge.target in groups:
            fields["lhead"] = f"cluster_{groups[edge.target]}"
        attributes = ", ".join(f"{name}={_quoted(value)}" for name, value in fields.items())
        return f"{_quoted(edge.source)} -> {_quoted(edge.target)} [{attributes}];"

    body = _nested(graph, open_group, node_line, "}")
    lines = [
        f"digraph {_quoted(legible(graph.title))} {{",
        '  compound=true; fontname="monospace";',
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


_MERMAID_SHAPES = {"box": ('["', '"]'), "ellipse": ('(["', '"])'), "hexagon": ('{{"', '"}}')}
_MERMAID_ARROWS = {"data": "-->", "argument": "-->", "condition": "==>"}
#: What GitHub draws; it refuses more.
MERMAID_MAX_EDGES, MERMAID_MAX_TEXT = 500, 50_000


def mermaid(graph: Graph) -> bytes:
    """A Mermaid flow chart. Ids are short (``n0``, ``g0``), for Mermaid allows few characters in them."""
    ids = {group.id: f"g{index}" for index, group in enumerate(graph.groups)}
    ids |= {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    classes: dict[str, tuple[str, list[str]]] = {}

    def classed(item: Node | Group) -> None:
        look = style(item.kind, group=isinstance(item, Group))
        classes.setdefault(look["class"], (look["light"], []))[1].append(ids[item.id])

    def open_group(group: Group) -> list[str]:
        classed(group)
        return [f'subgraph {ids[group.id]}["{_entities(caption(group))}"]']

    def node_line(node: Node) -> str:
        classed(node)
        left, right = _MERMAID_SHAPES[style(node.kind)["shape"]]
        return f"{ids[node.id]}{left}{_entities(caption(node))}{right}"

    def edge_line(edge: Edge) -> str:
        label = f'|"{_entities([legible(edge.label)])}"|' if edge.label else ""
        return f"{ids[edge.source]} {_MERMAID_ARROWS.get(edge.kind, '-.->')}{label} {ids[edge.target]}"

    body = list(_nested(graph, open_group, node_line, "end"))
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


def _nested(
    graph: Graph, open_group: Callable[[Group], list[str]], node_line: Callable[[Node], str], close: str
) -> Iterator[str]:
    """Lines of nested blocks, indented: each group's own lines, what is in it, and its end."""
    inside: dict[str | None, list[Node | Group]] = {}
    for item in graph.groups + graph.nodes:
        inside.setdefault(item.parent, []).append(item)

    def walk(parent: str | None, indent: str) -> Iterator[str]:
        for item in inside.get(parent, ()):
            if isinstance(item, Group):
                yield from (indent + line for line in open_group(item))
                yield from walk(item.id, indent + "  ")
                yield indent + close
            else:
                yield indent + node_line(item)

    return walk(None, "")
