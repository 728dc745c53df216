"""A part of a graph: one sub-graph, chosen nodes, or what is open and not hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from ..errors import OptionError
from .kinds import behaves
from .model import Edge, Graph, Node
from .questions import short_ids


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
    short = short_ids(graph)
    only = short.get(only, only) if isinstance(only, str) else only
    chosen = {only} if isinstance(only, str) else set(only) if isinstance(only, Iterable) else {None}
    if not all(isinstance(id_, str) for id_ in chosen):
        raise OptionError(f"only: an id of a node or sub-graph, or a list of ids; got {only!r}")
    chosen = {short.get(id_, id_) for id_ in chosen}
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


def folded(graph: Graph, expanded: str | Collection[str], hidden_kinds: Collection[str]) -> Graph:
    """A graph as it is seen: of a sub-graph that is closed only itself is there, and has what goes in and out of it; where a
    hidden node was, what it took goes to what took it.

    Arguments:
        graph: the whole.
        expanded: ids of the sub-graphs that are open; a text for all.
        hidden_kinds: kinds that are left out, of sub-graphs with what is in them.
    """
    seen: dict[str, str | None] = {}  # id → what it is seen as: itself, the closed sub-graph that it is in, or not at all
    for item in graph.groups + graph.nodes:  # parents come first
        around = None if item.parent is None else seen[item.parent]
        is_open = item.parent is None or (around == item.parent and (isinstance(expanded, str) or item.parent in expanded))
        if item.kind in hidden_kinds or (item.parent is not None and around is None):
            seen[item.id] = None
        else:
            seen[item.id] = item.id if is_open else around
    into: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        into.setdefault(edge.target, []).append(edge)

    def origins(id_: str) -> list[str]:
        """What is seen where this comes from."""
        found: dict[str, None] = {}
        queue, done = [id_], set()
        while queue:
            at = queue.pop()
            if at in done:
                continue
            done.add(at)
            shown = seen[at]
            if shown is not None:
                found[shown] = None
            else:
                queue += [edge.source for edge in reversed(into.get(at, ()))]
        return list(found)

    edges: dict[tuple[Any, ...], Edge] = {}
    for edge in graph.edges:
        target = seen[edge.target]
        for source in origins(edge.source) if target is not None else ():
            if source != target or edge.source == edge.target:
                # The name of an argument is said of the value itself alone, a part of it of what made it alone.
                label = edge.label if target == edge.target and source == seen[edge.source] else None
                output = edge.output if source == edge.source else None
                said = replace(edge, source=source, target=str(target), label=label, output=output)
                edges.setdefault((source, target, edge.kind, label, output), said)
    numbered = (replace(edge, id=f"e{at}") for at, edge in enumerate(edges.values()))
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if seen[node.id] == node.id),
        groups=tuple(group for group in graph.groups if seen[group.id] == group.id),
        edges=tuple(numbered),
    )
