"""``.graphml``: GraphML."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from ..graph import Graph
from ..graph.text import legible
from .rows import Row, columns, row_of, scalar, xml_bytes


def write(graph: Graph) -> bytes:
    """GraphML. Sub-graphs are nodes with ``compound`` true, and ``parent`` says what is in them: every reader sees the
    same nodes and edges, where nested ``<graph>`` elements are read by few."""
    root = xml.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    nodes = [(item.id, row_of(item)) for item in graph.groups + graph.nodes]
    edges = [(edge, row_of(edge)) for edge in graph.edges]
    for name, kind, used_by in (
        *((name, kind, "node") for name, kind in columns(row for _, row in nodes).items()),
        *((name, kind, "edge") for name, kind in columns(row for _, row in edges).items()),
    ):
        xml.SubElement(root, "key", {"id": f"{used_by}.{name}", "for": used_by, "attr.name": name, "attr.type": kind})
    inside = xml.SubElement(root, "graph", id=legible(graph.title), edgedefault="directed")

    def fill(element: xml.Element, row: Row, used_by: str) -> None:
        for name, value in row.items():
            xml.SubElement(element, "data", key=f"{used_by}.{name}").text = scalar(value)

    for id_, row in nodes:
        fill(xml.SubElement(inside, "node", id=id_), row, "node")
    for edge, row in edges:
        fill(xml.SubElement(inside, "edge", id=edge.id, source=edge.source, target=edge.target), row, "edge")
    return xml_bytes(root)
