"""What a reader is told: gradients and sub-graphs by the user's own names, and errors by the locations they are about."""

from __future__ import annotations

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
    assert labels == [("GradProtocol", "layer2.output.grad"), ("GradProtocol", "h0.grad"), ("SwapProtocol", "h0.grad")]


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
