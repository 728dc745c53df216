"""Every construct, as a program that a user writes: the same results on and off, and the graph that a person has read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from nnsight_graphwidget import Graph
from tests.recording import programs


def same(a: Any, b: Any) -> bool:
    """Equal bit for bit, types, devices and gradients included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        if (a.dtype, a.device, a.requires_grad, a.is_leaf, a.shape) != (b.dtype, b.device, b.requires_grad, b.is_leaf, b.shape):
            return False
        return a.is_meta or type(a).__name__ == "FakeTensor" or torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(*pair) for pair in zip(a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b if isinstance(a, (int, float, str, bool, type(None))) else True


@pytest.mark.parametrize("name", programs.names())
def test_program(name: str) -> None:
    plain, plain_error, _ = programs.run(name, recorded=False)
    state = torch.get_rng_state()
    own, error, graph = programs.run(name, recorded=True)
    assert torch.equal(torch.get_rng_state(), state)
    assert type(error) is type(plain_error) and str(error) == str(plain_error)
    assert list(own) == list(plain)
    assert [key for key in own if not same(own[key], plain[key])] == []
    assert graph is not None and graph.complete, graph.reason
    assert graph == Graph.from_dict(json.loads(programs.golden(name).read_text("utf-8")))
