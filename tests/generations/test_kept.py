"""nnsight 0.3 and 0.4 while installed: as much as on 0.8, wherever the block is written and however it ends."""

from __future__ import annotations

from typing import Any

import pytest
from harness import READ, returned

pytestmark = [pytest.mark.generation, pytest.mark.parametrize("version", READ)]


def outcome(version: str, function: str) -> Any:
    if version == "0.4.0" and function in ("invokes", "steps_and_swaps"):
        pytest.skip("LanguageModel of 0.4.0 takes no model that is already made, and nothing is downloaded")
    return returned(version, "kept", function)


def test_every_node_and_sub_graph_has_its_line_however_the_process_went(version: str) -> None:
    without, sizes = outcome(version, "lines")
    assert without == [[]] * len(sizes)
    assert min(sizes) == max(sizes) >= 8


def test_what_a_helper_of_a_library_makes_is_from_the_users_line(version: str) -> None:
    line = 'split = einops.rearrange(model.layer1.output, "b (h d) -> b h d", h=2).save()'
    for file, text, variable in outcome(version, "helpers"):
        assert (file, text) == ("kept.py", line)
        assert variable in (None, "split")


def test_branches_of_the_blocks_own_python_have_their_lines_and_names(version: str) -> None:
    found = outcome(version, "branches")
    if version == "0.3.7":
        assert found is None
        return
    assert [text for _, text in found["branches"]] == [
        "if out.sum() > 1000:",
        "elif out.sum() > 500:",
        "third = (out * 4).save()  # noqa: F841",
    ]
    assert [name for name, _ in found["saves"]] == ["first", "second", "third"]
    assert found["files"] == ["kept.py"]


def test_what_is_made_outside_an_invoke_is_outside_it(version: str) -> None:
    assert outcome(version, "invokes") == [
        ["lm_head.output", "invoke 'the cat'"],
        [".sum", "invoke 'the cat'"],
        ["sum", "invoke 'the cat'"],
        ["list", "invoke 'the dog'"],
        ["lm_head.output", "invoke 'the dog'"],
        [".sum", "invoke 'the dog'"],
        ["sum", "invoke 'the dog'"],
        ["add", "tracer"],
        ["save", "tracer"],
    ]


def test_a_failed_trace_is_marked_where_it_failed(version: str) -> None:
    nodes, raised = outcome(version, "failed")
    assert raised in ("RuntimeError", "NNsightError")
    assert [status for _, status, _ in nodes] == ["ok", "ok", "failed", "not reached", "not reached"]
    assert nodes[2][2].startswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied")


def test_steps_prompts_and_swaps_are_told_apart(version: str) -> None:
    found = outcome(version, "steps_and_swaps")
    assert found["reads"] == ["lm_head.output", "lm_head.output (step 1)"]
    assert found["swap"] is None
    assert found["prompt"] == "'the cat'"


def test_vis_takes_the_order_of_0_4_and_says_what_is_wrong(version: str) -> None:
    found = outcome(version, "vis_arguments")
    assert "no path to write it to" in found["nothing"]
    assert found["0.4's order"] == ["here/t.png"]
    assert found["path"] == "TypeError: path: the folder to write to is expected; got 3"
    assert found["format"] == "TypeError: format: a suffix such as 'png' is expected; got None"
    assert found["wide"] == ["p/" + "图" * 66 + ".json"]
    assert found["condition"] == ["p/c.json"]
    assert found["alone"] == ["Conditional"]


def test_a_script_is_drawn_by_the_command(version: str) -> None:
    found = outcome(version, "run")
    assert found["status"] == 1
    assert found["out"].startswith("ran\n")  # 0.4 prints the traceback there
    assert found["groups"] == ["Tracer"] * 3
    assert found["failed"] == ["matmul"]
