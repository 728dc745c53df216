"""Every trace that runs in a block, whichever nnsight runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..graph import Edge, Graph, Group, Node
from . import Patch, keeping
from .kept.draft import WATCHING, sources


class Watched:
    """A context manager that sees every trace in it; ``graph`` is theirs together, in the order in which they ran.

    Arguments:
        installed: whether ``install()`` has replaced already what keeps the graphs of nnsight 0.3 and 0.4.
    """

    def __init__(self, *, installed: bool = False) -> None:
        self._inner: Any = None
        self._installed = installed

    def __enter__(self) -> Watched:
        from ..recording import record

        adapter = keeping()
        self._inner = record() if adapter is None else _Keeping([] if self._installed else adapter.patches())
        self._inner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._inner.__exit__(*error)

    @property
    def graph(self) -> Graph:
        return Graph() if self._inner is None else self._inner.graph


class _Keeping:
    """Keeps the graph of each outermost context that is run in a block."""

    def __init__(self, patches: list[Patch]) -> None:
        self._patches = patches
        self._replaced: list[tuple[Any, str, Any]] = []
        self._graphs: list[Graph] = []

    def __enter__(self) -> None:
        WATCHING.append(self._graphs)
        for owner, name, make in self._patches:
            original = vars(owner)[name]
            self._replaced.append((owner, name, original))
            setattr(owner, name, make(original))

    def __exit__(self, *error: object) -> None:
        while self._replaced:
            owner, name, original = self._replaced.pop()
            setattr(owner, name, original)
        WATCHING[:] = [each for each in WATCHING if each is not self._graphs]

    @property
    def graph(self) -> Graph:
        return joined(self._graphs)


def joined(graphs: Sequence[Graph]) -> Graph:
    """Several graphs beside each other. What has the id of something in an earlier one gets a number after it."""
    nodes: list[Node] = []
    groups: list[Group] = []
    edges: list[Edge] = []
    taken: set[str] = set()
    for graph in graphs:
        ids: dict[str, str] = {}
        items: list[Node | Group] = [*graph.groups, *graph.nodes]
        for root in [item.id for item in items if item.parent is None]:
            number, new = 2, root
            while new in taken:
                number, new = number + 1, f"{root}#{number}"
            taken.add(new)
            ids |= {item.id: new + item.id[len(root) :] for item in items if f"{item.id}/".startswith(f"{root}/")}
        parents: dict[str | None, str | None] = {None: None}
        parents.update((old, new) for old, new in ids.items())
        first, before = len(nodes), len(edges)
        nodes += [replace(n, id=ids[n.id], parent=parents[n.parent], order=first + i) for i, n in enumerate(graph.nodes)]
        groups += [replace(group, id=ids[group.id], parent=parents[group.parent]) for group in graph.groups]
        edges += [
            replace(edge, id=f"e{before + i}", source=ids[edge.source], target=ids[edge.target])
            for i, edge in enumerate(graph.edges)
        ]
    version = graphs[0].nnsight if graphs else None
    return Graph(tuple(nodes), tuple(groups), tuple(edges), tuple(sources([*nodes, *groups])), title="graph", nnsight=version)
