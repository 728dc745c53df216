"""nnterp, a library built on nnsight, works unchanged under install(), and its traces can be drawn."""

import warnings

import torch
from models import tiny_gpt2

import nnsight_graphwidget as ngw


def _model():
    from nnterp import StandardizedTransformer

    made = tiny_gpt2()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return StandardizedTransformer(made._model, tokenizer=made.tokenizer)


def _steer(model):
    """nnterp's own names for places, and its steering, in one trace."""
    with model.trace("the cat sat") as tracer:
        first = model.layers_output[0].save()
        model.steer(layers=1, steering_vector=torch.ones(model.hidden_size), factor=0.5)
        logits = model.logits.save()
    return tracer, first, logits


def works_unchanged():
    """Whether the values are those without install(), and the graph of the trace."""
    model = _model()
    _, first, logits = _steer(model)
    ngw.install()
    try:
        tracer, first_again, logits_again = _steer(model)
        tracer.vis(title="steered", path="pictures")
        graph = ngw.read(tracer)
    finally:
        ngw.uninstall()
    return {
        "same": bool(torch.equal(first, first_again) and torch.equal(logits, logits_again)),
        "kinds": [node.kind for node in graph.nodes if node.kind not in ("Value", "Input")],
        "complete": graph.complete,
        "labels": [node.label for node in graph.nodes if node.kind not in ("Value", "Input")],
    }
