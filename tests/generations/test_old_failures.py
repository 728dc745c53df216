"""The measured failures of the old ``.vis()``: crashes, hours, lost edges, harm. ``programs/failures.py`` has the programs."""

from __future__ import annotations

from typing import Any

import pytest
from harness import READ, returned, run

pytestmark = [pytest.mark.generation, pytest.mark.parametrize("version", READ)]


def outcome(version: str, function: str) -> Any:
    return returned(version, "failures", function)


def test_twenty_diamonds_have_each_node_once(version: str) -> None:
    found = outcome(version, "diamonds")
    assert (found["nodes"], found["edges"]) == (61, 80)  # 0.3.7 took 285 s
    assert found["seconds"] < 1


@pytest.mark.parametrize("length", [450, 1000, 5000])
def test_long_chains(version: str, length: int) -> None:
    found = outcome(version, "chains")[str(length)]  # RecursionError from 450 on in 0.3.7; 55 s for 5,000 in 0.4.11
    assert (found["nodes"], found["edges"]) == (length + 1, length)
    assert found["seconds"] < 5


def test_a_thousand_nodes_in_one_list_are_a_thousand_edges(version: str) -> None:
    found = outcome(version, "wide")
    assert (found["nodes"], found["edges"]) == (1002, 2000)
    assert found["seconds"] < 5


def test_a_thousand_literals_are_one_short_text_that_says_how_many_more(version: str) -> None:
    assert outcome(version, "long_list") == ["[0, 1, 2, 3, 4, 5, … +994 more]"]


def test_a_value_used_twice_is_two_edges(version: str) -> None:
    assert outcome(version, "used_twice") == [["0", "layer1.output"], ["1", "layer1.output"]]


def test_nodes_in_containers_and_keywords_have_edges(version: str) -> None:
    assert outcome(version, "nested") == [
        ["0", "layer1.output"],
        ["0", "layer2.output"],
        ["1", "getitem"],
        ["keyword", "layer1.output"],
    ]


def test_nodes_in_slices_have_edges(version: str) -> None:
    assert outcome(version, "in_a_slice") == [["0", "layer1.output"], ["1", "layer2.output"]]


def test_a_tensor_without_dimensions(version: str) -> None:
    assert outcome(version, "tensor_without_dimensions") == [[]]


def test_an_argument_whose_str_raises(version: str) -> None:
    assert outcome(version, "raising_str") == ["<_Hostile>"]


def test_a_target_without_a_name(version: str) -> None:
    if version == "0.3.7":  # cannot make such a node itself
        assert "__name__" in run(version, "failures")["nameless_target"]["raised"]
    else:
        assert outcome(version, "nameless_target") == ["_Nameless"]


def test_a_generator_is_not_consumed(version: str) -> None:
    assert outcome(version, "generator_is_not_consumed") == [0, 1, 2]


def test_arguments_of_a_read_have_their_right_names(version: str) -> None:
    assert outcome(version, "a_node_per_use") == [["module_path", "'.layer1.output'"], ["batch_group", "0"], ["call_iter", "0"]]


def test_after_the_block_the_error_says_what_to_do(version: str) -> None:
    said = outcome(version, "after_the_block")
    assert said
    for message in said:
        assert "inside the block" in message
        assert "install()" in message
