"""nnsight's ``.vis()``, brought back for every nnsight and made alive in the notebook."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import UnreadableError
from .export.saving import save  # not lazy: nnsight puts a save() on every object, modules too, which __getattr__ comes after
from .graph import Edge, Graph, Group, Node
from .graph.elements import from_elements, to_elements
from .graph.file import load

if TYPE_CHECKING:
    from .notebook.interop import to_ipycytoscape, to_networkx
    from .notebook.vis import install, uninstall
    from .notebook.widget import GraphWidget, show
    from .reading import read
    from .recording import Recording, record

__version__ = "0.1.0"

__all__ = [
    "Edge", "Graph", "GraphWidget", "Group", "Node", "Recording", "UnreadableError", "from_elements", "install", "load", "read",
    "record", "save", "show", "to_elements", "to_ipycytoscape", "to_networkx", "uninstall",
]  # fmt: skip

#: Names that need torch, ipywidgets or V8 are imported when they are first used: a script that only saves pays for no widget.
_LAZY = {
    "GraphWidget": "notebook.widget",
    "Recording": "recording",
    "install": "notebook.vis",
    "load_ipython_extension": "notebook.vis",
    "read": "reading",
    "record": "recording",
    "show": "notebook.widget",
    "to_ipycytoscape": "notebook.interop",
    "to_networkx": "notebook.interop",
    "uninstall": "notebook.vis",
    "unload_ipython_extension": "notebook.vis",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
