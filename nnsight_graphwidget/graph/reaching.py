"""What reaches what in a graph: along its edges, through values and through the model.

It is given a graph, and imports none, since a graph asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import OptionError
from .kinds import behaves

#: A node or group on a way, and the invoke whose rows the way has come from, if it has gone to all rows since.
_At = tuple[str, str | None]


def spread(graph: Any, start: str, forward: bool) -> dict[str, str]:
    """Nodes that ``start`` reaches, or (not ``forward``) that reach it → ``proven`` or ``may``.

    What is given to a sub-graph may be used by all that is in it. What goes from one invoke's rows to another's by way of code
    that sees all rows may do so: whether that code keeps the rows apart is not known.

    Raises:
        OptionError: ``start`` is no id of the graph.
    """
    ways = _Ways(graph, forward)
    if start not in ways.parents:
        raise OptionError(f"no node or sub-graph {start!r} in the graph; search() and graph.nodes tell the ids")
    starts = ways.inside.get(start, []) if start in ways.groups else [start]
    proven = _closure([(id_, None) for id_ in starts], lambda at: (far for far, sure in ways.onward(at) if sure))
    every = _closure(proven, lambda at: (far for far, _ in ways.onward(at)))
    sure = {id_ for id_, _ in proven}
    return {
        id_: "proven" if id_ in sure else "may"
        for id_, _ in every
        if id_ != start and id_ not in ways.groups and start not in ways.around(id_)
    }


class _Ways:
    """The edges of a graph, for walks along or against them."""

    def __init__(self, graph: Any, forward: bool) -> None:
        self._forward = forward
        self.parents: dict[str, str | None] = {item.id: item.parent for item in (*graph.groups, *graph.nodes)}
        self.groups = {group.id for group in graph.groups}
        self.inside: dict[str, list[str]] = {}
        for id_, parent in self.parents.items():
            if parent is not None:
                self.inside.setdefault(parent, []).append(id_)
        #: what writes a part of a value: whether the rest has what reached the value before is not known
        parts = {node.id for node in graph.nodes if node.writes is not None and node.label == "setitem"}
        self._edges: dict[str, list[tuple[str, bool, bool]]] = {}
        for edge in graph.edges:
            if edge.kind != "order":
                near, far = (edge.source, edge.target) if forward else (edge.target, edge.source)
                sure = edge.kind != "may" and not (edge.label == "0" and edge.target in parts)
                self._edges.setdefault(near, []).append((far, edge.kind in ("model", "may"), sure))
        self._rows: dict[str | None, str | None] = {None: None}
        for group in graph.groups:  # a group comes after its parent
            self._rows[group.id] = group.id if behaves(group.kind, "rows") else self._rows[group.parent]

    def around(self, id_: str) -> Iterator[str]:
        """The groups that something is in."""
        parent = self.parents[id_]
        while parent is not None:
            yield parent
            parent = self.parents[parent]

    def onward(self, at: _At) -> Iterator[tuple[_At, bool]]:
        """Where a way goes on to, and whether that is certain."""
        id_, came = at
        for far, through_model, sure in self._edges.get(id_, ()):
            here, there = self._rows[self.parents[id_]], self._rows[self.parents[far]]
            if here == there or not through_model:
                yield (far, came), sure
            else:
                yield (far, here if came is None else None), sure and came in (None, there)
        if id_ in self.groups:
            yield from (((child, came), not self._forward) for child in self.inside.get(id_, ()))
        if not self._forward:
            for group in self.around(id_):
                yield from (((far, None), False) for far, _, _ in self._edges.get(group, ()))


def _closure(starts: Iterable[_At], onward: Callable[[_At], Iterator[_At]]) -> dict[_At, None]:
    seen = dict.fromkeys(starts)
    queue = list(seen)
    while queue:
        for far in onward(queue.pop()):
            if far not in seen:
                seen[far] = None
                queue.append(far)
    return seen
