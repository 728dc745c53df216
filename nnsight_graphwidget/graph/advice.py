"""What a person would not expect of a graph: a write that reaches nothing, a value that is not what its name says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from .kinds import behaves
from .model import Edge, Graph, Group, Node
from .reaching import spread


def advice(graph: Graph, written: Iterable[str] = (), saved: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """(id of a node, what to know of it in a line) in the order of execution.

    Arguments:
        written: ids of nodes that wrote into a value, and made none.
        saved: ids of those of them that wrote into what was saved before.
    """
    return tuple(_surprises(graph, frozenset(written), frozenset(saved)))


def _surprises(graph: Graph, written: Collection[str], saved: Collection[str]) -> Iterator[tuple[str, str]]:
    groups = {group.id: group for group in graph.groups}
    done = [node for node in graph.nodes if node.status == "ok"]
    saves = [node for node in done if behaves(node.kind, "saves")]
    used = _behind(graph, saves or [node for node in done if behaves(node.kind, "reads")]).union(saved)
    into = _into(graph)
    for node in done:
        around = list(_around(node, groups))
        if any(group.status != "ok" for group in around) or any(
            group.kind == "Edit" and group.parent is None for group in around
        ):
            continue
        place = f"line {node.line}" if node.line is not None else node.label
        if node.note is not None and behaves(node.kind, "saves"):
            yield node.id, f"what {place} saves was {node.note}"
        if node.writes is None:
            copied = into.get(node.id) if node.id in written else None
            if copied is not None and node.id not in used:
                what = "none of what you save" if saves else "nothing that is read"
                yield node.id, f"the write in {place} goes into a copy, and not into {copied}: it reaches {what}"
            continue
        if any(group.kind == "Scan" for group in around):
            yield node.id, f"the write in {place} is made in a scan, which runs nothing: it changes no result"
        elif node.id not in used:
            yield node.id, f"the write in {place} reaches {'none of what you save' if saves else 'nothing that is read'}"


def _behind(graph: Graph, nodes: Sequence[Node]) -> set[str]:
    """What any of these depends on, through values and through the model, themselves left out."""
    end = Node("\0", "Operation", "")
    edges = tuple(Edge("", node.id, end.id) for node in nodes)
    return set(spread(Graph((*graph.nodes, end), graph.groups, (*graph.edges, *edges)), end.id, forward=False))


def _into(graph: Graph) -> dict[str, str]:
    """What is made of a read by way of first arguments (``.clone()``, an index) → the place that was read."""
    nodes = {node.id: node for node in graph.nodes}
    made: dict[str, str] = {}
    for edge in sorted(
        (edge for edge in graph.edges if edge.label == "0" and edge.target in nodes),
        key=lambda edge: nodes[edge.target].order or 0,
    ):
        source = nodes.get(edge.source)
        if source is not None:
            place = source.label if behaves(source.kind, "reads") else made.get(source.id)
            if place is not None:
                made[edge.target] = place
    return made


def _around(node: Node, groups: dict[str, Group]) -> Iterator[Group]:
    parent = node.parent
    while parent is not None:
        yield groups[parent]
        parent = groups[parent].parent
