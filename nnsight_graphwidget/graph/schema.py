"""Untrusted data → Graph: checks every entry and bounds every size before anything is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InvalidGraphError
from .model import EDGE_KINDS, NOT_FINITE, SCHEMA, STATUSES, Edge, Graph, Group, Node, Source

MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 100
MAX_TEXT = 100_000
MAX_ID = 10_000
MAX_LIST = 10_000

_TEXT, _INT, _BOOL = "text", "whole number", "true or false"
_COMMON = {
    "id": _TEXT, "kind": _TEXT, "label": _TEXT, "parent": _TEXT, "target": _TEXT, "variable": _TEXT, "file": _TEXT,
    "line": _INT, "column": _INT, "end_line": _INT, "end_column": _INT, "text": _TEXT, "order": _INT, "status": _TEXT,
    "error": _TEXT,
}  # fmt: skip
_NODE = {
    **_COMMON, "arguments": "pairs", "value": _TEXT, "shape": "whole numbers", "dtype": _TEXT, "device": _TEXT,
    "requires_grad": _BOOL, "lines": "whole numbers", "iteration": _INT, "changes": _BOOL, "statistics": "numbers by name",
}  # fmt: skip
_GROUP = {**_COMMON, "count": _INT, "index": _INT, "taken": _BOOL}
_EDGE = {"id": _TEXT, "source": _TEXT, "target": _TEXT, "kind": _TEXT, "label": _TEXT, "output": _TEXT}
_SOURCE = {"file": _TEXT, "line": _INT, "text": _TEXT}


def parse(data: Any) -> Graph:
    """A checked graph from the dict that :meth:`Graph.to_dict` writes.

    Raises:
        InvalidGraphError: with the path of the first entry at fault, such as ``nodes[3].parent``.
    """
    if not isinstance(data, Mapping):
        raise InvalidGraphError(f"a graph is an object with nodes, groups and edges; got {type(data).__name__}")
    if type(data.get("schema")) is not int or data["schema"] != SCHEMA:
        raise InvalidGraphError(
            f"schema: this version reads schema {SCHEMA}, the data says {_short(data.get('schema'))};"
            " save it again with this version, or install the version that wrote it"
        )
    unknown = set(data) - {"schema", "title", "nnsight", "complete", "reason", "groups", "nodes", "edges", "sources"}
    if unknown:
        raise InvalidGraphError(f"{min(map(_short, unknown))}: not a field of a graph")
    groups = _entries(data, "groups", _GROUP, ("id", "kind", "label"))
    nodes = _entries(data, "nodes", _NODE, ("id", "kind", "label"))
    edges = _entries(data, "edges", _EDGE, ("id", "source", "target"))
    sources = _entries(data, "sources", _SOURCE, ("file", "line", "text"), limit=10 * MAX_TEXT)
    complete = data.get("complete", True)
    _check(complete, _BOOL, "complete")
    for name in ("title", "nnsight", "reason"):
        if data.get(name) is not None:
            _check(data[name], _TEXT, name)
    graph = Graph(
        nodes=tuple(Node(**entry) for entry in nodes),
        groups=tuple(Group(**entry) for entry in groups),
        edges=tuple(Edge(**entry) for entry in edges),
        sources=tuple(Source(**entry) for entry in sources),
        title=data.get("title") or "graph",
        nnsight=data.get("nnsight"),
        complete=complete,
        reason=data.get("reason"),
    )
    check(graph)
    return graph


def parse_elements(elements: Iterable[Mapping[str, Any]]) -> Graph:
    """A checked graph from a Cytoscape element list; see :func:`~nnsight_graphwidget.elements.from_elements`."""
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
            raise InvalidGraphError(f"elements[{index}].group: nodes or edges; got {_short(element.get('group'))}")
    return parse({"schema": SCHEMA, **lists})


def check(graph: Graph) -> None:
    """That ids are unique, parents come first and edges end somewhere.

    Raises:
        InvalidGraphError: naming the entry at fault.
    """
    depths: dict[str, int] = {}
    for index, group in enumerate(graph.groups):
        _unique(group.id, depths, f"groups[{index}]")
        depth = 1 if group.parent is None else depths.get(group.parent, 0) + 1
        if depth == 1 and group.parent is not None:
            raise InvalidGraphError(
                f"groups[{index}].parent: no group {_short(group.parent)} comes before it (a cycle, or missing)"
            )
        if depth > MAX_DEPTH:
            raise InvalidGraphError(f"groups[{index}].parent: nested more than {MAX_DEPTH} deep")
        depths[group.id] = depth
    ids = dict(depths)
    for index, node in enumerate(graph.nodes):
        _unique(node.id, ids, f"nodes[{index}]")
        if node.parent is not None and node.parent not in depths:
            raise InvalidGraphError(f"nodes[{index}].parent: no group {_short(node.parent)}")
        ids[node.id] = 0
    edges: dict[str, int] = {}
    for index, edge in enumerate(graph.edges):
        if edge.id in ids:
            raise InvalidGraphError(f"edges[{index}].id: {_short(edge.id)} is the id of a node")
        _unique(edge.id, edges, f"edges[{index}]")
        edges[edge.id] = 0
        for end in ("source", "target"):
            if getattr(edge, end) not in ids:
                raise InvalidGraphError(f"edges[{index}].{end}: no node or group {_short(getattr(edge, end))}")
        if edge.kind not in EDGE_KINDS:
            raise InvalidGraphError(f"edges[{index}].kind: one of {', '.join(EDGE_KINDS)}; got {_short(edge.kind)}")
    for name in ("groups", "nodes"):
        for index, item in enumerate(getattr(graph, name)):
            if item.status not in STATUSES:
                raise InvalidGraphError(f"{name}[{index}].status: one of {', '.join(STATUSES)}; got {_short(item.status)}")


def _unique(id_: str, seen: Mapping[str, int], where: str) -> None:
    if not id_:
        raise InvalidGraphError(f"{where}.id: empty")
    if len(id_) > MAX_ID:
        raise InvalidGraphError(f"{where}.id: {len(id_):,} characters; at most {MAX_ID:,} are read")
    if not id_.isprintable():  # every format writes ids as they are
        raise InvalidGraphError(f"{where}.id: a control or invisible character in {id_[:60]!a}")
    if id_ in seen:
        raise InvalidGraphError(f"{where}.id: {_short(id_)} is there twice")


def _entries(
    data: Mapping[str, Any], name: str, shape: Mapping[str, str], needed: tuple[str, ...], limit: int = MAX_TEXT
) -> list[dict[str, Any]]:
    items = data.get(name, [])
    if not isinstance(items, list):
        raise InvalidGraphError(f"{name}: a list; got {type(items).__name__}")
    if len(items) > MAX_ELEMENTS:
        raise InvalidGraphError(f"{name}: {len(items):,} entries; at most {MAX_ELEMENTS:,} are read")
    entries = []
    for index, item in enumerate(items):
        where = f"{name}[{index}]"
        if not isinstance(item, Mapping):
            raise InvalidGraphError(f"{where}: an object; got {type(item).__name__}")
        for field in needed:
            if item.get(field) is None:
                raise InvalidGraphError(f"{where}.{field}: missing")
        entry = {}
        for field, value in item.items():
            if field not in shape:
                raise InvalidGraphError(f"{where}.{_short(field)}: not a field of {name}")
            if value is None:
                continue
            entry[field] = _check(value, shape[field], f"{where}.{field}", limit)
        entries.append(entry)
    return entries


def _check(value: Any, shape: str, where: str, limit: int = MAX_TEXT) -> Any:
    """``value`` as the dataclass wants it, or an error that says what it should have been."""
    if isinstance(value, (list, Mapping)) and len(value) > MAX_LIST:
        raise InvalidGraphError(f"{where}: {len(value):,} entries; at most {MAX_LIST:,} are read")
    if shape == _TEXT:
        good = isinstance(value, str)
        if good and len(value) > limit:
            raise InvalidGraphError(f"{where}: {len(value):,} characters; at most {limit:,} are read")
    elif shape == _INT:
        good = _whole(value)
    elif shape == _BOOL:
        good = isinstance(value, bool)
    elif shape == "whole numbers":
        good = isinstance(value, list) and all(map(_whole, value))
        value = tuple(value) if good else value
    elif shape == "pairs":
        good = isinstance(value, list) and all(
            isinstance(v, list) and len(v) == 2 and all(isinstance(s, str) and len(s) <= limit for s in v) for v in value
        )
        value = tuple((v[0], v[1]) for v in value) if good else value
    else:
        good = isinstance(value, Mapping) and all(
            isinstance(k, str) and (isinstance(v, float) or _whole(v) or v in NOT_FINITE) for k, v in value.items()
        )
        value = {k: float(v) for k, v in value.items()} if good else value
    if not good:
        raise InvalidGraphError(f"{where}: {shape} expected; got {_short(value)}")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53  # what JavaScript counts exactly


def _short(value: Any) -> str:
    if isinstance(value, (str, int, float, bool, type(None))):
        if isinstance(value, int) and value.bit_length() > 1000:  # of more than 4,300 digits Python writes none
            return f"a number of {value.bit_length():,} bits"
        text = repr(value)
        return text if len(text) <= 60 else text[:59] + "…"
    return type(value).__name__
