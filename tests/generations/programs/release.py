"""What every release is tried with: the seed's session, a patch and a generation, read after their blocks."""

import nnsight
import torch
from drop_in import _run_seed
from models import tiny_gpt2, tiny_net

import nnsight_graphwidget as ngw
from nnsight_graphwidget.generations import version

KEEPS = version(nnsight).startswith(("0.3.", "0.4."))


def _value(saved):
    saved = getattr(saved, "value", saved) if type(saved).__name__.endswith("Proxy") else saved
    return saved.tolist()


def _patching():
    model = tiny_net()
    clean, corrupted = torch.ones(1, 5), torch.zeros(1, 5)
    with model.trace(clean):
        hidden = model.layer1.output.save()
    with model.trace(corrupted) as tracer:
        model.layer1.output[:] = hidden * 2
        out = model.layer2.output.save()
    return tracer, [_value(out)]


def _generation():
    model = tiny_gpt2()
    if KEEPS:
        with model.generate("the cat", max_new_tokens=2) as tracer:
            first = model.lm_head.output.save()
            second = model.lm_head.next().output.save()
        return tracer, [_value(first), _value(second)]
    with model.generate("the cat", max_new_tokens=2) as tracer:
        logits = [].save()
        with tracer.iter[:2]:
            logits.append(model.lm_head.output)
    return tracer, [_value(each) for each in logits]


def _session():
    return _run_seed("pictures"), []


def _tried(run):
    """What the graph holds, whether nodes have lines and values are those without us; or nnsight's own error."""
    try:
        plain = run()[1] if run is not _session else []
    except Exception as error:
        return {"nnsight": f"{type(error).__name__}: {error}"[:200]}
    ngw.install()
    try:
        tracer, values = run()
        graph = ngw.read(tracer)
    finally:
        ngw.uninstall()
    shown = [node for node in graph.nodes if node.kind not in ("Value", "Input")]
    return {
        "graph": [[node.kind, node.label, node.iteration, node.status] for node in shown],
        "groups": [group.kind for group in graph.groups],
        "edges": sum(edge.kind != "argument" for edge in graph.edges),
        "without line": sum(node.line is None for node in shown),
        "same": values == plain,
        "complete": graph.complete,
    }


def session():
    return _tried(_session)


def patching():
    return _tried(_patching)


def generation():
    return _tried(_generation)
