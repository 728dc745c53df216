"""Twenty programs as researchers write them, and how each is first seen: what a first look is measured with.

``record_all(folder)`` runs them on small real models and saves what was recorded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nnsight
import torch

import nnsight_graphwidget as ngw
from benchmarks.graphs import sessions
from nnsight_graphwidget import Graph, demo
from tests.models import tiny_gpt2

CLEAN, CORRUPT = "the cat sat on the mat", "the dog sat on the mat"

Program = Callable[[Any], object]
PROGRAMS: dict[str, Program] = {}
#: How a picture is shown, where not as it opens by itself.
SHOWN: dict[str, dict[str, Any]] = {}


def program(**shown: Any) -> Callable[[Program], Program]:
    def keep(function: Program) -> Program:
        PROGRAMS[function.__name__] = function
        SHOWN[function.__name__] = shown
        return function

    return keep


def graph_of(name: str) -> Graph:
    function = PROGRAMS[name]
    torch.manual_seed(0)
    recording = ngw.record(title=None)
    with contextlib.suppress(Exception), recording:
        made = function(tiny_gpt2(layers=12))
        if isinstance(made, Graph):
            return made
    return recording.graph


def record_all(folder: Path, names: Iterable[str] | None = None) -> dict[str, Path]:
    """Name of a picture → its saved recording."""
    paths = {}
    for name in names or PROGRAMS:
        paths[name] = folder / f"{name}.json"
        graph_of(name).save(paths[name])
    return paths


@program()
def quickstart(lm: Any) -> object:
    return demo.seed().graph


@program(expanded="all")
def quickstart_all(lm: Any) -> object:
    return demo.seed().graph


@program()
def one_save(lm: Any) -> object:
    with lm.trace(CLEAN):
        hidden = lm.transformer.h[3].output.save()
    return hidden


@program()
def patching(lm: Any) -> object:
    with lm.trace() as tracer:
        barrier = tracer.barrier(2)
        with tracer.invoke(CLEAN):
            clean_hs = lm.transformer.h[5].output[:, 1, :]
            barrier()
        with tracer.invoke(CORRUPT):
            corrupt = lm.lm_head.output[:, -1, :].save()
        with tracer.invoke(CORRUPT):
            barrier()
            lm.transformer.h[5].output[:, 1, :] = clean_hs
            patched = lm.lm_head.output[:, -1, :]
            diff = (patched[:, 3] - patched[:, 4]).save()
    return corrupt, diff


@program(expanded="all")
def patching_all(lm: Any) -> object:
    return patching(lm)


@program(expanded="all")
def steering(lm: Any) -> object:
    with lm.session():
        with lm.trace(CLEAN):
            vector = lm.transformer.h[6].output[:, -1, :]
            mean = vector.mean(dim=0).save()
        with lm.generate(CORRUPT, max_new_tokens=3) as tracer:
            with tracer.iter[:3]:
                lm.transformer.h[6].output[:, -1, :] += 4.0 * mean
            out = tracer.result.save()
    return out


@program()
def lens(lm: Any) -> object:
    with lm.trace(CLEAN):
        probs = []
        for layer in lm.transformer.h:
            p = torch.nn.functional.softmax(lm.lm_head(lm.transformer.ln_f(layer.output)), dim=-1).save()
            probs.append(p)
        all_probs = torch.cat([p[:, -1:] for p in probs], dim=1).save()
    return all_probs


@program(expanded="all")
def lens_all(lm: Any) -> object:
    return lens(lm)


@program(expanded="all", steps="all")
def lens_passes(lm: Any) -> object:
    return lens(lm)


@program(expanded="all")
def generation(lm: Any) -> object:
    with lm.generate(CLEAN, max_new_tokens=5) as tracer:
        tokens = []
        for _step in tracer.iter[:5]:
            logits = lm.lm_head.output[:, -1, :]
            token = logits.argmax(dim=-1)
            tokens.append(token)
        out = tracer.result.save()
    return out, tokens


@program(expanded="all")
def failure(lm: Any) -> object:
    with lm.trace(CLEAN):
        small = lm.transformer.h[0].output
        large = lm.transformer.h[1].mlp.c_fc.output
        both = small + large
        e = (both * 2).save()
    return e


@program(expanded="all")
def failing_barrier(lm: Any) -> object:
    with lm.trace() as tracer:
        barrier = tracer.barrier(2)
        with tracer.invoke(CLEAN):
            clean_hs = lm.transformer.h[5].output[:, 1, :]
            logits = lm.lm_head.output[:, -1].save()
            barrier()
        with tracer.invoke(CORRUPT):
            barrier()
            lm.transformer.h[5].output[:, 1, :] = clean_hs
            patched = lm.lm_head.output[:, -1].save()
    return logits, patched


@program(expanded="all")
def attribution(lm: Any) -> object:
    with lm.trace() as tracer:
        with tracer.invoke(CLEAN):
            clean = lm.transformer.h[4].output.save()
        with tracer.invoke(CORRUPT):
            hidden = lm.transformer.h[4].output
            hidden.requires_grad_(True)
            logits = lm.lm_head.output
            score = logits[0, -1, 3] - logits[0, -1, 4]
            with score.backward():
                grad = hidden.grad.save()
    effect = ((clean - hidden) * grad).sum()
    return effect


@program(expanded="all")
def heads(lm: Any) -> object:
    with lm.trace(CLEAN):
        scores = []
        for layer in range(10):
            z = lm.transformer.h[layer].attn.c_proj.input
            per_head = z.view(1, 6, 2, 8)
            first = per_head[:, :, 0]
            second = per_head[:, :, 1]
            norm = first.norm() - second.norm()
            scores.append(norm)
        total = torch.stack(scores).save()
    return total


@program(expanded="all")
def operations(lm: Any) -> object:
    with lm.trace(CLEAN):
        h = lm.transformer.h[3].output
        a = h[:, -1].mean(dim=-1)
        b = (h[:, -1] - a.unsqueeze(-1)).pow(2)
        c = b.mean(dim=-1).sqrt()
        d = h[:, -1] / c.unsqueeze(-1)
        e = d @ d.T
        f = torch.softmax(e, dim=-1)
        g = (f * e).sum()
        k = torch.relu(d) + torch.tanh(d)
        m = (k * 0.5 + d).abs().max()
        n = (g + m).log().save()
    return n


@program()
def traces(lm: Any) -> object:
    with lm.session():
        means = []
        for layer in lm.transformer.h[:10]:
            for text in (CLEAN, CORRUPT, "a house"):
                with lm.trace(text):
                    mean = layer.output[:, -1].mean(dim=0).save()
                means.append(mean)
    return means


@program()
def traces_apart(lm: Any) -> object:
    with lm.session():
        with lm.trace(CLEAN):
            a = lm.transformer.h[0].output.mean().save()
        with lm.trace(CORRUPT):
            b = lm.transformer.h[1].output.mean().save()
        with lm.trace("a house"):
            c = lm.transformer.h[2].output.mean().save()
        with lm.trace("the dog ran"):
            d = lm.transformer.h[3].output.mean().save()
        with lm.trace("the cat ran"):
            e = lm.transformer.h[4].output.mean().save()
        with lm.trace("the mat"):
            f = lm.transformer.h[5].output.mean().save()
        total = (a + b + c + d + e + f).save()
    return total


@program(expanded="all")
def branches(lm: Any) -> object:
    with lm.trace(CLEAN):
        kept = []
        for layer in (0, 1, 2, 3):
            norm = lm.transformer.h[layer].output.norm()
            if norm > 8:
                kept.append(norm.save())
            else:
                lm.transformer.h[layer].output[:] = 0
    return kept


@program(expanded="all")
def ablation(lm: Any) -> object:
    with lm.trace(CLEAN):
        for layer in (2, 3, 4):
            lm.transformer.h[layer].mlp.output = torch.zeros_like(lm.transformer.h[layer].mlp.output)
        logits = lm.lm_head.output.save()
    return logits


@program(expanded="all")
def edited(lm: Any) -> object:
    with lm.edit() as other:
        lm.transformer.h[1].output[:, -1] = 0
    with other.trace(CLEAN):
        out = lm.lm_head.output.save()
    return out


@program(expanded="all")
def batch(lm: Any) -> object:
    with lm.trace() as tracer:
        for text in (CLEAN, CORRUPT, "a house", "the dog ran", "the mat"):
            with tracer.invoke(text):
                logits = lm.lm_head.output[:, -1].argmax().save()
    return logits


@program(expanded="all")
def scan(lm: Any) -> object:
    with lm.scan(CLEAN):
        width = nnsight.save(lm.transformer.h[0].output.shape[-1])
    with lm.trace(CLEAN):
        direction = torch.ones(width)
        lm.transformer.h[0].output[:, -1] += direction
        out = lm.output.save()
    return out


@program()
def large(lm: Any) -> object:
    return sessions(6_500)


def steps_of(graph: Graph, wanted: str) -> dict[str, str]:
    return {group.id: wanted for group in graph.groups if group.kind == "Iterator"}
