"""What a write reaches: random programs against what truly changes, and each rule once."""

from __future__ import annotations

import gc
import linecache
import textwrap
import warnings
import weakref
from typing import Any

import nnsight
import pytest
import torch
from torch import nn

from nnsight_graphwidget import Graph, OptionError, record
from tests.models import tiny_gpt2
from tests.reach.perturb import Experts, Table, batched, compare, program


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_models_and_interventions(first: int) -> None:
    table = Table()
    for seed in range(first, first + 10):
        compare(program, seed, table)
    assert table.pairs > 30 and table.proven and table.may
    assert not table.false, table.false[0]
    assert not table.missed, table.missed[0]


@pytest.mark.parametrize("first", range(0, 8, 4))
def test_random_invokes_and_generations(first: int) -> None:
    table = Table()
    for seed in range(first, first + 4):
        compare(batched, seed, table)
    assert table.pairs > 30 and table.proven
    assert not table.false, table.false[0]
    assert not table.missed, table.missed[0]


@pytest.fixture(scope="module")
def gpt2() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tiny_gpt2(3)


_count = iter(range(10**6))


def recorded(text: str, **given: Any) -> Graph:
    text = textwrap.dedent(text).lstrip()
    file = f"reached{next(_count)}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    with record() as recording:
        exec(compile(text, file, "exec"), {"torch": torch, "nnsight": nnsight, **given})
    assert recording.graph.complete, recording.graph.reason
    return recording.graph


def edges(graph: Graph) -> set[tuple[str, int | None, int | None]]:
    """(kind, line of the write, line of the read)"""
    lines = {node.id: node.line for node in graph.nodes}
    return {(edge.kind, lines[edge.source], lines[edge.target]) for edge in graph.edges if edge.kind in ("model", "may")}


def warned(graph: Graph) -> list[str]:
    return [text for _, text in graph.warnings]


def test_a_patch_reaches_the_metric_and_not_what_was_read_before(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            before = model.transformer.h[0].output.save()
            model.transformer.h[1].output[:, 2, :] = 0
            metric = (model.lm_head.output[:, -1, 3] - model.lm_head.output[:, -1, 4]).save()
        """,
        model=gpt2,
    )
    assert edges(graph) == {("model", 3, 4)}
    (write,) = [node for node in graph.nodes if node.writes]
    assert write.writes == "transformer.h.1.output[:, 2, :]"
    saved = next(node.id for node in graph.nodes if node.variable == "metric")
    assert graph.reached(write.id)[saved] == "proven" and graph.causes(saved)[write.id] == "proven"
    assert not warned(graph)


def test_one_invoke_does_not_reach_another(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace() as tracer:
            with tracer.invoke("the cat sat on"):
                model.transformer.h[0].output[:] = 0
                one = model.lm_head.output.save()
            with tracer.invoke("a dog ran to"):
                two = model.lm_head.output.save()
            with tracer.invoke():
                both = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert edges(graph) == {("model", 3, 4), ("model", 3, 8)}
    assert [group.given for group in graph.groups if group.kind == "Invoke"] == ["“the cat sat on”", "“a dog ran to”", None]


def test_rows_that_a_router_flattens_are_every_invokes() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.moe, self.head = Experts(hard=False), nn.Linear(6, 2)

        def forward(self, x: Any) -> Any:
            return self.head(self.moe(x))

    class Batchable(nnsight.NNsight):  # type: ignore[misc]
        def _batch(self, invokes: Any, *args: Any) -> Any:
            return (torch.cat([given[0][0] for given in invokes]),), {}

        def _batch_size(self, *inputs: Any, **kwargs: Any) -> int:
            return inputs[0].shape[0] if inputs else 0

    graph = recorded(
        """
        with model.trace() as tracer:
            with tracer.invoke(x):
                model.moe.router.output[0] = 5.0
                one = model.head.output.save()
            with tracer.invoke(x):
                two = model.head.output.save()
        """,
        model=Batchable(Model()),
        x=torch.randn(2, 4, 6),
    )
    assert edges(graph) == {("model", 3, 4), ("model", 3, 6)}


def test_where_no_gradient_runs_a_write_may_reach_what_comes_later(gpt2: Any) -> None:
    graph = recorded(
        """
        with torch.no_grad(), model.trace("the cat sat on"):
            model.transformer.h[0].output[:] = 0
            after = model.lm_head.output.save()
        with model.generate("the cat sat on", max_new_tokens=3) as tracer:
            for step in tracer.iter[:3]:
                model.transformer.h[0].output[:, -1] += 1
            tokens = tracer.result.save()
        """,
        model=gpt2,
    )
    assert {("may", 2, 3), ("may", 6, 6), ("may", 6, 7)} == edges(graph)


def test_a_constant_in_place_of_all_of_it_ends_the_effect(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            model.transformer.h[0].output[:, 0] = 0
            model.transformer.h[1].output = torch.ones(1, 4, 16)
            after = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert edges(graph) == {("may", 3, 4)}  # a constant has no gradient
    assert warned(graph) == ["the write in line 2 reaches none of what you save"]


def test_a_write_that_comes_too_late_is_told(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            h = model.transformer.h[0].output
            later = model.transformer.h[1].output.save()
            h[:] = 0
            logits = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert not edges(graph)
    assert warned(graph) == ["the write in line 4 reaches none of what you save"]


def test_a_later_trace_joins_what_an_earlier_one_saved(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            model.transformer.h[0].output[:] *= 2
            clean = model.transformer.h[1].output.save()
        with model.trace("a dog ran to"):
            model.transformer.h[1].output = clean
            patched = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    first = next(node.id for node in graph.nodes if node.writes and node.line == 2)
    saved = next(node.id for node in graph.nodes if node.variable == "patched")
    assert saved in graph.reached(first)


def test_heads_of_one_layer_are_written_apart(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            model.transformer.h[0].attn.c_proj.input[:, :, 0:8] *= 0.5
            model.transformer.h[0].attn.c_proj.input[:, :, 8:12] *= 0.5
            model.transformer.h[0].attn.c_proj.input[:, 1, 6:10] = 0
            logits = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert {("may", 2, 5), ("may", 3, 5), ("model", 4, 5)} <= edges(graph)
    assert ("model", 2, 5) not in edges(graph)  # part of it was written over
    apart = recorded(
        """
        with model.trace("the cat sat on"):
            model.transformer.h[0].attn.c_proj.input[:, :, 0:8] *= 0.5
            model.transformer.h[0].attn.c_proj.input[:, :, 8:12] *= 0.5
            logits = model.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert edges(apart) == {("model", 2, 4), ("model", 3, 4)}


def test_an_edit_reaches_what_is_read_in_each_run(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.edit() as (tracer, edited):
            edited.transformer.h[0].output[:] = 0
        with edited.trace("the cat sat on"):
            logits = edited.lm_head.output.save()
        """,
        model=gpt2,
    )
    assert ("model", 2, 4) in edges(graph)


def test_surprises_are_told(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            early = model.transformer.h[0].output.save()
            model.transformer.h[0].output[:] = 0
            loss = -model.lm_head.output.exp().save()
            copy = model.lm_head.output.clone()
            copy[:, 0] = 0
        with model.scan("the cat sat on"):
            model.lm_head.output[:] = 0
        """,
        model=gpt2,
    )
    assert warned(graph) == [
        "what line 2 saves was written later, line 3",
        "line 4 saves model.lm_head.output.exp(), and not what loss is",
        "the write in line 6 goes into a copy, and not into lm_head.output: it reaches none of what you save",
        "the write in line 8 is made in a scan, which runs nothing: it changes no result",
    ]


def test_what_is_no_write_is_not_warned_of(gpt2: Any) -> None:
    graph = recorded(
        """
        with model.trace("the cat sat on"):
            hidden = model.transformer.h[0].output
            hidden.requires_grad_(True)
            kept = hidden.clone()
            kept.mul_(2)
            score = model.lm_head.output[0, -1, 3] + kept.sum()
            with score.backward():
                grad = hidden.grad.save()
            score.save()
        """,
        model=gpt2,
    )
    assert not warned(graph)


def test_nothing_is_kept_alive(gpt2: Any) -> None:
    held: list[weakref.ref[Any]] = []
    text = """
        with model.trace("the cat sat on"):
            h = model.transformer.h[0].output
            watch(h)
            model.transformer.h[0].output = h * 2
            watch(model.lm_head.output)
        """
    graph = recorded(text, model=gpt2, watch=lambda tensor: held.append(weakref.ref(tensor)))
    gc.collect()
    assert edges(graph) and all(ref() is None for ref in held)


def test_an_unknown_id_is_told(gpt2: Any) -> None:
    graph = recorded('with model.trace("the cat"):\n    a = model.lm_head.output.save()\n', model=gpt2)
    with pytest.raises(OptionError, match="no node or sub-graph 'nothing'"):
        graph.reached("nothing")
