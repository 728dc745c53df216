"""What writes may reach in the graphs of nnsight 0.3 and 0.4, which know of a run no more than its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...graph import Edge, Graph, Node
from ...graph.advice import advice
from ...graph.kinds import behaves

_RUNS = ("Tracer", "Generator", "Scan", "Edit")


def with_reach(graph: Graph) -> Graph:
    """The graph with the place that each write writes to, an edge ``may`` to each later read of its run, and warnings.

    Later is what comes later in the block, and the output of a module that the place is inside of.
    """
    places = _Places(graph)
    graph = replace(graph, nodes=tuple(replace(node, writes=places.written(node)) for node in graph.nodes))
    made = [(write.id, read.id) for write in graph.nodes if write.writes is not None for read in places.reached(write)]
    first = len(graph.edges)
    edges = (Edge(f"e{first + index}", source, target, "may") for index, (source, target) in enumerate(made))
    graph = replace(graph, edges=(*graph.edges, *edges))
    return replace(graph, warnings=advice(graph, [node.id for node in graph.nodes if node.label == "setitem"]))


class _Places:
    """Where the reads and writes of a graph are."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = {node.id: node for node in graph.nodes}
        self._groups = {group.id: group for group in graph.groups}
        self._reads = [node for node in graph.nodes if node.kind == "InterventionProtocol"]
        #: what each takes, and what it takes first
        self._taken: dict[str, set[str]] = {}
        self._first: dict[str, str] = {}
        for edge in graph.edges:
            self._taken.setdefault(edge.target, set()).add(edge.source)
            if edge.label == "0":
                self._first[edge.target] = edge.source

    def written(self, node: Node) -> str | None:
        """Where in the model a node writes to."""
        if not node.changes or node.kind in ("EarlyStopProtocol", "StopProtocol"):
            return None
        if node.kind == "SwapProtocol":
            return node.label if not node.label.endswith(".grad") else None
        place = ""
        at: Node | None = node
        while at is not None and at.kind != "InterventionProtocol":
            index = dict(at.arguments).get("1", "")
            place = f"[{index[1:-1] if index.startswith('(') and not index.endswith(',)') else index}]{place}"
            at = self._nodes.get(self._first.get(at.id, ""))
        return None if at is None else at.label + place

    def reached(self, write: Node) -> Iterator[Node]:
        """The reads that a write may reach."""
        run, rows = self._around(write)
        written = (write.writes or "").partition("[")[0]
        for read in self._reads:
            own_run, own_rows = self._around(read)
            if (
                own_run != run
                or (own_rows != rows and None not in (own_rows, rows))
                or read.id in self._taken.get(write.id, ())
            ):
                continue
            place = read.label.partition(" ")[0]
            encloses = place.endswith(".output") and written.rpartition(".")[0].startswith(place.removesuffix("output"))
            if ((read.order or 0) > (write.order or 0) or encloses) and place != written:
                yield read

    def _around(self, node: Node) -> tuple[str | None, str | None]:
        """The run and the invoke that a node is in."""
        rows = None
        parent = node.parent
        while parent is not None and self._groups[parent].kind not in _RUNS:
            rows = rows or (parent if behaves(self._groups[parent].kind, "rows") else None)
            parent = self._groups[parent].parent
        return parent, rows
