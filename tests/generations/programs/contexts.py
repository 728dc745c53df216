"""The contexts of nnsight 0.3 and 0.4, read inside their blocks: conditions, invokes, edits, scans, generation, open ones."""

import nnsight
import torch
from models import tiny_gpt2, tiny_net

import nnsight_graphwidget as ngw
from nnsight_graphwidget.generations import version

OLD = version(nnsight).startswith("0.3")


def _shape(graph):
    """Groups and nodes as (kind, label, parent's kind), edges between labels; literals are left out."""
    items = {item.id: item for item in (*graph.groups, *graph.nodes)}

    def parent(item):
        return items[item.parent].kind if item.parent else None

    shown = {item.id for item in items.values() if item.kind not in ("Value", "Input")}
    return {
        "groups": [[group.kind, group.label, parent(group)] for group in graph.groups],
        "nodes": [[node.kind, node.label, parent(node)] for node in graph.nodes if node.id in shown],
        "edges": [
            [items[edge.source].label, items[edge.target].label, edge.kind, edge.label]
            for edge in graph.edges
            if edge.source in shown
        ],
    }


def condition():
    model = tiny_net()
    with model.trace(torch.rand(1, 5)) as tracer:
        out = model.layer1.output
        test = out.sum() > 0
        with tracer.cond(test) as decided:
            (out + 1).save()
        graph, alone = ngw.read(tracer), ngw.read(decided)
    return {"whole": _shape(graph), "alone": _shape(alone)}


def other_branch():
    if OLD:
        return None
    model = tiny_net()
    with model.trace(torch.rand(1, 5)) as tracer:
        out = model.layer1.output
        first = tracer.cond(out.sum() > 0)
        with first:
            (out + 1).save()
        with first.else_():
            (out - 1).save()
        return _shape(ngw.read(tracer))


def invokes():
    model, read = tiny_gpt2(), {}
    with model.trace() as tracer:
        with tracer.invoke("the cat") as invoker:
            one = model.transformer.h[0].output[0]
            read["inside"] = _shape(ngw.read(invoker))
        with tracer.invoke("the dog"):
            two = model.transformer.h[1].output[0]
            (one + two).save()
        read["whole"] = _shape(ngw.read(tracer))
    return read


def edit():
    model = tiny_net()
    made = model.edit(return_context=True) if OLD else model.edit()
    with made:
        model.layer1.output[:] = 0
        graph = ngw.read(made)
    return _shape(graph)


def generation():
    model = tiny_gpt2()
    with model.generate("the cat", max_new_tokens=2) as tracer:
        model.transformer.h[0].output.save()
        model.transformer.h[0].next().output.save()
        graph = ngw.read(tracer)
    reads = [node for node in graph.nodes if node.kind == "InterventionProtocol"]
    return {"kind": graph.groups[0].kind, "iterations": [node.iteration for node in reads], "shape": _shape(graph)}


def scan():
    """Shapes that scanning found, before anything ran."""
    model = tiny_net()
    with model.scan(torch.rand(1, 5)) as tracer:
        model.layer1.output + 1
        graph = ngw.read(tracer)
    return {"kind": graph.groups[0].kind, "shapes": [node.shape for node in graph.nodes if node.kind == "InterventionProtocol"]}


def still_open():
    """What reading a session and its graph gives while a trace inside it is open."""
    model, x, read = tiny_net(), torch.rand(1, 5), {}
    with model.session() as session:
        with model.trace(x):
            model.layer1.output.save()
            read["session"] = _shape(ngw.read(session))
            read["graph"] = _shape(ngw.read(session.graph))
    return read


class _Enough(Exception):
    """Ends a block before nnsight runs it."""


def swap_gradient_and_module():
    model, x = tiny_net(), torch.rand(1, 5)
    try:
        with model.trace(x) as tracer:
            out = model.layer1.output
            out.grad.save()
            model.layer1.output = out * 2
            model.layer2(out).save()
            graph = ngw.read(tracer)
            raise _Enough
    except _Enough:
        pass
    return {"shape": _shape(graph), "changes": [node.label for node in graph.nodes if node.changes]}


def a_value_of_another_trace():
    model, x = tiny_net(), torch.rand(1, 5)
    with model.session() as session:
        with model.trace(x):
            first = model.layer2.output
        with model.trace(x):
            (model.layer1.output[:, :2] + first).save()
        return _shape(ngw.read(session))
