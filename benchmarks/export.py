"""What a file costs, and what nnsight 0.4.11's own ``.vis(save=True, display=False)`` costs on the same graphs.

Every line is a fresh process. nnsight 0.4.11 and what it needs are unpacked into ``.generations/`` as the tests of other
generations do it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .figures import Figure

ROOT = Path(__file__).parent.parent
LIMIT = 60.0  # seconds that a picture may take

SIZES = (30, 300, 1000)
SUFFIXES = (".json", ".dot", ".svg", ".png", ".pdf", ".html")
SHAPES = ("chain", "fan-in", "DAG")
#: How many operations → the most seconds that a picture of them may take, by what .vis() takes.
OPERATIONS: dict[int, Callable[[float], float]] = {
    100: lambda vis: vis / 10,
    1_000: lambda vis: vis / 20,
    5_000: lambda _: 10.0,
}


def formats(size: int, suffix: str, folder: str) -> dict[str, Any]:
    """Seconds of the first save and of the best of three more, bytes, and the peak of memory (this process and V8's)."""
    from nnsight_graphwidget import save

    from .graphs import sessions

    graph = sessions(size)
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

    return {"own": _peak("self"), "v8": 0 if engine._process is None else _peak(engine._process.pid)}


def _peak(process: int | str) -> int:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


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


def child(name: str, *arguments: Any, old: bool = False) -> dict[str, Any] | str:
    """What a function of this file returns in a process of its own, or why it returned nothing."""
    path = os.environ.get("PYTHONPATH", "")
    if old:
        from tests.generations.harness import NEEDED, _unpacked

        path = os.pathsep.join(map(str, (_unpacked("nnsight==0.4.11"), _unpacked(*NEEDED), ROOT)))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __spec__.name, json.dumps([name, *arguments, folder])]
        try:
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, env={**os.environ, "PYTHONPATH": path}
            )
        except subprocess.TimeoutExpired:
            return f"not in {LIMIT:g} s"
    if done.returncode:
        return f"fails: {(done.stderr.strip().splitlines() or ['killed'])[-1][:60]}"
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(quick: bool) -> Iterator[Figure]:
    for size in SIZES[:1] if quick else SIZES:
        for suffix in SUFFIXES:
            got = child("formats", size, suffix)
            if isinstance(got, str):
                yield Figure(f"save() as {suffix}", "first, next", got, "s", size)
                continue
            yield Figure(f"save() as {suffix}", "first of a process", got["cold"], "s", size)
            yield Figure(f"save() as {suffix}", "next", got["warm"], "s", size)
            yield Figure(f"save() as {suffix}", "peak memory, Python and V8", got["own"] + got["v8"], "MB", size)
    for shape in SHAPES:
        for operations, most in list(OPERATIONS.items())[: 1 if quick else None]:
            theirs, ours = child("drawn", shape, operations, "", old=True), child("drawn", shape, operations, ".png", old=True)
            for run in ("first", "next"):
                mine = ours if isinstance(ours, str) else ours[run][0]
                peer = theirs if isinstance(theirs, str) else theirs["first"][0]
                aim = most(peer if isinstance(peer, float) else LIMIT)
                what = f"{shape} of operations as .png, {run}"
                yield Figure("beside .vis() of nnsight 0.4.11", what, mine, "s", operations, aim, peer, ".vis()")


if __name__ == "__main__":
    name, *arguments = json.loads(sys.argv[1])
    print(json.dumps(globals()[name](*arguments)))
