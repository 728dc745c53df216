"""What the package weighs: its bundles, its import, a notebook that was saved with widgets in it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files

from .figures import Figure, middle
from .page import notebooks

#: What ``import nnsight_graphwidget`` must not bring in: each is imported by what needs it.
HEAVY = ("torch", "nnsight", "ipywidgets", "ipycytoscape", "anywidget", "py_mini_racer", "numpy")


def measure(quick: bool) -> Iterator[Figure]:
    for name in ("widget.js", "headless.js"):
        code = files("nnsight_graphwidget").joinpath("static", name).read_bytes()
        yield Figure("weight", f"{name}, raw", len(code) / 1000, "kB")
        yield Figure("weight", f"{name}, gzipped", len(gzip.compress(code, 9)) / 1000, "kB")
    runs = 3 if quick else 9
    yield Figure(
        "import", "import nnsight_graphwidget", middle(seconds("import nnsight_graphwidget", runs)) * 1000, "ms", aim=50.0
    )
    deep = "import torch, nnsight, anywidget, ipycytoscape"
    shown = middle(seconds("from nnsight_graphwidget import show, record, save, read", runs, deep)) * 1000
    yield Figure("import", "all of it, beyond torch, nnsight and the widget libraries", shown, "ms", aim=50.0)
    script = f"import nnsight_graphwidget, sys; print([name for name in {HEAVY} if name in sys.modules])"
    brought = json.loads(python(script).replace("'", '"'))
    yield Figure("import", "large modules that it brings in", len(brought), "", aim=0.0)
    yield from saved(300)


def seconds(code: str, runs: int, before: str = "") -> list[float]:
    """What it takes to run code in new processes."""
    script = f"{before}\nimport time; start = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    return [float(python(script)) for _ in range(runs + 1)][1:]  # the first reads the files


def python(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def saved(size: int) -> Iterator[Figure]:
    """How a notebook file grows with widgets, their state saved in it."""
    with notebooks() as open_:
        notebook = open_("saved")
        notebook.run(f"import nnsight_graphwidget as ngw; from benchmarks.graphs import sessions; graph = sessions({size})")
        notebook.tab.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
        kilobytes = [notebook.save() / 1000]
        for _ in range(2):
            notebook.show("ngw.show(graph)", "ours")
            kilobytes.append(notebook.save() / 1000)
    yield Figure("weight", "notebook file with a saved widget, the code included", kilobytes[1] - kilobytes[0], "kB", size)
    yield Figure("weight", "and with each further one", kilobytes[2] - kilobytes[1], "kB", size)
