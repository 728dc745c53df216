"""``.gexf``: GEXF, for Gephi."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from ..graph import Graph, Group
from ..graph.kinds import style
from ..graph.text import legible
from .rows import Row, columns, row_of, scalar, xml_bytes


def write(graph: Graph) -> bytes:
    """GEXF 1.2, for Gephi: sub-graphs are nodes with ``compound`` true, their content says ``pid``; legend colours."""
    viz = "http://www.gexf.net/1.2draft/viz"
    xml.register_namespace("viz", viz)
    root = xml.Element("gexf", xmlns="http://www.gexf.net/1.2draft", version="1.2")
    xml.SubElement(xml.SubElement(root, "meta"), "description").text = legible(graph.title)
    inside = xml.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    items = [(item, row_of(item, skip=("label", "parent"))) for item in graph.groups + graph.nodes]
    edges = [(edge, row_of(edge, skip=("label",))) for edge in graph.edges]
    for used_by, rows in (("node", [row for _, row in items]), ("edge", [row for _, row in edges])):
        attributes = xml.SubElement(inside, "attributes", {"class": used_by, "mode": "static"})
        for name, kind in columns(rows).items():
            xml.SubElement(attributes, "attribute", id=f"{used_by}.{name}", title=name, type=kind)

    def fill(element: xml.Element, row: Row, used_by: str) -> None:
        values = xml.SubElement(element, "attvalues")
        for name, value in row.items():
            xml.SubElement(values, "attvalue", {"for": f"{used_by}.{name}", "value": scalar(value)})

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
    return xml_bytes(root)
