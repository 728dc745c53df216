"""A part of a graph: one sub-graph, or chosen nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import OptionError
from .kinds import behaves
from .model import Graph, Node


def part(graph: Graph, only: str | Iterable[str]) -> Graph:
    """The part of ``graph`` that ``only`` names.

    Arguments:
        graph: the whole.
        only: the id of a group: it becomes the outermost one, and each value that it takes from outside becomes a
            bridge (as the old ``.vis()`` drew it). Or ids of nodes and groups: they and what is around them.

    Raises:
        OptionError: an id is not in the graph.
    """
    groups = {group.id: group for group in graph.groups}
    chosen = {only} if isinstance(only, str) else set(only) if isinstance(only, Iterable) else {None}
    if not all(isinstance(id_, str) for id_ in chosen):
        raise OptionError(f"only: an id of a node or sub-graph, or a list of ids; got {only!r}")
    unknown = chosen - groups.keys() - {node.id for node in graph.nodes}
    if unknown or not chosen:
        some = ", ".join(repr(group) for group in list(groups)[:5])
        named = f"no node or sub-graph {min(unknown)!r}" if unknown else "no id given"
        raise OptionError(f"only: {named}; the graph's sub-graphs are {some or 'none'}{' …' if len(groups) > 5 else ''}")
    inside = set(chosen)
    for group in graph.groups:  # parents come first
        if group.parent in inside:
            inside.add(group.id)
    inside |= {node.id for node in graph.nodes if node.parent in inside and node.parent in groups}
    if isinstance(only, str) and only in groups:
        return _outermost(graph, only, inside)
    kept = set(inside)
    for item in graph.groups + graph.nodes:
        parent = item.parent if item.id in inside else None
        while parent is not None and parent not in kept:
            kept.add(parent)
            parent = groups[parent].parent
    return _cut(graph, kept)


def _outermost(graph: Graph, group: str, inside: set[str]) -> Graph:
    outside = {edge.source for edge in graph.edges if edge.target in inside and edge.source not in inside}
    graph = replace(
        graph,
        nodes=tuple(_from_outside(node) if node.id in outside else node for node in graph.nodes),
        groups=tuple(replace(g, parent=None) if g.id == group else g for g in graph.groups),
    )
    edges = tuple(edge for edge in graph.edges if edge.target in inside)
    return _cut(replace(graph, edges=edges), inside | outside - {g.id for g in graph.groups})


def _from_outside(node: Node) -> Node:
    kind = node.kind if behaves(node.kind, "outside") else "BridgeProtocol"
    return replace(node, kind=kind, parent=None)


def _cut(graph: Graph, kept: set[str]) -> Graph:
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        groups=tuple(group for group in graph.groups if group.id in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )
