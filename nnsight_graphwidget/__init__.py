"""nnsight's ``.vis()``, brought back for every nnsight and made alive in the notebook."""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from .errors import (
    ExportError,
    GraphWidgetError,
    IncompleteGraphWarning,
    InvalidGraphError,
    OptionError,
    UnreadableError,
    UnsupportedError,
)
from .export.saving import save  # not lazy: nnsight puts a save() on every object, modules too, which __getattr__ comes after
from .graph import Edge, Graph, Group, Node, Source
from .graph import present as _present
from .graph.elements import from_elements, to_elements
from .graph.file import load

if _TYPE_CHECKING:
    from .generations import Recording, record
    from .notebook.interop import to_ipycytoscape, to_networkx
    from .notebook.vis import install, uninstall
    from .notebook.widget import GraphWidget, show
    from .reading import read

__version__ = "0.1.0"

__all__ = [
    "Edge", "ExportError", "Graph", "GraphWidget", "GraphWidgetError", "Group", "IncompleteGraphWarning", "InvalidGraphError",
    "Node", "OptionError", "Recording", "Source", "UnreadableError", "UnsupportedError", "from_elements", "install", "load",
    "read", "record", "save", "show", "to_elements", "to_ipycytoscape", "to_networkx", "uninstall",
]  # fmt: skip

#: Names that need torch, ipywidgets or V8 are imported when they are first used: a script that only saves pays for no widget.
_LAZY = {
    "GraphWidget": "notebook.widget",
    "Recording": "generations",
    "install": "notebook.vis",
    "load_ipython_extension": "notebook.vis",
    "read": "reading",
    "record": "generations",
    "show": "notebook.widget",
    "to_ipycytoscape": "notebook.interop",
    "to_networkx": "notebook.interop",
    "uninstall": "notebook.vis",
    "unload_ipython_extension": "notebook.vis",
}


def __getattr__(name: str) -> _Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(_import_module(f".{_LAZY[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def _heading(shown: _Any) -> str:
    from .graph.outline import heading
    from .reading import read

    return heading(read(shown))


def _outline(shown: _Any) -> str:
    from .graph.outline import columns, outline
    from .reading import read

    return outline(read(shown), width=columns())


def _show(shown: _Any, **options: _Any) -> _Any:
    from .notebook.widget import show

    return show(shown, **options)


def _bundle(shown: _Any, **chosen: _Any) -> _Any:
    from .notebook.widget import mime_bundle

    return mime_bundle(shown, **chosen)


_present.register(heading=_heading, outline=_outline, show=_show, save=save, bundle=_bundle)
