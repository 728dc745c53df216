"""Programs in the shapes that researchers write; what the graph of each must hold stands in its docstring after ``Holds:``."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nnsight
import pytest
import torch

from tests.models import tiny_gpt2
from tests.truth.facts import Shown, assert_facts, shown

PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))


def run(path: Path) -> tuple[Shown, str]:
    text = path.read_text("utf-8")
    facts = (ast.get_docstring(ast.parse(text)) or "").partition("Holds:")[2]
    names: dict[str, Any] = {"__name__": path.stem, "nnsight": nnsight, "torch": torch, "lm": tiny_gpt2(layers=3)}
    if "lm2" in text:
        names["lm2"] = tiny_gpt2(layers=3)
    if "eager" in text:  # the attention that gives its weights
        names["eager"] = tiny_gpt2(layers=3)
        names["eager"]._module.set_attn_implementation("eager")
    return shown(text, path.name, names), facts


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_graph_holds(path: Path) -> None:
    torch.manual_seed(0)
    seen, facts = run(path)
    if "raises" not in facts:
        assert seen.error is None, seen.error
    assert_facts(seen, facts)
