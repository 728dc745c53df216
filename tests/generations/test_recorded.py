"""0.5, 0.6 and 0.7 give the golden graphs of 0.8 for the same programs; ``recorded.json`` lists those that run otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import OWN, RECORDED, returned

from nnsight_graphwidget.graph import Graph

GOLDEN = Path(__file__).parent.parent / "golden"
PROGRAMS = sorted(path.stem for path in (GOLDEN / "programs").glob("*.py"))
DIFFERENCES = json.loads((GOLDEN / "generations" / "recorded.json").read_text("utf-8"))
OLDER = [version for version in RECORDED if version != OWN]

pytestmark = pytest.mark.generation


def golden(name: str) -> dict[str, Any]:
    path = GOLDEN / "seed.graph.json" if name == "seed" else GOLDEN / "programs" / f"{name}.graph.json"
    graph: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return graph


def named(run: dict[str, Any], name: str) -> dict[str, Any]:
    """What a run named, of what the program binds. 0.5 to 0.7 keep ids of what was saved past its life, and bind any value that
    comes to lie where one was; which, depends on the memory."""
    bound = returned(OWN, "recorded", "all_programs")[name][0]["names"]
    return {key: value for key, value in run["names"].items() if key in bound}


def comparable(graph: dict[str, Any]) -> dict[str, Any]:
    """Without the version, and without what nnsight's own exceptions say."""
    bare = {key: value for key, value in graph.items() if key != "nnsight"}
    for name in ("nodes", "groups"):
        bare[name] = [{key: value for key, value in item.items() if key != "error"} for item in graph[name]]
    return bare


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_program_has_the_same_values_and_graph(version: str, name: str) -> None:
    plain, recorded, installed = returned(version, "recorded", "all_programs")[name]
    for run in (recorded, installed):
        assert named(run, name) == named(plain, name)
        assert run["error"] == plain["error"]
    assert Graph.from_dict(recorded["graph"]).complete, recorded["graph"]["reason"]
    expected = comparable(golden(name))
    if version in DIFFERENCES.get(name, {}).get("versions", ()):
        assert comparable(recorded["graph"]) != expected, "listed as different, and is not"
    else:
        assert comparable(recorded["graph"]) == expected


@pytest.mark.parametrize("version", RECORDED)
def test_a_block_can_be_read_without_running_it(version: str) -> None:
    found = returned(version, "recorded", "without_running")
    assert not found["ran"]
    assert ["InterventionProtocol", "planned"] in found["statuses"]
    assert ["LockProtocol", "planned"] in found["statuses"]


def test_differences_name_programs_and_versions_that_are_there() -> None:
    for name, difference in DIFFERENCES.items():
        assert name in PROGRAMS
        assert set(difference["versions"]) <= set(OLDER)
        assert difference["why"]
