"""What reaches what in a graph: along its edges, through values and through the model.

It is given a graph, and imports none, since a graph asks it.
"""

from __future__ import annotations

from typing import Any

from ..errors import OptionError


def spread(graph: Any, start: str, forward: bool) -> dict[str, str]:
    """Nodes that ``start`` reaches, or (not ``forward``) that reach it → ``proven`` or ``may``.

    What is given to a sub-graph may be used by all that is in it.

    Raises:
        OptionError: ``start`` is no id of the graph.
    """
    parents = {item.id: item.parent for item in (*graph.groups, *graph.nodes)}
    if start not in parents:
        raise OptionError(f"no node or sub-graph {start!r} in the graph; search() and graph.nodes tell the ids")
    inside: dict[str, list[str]] = {}
    for id_, parent in parents.items():
        if parent is not None:
            inside.setdefault(parent, []).append(id_)
    onward: dict[str, list[tuple[str, bool]]] = {}
    for edge in graph.edges:
        if edge.kind != "order":
            near, far = (edge.source, edge.target) if forward else (edge.target, edge.source)
            onward.setdefault(near, []).append((far, edge.kind != "may"))
    groups = {group.id for group in graph.groups}

    def nexts(id_: str) -> list[tuple[str, bool]]:
        found = list(onward.get(id_, ()))
        if id_ in groups:
            found += ((child, not forward) for child in inside.get(id_, ()))
        if not forward:
            around = parents[id_]
            while around is not None:
                found += ((far, False) for far, _ in onward.get(around, ()))
                around = parents[around]
        return found

    proven = _closure(
        inside.get(start, ()) if start in groups else [start], lambda id_: [far for far, sure in nexts(id_) if sure]
    )
    every = _closure(proven, lambda id_: [far for far, _ in nexts(id_)])
    return {
        id_: "proven" if id_ in proven else "may"
        for id_ in every
        if id_ != start and id_ not in groups and not _within(id_, start, parents)
    }


def _closure(starts: Any, onward: Any) -> dict[str, None]:
    seen: dict[str, None] = dict.fromkeys(starts)
    queue = list(seen)
    while queue:
        for far in onward(queue.pop()):
            if far not in seen:
                seen[far] = None
                queue.append(far)
    return seen


def _within(id_: str, group: str, parents: dict[str, str | None]) -> bool:
    around = parents[id_]
    while around is not None and around != group:
        around = parents[around]
    return around == group
