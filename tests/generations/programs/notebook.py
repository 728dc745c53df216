"""``%load_ext nnsight_graphwidget`` in a real kernel: ``.vis()`` shows the widget, inside a block and after it."""

import nbformat
from nbclient import NotebookClient

_SETUP = """
%load_ext nnsight_graphwidget
import torch
from models import tiny_net
model, x = tiny_net(), torch.rand(1, 5)
"""
_INSIDE = """
with model.trace(x) as tracer:
    hidden = model.layer1.output.save()
    tracer.vis(title="inside")
"""
_AFTER = """
tracer.vis(title="after")
"""
_UNLOADED = """
%unload_ext nnsight_graphwidget
try:
    tracer.vis.__module__
except AttributeError:
    pass
else:
    assert tracer.vis.__module__ != "nnsight_graphwidget.notebook.vis"
hidden.shape
"""


def cells():
    """Mime types of what each cell shows."""
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in (_SETUP, _INSIDE, _AFTER, _UNLOADED)]
    )
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [[sorted(output["data"]) for output in cell.outputs if "data" in output] for cell in book.cells]


_TRACE = "with model.trace(x) as tracer:\n    hidden = model.layer1.output.save()"
_BY_ITSELF = {
    "before": _TRACE,
    "on": "%graph on",
    "a trace": _TRACE,
    "no trace": "1 + 1",
    "two traces": f"{_TRACE}\n{_TRACE}",
    "it fails": "with model.trace(torch.rand(1, 7)):\n    hidden = model.layer1.output.save()",
    "it ends the cell": f"{_TRACE}\ntracer",
    "async": f"import asyncio\nawait asyncio.sleep(0)\n{_TRACE}\nawait asyncio.sleep(0)",
    "off": "%graph off",
    "after": _TRACE,
    "its own line": f"%%graph\n{_TRACE}",
    "next": _TRACE,
    "a session ends the cell": f"with model.session() as session:\n    {_TRACE.replace(chr(10), chr(10) + '    ')}\nsession",
    "shown in a loop": "import nnsight_graphwidget as ngw\nfor _ in range(2):\n    w = ngw.show(tracer)\nprint('after it')",
    "shown last": "ngw.show(tracer)",
    "shown and named last": "w = ngw.show(tracer)\nw",
    "twice, as asked for": "w = ngw.show(tracer)\ndisplay(w)",
    "unload": "%unload_ext nnsight_graphwidget",
    "unloaded": f"{_TRACE}\nNone",
    "no magic": "%graph on",
}


def by_itself():
    """What each cell shows: ``error``, ``text``, ``graph``, ``line`` for a graph in one line, ``plain``, in order."""
    code = [_SETUP.strip(), *_BY_ITSELF.values()]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in code])
    NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True).execute()
    return {name: [_kind(output) for output in cell.outputs] for name, cell in zip(_BY_ITSELF, book.cells[1:])}


def _kind(output):
    if output.output_type == "error":
        return "error"
    if output.output_type == "stream":
        return "text" if output.name == "stdout" else f"stderr: {output.text}"
    if "application/vnd.jupyter.widget-view+json" not in output.data:
        return "plain"
    return "graph" if "image/png" in output.data else "line"
