"""Formats for other programs: ``.json`` (the graph itself), ``.cyjs``, ``.graphml``, ``.gexf``."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any
from xml.etree import ElementTree as xml

from ..graph import Edge, Graph, Group, Node, plain
from ..legend import style
from .text import legible

Scalar = str | int | float | bool
Row = dict[str, Scalar]


def json(graph: Graph) -> bytes:
    """The graph as :func:`load` reads it. All ASCII: no control or bidirectional character is ever in the file as such."""
    return _json(graph.to_dict())


def cyjs(graph: Graph) -> bytes:
    """Cytoscape.js JSON, which Cytoscape desktop opens; sub-graphs are compound nodes."""

    def element(item: Node | Group | Edge) -> dict[str, Any]:
        # JSON has no word for NaN and the infinite numbers: they are text, as in our own .json.
        row = {
            name: value if not isinstance(value, float) or isfinite(value) else str(value) for name, value in _row(item).items()
        }
        ends = {"source": item.source, "target": item.target} if isinstance(item, Edge) else {}
        return {"data": {"id": item.id, **ends, "name": row.get("label", item.id), **row}}

    return _json(
        {
            "format_version": "1.0",
            "generated_by": "nnsight-graphwidget",
            "target_cytoscapejs_version": "~3.0",
            "data": {"name": legible(graph.title), "shared_name": legible(graph.title)},
            "elements": {
                "nodes": [element(item) for item in graph.groups + graph.nodes],
                "edges": [element(edge) for edge in graph.edges],
            },
        }
    )


def graphml(graph: Graph) -> bytes:
    """GraphML. Sub-graphs are nodes with ``compound`` true, and ``parent`` says what is in them: every reader sees the
    same nodes and edges, where nested ``<graph>`` elements are read by few."""
    root = xml.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    nodes = [(item.id, _row(item)) for item in graph.groups + graph.nodes]
    edges = [(edge, _row(edge)) for edge in graph.edges]
    for name, kind, used_by in (
        *((name, kind, "node") for name, kind in _columns(row for _, row in nodes).items()),
        *((name, kind, "edge") for name, kind in _columns(row for _, row in edges).items()),
    ):
        xml.SubElement(root, "key", {"id": f"{used_by}.{name}", "for": used_by, "attr.name": name, "attr.type": kind})
    inside = xml.SubElement(root, "graph", id=legible(graph.title), edgedefault="directed")

    def fill(element: xml.Element, row: Row, used_by: str) -> None:
        for name, value in row.items():
            xml.SubElement(element, "data", key=f"{used_by}.{name}").text = _scalar(value)

    for id_, row in nodes:
        fill(xml.SubElement(inside, "node", id=id_), row, "node")
    for edge, row in edges:
        fill(xml.SubElement(inside, "edge", id=edge.id, source=edge.source, target=edge.target), row, "edge")
    return _xml(root)


def gexf(graph: Graph) -> bytes:
    """GEXF 1.2, for Gephi: sub-graphs are nodes with ``compound`` true, their content says ``pid``; legend colours."""
    viz = "http://www.gexf.net/1.2draft/viz"
    xml.register_namespace("viz", viz)
    root = xml.Element("gexf", xmlns="http://www.gexf.net/1.2draft", version="1.2")
    xml.SubElement(xml.SubElement(root, "meta"), "description").text = legible(graph.title)
    inside = xml.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    items = [(item, _row(item, skip=("label", "parent"))) for item in graph.groups + graph.nodes]
    edges = [(edge, _row(edge, skip=("label",))) for edge in graph.edges]
    for used_by, rows in (("node", [row for _, row in items]), ("edge", [row for _, row in edges])):
        attributes = xml.SubElement(inside, "attributes", {"class": used_by, "mode": "static"})
        for name, kind in _columns(rows).items():
            xml.SubElement(attributes, "attribute", id=f"{used_by}.{name}", title=name, type=kind)

    def fill(element: xml.Element, row: Row, used_by: str) -> None:
        values = xml.SubElement(element, "attvalues")
        for name, value in row.items():
            xml.SubElement(values, "attvalue", {"for": f"{used_by}.{name}", "value": _scalar(value)})

    nodes = xml.SubElement(inside, "nodes")
    for item, row in items:
        node = xml.SubElement(nodes, "node", id=item.id, label=legible(item.label))
        if item.parent is not None:
            node.set("pid", item.parent)
        fill(node, row, "node")
        color = style(item.kind, group=isinstance(item, Group))["light"]
        red, green, blue = (str(int(color[at : at + 2], 16)) for at in (1, 3, 5))
        xml.SubElement(node, f"{{{viz}}}color", r=red, g=green, b=blue)
    lines = xml.SubElement(inside, "edges")
    for edge, row in edges:
        line = xml.SubElement(lines, "edge", id=edge.id, source=edge.source, target=edge.target)
        if edge.label is not None:
            line.set("label", legible(edge.label))
        fill(line, row, "edge")
    return _xml(root)


def _row(item: Node | Group | Edge, skip: Iterable[str] = ()) -> Row:
    """The fields of an item, each a plain text, number or truth value: other programs' tables hold nothing else."""
    row: Row = {}
    for name, value in plain(item, skip=(*skip, "id", "source", "target")).items():
        if name == "arguments":
            row[name] = legible(", ".join(f"{key}={text}" for key, text in value))
        elif isinstance(value, list):
            row[name] = str(value)
        elif isinstance(value, Mapping):
            row.update((legible(f"{name}.{key}"), float(number)) for key, number in value.items())
        else:
            row[name] = legible(value) if isinstance(value, str) else value
    if isinstance(item, Group):
        row["compound"] = True
    if isinstance(item, Edge):
        row["kind"] = item.kind
    return row


def _columns(rows: Iterable[Row]) -> dict[str, str]:
    """column → its type, in order of first use."""
    types: dict[type, str] = {str: "string", bool: "boolean", int: "long", float: "double"}
    return {name: types[type(value)] for row in rows for name, value in row.items()}


def _scalar(value: Scalar) -> str:
    if isinstance(value, float) and not isfinite(value):
        return {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[str(value)]  # as XML Schema spells a double
    return str(value).lower() if isinstance(value, bool) else str(value)


def _xml(root: xml.Element) -> bytes:
    xml.indent(root, " ")
    content: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _json(value: Any) -> bytes:
    return (jsonlib.dumps(value, indent=1, allow_nan=False) + "\n").encode("ascii")
