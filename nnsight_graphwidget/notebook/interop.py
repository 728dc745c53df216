"""The graph for code that already uses other widgets and libraries: a stock ``CytoscapeWidget``, a networkx graph."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError
from ..graph import plain
from ..graph.elements import to_elements
from ..graph.kinds import legend, style
from ..reading import read

if TYPE_CHECKING:
    import ipycytoscape
    import networkx

#: Nodes and edges are widgets there, with a message or more each; past this many some may never arrive.
MAX_STOCK = 300

_SHAPES = {"box": "round-rectangle", "ellipse": "ellipse", "hexagon": "hexagon"}


def to_ipycytoscape(obj: Any) -> ipycytoscape.CytoscapeWidget:
    """A stock ``ipycytoscape.CytoscapeWidget`` with our elements and the legend's colours, for a dashboard built on one.

    Arguments:
        obj: anything that :func:`read` takes.

    Warns:
        UserWarning: above 300 nodes, where the stock widget is slow and may lose some; ``show(obj)`` has no such limit.
    """
    import ipycytoscape

    graph = read(obj)
    size = len(graph.nodes) + len(graph.groups)
    if size > MAX_STOCK:
        warnings.warn(
            f"{size} nodes: a stock CytoscapeWidget opens a connection for each and may lose some; show(obj) has no such limit",
            stacklevel=2,
        )
    widget = ipycytoscape.CytoscapeWidget(
        cytoscape_style=stylesheet(), cytoscape_layout={"name": "dagre"}, tooltip_source="tooltip", auto_unselectify=False
    )
    nodes, edges = [], []
    for element in to_elements(graph):
        data = dict(element["data"])
        if element["group"] == "edges":
            edges.append(ipycytoscape.Edge(data=data, classes=element["classes"]))
        else:
            # A tooltip is drawn as HTML there; text of the user's is not to be read as that.
            data["tooltip"] = json.dumps({key: data[key] for key in ("kind", "shape", "dtype", "text") if key in data}).replace(
                "<", "‹"
            )
            nodes.append(ipycytoscape.Node(data=data, classes=element["classes"]))
    # Our list has parents first; without that the stock front end forgets the parent (its issue 302).
    with widget.graph.hold_sync():
        widget.graph.nodes.extend(nodes)
        widget.graph.edges.extend(edges)
    return widget


def to_networkx(obj: Any) -> networkx.MultiDiGraph:
    """A ``networkx.MultiDiGraph``: nodes and sub-graphs by id with their fields, edges keyed by their id.

    Arguments:
        obj: anything that :func:`read` takes.

    Raises:
        UnsupportedError: if networkx is not installed.
    """
    try:
        import networkx
    except ModuleNotFoundError as error:
        raise UnsupportedError("to_networkx() needs networkx: pip install networkx") from error
    graph = read(obj)
    result = networkx.MultiDiGraph(title=graph.title, nnsight=graph.nnsight, complete=graph.complete, reason=graph.reason)
    for group in graph.groups:
        result.add_node(group.id, **_fields(group), compound=True)
    for node in graph.nodes:
        result.add_node(node.id, **_fields(node), compound=False)
    for edge in graph.edges:
        result.add_edge(edge.source, edge.target, key=edge.id, **{**_fields(edge), "kind": edge.kind})
    return result


def stylesheet() -> list[dict[str, Any]]:
    """The legend as a Cytoscape style sheet, for light backgrounds."""
    rules: list[dict[str, Any]] = [
        {
            "selector": "node",
            "style": {
                "label": "data(label)",
                "text-valign": "center",
                "width": "label",
                "height": 24,
                "padding": "8px",
                "font-family": "monospace",
                "font-size": 11,
                "border-width": 1.5,
                "background-color": "#fff",
            },
        },
        {"selector": ":parent", "style": {"text-valign": "top", "background-opacity": 0.06, "font-weight": "bold"}},
        {"selector": ".changes", "style": {"border-width": 3}},
        {"selector": ".not-reached, .never-run", "style": {"border-style": "dashed", "opacity": 0.6}},
        {
            "selector": "edge",
            "style": {"width": 1.3, "curve-style": "bezier", "target-arrow-shape": "triangle", "arrow-scale": 0.8},
        },
        {"selector": "edge.bridge", "style": {"line-style": "dashed", "line-color": style("BridgeProtocol")["light"]}},
    ]
    for look in legend().values():
        shape = "round-rectangle" if look["role"] == "group" else _SHAPES[look["shape"]]
        rules.append({"selector": f"node.{look['class']}", "style": {"border-color": look["light"], "shape": shape}})
    rules.append({"selector": "node.failed", "style": {"border-color": "#c62828", "border-width": 3}})
    return rules


def _fields(item: Any) -> dict[str, Any]:
    return {name: value for name, value in plain(item).items() if name not in ("id", "source", "target", "parent")} | (
        {"parent": item.parent} if getattr(item, "parent", None) is not None else {}
    )
