"""What a reader is told: gradients and sub-graphs by the user's own names, and errors by the locations they are about."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

from nnsight_graphwidget import record
from tests.models import tiny_net


@pytest.fixture
def model() -> Any:
    return tiny_net()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.rand(1, 5)


def test_a_gradient_is_called_by_its_location_or_else_as_the_source_spells_it(model: Any, x: torch.Tensor) -> None:
    with record() as recording, model.trace(x):
        h0 = model.layer1.output.requires_grad_()
        h1 = model.layer2.output
        with h1.sum().backward():
            h1.grad.save()
            h0.grad = h0.grad * 2
    labels = [(node.kind, node.label) for node in recording.graph.nodes if node.kind in ("GradProtocol", "SwapProtocol")]
    assert labels == [
        ("GradProtocol", "layer2.output.grad"),
        ("GradProtocol", "layer1.output.grad"),
        ("SwapProtocol", "layer1.output.grad"),
    ]


@pytest.mark.parametrize("write", [False, True])
def test_an_order_error_names_what_was_asked_for_and_what_was_passed(write: bool, model: Any, x: torch.Tensor) -> None:
    with pytest.raises(Exception, match="already ran past"), record() as recording, model.trace(x):
        if write:
            model.layer2.output = torch.zeros(1, 2)
        else:
            model.layer2.output.save()
        model.layer1.output.save()
    failed = [node for node in recording.graph.nodes if node.status == "failed"]
    assert [node.label for node in failed] == ["layer1.output"]
    assert "asked for layer1.output after layer2.output (line " in (failed[0].error or "")


def test_a_pass_of_a_comprehension_is_called_by_its_variable(model: Any, x: torch.Tensor) -> None:
    with record() as recording, model.trace(x):
        hidden = model.layer1.output
        for scale in (2.0, 3.0):
            rows = [[hidden[:, i] * j * scale for j in range(2)] for i in range(2)]
        both = torch.stack(rows[0]).save()
    passes = [group.label for group in recording.graph.groups if group.kind == "Iteration"]
    one = ["i = 0", "j = 0", "j = 1", "i = 1", "j = 0", "j = 1"]
    assert passes == ["scale = 2.0", *one, "scale = 3.0", *one]
    assert both.shape == (2, 1)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from there both are of one frame, and the outer one is hidden")
def test_a_comprehension_may_hide_a_variable_of_the_loop_around(model: Any, x: torch.Tensor) -> None:
    with record() as recording, model.trace(x):
        hidden = model.layer1.output
        for i in range(2):
            parts = [hidden[:, i] for i in range(3)]
        last = parts[-1].save()
    passes = [group.label for group in recording.graph.groups if group.kind == "Iteration"]
    assert passes == ["i = 0", "i = 0", "i = 1", "i = 2", "i = 1", "i = 0", "i = 1", "i = 2"]
    assert last.shape == (1,)


def test_a_with_of_several_items_is_called_by_the_one_that_opens_it(model: Any, x: torch.Tensor) -> None:
    with record() as r, torch.no_grad() as n, model.session() as s:
        with torch.no_grad(), model.trace(x):
            hidden = model.layer1.output.save()
    assert n is None and hidden.shape == (1, 10) and type(s).__name__ == "Tracer"
    assert [group.label for group in r.graph.groups] == ["s", "trace"]
    assert [node.label for node in r.graph.nodes if node.kind == "Input"] == ["x"]


def test_a_literal_never_has_the_tensors_name(model: Any, x: torch.Tensor) -> None:
    def scaled(vector: torch.Tensor, alpha: float) -> torch.Tensor:
        return alpha * vector  # reaches torch as vector.mul(alpha)

    alpha = 3.0
    with record() as recording, model.trace(x):
        hidden = model.layer1.output
        (scaled(torch.ones(10), 2.0) + alpha * hidden).save()
    literals = [(node.label, node.value) for node in recording.graph.nodes if node.kind == "Value"]
    assert literals == [("10", "10"), ("alpha", "2.0"), ("alpha", "3.0")]
