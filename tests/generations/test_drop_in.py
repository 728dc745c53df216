"""``.vis()`` under install(): the seed's signature on every nnsight, files that stay in their folder, nothing left behind."""

from __future__ import annotations

from typing import Any

import pytest
from harness import READ, RECORDED, returned

pytestmark = pytest.mark.generation
everywhere = pytest.mark.parametrize("version", [*READ, *RECORDED])


def outcome(version: str, function: str) -> Any:
    return returned(version, "drop_in", function)


@everywhere
def test_the_seeds_own_lines_write_its_pictures(version: str) -> None:
    found = outcome(version, "the_seeds_own_lines")
    pictures = ["session.png", "tracer_1.png", "tracer_2.png"] + (["iterator.png"] if version in READ else [])
    assert found["files"] == dict.fromkeys(pictures, True)
    assert found["groups"][:3] == ["Session", "Tracer", "Iterator"]
    assert len(found["edges"]) == (3 if version in READ else 7)  # a body once, or its three passes
    assert found["lines"] >= 12
    saved = dict(found["saves"])
    assert saved.keys() == {"l1_out_t1", "l1_out_t1_cp", "l1_out_t2"}
    lost = {"0.3.7": {"l1_out_t1"}, "0.4.0": {"l1_out_t2"}}.get(version, set())  # by nnsight itself, when a session is stopped
    assert {name for name, shape in saved.items() if shape != [1, 10]} == lost


@everywhere
def test_after_the_block_the_whole_graph_is_there(version: str) -> None:
    found = outcome(version, "after_the_block")
    assert found["inside"] == found["after"]
    assert found["after"] == ["InterventionProtocol", "Operation", "LockProtocol", "InterventionProtocol", "LockProtocol"]


@everywhere
def test_a_title_cannot_leave_its_folder(version: str) -> None:
    assert outcome(version, "titles") == {
        "../../outside": ["_.._outside.json"],
        "a/b\\c": ["a_b_c.json"],
        "..": ["graph.json"],
        "": ["graph.json"],
        "x" * 500: ["x" * 200 + ".json"],
        "line\nbreak": ["line_break.json"],
    }


@everywhere
def test_it_writes_when_there_is_a_path_or_save(version: str) -> None:
    assert outcome(version, "when_it_writes") == {
        "nothing": [],
        "path": ["there/graph.svg"],
        "not": [],
        "save": ["graph.svg"],
    }


@everywhere
def test_inner_sub_graphs_are_closed_unless_asked_for(version: str) -> None:
    assert outcome(version, "opened") == {"closed": False, "recursive": True, "group": True}


@everywhere
def test_uninstall_puts_everything_back(version: str) -> None:
    assert outcome(version, "uninstall_puts_everything_back") == {"during": True, "after": [], "extra": []}


@pytest.mark.parametrize("version", RECORDED)
def test_only_the_last_traces_are_remembered(version: str) -> None:
    assert outcome(version, "only_the_last_are_remembered") == [False, False, False, True, True]
