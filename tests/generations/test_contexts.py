"""Conditions, invokes, edits, scans, generation and open blocks of nnsight 0.3 and 0.4: what holds and what feeds what."""

from __future__ import annotations

from typing import Any

import pytest
from harness import READ, returned

pytestmark = [pytest.mark.generation, pytest.mark.parametrize("version", READ)]


def outcome(version: str, function: str) -> Any:
    return returned(version, "contexts", function)


def needs_language_model(version: str) -> None:
    if version == "0.4.0":
        pytest.skip("LanguageModel of 0.4.0 takes no model that is already made, and nothing is downloaded")


def test_a_condition_is_a_sub_graph_that_its_test_decides(version: str) -> None:
    whole = outcome(version, "condition")["whole"]
    assert whole["groups"] == [["Tracer", "trace", None], ["Conditional", "if", "Tracer"]]
    assert ["Operation", "add", "Conditional"] in whole["nodes"]
    assert ["LockProtocol", "save", "Conditional"] in whole["nodes"]
    assert ["gt", "if", "condition", "condition"] in whole["edges"]
    alone = outcome(version, "condition")["alone"]
    assert ["Operation", "add", "Conditional"] in alone["nodes"]


def test_the_other_branch_depends_on_the_first(version: str) -> None:
    found = outcome(version, "other_branch")
    if version == "0.3.7":  # has no else
        assert found is None
        return
    assert found["groups"][1:] == [["Conditional", "if", "Tracer"], ["Conditional", "else", "Tracer"]]
    assert ["if", "else", "condition", "branch"] in found["edges"]


def test_several_invokes_are_sub_graphs(version: str) -> None:
    needs_language_model(version)
    found = outcome(version, "invokes")
    assert found["whole"]["groups"][1:] == [["Invoke", "invoke 0", "Tracer"], ["Invoke", "invoke 1", "Tracer"]]
    assert [parent for _, _, parent in found["whole"]["nodes"]] == ["Invoke"] * 6
    assert ["getitem", "add", "bridge", "0"] in found["whole"]["edges"]
    assert ["InterventionProtocol", "transformer.h.0.output", "Tracer"] in found["inside"]["nodes"]


def test_an_edit(version: str) -> None:
    found = outcome(version, "edit")
    assert found["groups"] == [["Edit", "edit", None]]
    assert ["layer1.output", "setitem", "data", "0"] in found["edges"]


def test_generation_knows_its_iterations(version: str) -> None:
    needs_language_model(version)
    found = outcome(version, "generation")
    assert (found["kind"], found["iterations"]) == ("Generator", [0, 1])
    assert found["shape"]["groups"] == [["Generator", "generate", None]]


def test_a_scan_knows_shapes(version: str) -> None:
    assert outcome(version, "scan") == {"kind": "Scan", "shapes": [[1, 10]]}


def test_a_block_that_is_still_open_is_in_what_is_around_it(version: str) -> None:
    found = outcome(version, "still_open")
    for graph in found.values():
        assert graph["groups"] == [["Session", "session", None], ["Tracer", "trace", "Session"]]
        assert ["LockProtocol", "save", "Tracer"] in graph["nodes"]


def test_swaps_gradients_and_called_modules(version: str) -> None:
    found = outcome(version, "swap_gradient_and_module")
    kinds = {kind: label for kind, label, _ in found["shape"]["nodes"]}
    assert kinds["GradProtocol"] == "layer1.output.grad"
    assert kinds["SwapProtocol"] == "layer1.output"
    assert kinds["ApplyModuleProtocol"] == "layer2"
    assert found["changes"] == ["layer1.output"]
    assert ["mul", "layer1.output", "data", "1"] in found["shape"]["edges"]


def test_a_value_of_another_trace_is_one_edge_from_where_it_was_made(version: str) -> None:
    found = outcome(version, "a_value_of_another_trace")
    assert found["groups"] == [["Session", "session", None], ["Tracer", "trace", "Session"], ["Tracer", "trace", "Session"]]
    assert ["layer2.output", "add", "bridge", "1"] in found["edges"]
    assert not [node for node in found["nodes"] if node[0] == "BridgeProtocol"]
