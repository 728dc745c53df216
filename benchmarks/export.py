"""What a file costs, and what nnsight 0.4.11's own ``.vis(save=True, display=False)`` costs on the same graphs.

Run: ``python benchmarks/export.py [--formats | --vis] [--limit SECONDS]``. Every line is a fresh process. nnsight 0.4.11 and
what it needs are unpacked into ``.generations/`` as the tests of other generations do it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "generations")]

SIZES = (30, 300, 1000)
SUFFIXES = (".json", ".dot", ".svg", ".png", ".pdf", ".html")
SHAPES = ("chain", "fan-in", "DAG")
OPERATIONS = (100, 1_000, 5_000)


def traces(size: int) -> Any:
    """About ``size`` nodes: traces of ten, each a read, operations on it and on the trace before, and a save."""
    from nnsight_graphwidget import Edge, Graph, Group, Node

    groups, nodes, edges = [Group(id="s", kind="Session", label="session")], [], []
    before = None
    for trace in range(size // 10):
        group = f"s/t{trace}"
        groups.append(Group(id=group, kind="Tracer", label=f"tracer_{trace}", parent="s"))
        labels = [f"layer{trace}.output", "mul", "add", "relu", "mean", "sub", "matmul", "softmax", "getitem", "save"]
        kinds = ["InterventionProtocol", *["Operation"] * 8, "LockProtocol"]
        for step, (label, kind) in enumerate(zip(labels, kinds)):
            nodes.append(Node(f"{group}/n{step}", kind, label, group, shape=(8, 128), dtype="float32", order=len(nodes)))
            if step:
                edges.append(Edge(f"e{len(edges)}", f"{group}/n{step - 1}", f"{group}/n{step}", label="0"))
        if before:
            edges.append(Edge(f"e{len(edges)}", f"{before}/n8", f"{group}/n2", kind="bridge", label="1"))
        before = group
    return Graph(tuple(nodes), tuple(groups), tuple(edges), title=f"{size} nodes", nnsight="0.8.1")


def formats(size: int, suffix: str, folder: str) -> dict[str, Any]:
    """Seconds of the first save and of the best of three more, bytes, and the peak of memory (this process and V8's)."""
    from nnsight_graphwidget import save

    graph = traces(size)
    start = time.perf_counter()
    path = save(graph, Path(folder) / f"g{suffix}", **({"expanded": "all"} if suffix in (".svg", ".png", ".pdf") else {}))
    cold = time.perf_counter() - start
    warm = []
    for _ in range(3):
        start = time.perf_counter()
        save(graph, path, **({"expanded": "all"} if suffix in (".svg", ".png", ".pdf") else {}))
        warm.append(time.perf_counter() - start)
    return {"cold": cold, "warm": min(warm), "bytes": path.stat().st_size, **_memory()}


def _memory() -> dict[str, int]:
    """Peak megabytes of this process and of V8's."""
    from nnsight_graphwidget.export import engine

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if engine._process is None:
        return {"own": own, "v8": 0}
    status = Path(f"/proc/{engine._process.pid}/status").read_text("utf-8")
    return {"own": own, "v8": int(status.split("VmHWM:")[1].split()[0]) // 1024}


def _cpu() -> float:
    """Seconds of processor of this process, its ended children and V8's: what a busy machine does not blur."""
    seconds = time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds += children.ru_utime + children.ru_stime
    engine = sys.modules.get("nnsight_graphwidget.export.engine")
    if engine is not None and engine._process is not None:
        fields = Path(f"/proc/{engine._process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def drawn(shape: str, operations: int, suffix: str, folder: str) -> None:
    """Builds an intervention graph with nnsight 0.4.11 and draws it, by its own ``.vis`` (no suffix) or by us, twice."""
    import torch
    from nnsight import NNsight

    model = NNsight(torch.nn.Sequential(OrderedDict(layer1=torch.nn.Linear(4, 4), layer2=torch.nn.Linear(4, 4))))
    with model.trace(torch.ones(1, 4)) as tracer:
        value = model.layer1.output
        if shape == "chain":
            for _ in range(operations):
                value = value + 1
        elif shape == "fan-in":
            value = torch.stack([value + i for i in range(operations)])
        else:
            made = [value]
            for i in range(operations):
                made.append(made[i // 2] + made[i])
        seconds = {}
        for run in ("first", "next") if suffix else ("first",):
            start, cpu = time.perf_counter(), _cpu()
            if suffix:
                from nnsight_graphwidget import save

                save(tracer, Path(folder) / f"graph{suffix}", expanded="all")
            else:
                tracer.vis(title="graph", path=folder, display=False, save=True)
            seconds[run] = [time.perf_counter() - start, _cpu() - cpu]
        print(json.dumps({**seconds, **_memory()}), flush=True)
        os._exit(0)  # the block itself would now run, which nnsight 0.4.11 does not survive for 1,000 operations in a row


def child(name: str, *arguments: Any, limit: float, old: bool = False) -> dict[str, Any] | str:
    """What a function of this file returns in a process of its own, or why it returned nothing."""
    path = os.environ.get("PYTHONPATH", "")
    if old:
        from harness import NEEDED, _unpacked

        path = os.pathsep.join(map(str, (_unpacked("nnsight==0.4.11"), _unpacked(*NEEDED), ROOT)))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", json.dumps([name, *arguments, folder])]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=limit, env={**os.environ, "PYTHONPATH": path}
            )
        except subprocess.TimeoutExpired:
            return f"not in {limit:g} s"
    if done.returncode:
        return f"fails: {(done.stderr.strip().splitlines() or ['killed'])[-1][:60]}"
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare_formats(limit: float) -> None:
    print("| nodes | format | cold s | warm s | kB | peak MB, Python + V8 |\n|---|---|---|---|---|---|")
    for size in SIZES:
        for suffix in SUFFIXES:
            got = child("formats", size, suffix, limit=limit)
            if isinstance(got, str):
                print(f"| {size} | {suffix} | {got} | | | |")
                continue
            print(
                f"| {size} | {suffix} | {got['cold']:.2f} | {got['warm']:.3f} | {got['bytes'] / 1000:,.0f} |"
                f" {got['own']} + {got['v8']} |",
                flush=True,
            )


def compare_vis(limit: float) -> None:
    """Seconds by the clock / of processor. Ours reads the live graph, checks it and draws every node of it; the first picture
    of a process starts V8."""
    print("| graph | operations | .vis() s | MB | .svg s, first | next | .png s, first | next | MB, Python + V8 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for shape in SHAPES:
        for operations in OPERATIONS:
            cells = []
            for suffix in ("", ".svg", ".png"):
                got = child("drawn", shape, operations, suffix, limit=limit, old=True)
                if isinstance(got, str):
                    cells += [got, ""]
                else:
                    cells += ["{:.2f} / {:.2f}".format(*got[run]) for run in ("first", "next") if run in got]
                    cells += [] if suffix else [str(got["own"])]
            memory = "" if isinstance(got, str) else f"{got['own']} + {got['v8']}"
            print(f"| {' | '.join([shape, f'{operations:,}', *cells, memory])} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", action="store_true", help="only our own formats")
    parser.add_argument("--vis", action="store_true", help="only beside the old .vis()")
    parser.add_argument("--limit", type=float, default=180, help="seconds that one picture may take (default: %(default)s)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        name, *arguments = json.loads(options.child)
        print(json.dumps(globals()[name](*arguments)))
    else:
        if not options.vis:
            compare_formats(options.limit)
        if not options.formats:
            compare_vis(options.limit)
