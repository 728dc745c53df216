"""Questions about a graph that Python and the front end (``js/src/core``) must answer alike: what feeds what, what is around
it, what a loop's passes have in common, what is open at first. ``tests/golden/questions.json`` is asked of both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ..view import Known
from .kinds import behaves, legend
from .model import THROUGH_MODEL, Graph, Group, Node

#: Boxes that a graph may show and open at its first level by itself.
_SMALL = 50


def known(graph: Graph) -> Known:
    """The ids and kinds that options about a graph can name."""
    groups = {group.id: group.kind for group in graph.groups}
    nodes = {node.id: node.kind for node in graph.nodes}
    kinds = dict.fromkeys([*legend(), *groups.values(), *nodes.values()])
    return Known(groups, {**groups, **nodes}, kinds, short_ids(graph))


def short_ids(graph: Graph) -> dict[str, str]:
    """Short id → id: ``n1``, ``n2`` … for nodes, ``v1`` … for literals, ``g1`` … for sub-graphs, in order. They are the same
    whenever the same program runs; what is an id already is none."""
    taken = {item.id for item in graph.groups + graph.nodes}
    short: dict[str, str] = {}
    counts = {"g": 0, "v": 0, "n": 0}
    for item in graph.groups + graph.nodes:
        letter = "g" if isinstance(item, Group) else "v" if behaves(item.kind, "literal") else "n"
        counts[letter] += 1
        while f"{letter}{counts[letter]}" in taken:
            counts[letter] += 1
        short[f"{letter}{counts[letter]}"] = item.id
    return short


class Index:
    """A graph, looked up by id.

    Arguments:
        graph: the whole.
    """

    def __init__(self, graph: Graph) -> None:
        self.items: dict[str, Node | Group] = {item.id: item for item in graph.groups + graph.nodes}
        self.inside: dict[str | None, list[Node | Group]] = {}
        for item in graph.groups + graph.nodes:
            self.inside.setdefault(item.parent, []).append(item)
        self.known = known(graph)
        self._inputs: dict[str, list[tuple[str, bool]]] = {}
        for edge in graph.edges:
            if edge.kind != "order" or isinstance(self.items[edge.target], Group):  # of what only comes before, nothing is used
                self._inputs.setdefault(edge.target, []).append((edge.source, edge.kind in THROUGH_MODEL))

    def around(self, id_: str) -> list[str]:
        """The sub-graphs around a node or sub-graph, outermost first."""
        path: list[str] = []
        parent = self.items[id_].parent
        while parent is not None:
            path.append(parent)
            parent = self.items[parent].parent
        return path[::-1]

    def feeding(self, ids: Iterable[str], values_only: bool = False) -> list[str]:
        """What these depend on, themselves included. A sub-graph brings what is in it.

        Arguments:
            values_only: whether not to follow the model from a read to the writes that reach it.
        """
        seen: dict[str, None] = {}
        queue = list(ids)
        while queue:
            id_ = queue.pop()
            if id_ not in seen:
                seen[id_] = None
                queue += (child.id for child in self.inside.get(id_, ()))
                # An input of a trace feeds the trace as a whole, so what is computed in the trace depends on it.
                for reached in (id_, *self.around(id_)):
                    inputs = self._inputs.get(reached, ())
                    queue += (source for source, through_model in inputs if not (through_model and values_only))
        return list(seen)

    def levels(self, root: str | None) -> dict[str, int]:
        """Sub-graph → its level in and below ``root`` (None: the whole graph), from 1. A pass is no level of its own."""
        levels: dict[str, int] = {}
        for group in self.items.values():
            if not isinstance(group, Group):
                continue
            if group.id == root or (root is None and group.parent is None):
                levels[group.id] = 1
            elif group.parent in levels:
                levels[group.id] = levels[group.parent] + (not behaves(group.kind, "pass"))
        return levels

    def closed(self, expanded: Iterable[str], steps: Mapping[str, Any], id_: str) -> list[str]:
        """What is open after ``id_`` is closed: in a loop that shows one pass it is closed in every pass."""
        same = self._in_first_pass(steps, id_)
        return [other for other in expanded if self._in_first_pass(steps, other) != same]

    def _in_first_pass(self, steps: Mapping[str, Any], id_: str) -> str:
        """The id of the same thing in the first pass of every loop around it that shows one pass."""
        same = id_
        item: Node | Group | None = self.items.get(id_)
        while item is not None:
            if behaves(item.kind, "pass") and item.parent is not None and steps.get(item.parent) != "all":
                first = next(child for child in self.inside[item.parent] if child.kind == item.kind)
                same = first.id + same[len(item.id) :]
            item = self.items.get(item.parent) if item.parent is not None else None
        return same


def shown_at_first(passes: Sequence[Group], inside: Mapping[str | None, Sequence[Node | Group]]) -> Group:
    """The pass that a loop shows at first: the first that failed, else the first in which something ran, else the first."""

    def active(item: Node | Group) -> bool:
        if isinstance(item, Group):
            return any(active(child) for child in inside.get(item.id, ()))
        return item.status == "ok" and not behaves(item.kind, "standing")

    failed = (item for item in passes if item.status == "failed")
    return next(failed, None) or next((item for item in passes if active(item)), passes[0])


def open_at_first(graph: Graph, hidden_kinds: Collection[str]) -> list[str]:
    """Ids of the sub-graphs that are open at first: the outermost, if few boxes are seen then."""
    inside: dict[str | None, list[Node | Group]] = {}
    for item in graph.groups + graph.nodes:
        if item.kind not in hidden_kinds:
            inside.setdefault(item.parent, []).append(item)
    roots = inside.get(None, [])
    visible = len(roots)
    for root in roots:
        for child in inside.get(root.id, []):
            if not (isinstance(child, Group) and behaves(child.kind, "pass")):
                visible += 1
            elif not child.index:  # a loop shows what is in its first pass
                visible += len(inside.get(child.id, []))
    if visible > _SMALL:
        return []
    return [root.id for root in roots if isinstance(root, Group) and not behaves(root.kind, "folded")]
