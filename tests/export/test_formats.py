"""Each format for other programs, read back by a reader that is not ours."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from html import unescape
from pathlib import Path

import networkx
import pytest
from samples import HOSTILE, chain, hostile, seed

from nnsight_graphwidget import Graph, GraphWidget, load, save
from nnsight_graphwidget.errors import OptionError
from nnsight_graphwidget.export.formats import FORMATS
from nnsight_graphwidget.graph import Node
from nnsight_graphwidget.graph.kinds import behaves
from nnsight_graphwidget.graph.outline import caption
from nnsight_graphwidget.graph.text import legible


def labels(graph: Graph) -> Counter[str]:
    return Counter(legible(item.label) for item in graph.groups + graph.nodes)


def ends(graph: Graph) -> Counter[tuple[str, str]]:
    return Counter((edge.source, edge.target) for edge in graph.edges)


GRAPHS = {"seed": seed, "hostile": hostile, "empty": Graph}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return GRAPHS[request.param]()


def test_json_is_the_graph(graph: Graph, tmp_path: Path) -> None:
    path = save(graph, tmp_path / "g.json")
    assert load(path) == graph
    assert path.read_bytes().isascii()


def test_cyjs(graph: Graph, tmp_path: Path) -> None:
    elements = json.loads(save(graph, tmp_path / "g.cyjs").read_text("utf-8"))["elements"]
    nodes = [node["data"] for node in elements["nodes"]]
    assert Counter(node["name"] for node in nodes) == labels(graph)
    assert {node["id"]: node.get("parent") for node in nodes} == {i.id: i.parent for i in graph.groups + graph.nodes}
    assert Counter((e["data"]["source"], e["data"]["target"]) for e in elements["edges"]) == ends(graph)
    for element in (*elements["nodes"], *elements["edges"]):
        for value in element["data"].values():
            assert isinstance(value, (str, int, float, bool))  # a column of Cytoscape's tables holds nothing else


def test_networkx_reads_cyjs(graph: Graph, tmp_path: Path) -> None:
    read = networkx.cytoscape_graph(json.loads(save(graph, tmp_path / "g.cyjs").read_text("utf-8")))
    assert set(read.nodes) == {item.id for item in graph.groups + graph.nodes}
    assert Counter(data["label"] for _, data in read.nodes(data=True)) == labels(graph)
    assert Counter((source, target) for source, target, _ in read.edges) == ends(graph)
    assert {id_: data["shown_value"] for id_, data in read.nodes(data=True) if "shown_value" in data} == {
        node.id: legible(node.value) for node in graph.nodes if node.value is not None
    }


@pytest.mark.parametrize("suffix", [".graphml", ".gexf"])
def test_networkx_reads(graph: Graph, suffix: str, tmp_path: Path) -> None:
    path = save(graph, tmp_path / f"g{suffix}")
    read = networkx.read_graphml(path) if suffix == ".graphml" else networkx.read_gexf(path)
    nodes = dict(read.nodes(data=True))
    assert Counter(data["label"] for data in nodes.values()) == labels(graph)
    assert Counter((source, target) for source, target, *_ in read.edges) == ends(graph)
    assert read.is_directed() or not graph.edges
    parent = "parent" if suffix == ".graphml" else "pid"
    assert {id_: data.get(parent) for id_, data in nodes.items()} == {i.id: i.parent for i in graph.groups + graph.nodes}
    assert {id_ for id_, data in nodes.items() if data.get("compound")} == {group.id for group in graph.groups}


def test_graphml_keeps_types(tmp_path: Path) -> None:
    read = networkx.read_graphml(save(seed(), tmp_path / "g.graphml"))
    node = read.nodes["session@1/tracer_1@2/layer1.output@3"]
    assert (node["kind"], node["line"], node["requires_grad"]) == ("InterventionProtocol", 3, False)
    assert (node["shape"], node["lines"], node["dtype"]) == ("[1, 10]", "[4]", "float32")
    assert read.edges["session@1/for@5/i0/setitem@8", "session@1/for@5/i1/setitem@8"]["kind"] == "carried"


@pytest.fixture
def not_finite() -> Graph:
    numbers = {"min": -math.inf, "max": math.inf, "mean": math.nan, "norm": 1.5}
    return Graph(nodes=(Node(id="a", kind="Operation", label="log", statistics=numbers),))


def test_cyjs_has_numbers_that_json_has_not_as_text(not_finite: Graph, tmp_path: Path) -> None:
    text = save(not_finite, tmp_path / "g.cyjs").read_text("utf-8")
    elements = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["elements"]
    data = elements["nodes"][0]["data"]
    found = {name: data[f"statistics.{name}"] for name in ("min", "max", "mean", "norm")}
    assert found == {"min": "-inf", "max": "inf", "mean": "nan", "norm": 1.5}


@pytest.mark.parametrize("suffix", [".graphml", ".gexf"])
def test_xml_has_numbers_that_are_not_finite_as_xml_schema_spells_them(not_finite: Graph, suffix: str, tmp_path: Path) -> None:
    path = save(not_finite, tmp_path / f"g{suffix}")
    written = {word for word in ("-INF", "INF", "NaN") if re.search(rf"[>\"]{word}[<\"]", path.read_text("utf-8"))}
    assert written == {"-INF", "INF", "NaN"}
    data = (networkx.read_graphml(path) if suffix == ".graphml" else networkx.read_gexf(path)).nodes["a"]
    assert (data["statistics.min"], data["statistics.max"], data["statistics.norm"]) == (-math.inf, math.inf, 1.5)
    assert math.isnan(data["statistics.mean"])


def test_gexf_has_legend_colours(tmp_path: Path) -> None:
    read = networkx.read_gexf(save(seed(), tmp_path / "g.gexf"))
    color = read.nodes["session@1/tracer_1@2/layer1.output@3"]["viz"]["color"]
    assert (color["r"], color["g"], color["b"]) == (0x1A, 0x8F, 0x3C)


def test_graphviz_reads_dot(graph: Graph, tmp_path: Path) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    read = pygraphviz.AGraph(filename=str(save(graph, tmp_path / "g.dot")), strict=False)
    invisible = {node for node in read.nodes() if node.attr["style"] == "invis"}
    assert {str(node) for node in read.nodes()} - invisible == {node.id for node in graph.nodes}
    assert invisible == {group.id for group in graph.groups} & {
        end for edge in graph.edges for end in (edge.source, edge.target)
    }
    assert Counter((str(a), str(b)) for a, b in read.edges()) == ends(graph)
    for node in graph.nodes:
        shown = unescape(read.get_node(node.id).attr["label"].split("\n")[0]).replace("\\\\", "\\")
        assert shown == legible(node.label)
    titles = sorted(unescape(cluster.graph_attr["label"]).replace("\\\\", "\\") for cluster in _clusters(read))
    assert titles == sorted(caption(group)[0] for group in graph.groups)


def _clusters(graph):  # type: ignore[no-untyped-def]
    for inner in graph.subgraphs():
        yield inner
        yield from _clusters(inner)


def test_graphviz_draws_dot_with_the_labels_as_text(tmp_path: Path) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    from xml.etree import ElementTree

    graph = hostile()
    read = pygraphviz.AGraph(filename=str(save(graph, tmp_path / "g.dot")), strict=False)
    drawing = ElementTree.fromstring(read.draw(format="svg", prog="dot"))
    texts = {(element.text or "").replace("\xa0", " ") for element in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {legible(text) for text in HOSTILE.values()} <= texts


def test_data_formats_hold_the_whole_graph_whatever_is_on_screen(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"'expanded' is not an option of \.gexf; its options are title, only"):
        save(seed(), tmp_path / "g.gexf", expanded=[])
    assert not (tmp_path / "g.gexf").exists()
    widget = GraphWidget(seed(), expanded=[], hidden_kinds=["Operation"])
    for suffix in (".dot", ".mmd", ".txt", ".graphml"):
        assert widget.save(tmp_path / f"a{suffix}").read_bytes() == save(seed(), tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".dot", ".mmd", ".txt", ".md"])
def test_text_formats_show_what_is_open_and_leave_out_what_is_hidden(suffix: str, tmp_path: Path) -> None:
    path = save(seed(), tmp_path / f"g{suffix}", expanded=["session@1", "g2"], hidden_kinds=["Value", "Operation"])
    text = path.read_text("utf-8")
    assert "tracer_1" in text and "for item in" in text  # open; closed
    assert not re.search(r"compute clone|clone<|\[label=\"clone|setitem|tracer_2", text.partition("## ")[0])  # hidden; closed
    with pytest.raises(OptionError, match="no sub-graph has the id 'nothing'"):
        save(seed(), tmp_path / f"g{suffix}", expanded=["nothing"])


def test_what_a_hidden_node_took_goes_to_what_took_it(tmp_path: Path) -> None:
    text = save(seed(), tmp_path / "g.txt", hidden_kinds=["Operation"]).read_text("utf-8")
    assert "n5  a_copy = save model.layer1.output.clone() ← n2 " in text  # as it is written, and from where


def test_a_closed_sub_graph_says_how_much_is_in_it_and_has_what_goes_in(tmp_path: Path) -> None:
    text = save(seed(), tmp_path / "g.txt", expanded=["g1"]).read_text("utf-8").splitlines()
    assert "   └─ g3  loop for item in [0, 1, 2] ×3 (closed, 30 nodes) ← n6, g2  line 5" in text


def test_text_and_markdown_have_the_whole_graph(graph: Graph, tmp_path: Path) -> None:
    text = save(graph, tmp_path / "g.txt").read_text("utf-8")
    shown = [item for item in graph.groups + graph.nodes if not behaves(item.kind, "literal")]
    surprises = {said for _, said in graph.warnings}
    assert len(text.splitlines()) == 1 + len(shown) + len(surprises)  # a line each, every pass too
    markdown = save(graph, tmp_path / "g.md").read_text("utf-8")
    assert "\n".join(text.splitlines()[1:]) in markdown
    assert "<script" not in markdown.partition("```")[0]
    for source in graph.sources:
        assert all(line in markdown for line in source.text.splitlines())


def test_mermaid_runs_down_in_sub_graphs_too(tmp_path: Path) -> None:
    text = save(seed(), tmp_path / "g.mmd").read_text("utf-8")
    assert text.count("direction TB") == text.count("subgraph ") > 1


@pytest.mark.parametrize("expanded", [["session@1"], ["session@1", "session@1/for@5"], []])
def test_graphviz_reads_dot_with_what_is_closed(expanded: list[str], tmp_path: Path) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    path = save(seed(), tmp_path / "g.dot", expanded=expanded)
    read = pygraphviz.AGraph(filename=str(path), strict=False)
    assert {str(node) for node in read.nodes() if node.attr["shape"] == "box3d"} == {
        group.id for group in seed().groups if group.id not in expanded and (group.parent is None or group.parent in expanded)
    }
    assert b"<svg" in read.draw(format="svg", prog="dot")


@pytest.mark.parametrize("suffix", [suffix for suffix, found in FORMATS.items() if not found.shows_a_view])
def test_same_bytes_every_time_and_a_title(suffix: str, tmp_path: Path) -> None:
    first = save(seed(), tmp_path / f"a{suffix}", title="my figure").read_bytes()
    assert save(seed(), tmp_path / f"b{suffix}", title="my figure").read_bytes() == first
    assert b"my figure" in first or suffix == ".mmd"


def test_only_a_subgraph(tmp_path: Path) -> None:
    graph = load(save(seed(), tmp_path / "g.json", only="session@1/for@5"))
    assert graph.groups[0].id == "session@1/for@5" and graph.groups[0].parent is None
    outside = {node.id: node.kind for node in graph.nodes if node.parent is None}
    assert outside == {
        "session@1/tracer_1@2/layer1.output@3": "BridgeProtocol",
        "session@1/tracer_1@2/clone@4": "BridgeProtocol",
        "session@1/x2@6": "Input",
    }
    assert {edge.target.startswith("session@1/for@5") for edge in graph.edges} == {True}
    inside = [edge for edge in seed().edges if edge.target.startswith("session@1/for@5")]
    assert list(graph.edges) == inside


def test_only_some_nodes_keeps_what_is_around_them(tmp_path: Path) -> None:
    chosen = ["session@1/tracer_1@2/clone@4", "session@1/for@5/i0/setitem@8"]
    graph = load(save(seed(), tmp_path / "g.json", only=chosen))
    assert {node.id for node in graph.nodes} == set(chosen)
    assert {group.id for group in graph.groups} == {
        "session@1",
        "session@1/tracer_1@2",
        "session@1/for@5",
        "session@1/for@5/i0",
    }
    assert [(edge.source, edge.target) for edge in graph.edges] == [tuple(chosen)]


@pytest.mark.parametrize("only", ["nothing", ["session@1", "nothing"], []])
def test_only_an_unknown_id(only: str | list[str], tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"only: no .*; the graph's sub-graphs are 'session@1'"):
        save(seed(), tmp_path / "g.json", only=only)


def test_mermaid_says_when_github_would_refuse_it(tmp_path: Path) -> None:
    assert save(chain(400), tmp_path / "g.mmd").read_text("utf-8").startswith("flowchart TD")
    assert "only=" in save(chain(600), tmp_path / "g.mmd").read_text("utf-8").splitlines()[0]
