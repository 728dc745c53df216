"""The seed's example on nnsight 0.3 and 0.4, read where the old pictures were made: at the end of the session's block."""

import nnsight
import torch
from models import tiny_net

from nnsight_graphwidget.generations import version

OLD = version(nnsight).startswith("0.3")
if OLD:
    from nnsight_graphwidget.generations.kept import v03 as adapter
else:
    from nnsight_graphwidget.generations.kept import v04 as adapter


def _session(look):
    """Runs the seed's example; what ``look`` gives for each context at the end of its block, and the values saved."""
    model = tiny_net()
    x, x2 = torch.rand((1, 5)), torch.rand((1, 5))
    looked = {}
    with model.session() as session:
        with model.trace(x) as tracer_1:
            l1_out_t1 = model.layer1.output.save()
            l1_out_t1_cp = model.layer1.output.clone().save()
            model.layer1.output.stop()
        loop = session.iter([0, 1, 2], return_context=True) if OLD else session.iter([0, 1, 2])
        with loop as entered:
            item, iterator = entered if OLD else (entered, loop)
            with model.trace(x2) as tracer_2:
                l1_out_t2 = model.layer1.output.save()
            l1_out_t1_cp[:, item] = l1_out_t2[:, item] + l1_out_t1[:, item]
        contexts = {"session": session, "tracer_1": tracer_1, "iterator": iterator, "tracer_2": tracer_2}
        looked = {name: look(context) for name, context in contexts.items()}
    return looked, [_value(saved) for saved in (l1_out_t1, l1_out_t1_cp, l1_out_t2)]


def _value(saved):
    """What a saved proxy became. 0.3 and 0.4.0 themselves lose some when a run of a session is stopped."""
    if isinstance(saved, torch.Tensor):
        return saved.tolist()
    done = saved.node.done() if OLD else saved.node.done
    return saved.node.value.tolist() if done else "lost"


def pictures():
    """Each context's graph, and our id for each name that the old picture has."""

    def look(context):
        graph, builder = adapter.draw(vars(context)["graph"], context)
        ids = builder.ids
        if OLD:
            names = dict(_old_names(vars(context)["graph"], ids, ""))
        else:
            names = {str(node.index): ids[id(node)] for node in context.graph.nodes if id(node) in ids}
        return {"graph": graph.to_dict(), "names": names, "own": ids.get(id(context))}

    return _session(look)[0]


def _old_names(graph, ids, prefix):
    for name, node in graph.nodes.items():
        if id(node) in ids:
            yield prefix + name, ids[id(node)]
        if node.target.__name__ == "LocalBackendExecuteProtocol":
            yield from _old_names(vars(node.args[0])["graph"], ids, f"{prefix}{name}_")


def looking_changes_nothing():
    """The values, and the graph as nnsight prints it, with and without looking."""

    def text(context):
        graph = vars(context)["graph"]
        return [str(node) for node in (graph.nodes.values() if OLD else graph.nodes)]

    def look(context):
        before = text(context)
        adapter.read(context)
        return [before, text(context)]

    looked, values = _session(look)
    _, alone = _session(lambda context: None)
    return {"texts": looked, "values": [values, alone]}


def two_hundred_times():
    """How many different graphs 200 runs of the example give."""
    import json

    return len({json.dumps(_session(lambda context: adapter.read(context).to_dict())[0]) for _ in range(200)})


def styles():
    """Colour and shape of every protocol and context class of this nnsight, as its own ``style()`` says, and our kind."""
    from nnsight_graphwidget.generations.kept.draft import kind_of

    if OLD:
        from nnsight.intervention import InterventionProtocol
        from nnsight.tracing.protocols import Protocol

        assert issubclass(InterventionProtocol, Protocol)
    else:
        from nnsight.tracing.protocols import Protocol
    found, todo = {}, [Protocol]
    while todo:
        cls = todo.pop()
        todo.extend(cls.__subclasses__())
        found[cls.__name__] = kind_of(cls)
    return found
