"""The program that the old ``.vis()`` was introduced with (nnsight pull request 171), as today's nnsight spells it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .generations import Recording


def seed() -> Recording:
    """Run the program under ``record()``; the graph is the same at every run."""
    import torch
    from nnsight import NNsight

    from .generations import record

    input_size, hidden_dims, output_size = 5, 10, 2
    torch.manual_seed(423)
    net = torch.nn.Sequential(
        OrderedDict(
            [
                ("layer1", torch.nn.Linear(input_size, hidden_dims)),
                ("layer2", torch.nn.Linear(hidden_dims, output_size)),
            ]
        )
    ).requires_grad_(False)
    input = torch.rand((1, input_size))
    input2 = torch.rand((1, input_size))
    model = NNsight(net)

    with record() as recording:
        with model.session() as session:
            with model.trace(input) as tracer_1:
                l1_out_t1 = model.layer1.output.save()
                l1_out_t1_cp = model.layer1.output.clone().save()
                tracer_1.stop()

            for item in [0, 1, 2]:
                with model.trace(input2) as tracer_2:
                    l1_out_t2 = model.layer1.output.save()

                l1_out_t1_cp[:, item] = l1_out_t2[:, item] + l1_out_t1[:, item]

    return recording
