"""Graph → Cytoscape element list, and back.

An element is ``{"group": "nodes" | "edges", "data": {…}, "classes": "…"}``. Sub-graphs are compound nodes: their data has
``"compound": true``. Data holds the fields of :class:`~nnsight_graphwidget.graph.Node`, ``Group`` or ``Edge`` under the same
names; fields at their default are left out. ``js/schema.py`` writes the same schema in TypeScript.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..errors import InvalidGraphError
from .kinds import style
from .model import Graph, Group, Node, plain
from .schema import SCHEMA, short

Element = dict[str, Any]


def to_elements(graph: Graph) -> list[Element]:
    """The Cytoscape element list of a graph: groups (parents first), nodes, edges; always the whole graph.

    Arguments:
        graph: what :func:`read` gives.

    Returns:
        A flat, JSON-serializable list.
    """
    with _uncollected():
        return [
            *(_element("nodes", {**plain(group), "compound": True}, _group_classes(group)) for group in graph.groups),
            *(_element("nodes", plain(node), _node_classes(node)) for node in graph.nodes),
            *(_element("edges", {**plain(edge), "kind": edge.kind}, f"edge {edge.kind}") for edge in graph.edges),
        ]


def from_elements(elements: Iterable[Mapping[str, Any]]) -> Graph:
    """The nodes, groups and edges that :func:`to_elements` wrote (a title, sources and versions are not elements).

    Raises:
        InvalidGraphError: naming the element at fault.
    """
    if not isinstance(elements, Iterable):
        raise InvalidGraphError(f"elements: a list; got {type(elements).__name__}")
    lists: dict[str, list[Any]] = {"groups": [], "nodes": [], "edges": []}
    for index, element in enumerate(elements):
        if not isinstance(element, Mapping) or not isinstance(element.get("data"), Mapping):
            raise InvalidGraphError(f"elements[{index}]: an element is an object with data")
        data = dict(element["data"])
        if element.get("group") == "edges":
            lists["edges"].append(data)
        elif element.get("group") == "nodes":
            lists["groups" if data.pop("compound", False) else "nodes"].append(data)
        else:
            raise InvalidGraphError(f"elements[{index}].group: nodes or edges; got {short(element.get('group'))}")
    return Graph.from_dict({"schema": SCHEMA, **lists})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collections: all that is made stays, and they would walk it again and again, for half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _element(group: str, data: dict[str, Any], classes: str) -> Element:
    return {"group": group, "data": data, "classes": classes}


def _node_classes(node: Node) -> str:
    look = style(node.kind)
    return " ".join(["node", look["class"], look["shape"], *_state(node), *(["changes"] if node.changes else [])])


def _group_classes(group: Group) -> str:
    return " ".join(["group", style(group.kind, group=True)["class"], *_state(group)])


def _state(item: Node | Group) -> list[str]:
    return [] if item.status == "ok" else [item.status.replace(" ", "-")]
