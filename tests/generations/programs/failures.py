"""What made the old ``.vis()`` crash, hang, lose edges or do harm, on nnsight 0.3 and 0.4."""

import time

import nnsight
import torch
from models import tiny_net

import nnsight_graphwidget as ngw
from nnsight_graphwidget.generations import version

OLD = version(nnsight).startswith("0.3")


class _Enough(Exception):
    """Ends a block before nnsight runs it: 0.3 cannot run long chains itself."""


def _read(build):
    """The graph of a trace in which ``build(model, tracer)`` ran, and the seconds that reading it took."""
    model, found = tiny_net(), {}
    try:
        with model.trace(torch.rand(1, 5)) as tracer:
            build(model, tracer)
            start = time.process_time()
            found["graph"] = ngw.read(tracer)
            found["seconds"] = time.process_time() - start
            raise _Enough
    except _Enough:
        pass
    return found


def _counts(build):
    found = _read(build)
    nodes = [node for node in found["graph"].nodes if node.kind not in ("Value", "Input")]
    edges = [edge for edge in found["graph"].edges if edge.kind != "argument"]
    return {"nodes": len(nodes), "edges": len(edges), "seconds": found["seconds"]}


def _into(build, label):
    """Label and source's label of each edge into the node called ``label``."""
    graph = _read(build)["graph"]
    labels = {item.id: item.label for item in (*graph.nodes, *graph.groups)}
    target = next(node.id for node in graph.nodes if node.label == label)
    return [[edge.label, labels[edge.source]] for edge in graph.edges if edge.target == target and edge.kind != "argument"]


def diamonds():
    def build(model, tracer):
        h = model.layer1.output
        for _ in range(20):
            h = (h + 1) * (h - 1)

    return _counts(build)


def chains():
    def chain(length):
        def build(model, tracer):
            h = model.layer1.output
            for _ in range(length):
                h = h + 1

        return _counts(build)

    return {str(length): chain(length) for length in (450, 1000, 5000)}


def wide():
    def build(model, tracer):
        h = model.layer1.output
        tracer.apply(sum, [h + 1 for _ in range(1000)])

    return _counts(build)


def long_list():
    graph = _read(lambda model, tracer: tracer.apply(sum, list(range(1000))))["graph"]
    return [node.label for node in graph.nodes if node.kind == "Value" and "0, 1" in node.label]


def used_twice():
    def build(model, tracer):
        h = model.layer1.output
        tracer.apply(torch.add, h, h)

    return _into(build, "add")


def nested():
    def build(model, tracer):
        h = model.layer1.output
        size = model.layer2.output
        tracer.apply(_anything, {"a": [h, {"b": size}]}, h[slice(0, size)], keyword=(1, [h]))

    return _into(build, "_anything")


def in_a_slice():
    def build(model, tracer):
        model.layer1.output[:, model.layer2.output :]

    return _into(build, "getitem")


def _anything(*args, **kwargs):
    return None


def tensor_without_dimensions():
    number = torch.tensor(1.5)  # in the block, 0.3 makes a node of this call
    graph = _read(lambda model, tracer: model.layer1.output + number)["graph"]
    return [list(node.shape) for node in graph.nodes if node.kind == "Input" and node.label == "Tensor()"]


class _Hostile:
    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __len__ = __iter__ = __bool__ = __eq__ = __str__
    __hash__ = object.__hash__


def raising_str():
    graph = _read(lambda model, tracer: tracer.apply(_anything, _Hostile()))["graph"]
    return [node.label for node in graph.nodes if node.kind == "Value" and "Hostile" in node.label]


class _Nameless:
    def __call__(self, value):
        return value


def nameless_target():
    graph = _read(lambda model, tracer: tracer.apply(_Nameless(), model.layer1.output))["graph"]
    return [node.label for node in graph.nodes if node.kind == "Operation"]


def generator_is_not_consumed():
    model = tiny_net()
    with model.trace(torch.rand(1, 5)) as tracer:
        model.layer1.output.save()
        made = tracer.apply(list, (number for number in range(3))).save()
        ngw.read(tracer)
    return made.value if OLD else list(made)


def a_node_per_use():
    """Names and values of a read's arguments."""
    graph = _read(lambda model, tracer: model.layer1.output)["graph"]
    return next([list(pair) for pair in node.arguments] for node in graph.nodes if node.kind == "InterventionProtocol")


def after_the_block():
    """What ``read`` says of a context, and of its graph, whose block has ended."""
    model, said = tiny_net(), []
    with model.trace(torch.rand(1, 5)) as tracer:
        graph = tracer.graph
        model.layer1.output.save()
    for gone in (tracer, graph) if not OLD else (tracer,):
        try:
            ngw.read(gone)
        except ngw.UnreadableError as error:
            said.append(str(error))
    return said
