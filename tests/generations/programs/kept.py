"""What the graphs of nnsight 0.3 and 0.4 say while installed, and what ``.vis()`` takes."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nnsight
import torch
from models import tiny_gpt2, tiny_net

import nnsight_graphwidget as ngw
from nnsight_graphwidget.generations import version

OLD = version(nnsight).startswith("0.3")


def _shown(graph):
    return [node for node in graph.nodes if node.kind not in ("Value", "Input")]


@contextlib.contextmanager
def _installed():
    ngw.install()
    try:
        yield
    finally:
        ngw.uninstall()


def _session(**options):
    model = tiny_net()
    with model.session(**options) as session:
        with model.trace(torch.rand(1, 5)):
            doubled = (
                model.layer1.output * 2
            ).save()  # fmt: skip
        with session.iter([0, 1]) as item:
            session.log(item)
    assert doubled is not None
    return [[x.label, x.line] for graph in [ngw.read(session)] for x in (*graph.groups, *_shown(graph))]


def _fail():
    model = tiny_net()
    with model.trace(torch.rand(1, 5)) as tracer:
        hidden = model.layer1.output
        (hidden @ torch.ones(3, 3)).save()
    return tracer


def lines():
    """Labels without a line: in a fresh process, without ``debug``, and after a trace that failed."""
    with _installed():
        found = [_session()]
        if not OLD:
            found.append(_session(debug=False))
        with contextlib.suppress(Exception):
            _fail()
        found.append(_session())
    return [[label for label, line in each if line is None] for each in found], [len(each) for each in found]


def helpers():
    """File and text of the node that a library of helpers makes, and of its save: the user's own line."""
    import einops

    model = tiny_net()
    with _installed():
        with model.trace(torch.rand(1, 5)) as tracer:
            split = einops.rearrange(model.layer1.output, "b (h d) -> b h d", h=2).save()
        graph = ngw.read(tracer)
    assert split is not None
    return [[Path(node.file).name, node.text, node.variable] for node in _shown(graph)[1:]]


def branches():
    """Kind, label and text of each branch and loop of the block's own Python, and what its nodes say."""
    if OLD:  # does not rewrite them
        return None
    model = tiny_net()
    with _installed():
        with model.trace(torch.rand(1, 5)) as tracer:
            out = model.layer1.output
            if out.sum() > 1000:
                first = (out * 2).save()  # noqa: F841
            elif out.sum() > 500:
                second = (out * 3).save()  # noqa: F841
            else:
                third = (out * 4).save()  # noqa: F841
        graph = ngw.read(tracer)
    branches = [group for group in graph.groups if group.kind == "Conditional"]
    saves = [node for node in graph.nodes if node.kind == "LockProtocol"]
    return {
        "branches": [[group.label, group.text] for group in branches],
        "saves": [[node.variable, node.text] for node in saves],
        "files": sorted({Path(node.file).name for node in _shown(graph)}),
    }


def invokes():
    """Label, and the label of the group, of what is made in an invoke from no read, and after all invokes."""
    model = tiny_gpt2()
    with _installed():
        with model.trace() as tracer:
            sums = []
            with tracer.invoke("the cat"):
                sums.append(model.lm_head.output.sum())
            with tracer.invoke("the dog"):
                tracer.apply(list, (1, 2))
                sums.append(model.lm_head.output.sum())
            (sums[0] + sums[1]).save()
        graph = ngw.read(tracer)
    items = {group.id: group for group in graph.groups}
    return [[node.label, items[node.parent].label] for node in _shown(graph)]


def failed():
    """Label, status and error of each node of a trace that failed; whether the error is nnsight's own."""
    tracers = []
    with _installed():
        model = tiny_net()
        try:
            with model.trace(torch.rand(1, 5)) as tracer:
                tracers.append(tracer)
                ((model.layer1.output * 2) @ torch.ones(3, 3) + 1).save()
        except Exception as error:
            raised = type(error).__name__
        graph = ngw.read(tracers[0])
    return [[node.label, node.status, node.error] for node in _shown(graph) if node.label != "ones"], raised


def steps_and_swaps():
    """Labels of the reads of a generation, and value and shape of its swap."""
    model = tiny_gpt2()
    with _installed():
        with model.generate("the cat", max_new_tokens=2) as tracer:
            model.lm_head.output = model.lm_head.output * 2
            model.lm_head.next().output.save()
        graph = ngw.read(tracer)
    reads = [node.label for node in graph.nodes if node.kind == "InterventionProtocol"]
    swap = next(node for node in graph.nodes if node.kind == "SwapProtocol")
    prompt = next(node for node in graph.nodes if node.kind == "Value" and "cat" in node.label)
    return {"reads": reads, "swap": swap.value, "prompt": prompt.value}


def vis_arguments():
    """Files written, or the error, for each way to call ``.vis()``, and what it says when it writes nothing."""
    found = {}
    with _installed():
        model = tiny_net()
        with model.trace(torch.rand(1, 5)) as tracer:
            with tracer.cond(model.layer1.output.sum() > 0) as condition:
                tracer.log("positive")
            model.layer2.output.save()
        calls = {
            "nothing": (tracer, (), {}),
            "0.4's order": (tracer, ("t", False, True, "here"), {}),
            "path": (tracer, (), {"path": 3}),
            "format": (tracer, (), {"path": "p", "format": None}),
            "wide": (tracer, ("图" * 150,), {"path": "p", "format": "json"}),
            "condition": (condition, ("c",), {"path": "p", "format": "json"}),
        }
        for name, (on, arguments, options) in calls.items():
            with tempfile.TemporaryDirectory() as folder:
                before, said = os.getcwd(), io.StringIO()
                os.chdir(folder)
                try:
                    with contextlib.redirect_stderr(said):
                        on.vis(*arguments, **options)
                    found[name] = sorted(str(path) for path in Path().rglob("*") if path.is_file()) or said.getvalue()
                except Exception as error:
                    found[name] = f"{type(error).__name__}: {error}"
                finally:
                    os.chdir(before)
        found["alone"] = [group.kind for group in ngw.read(condition).groups]
    return found


def run():
    """What the command writes for a script with two traces, one of which fails."""
    script = """
import torch
from models import tiny_net
model = tiny_net()
for _ in range(2):
    with model.trace(torch.rand(1, 5)):
        out = model.layer1.output.save()
print("ran")
with model.trace(torch.rand(1, 5)):
    (model.layer1.output @ torch.ones(3, 3)).save()
"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "script.py").write_text(script)
        command = [sys.executable, "-m", "nnsight_graphwidget", "run", "script.py", "-o", "g.json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        graph = ngw.load(Path(folder, "g.json"))
    failed = [node.label for node in graph.nodes if node.status == "failed"]
    return {"status": done.returncode, "out": done.stdout, "groups": [group.kind for group in graph.groups], "failed": failed}
