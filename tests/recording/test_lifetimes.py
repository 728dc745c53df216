"""Nothing of the user's lives longer for being recorded: models, tensors, tracers, frames die when they do without us."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
import torch

import nnsight_graphwidget as ngw
from nnsight_graphwidget.recording import source
from tests.models import tiny_gpt2, tiny_net

Keep = Callable[..., None]


class Local:
    """Stands for a frame: it lives as long as the frame that it is a variable of."""


def trace(model: Any, keep: Keep) -> None:
    x, local = torch.ones(1, 5), Local()
    with model.trace(x) as tracer:
        hidden = model.layer1.output
        out = (hidden * 2).save()
        keep(hidden=hidden)
    keep(x=x, local=local, tracer=tracer, out=out)


def session(model: Any, keep: Keep) -> None:
    local = Local()
    with model.session() as whole:
        with model.trace(torch.ones(1, 5)) as tracer:
            hidden = model.layer1.output.save()
        keep(tracer=tracer, hidden=hidden)
        with model.trace(torch.ones(1, 5)):
            model.layer1.output[:] = hidden
            out = model.output.save()
    keep(local=local, whole=whole, out=out)


def steps(model: Any, keep: Keep) -> None:
    local = Local()
    with model.generate("the cat", max_new_tokens=3) as tracer:
        kept = list().save()  # noqa: C408 (nnsight gives it `save`)
        for _ in tracer.iter[:3]:
            kept.append(model.lm_head.output)
    keep(local=local, tracer=tracer, first=kept[0])


def loop(model: Any, keep: Keep) -> None:
    for number in range(3):
        local, x = Local(), torch.ones(1, 5)
        with model.trace(x) as tracer:
            total = torch.zeros(1)
            for row in range(2):
                total = total + model.layer1.output[0, row] * number
                keep(**{f"total{number}{row}": total})
            out = total.save()
        keep(**{f"local{number}": local, f"x{number}": x, f"tracer{number}": tracer, f"out{number}": out})


def helper(model: Any, keep: Keep) -> None:
    local = Local()

    def scaled(t: torch.Tensor, by: float = 2.0) -> torch.Tensor:
        inner = t * by
        keep(inner=inner)
        return inner.relu()

    with model.trace(torch.ones(1, 5)) as tracer:
        out = sum(scaled(each) for each in [model.layer1.output]).save()
    keep(local=local, tracer=tracer, out=out, scaled=scaled)


def backward(model: Any, keep: Keep) -> None:
    local = Local()
    with model.trace("the cat") as tracer:
        hidden = model.transformer.h[0].output
        loss = model.lm_head.output.sum()
        with loss.backward():
            grad = hidden.grad.save()
        keep(hidden=hidden, loss=loss)
    keep(local=local, tracer=tracer, grad=grad)


def edit(model: Any, keep: Keep) -> None:
    local = Local()
    with model.edit() as (_, edited):
        edited.layer1.output = edited.layer1.output * 2
    with edited.trace(torch.ones(1, 5)) as tracer:
        out = edited.output.save()
    keep(local=local, tracer=tracer, out=out, edited=edited)


def cache(model: Any, keep: Keep) -> None:
    local = Local()
    with model.trace(torch.ones(1, 5)) as tracer:
        kept = tracer.cache()
    keep(local=local, tracer=tracer, held=kept["model.layer1"].output)


def scan(model: Any, keep: Keep) -> None:
    local = Local()
    with model.scan("the cat") as tracer:
        hidden = model.transformer.h[0].output
        hidden.shape[-1].bit_length()
        keep(hidden=hidden)
    keep(local=local, tracer=tracer)


def failed(model: Any, keep: Keep) -> None:
    local = Local()
    try:
        with model.trace(torch.ones(1, 5)) as tracer:
            hidden = model.layer1.output
            keep(hidden=hidden)
            (hidden @ torch.ones(3, 3)).save()
    except Exception:
        pass
    keep(local=local, tracer=tracer)


CONSTRUCTS = (trace, session, steps, loop, helper, backward, edit, cache, scan, failed)


def alive(construct: Callable[[Any, Keep], None]) -> set[str]:
    """What still lives after a construct has run and its caller has let go of the model."""
    refs: dict[str, weakref.ref[Any]] = {}

    def keep(**things: Any) -> None:
        refs.update({name: weakref.ref(thing) for name, thing in things.items()})

    def run() -> None:
        model = tiny_gpt2() if construct in (steps, backward, scan) else tiny_net()
        keep(model=model, module=model._module, weight=next(model._module.parameters()))
        construct(model, keep)

    run()
    gc.collect()
    return {name for name, ref in refs.items() if ref() is not None}


@pytest.mark.parametrize("how", ["record", "values", "install"])
@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda each: each.__name__)
def test_all_dies_as_without_recording(construct: Callable[[Any, Keep], None], how: str) -> None:
    plain = alive(construct)
    with ExitStack() as stack:
        if how == "install":
            ngw.install()
            stack.callback(ngw.uninstall)
        else:
            recording = stack.enter_context(ngw.record(values=how == "values"))
        assert alive(construct) == plain
    if how != "install":
        assert recording.graph.nodes


def test_a_recording_dies() -> None:
    """With its tracer, which is what it can be asked for by."""
    refs = []

    def run() -> Any:
        with ngw.record() as recording:
            model = tiny_net()
            with model.trace(torch.ones(1, 5)) as tracer:
                model.layer1.output.save()
        assert recording.graph.nodes
        refs.append(weakref.ref(recording))
        return tracer

    run()
    gc.collect()
    assert refs[0]() is None


@pytest.mark.parametrize("how", ["record", "install"])
def test_a_process_that_traces_for_long_grows_by_nothing(how: str) -> None:
    model = tiny_net()

    def traced(count: int) -> None:
        for _ in range(count):
            if how == "record":
                with ngw.record() as recording:
                    loop(model, lambda **_: None)
                    helper(model, lambda **_: None)
                recording.graph  # noqa: B018 (it is made)
            else:
                loop(model, lambda **_: None)
                helper(model, lambda **_: None)

    def held() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    if how == "install":
        ngw.install(last=2)
    traced(30)  # what is kept of each place is kept once, and dictionaries of a size have found theirs
    tracemalloc.start()
    try:
        traced(15)
        before = held()
        traced(20)
        grown = held() - before
    finally:
        tracemalloc.stop()
        ngw.uninstall()
    assert grown < 20 * 1500  # bytes, for four traces each: an event of each that stayed would be more
    assert all(len(file._twins) < 100 for files in source._files.values() for file in files)
