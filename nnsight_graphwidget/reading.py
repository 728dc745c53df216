"""Any object that holds an intervention → Graph.

An adapter is a module with ``matches(obj) -> bool`` and ``read(obj) -> Graph``. The first that matches wins. ``matches`` looks
at types through ``sys.modules`` and never imports a library that the caller has not.
"""

from __future__ import annotations

import os
from typing import Any, Protocol

from .errors import UnreadableError
from .generations import keepers, recorded
from .graph import Graph
from .graph.file import load


class Adapter(Protocol):
    """What an adapter module offers."""

    READS: str

    def matches(self, obj: Any) -> bool: ...

    def read(self, obj: Any) -> Graph: ...


ADAPTERS: tuple[Adapter, ...] = (*keepers(), recorded)


def read(obj: Any) -> Graph:
    """The graph of an intervention.

    Arguments:
        obj: a :class:`Graph`, a :class:`Recording`, a tracer or session that was recorded, or the path of a saved ``.json``.

    Raises:
        UnreadableError: naming the type received, what is readable, and the way out.
        InvalidGraphError: for a file that is not a graph.
        OSError: for a file that cannot be opened.
    """
    if isinstance(obj, Graph):
        return obj
    for adapter in ADAPTERS:
        if adapter.matches(obj):
            return adapter.read(obj)
    if isinstance(obj, (str, os.PathLike)):
        return _read_file(obj)
    readable = ", ".join(["a Graph", *(adapter.READS for adapter in ADAPTERS), "the path of a saved .json"])
    raise UnreadableError(f"cannot read a graph from {_type_name(obj)}; readable: {readable}.{_way_out(obj)}")


def on_screen(obj: Any) -> tuple[Graph, dict[str, Any]]:
    """The graph of anything that :func:`read` takes, or of a widget: then with the options that draw what is on the screen."""
    shown = getattr(type(obj), "on_screen", None)  # of the class: an nnsight object has every attribute that is asked for
    if shown is not None:
        graph, options = shown(obj)
        return graph, dict(options)
    return read(obj), {}


def _read_file(path: str | os.PathLike[str]) -> Graph:
    name = os.fspath(path)
    if not name.lower().endswith(".json"):
        raise UnreadableError(
            f"cannot read a graph from the path {name[:200]!r}: only .json holds a whole graph;"
            " save one with save(obj, 'graph.json')"
        )
    return load(name)


def _type_name(obj: Any) -> str:
    cls = type(obj)
    return f"{cls.__module__}.{cls.__qualname__}" if cls.__module__ != "builtins" else cls.__qualname__


def _way_out(obj: Any) -> str:
    """What to do about the object, where we know it."""
    if isinstance(obj, type):
        return " Pass an instance, not the class."
    if recorded.is_tracer(obj):
        return (
            " nnsight 0.5 and later keep no graph: record the block as it runs,"
            " `with nnsight_graphwidget.record() as recording:` around it, and read the recording."
        )
    return ""
