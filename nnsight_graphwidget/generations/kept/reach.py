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
    graph = replace(graph, nodes=tuple(replace(node, writes=_place(node, graph)) for node in graph.nodes))
    made = [(write.id, read.id) for write in graph.nodes if write.writes is not None for read in _reached(write, graph)]
    first = len(graph.edges)
    edges = (Edge(f"e{first + index}", source, target, "may") for index, (source, target) in enumerate(made))
    graph = replace(graph, edges=(*graph.edges, *edges))
    return replace(graph, warnings=advice(graph, [node.id for node in graph.nodes if node.label == "setitem"]))


def _place(node: Node, graph: Graph) -> str | None:
    """Where in the model a node writes to."""
    if not node.changes or node.kind in ("EarlyStopProtocol", "StopProtocol"):
        return None
    if node.kind == "SwapProtocol":
        return node.label if not node.label.endswith(".grad") else None
    nodes = {each.id: each for each in graph.nodes}
    feeding = {edge.target: edge.source for edge in graph.edges if edge.label == "0"}
    index = dict(node.arguments).get("1", "")
    place = f"[{index[1:-1] if index.startswith('(') and not index.endswith(',)') else index}]"
    at = feeding.get(node.id)
    while at in nodes:
        if nodes[at].kind == "InterventionProtocol":
            return nodes[at].label + place
        taken = dict(nodes[at].arguments).get("1", "")
        place, at = f"[{taken}]{place}", feeding.get(at)
    return None


def _reached(write: Node, graph: Graph) -> Iterator[Node]:
    parents = {item.id: item for item in graph.groups}

    def around(node: Node) -> dict[str, str]:
        """The run and the invoke that a node is in, by what they are."""
        found: dict[str, str] = {}
        parent = node.parent
        while parent is not None:
            group = parents[parent]
            if behaves(group.kind, "rows") and group.kind not in _RUNS:
                found.setdefault("rows", parent)
            if group.kind in _RUNS:
                return {"run": parent, **found}
            parent = group.parent
        return {"run": "", **found}

    here, module = around(write), (write.writes or "").partition("[")[0].rpartition(".")[0]
    fed = {edge.source for edge in graph.edges if edge.target == write.id}
    for read in graph.nodes:
        if read.kind != "InterventionProtocol" or read.id in fed:
            continue
        there = around(read)
        if here["run"] != there["run"] or (here.get("rows") != there.get("rows") and "rows" in here and "rows" in there):
            continue
        place = read.label.partition(" ")[0]
        encloses = place.endswith(".output") and module.startswith(place.removesuffix("output"))
        if ((read.order or 0) > (write.order or 0) or encloses) and place != (write.writes or "").partition("[")[0]:
            yield read
