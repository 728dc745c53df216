"""Files from anywhere: what is wrong is named by its path, and nothing is built from it."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import GOLDEN, seed

from nnsight_graphwidget import Graph, from_elements, load, save, to_elements
from nnsight_graphwidget.errors import InvalidGraphError
from nnsight_graphwidget.graph import Node
from nnsight_graphwidget.graph.schema import MAX_DEPTH, MAX_ELEMENTS, MAX_ID, MAX_LIST, MAX_TEXT

HUGE = 10**5000
NODE = {"id": "a", "kind": "Operation", "label": "add"}


def graph(**fields: Any) -> dict[str, Any]:
    return {"schema": 1, **fields}


def groups(*parents: str | None) -> list[dict[str, Any]]:
    return [{"id": f"g{i}", "kind": "Tracer", "label": "t", "parent": parent} for i, parent in enumerate(parents)]


BAD: dict[str, tuple[Any, str]] = {
    "not an object": ([], "a graph is an object with nodes, groups and edges; got list"),
    "another schema": ({"schema": 2}, "schema: this version reads schema 1, the data says 2; save it again"),
    "no schema": ({}, "the data says None"),
    "true is not 1": ({"schema": True}, "the data says True"),
    "unknown field of the graph": (graph(vertices=[]), "'vertices': not a field of a graph"),
    "unknown field of a node": (graph(nodes=[{**NODE, "x": 1}]), r"nodes\[0\].'x': not a field of nodes"),
    "nodes no list": (graph(nodes={}), "nodes: a list; got dict"),
    "node no object": (graph(nodes=[NODE, 3]), r"nodes\[1\]: an object; got int"),
    "no label": (graph(nodes=[{"id": "a", "kind": "k"}]), r"nodes\[0\].label: missing"),
    "empty id": (graph(nodes=[{**NODE, "id": ""}]), r"nodes\[0\].id: empty"),
    "same id twice": (graph(nodes=[NODE, NODE]), r"nodes\[1\].id: 'a' is there twice"),
    "id of a group": (graph(groups=[NODE], nodes=[NODE]), r"nodes\[0\].id: 'a' is there twice"),
    "invisible id": (graph(nodes=[{**NODE, "id": "a\u202e"}]), r"nodes\[0\].id: a control or invisible character in 'a"),
    "long id": (graph(nodes=[{**NODE, "id": "a" * (MAX_ID + 1)}]), r"nodes\[0\].id: 10,001 characters; at most 10,000"),
    "parent missing": (graph(nodes=[{**NODE, "parent": "g"}]), r"nodes\[0\].parent: no group 'g'"),
    "parent is a node": (graph(nodes=[NODE, {**NODE, "id": "b", "parent": "a"}]), r"nodes\[1\].parent: no group 'a'"),
    "its own parent": (graph(groups=groups("g0")), r"groups\[0\].parent: no group 'g0' comes before it \(a cycle"),
    "parents in a circle": (graph(groups=groups("g1", "g0")), r"groups\[0\].parent: no group 'g1' comes before it"),
    "too deep": (
        graph(groups=groups(None, *(f"g{i}" for i in range(MAX_DEPTH)))),
        rf"groups\[{MAX_DEPTH}\].parent: nested more than {MAX_DEPTH} deep",
    ),
    "edge to nowhere": (graph(nodes=[NODE], edges=[{"id": "e", "source": "a", "target": "b"}]), r"edges\[0\].target: no node"),
    "edge kind": (
        graph(nodes=[NODE], edges=[{"id": "e", "source": "a", "target": "a", "kind": "x"}]),
        r"edges\[0\].kind: one of data, argument, .*; got 'x'",
    ),
    "edge with a node's id": (graph(nodes=[NODE], edges=[{"id": "a", "source": "a", "target": "a"}]), r"edges\[0\].id: 'a' is"),
    "status": (graph(nodes=[{**NODE, "status": "fine"}]), r"nodes\[0\].status: one of ok, failed, .*; got 'fine'"),
    "text for a number": (graph(nodes=[{**NODE, "line": "3"}]), r"nodes\[0\].line: whole number expected; got '3'"),
    "true for a number": (graph(nodes=[{**NODE, "line": True}]), r"nodes\[0\].line: whole number expected; got True"),
    "a number that JavaScript does not count": (
        graph(nodes=[{**NODE, "order": 2**53}]), r"nodes\[0\].order: whole number expected; got 9007199254740992"
    ),
    "one below zero": (graph(nodes=[{**NODE, "shape": [1, -(2**53)]}]), r"nodes\[0\].shape: whole numbers expected; got list"),
    "number too large": (graph(nodes=[{**NODE, "order": 10**400}]), r"nodes\[0\].order: whole number expected"),
    "shape": (graph(nodes=[{**NODE, "shape": [1, 2.5]}]), r"nodes\[0\].shape: whole numbers expected; got list"),
    "arguments": (graph(nodes=[{**NODE, "arguments": [["0"]]}]), r"nodes\[0\].arguments: pairs expected; got list"),
    "statistics": (graph(nodes=[{**NODE, "statistics": {"min": "low"}}]), r"nodes\[0\].statistics: numbers by name expected"),
    "long text": (graph(nodes=[{**NODE, "text": "x" * (MAX_TEXT + 1)}]), r"nodes\[0\].text: 100,001 characters; at most"),
    "long list": (graph(nodes=[{**NODE, "shape": [1] * (MAX_LIST + 1)}]), r"nodes\[0\].shape: 10,001 entries; at most 10,000"),
    "too many": (graph(nodes=[None] * (MAX_ELEMENTS + 1)), "nodes: 1,000,001 entries; at most 1,000,000 are read"),
    "title": (graph(title=5), "title: text expected; got 5"),
    "more digits than Python writes": (graph(nodes=[{**NODE, "order": HUGE}]), r"got a number of 16,610 bits"),
    "a huge schema": ({"schema": HUGE}, "the data says a number of 16,610 bits"),
    "a huge field": (graph() | {HUGE: 1}, "a number of 16,610 bits: not a field of a graph"),
}  # fmt: skip


def test_the_largest_number_that_javascript_counts() -> None:
    assert Graph.from_dict(graph(nodes=[{**NODE, "order": 2**53 - 1}])).nodes[0].order == 2**53 - 1


@pytest.mark.parametrize("case", BAD)
def test_the_entry_at_fault_is_named(case: str) -> None:
    data, message = BAD[case]
    with pytest.raises(InvalidGraphError, match=message) as caught:
        Graph.from_dict(data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"\xff\xfe\x00", "graph.json: "),
        (b"[" * 200_000, "nested too deep"),
        (b'{"schema": 1, "nodes": 3}', "nodes: a list; got int"),
    ],
)
def test_a_broken_file_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_bytes(content)
    with pytest.raises(InvalidGraphError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_the_systems_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "graph.json")
    with pytest.raises(FileNotFoundError, match=r"~nosuchuser/graph\.json"):
        load("~nosuchuser/graph.json")


@pytest.mark.parametrize(("name", "said"), [("a\0b.json", r"a\\x00b.json: embedded null"), ("\ud800.json", r"\\ud800.json: ")])
def test_what_is_no_name_of_a_file(name: str, said: str) -> None:
    with pytest.raises(InvalidGraphError, match=said):
        load(name)


def test_a_device_without_an_end() -> None:
    """In a process of its own, which gets no more memory than the most that is read needs."""
    program = (
        "import resource; import nnsight_graphwidget.graph.file as export\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))\n"
        "export.MAX_FILE = 2**20\n"
        "try: export.load('/dev/zero')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "InvalidGraphError /dev/zero: larger than 1 MB, the most that is read\n"


def test_numbers_that_json_has_not(tmp_path: Path) -> None:
    node = Node(
        id="a", kind="Operation", label="log", statistics={"min": -math.inf, "max": math.inf, "mean": math.nan, "norm": 1.5}
    )
    path = save(Graph(nodes=(node,)), tmp_path / "g.json")
    json.loads(path.read_text("utf-8"), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    (read,) = load(path).nodes
    assert read.statistics is not None
    assert (read.statistics["min"], read.statistics["max"], read.statistics["norm"]) == (-math.inf, math.inf, 1.5)
    assert math.isnan(read.statistics["mean"])


def test_elements_round_trip() -> None:
    whole = seed()
    back = from_elements(to_elements(whole))
    assert (back.nodes, back.groups, back.edges) == (whole.nodes, whole.groups, whole.edges)
    for bad in (None, 3, "text", [3], [{"group": "nodes"}], [{"group": "other", "data": {}}]):
        with pytest.raises(InvalidGraphError, match="elements"):
            from_elements(bad)  # type: ignore[arg-type]


SEED = json.loads((GOLDEN / "seed.graph.json").read_text("utf-8"))
PLACES = [
    (name, index, field)
    for name in ("groups", "nodes", "edges", "sources")
    for index, entry in enumerate(SEED[name])
    for field in entry
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(sorted(g["id"] for g in SEED["groups"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=JSON)
def test_one_value_changed_is_a_graph_or_an_error(place: tuple[str, int, str], value: Any, tmp_path: Path) -> None:
    data = copy.deepcopy(SEED)
    name, index, field = place
    data[name][index][field] = value
    try:
        graph = Graph.from_dict(data)
    except InvalidGraphError as error:
        assert "\n" not in str(error)
        return
    for suffix in (".json", ".graphml", ".dot", ".mmd"):
        assert save(graph, tmp_path / f"g{suffix}").stat().st_size
    assert load(tmp_path / "g.json").to_dict() == graph.to_dict()
