"""The drop-in ``.vis()``: install() gives it to every tracer, session, iterator and invoker of the nnsight that is installed.

On 0.3 and 0.4 a copy of each graph is kept when its block ends, which is when nnsight throws it away. On 0.5 and later, which
keep no graph, every trace is recorded from then on. uninstall() puts everything back.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import GraphWidgetError, IncompleteGraphWarning, UnsupportedError
from ..export.formats import FORMATS
from ..export.saving import save as write
from ..generations import keeping
from ..reading import read
from ..recording.always import always
from . import cell
from .by_itself import Watch
from .widget import GraphWidget, mime_bundle

#: What to put back, newest last: (owner, attribute, what was there or :data:`_NOTHING`).
_replaced: list[tuple[Any, str, Any]] = []
_stop: list[Callable[[], None]] = []
_NOTHING = object()


def install(*, last: int = 20, display: bool = False) -> None:
    """Give ``.vis()`` to the contexts of nnsight, and keep what it needs to work after a block too. A tracer or session that
    ends a cell shows its graph.

    Arguments:
        last: on nnsight 0.5 and later, how many traces are remembered; older ones are forgotten.
        display: show under every cell that traces its graph, collapsed to one line, as ``%graph on`` does. Where no cells
            run, in a script, this does nothing.

    Raises:
        ValueError: ``last`` is not positive.

    Warns:
        IncompleteGraphWarning: the nnsight found is not one that is known, or lacks what is needed: nothing is installed then,
            and traces run as if this had not been called.
    """
    if last < 1:
        raise ValueError(f"last: at least 1 trace is remembered; got {last}")
    uninstall()
    try:
        adapter = keeping()
        if adapter is None:
            contexts, stop = always(last)
            _stop.append(stop)
        else:
            contexts = adapter.contexts()
            for owner, name, make in adapter.patches():
                _replace(owner, name, make(vars(owner)[name]))
    except UnsupportedError as error:
        warnings.warn(f"{error}; traces run as they are, without .vis()", IncompleteGraphWarning, stacklevel=2)
        return
    for context in contexts:
        _replace(context, "vis", vis)
        _replace(context, "_repr_mimebundle_", _bundle)
    shell = cell.shell()
    if shell is not None:
        watch = Watch(shell)
        watch.every = display
        watch.start()
        _stop.append(watch.stop)


def uninstall() -> None:
    """Put back everything that :func:`install` replaced; graphs that it kept stay readable while their context lives."""
    while _stop:
        _stop.pop()()
    while _replaced:
        owner, name, original = _replaced.pop()
        if original is _NOTHING:
            delattr(owner, name)
        else:
            setattr(owner, name, original)


def _replace(owner: Any, name: str, new: Any) -> None:
    _replaced.append((owner, name, vars(owner).get(name, _NOTHING)))
    setattr(owner, name, new)


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext nnsight_graphwidget`` is :func:`install`."""
    install()


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext nnsight_graphwidget`` is :func:`uninstall`."""
    uninstall()


def vis(
    self: Any,
    title: str = "graph",
    path: str | Path | None = None,
    recursive: bool = False,
    display: bool = True,
    save: bool | None = None,
    group: bool = False,
    format: str = "png",
) -> None:
    """Show the intervention graph: so far, inside the block; the whole, after it.

    Arguments:
        title: what the graph is called, and its file.
        path: folder to write ``title.format`` to; made if it is missing.
        recursive: open the sub-graphs inside this one; otherwise they are drawn closed.
        display: show the live widget, when in a notebook.
        save: write the file, to the current folder if there is no ``path``; by default if there is one.
        group: open the sub-graphs, as ``recursive`` does: an open sub-graph is a box around what it holds.
        format: any suffix that :func:`~nnsight_graphwidget.save` knows.

    A second argument that is a bool is nnsight 0.4's own order: ``title, display, save, path, recursive, group``.

    Raises:
        TypeError, ValueError: an argument is not what is said above.
        UnreadableError: there is no graph (the block ended before :func:`install` was called, or long ago).
        ExportError: the file could not be made.
    """
    if isinstance(path, bool):  # the order of nnsight 0.4: title, display, save, path, recursive, group
        title, display, save, path, recursive = title, path, recursive, None if display is True else display, bool(save)
    _check(path, display, save, recursive, group, format)
    graph = replace(read(self), title=str(title))
    expanded: Any = "all" if recursive or group else [group.id for group in graph.groups if group.parent is None]
    written = False
    if save or (save is None and path is not None):
        suffix = f".{format.lstrip('.').lower()}"
        options: Any = {"expanded": expanded} if suffix in FORMATS and FORMATS[suffix].shows_a_view else {}
        write(graph, Path(path or ".") / f"{_file_name(graph.title)}{suffix}", **options)
        written = True
    if display and cell.in_notebook():
        from IPython.display import display as show

        show(GraphWidget(graph, expanded=expanded))
    elif not written:
        where = "there is no notebook to show it in" if display else "display=False"
        print(
            f"{graph.title}: read, {len(graph.nodes)} nodes; {where}, and no path to write it to: .vis(path=…)", file=sys.stderr
        )


def _check(path: Any, display: Any, save: Any, recursive: Any, group: Any, format: Any) -> None:
    """Say which argument of ``.vis()`` is not what it must be.

    Raises:
        TypeError, ValueError: one is not.
    """
    if path is not None and not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path: the folder to write to is expected; got {path!r}")
    flags = {"display": display, "save": save, "recursive": recursive, "group": group}
    for name, value in flags.items():
        if not isinstance(value, (bool, int)) and not (name == "save" and value is None):
            raise TypeError(f"{name}: True or False is expected; got {value!r}")
    if not isinstance(format, str):
        raise TypeError(f"format: a suffix such as 'png' is expected; got {format!r}")


def _file_name(title: str) -> str:
    """A title as the name of a file: one that stays in its folder, on every system."""
    name = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", title).strip(" .")
    return name.encode("utf-8", "replace")[:200].decode("utf-8", "ignore") or "graph"  # file systems count bytes


def _bundle(self: Any, include: Any = None, exclude: Any = None) -> Any:
    """What a cell shows of a context; of one that has no graph (any more), what Python says of it."""
    try:
        return mime_bundle(self, include=include, exclude=exclude)
    except GraphWidgetError:
        return None
