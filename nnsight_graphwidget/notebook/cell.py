"""The cell that runs: which one it is, and which graphs it has shown."""

from __future__ import annotations

import sys
from typing import Any

from ..graph import Graph

#: The graphs that cells have shown since :func:`begins`.
shown: list[Graph] = []


def shell() -> Any:
    """IPython's, in a notebook or a terminal; None in a plain script."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def in_notebook() -> bool:
    """Whether there is a kernel, so that a widget can be seen."""
    return getattr(shell(), "kernel", None) is not None


def request() -> tuple[str, str | None]:
    """The ids of the request and of the cell that run now; JupyterLab, Notebook 7 and VS Code send the latter."""
    here = shell()
    if not hasattr(here, "get_parent"):
        return "", None
    parent = here.get_parent() or {}
    return str(parent.get("header", {}).get("msg_id", "")), parent.get("metadata", {}).get("cellId")


def run() -> tuple[Any, ...]:
    """What is equal for all that one run of a cell does."""
    return (*request(), getattr(shell(), "execution_count", None))


def is_last_line() -> bool:
    """Whether what is being shown is the value of a cell's last line, not what ``display()`` was given."""
    here = shell()
    if here is None:
        return False
    code = type(here.displayhook).__call__.__code__
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None
