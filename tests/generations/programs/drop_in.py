"""``.vis()`` under install(), on every nnsight: the seed's example with its own lines, and what they write."""

import os
import tempfile
from pathlib import Path

import nnsight
import torch
from models import tiny_net

import nnsight_graphwidget as ngw
from nnsight_graphwidget.generations import version

VERSION = tuple(int(part) for part in version(nnsight).split(".")[:2])


def _seed_03(model, input, input2, folder):
    with model.session() as sesh:
        with model.trace(input) as tracer_1:
            l1_out_t1 = model.layer1.output.save()
            l1_out_t1_cp = model.layer1.output.clone().save()
            model.layer1.output.stop()

        with sesh.iter([0, 1, 2], return_context=True) as (item, iterator):
            with model.trace(input2) as tracer_2:
                l1_out_t2 = model.layer1.output.save()

            l1_out_t1_cp[:, item] = l1_out_t2[:, item] + l1_out_t1[:, item]

        sesh.vis(title="session", path=folder)
        tracer_1.vis(title="tracer_1", path=folder)
        tracer_2.vis(title="tracer_2", path=folder)
        iterator.vis(title="iterator", path=folder)
    return sesh


def _seed_04(model, input, input2, folder):
    with model.session() as sesh:
        with model.trace(input) as tracer_1:
            l1_out_t1 = model.layer1.output.save()
            l1_out_t1_cp = model.layer1.output.clone().save()
            model.layer1.output.stop()

        iterator = sesh.iter([0, 1, 2])
        with iterator as item:
            with model.trace(input2) as tracer_2:
                l1_out_t2 = model.layer1.output.save()

            l1_out_t1_cp[:, item] = l1_out_t2[:, item] + l1_out_t1[:, item]

        sesh.vis(title="session", path=folder)
        tracer_1.vis(title="tracer_1", path=folder)
        tracer_2.vis(title="tracer_2", path=folder)
        iterator.vis(title="iterator", path=folder)
    return sesh


def _seed_05(model, input, input2, folder):
    with model.session() as sesh:
        with model.trace(input) as tracer_1:
            l1_out_t1 = model.layer1.output.save()
            l1_out_t1_cp = model.layer1.output.clone().save()
            tracer_1.stop()

        for item in [0, 1, 2]:
            with model.trace(input2) as tracer_2:
                l1_out_t2 = model.layer1.output.save()

            l1_out_t1_cp[:, item] = l1_out_t2[:, item] + l1_out_t1[:, item]

        sesh.vis(title="session", path=folder)
        tracer_1.vis(title="tracer_1", path=folder)
        tracer_2.vis(title="tracer_2", path=folder)
    return sesh


_SEEDS = {(0, 3): _seed_03, (0, 4): _seed_04}


def _run_seed(folder):
    model = tiny_net()
    return _SEEDS.get(VERSION, _seed_05)(model, torch.rand((1, 5)), torch.rand((1, 5)), folder)


def _installed(function):
    ngw.install()
    try:
        return function()
    finally:
        ngw.uninstall()


def the_seeds_own_lines():
    """Names of the files written, and whether each is a PNG with something in it; the session's kinds after its block."""

    def run():
        folder = "intervention-graphs/visual-example"
        session = _run_seed(folder)
        files = {path.name: path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in Path(folder).iterdir()}
        graph = ngw.read(session)
        return {
            "files": files,
            "groups": [group.kind for group in graph.groups],
            "edges": [[edge.kind, edge.label] for edge in graph.edges if edge.kind == "bridge"],
            "lines": sum(node.line is not None for node in graph.nodes if node.kind != "Value"),
            "saves": [[node.variable, node.shape] for node in graph.nodes if node.kind == "LockProtocol"],
        }

    return _installed(run)


def after_the_block():
    """Kinds of nodes of a trace inside its block and after it."""

    def run():
        model, seen = tiny_net(), {}
        with model.trace(torch.rand(1, 5)) as tracer:
            hidden = model.layer1.output
            (hidden + 1).save()
            model.layer2.output.save()
            seen["inside"] = [node.kind for node in ngw.read(tracer).nodes if node.kind not in ("Value", "Input")]
        seen["after"] = [node.kind for node in ngw.read(tracer).nodes if node.kind not in ("Value", "Input")]
        return seen

    return _installed(run)


def _traced(model):
    with model.trace(torch.rand(1, 5)) as tracer:
        model.layer1.output.save()
    return tracer


def titles():
    """What is written where for titles that would leave their folder."""

    def run():
        tracer = _traced(tiny_net())
        written = {}
        for title in ("../../outside", "a/b\\c", "..", "", "x" * 500, "line\nbreak"):
            with tempfile.TemporaryDirectory() as folder:
                inside = Path(folder) / "in" / "it"
                tracer.vis(title=title, path=inside, format="json")
                written[title] = [str(path.relative_to(inside)) for path in Path(folder).rglob("*") if path.is_file()]
        return written

    return _installed(run)


def when_it_writes():
    """Files written for each way to ask, in a script."""

    def run():
        tracer = _traced(tiny_net())
        written = {}
        asks = {"nothing": {}, "path": {"path": "there"}, "not": {"path": "there", "save": False}, "save": {"save": True}}
        for name, options in asks.items():
            with tempfile.TemporaryDirectory() as folder:
                before = os.getcwd()
                os.chdir(folder)
                try:
                    assert tracer.vis(format="svg", **options) is None
                    written[name] = sorted(str(path) for path in Path().rglob("*.svg"))
                finally:
                    os.chdir(before)
        return written

    return _installed(run)


def opened():
    """Whether the label inside an inner sub-graph is drawn, for each of ``recursive`` and ``group``."""

    def run():
        session = _run_seed("seed")
        drawn = {}
        for name, options in {"closed": {}, "recursive": {"recursive": True}, "group": {"group": True}}.items():
            session.vis(title=name, path="opened", format="svg", **options)
            drawn[name] = "setitem" in Path("opened", f"{name}.svg").read_text("utf-8")
        return drawn

    return _installed(run)


def uninstall_puts_everything_back():
    """Attributes of nnsight's classes and modules that differ after install() and uninstall()."""
    import inspect
    import sys

    def everything():
        found = {}
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] == "nnsight" and module is not None:
                for key, value in list(vars(module).items()):
                    found[name, key] = value
                    if inspect.isclass(value) and value.__module__.startswith("nnsight"):
                        found.update({(name, key, attribute): held for attribute, held in vars(value).items()})
        return found

    ngw.install()
    ngw.uninstall()  # so that what it imports is imported before
    before = everything()
    ngw.install()
    ngw.install()
    _traced(tiny_net())
    changed = everything()
    ngw.uninstall()
    after = everything()
    ignored = ("cache", "BLOCKS", "SOURCES")
    differ = [list(key) for key in before if before[key] is not after.get(key) and key[-1] not in ignored]
    extra = [list(key) for key in after.keys() - before.keys()]
    return {"during": any(before[key] is not changed[key] for key in before), "after": differ, "extra": extra}


def only_the_last_are_remembered():
    """Which of five traces can be read when two are remembered."""
    ngw.install(last=2)
    try:
        model, readable = tiny_net(), []
        tracers = [_traced(model) for _ in range(5)]
        for tracer in tracers:
            try:
                ngw.read(tracer)
                readable.append(True)
            except ngw.UnreadableError:
                readable.append(False)
        return readable
    finally:
        ngw.uninstall()
