"""save(obj, path): a graph as a file, in the format that the suffix names; load(path): a graph back from ``.json``.

One module a family of formats, imported when it is used. A writer takes the graph and its own keyword options and returns
the file's bytes; nothing is on disk before the whole file has been made.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import ExportError
from ..graph import Graph, schema
from ..graph.part import part
from ..graph.text import legible
from ..view import within
from .files import located, write

_VIEW = ("theme", "expanded", "hidden_kinds", "steps", "positions", "arrangement", "legend", "footer", "transparent")

#: suffix → the module and function that write it, and the options that it takes beside title and only.
FORMATS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    ".svg": ("picture", "svg", _VIEW),
    ".png": ("picture", "png", (*_VIEW, "scale", "dpi", "width")),
    ".pdf": ("picture", "pdf", _VIEW),
    ".html": ("html", "html", ("theme", "expanded", "hidden_kinds", "steps", "positions", "arrangement")),
    ".json": ("json", "json", ()),
    ".cyjs": ("cyjs", "cyjs", ()),
    ".graphml": ("graphml", "graphml", ()),
    ".gexf": ("gexf", "gexf", ()),
    ".dot": ("dot", "dot", ()),
    ".mmd": ("mermaid", "mermaid", ()),
}


def save(obj: Any, path: str | os.PathLike[str], **options: Any) -> Path:
    """Write a graph to a file, whole or not at all; a missing folder is made.

    Arguments:
        obj: what :func:`~nnsight_graphwidget.read` reads, or a ``GraphWidget`` (the file shows what is on screen).
        path: where; the suffix is the format: ``.svg .png .pdf .html`` are pictures, ``.json`` is the graph itself,
            ``.cyjs .graphml .gexf .dot .mmd`` are for other programs and always hold the whole graph.
        title: what the graph is called in the file (default: the graph's own title).
        only: id of a sub-graph, or a list of ids: the part to write. Values that come into a sub-graph from
            outside are drawn as bridges.
        theme: ``"light"`` or ``"dark"``; a page's default is its reader's. From here on: pictures only.
        expanded: which sub-graphs are open: ``"auto"`` (all, unless that is too much to draw), ``"all"``, or a list of ids.
        hidden_kinds: kinds that are left out (default: ``["Value"]``; literals are still in the text of what uses them).
        steps: iterator id → the pass that is shown, from 0 (the default), or ``"all"``.
        positions: node id → ``(x, y)``: how far, in px, it was dragged from where layout puts it.
        arrangement: ``"flow"`` (values run down), or ``"lanes"`` (a column for each run, in the order of execution).
        legend: whether the picture has one.
        footer: True for a line with nnsight's version and today's date, or the text of one. Off by default, so that
            the same graph gives the same bytes.
        transparent: no page behind the picture.
        scale, dpi, width: size of a ``.png``: pixels per px of the drawing (default 2, or 1 if large), or as dots per inch
            (96 is scale 1), or as the picture's width in pixels.

    Returns:
        The path written.

    Raises:
        UnreadableError: ``obj`` is nothing that can be read.
        ExportError: the file cannot be made; what was at ``path`` is untouched.
    """
    path = located(path)
    module, name, accepted = format_of(path)
    known = ("title", "only", *accepted)
    for option in options:
        if option not in known:
            raise ExportError(f"{option!r} is not an option of {path.suffix.lower()}; its options are {', '.join(known)}")
    if module == "picture":
        from . import engine

        engine.start()
    graph, shown = _read(obj)
    if "only" in options:
        shown.pop("expanded", None)  # what is open on the screen need not be in that part
    elif module not in ("picture", "html"):
        shown.pop("only", None)  # a slice is a figure; other formats hold the whole graph
    title, only = (options.pop(name, shown.get(name)) for name in ("title", "only"))
    schema.check(graph)
    if only is not None:
        graph = part(graph, only)
    shown = {option: value for option, value in within(graph, shown).items() if option in accepted}
    if title is not None:
        graph = replace(graph, title=str(title))
    writer = getattr(import_module(f".{module}", __package__), name)
    return write(path, writer(graph, **{**shown, **options}))


def format_of(path: Path) -> tuple[str, str, tuple[str, ...]]:
    """The entry of :data:`FORMATS` that the suffix of ``path`` names.

    Raises:
        ExportError: there is none; the message names those that there are.
    """
    suffix = path.suffix
    if suffix.lower() not in FORMATS:
        given = f"{suffix!r} is no format" if suffix else "there is no suffix to tell the format"
        raise ExportError(f"{legible(str(path))}: {given}; the formats are {' '.join(FORMATS)}")
    return FORMATS[suffix.lower()]


def _read(obj: Any) -> tuple[Graph, dict[str, Any]]:
    """The graph of ``obj`` and, for a widget, the options that give what is on screen."""
    widgets = sys.modules.get("nnsight_graphwidget.notebook.widget")
    if widgets is not None and isinstance(obj, widgets.GraphWidget):
        graph, shown = obj.on_screen()
        return graph, shown
    if isinstance(obj, Graph):
        return obj, {}
    from ..reading import read

    return read(obj), {}
