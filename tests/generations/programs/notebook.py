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
