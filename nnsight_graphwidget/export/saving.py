"""save(): a graph as a file, whole or not at all, in the format that the suffix of its name says."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..graph import schema
from ..graph.part import part
from ..graph.questions import known
from ..view import SaveOptions, narrowed, refuse_unknown, takes
from .files import located, write
from .formats import format_of

if TYPE_CHECKING:
    from typing_extensions import Unpack


@takes(SaveOptions)
def save(obj: Any, path: str | os.PathLike[str], **options: Unpack[SaveOptions]) -> Path:
    """Write a graph to a file, whole or not at all; a missing folder is made.

    Arguments:
        obj: what :func:`~nnsight_graphwidget.read` reads, or a ``GraphWidget`` (the file shows what is on screen).
        path: where; the suffix is the format: ``.svg .png .pdf .html`` are pictures, ``.json`` is the graph itself,
            ``.txt .md`` are text for people and language models, ``.cyjs .graphml .gexf .dot .mmd`` are for other programs;
            these hold the whole graph unless ``expanded`` or ``hidden_kinds`` says less. A format takes those of the
            following that mean something for it.
        {options}

    Returns:
        The path written.

    Raises:
        UnreadableError: ``obj`` is nothing that can be read.
        OptionError: an option that the format does not have, or a value that an option does not take.
        ExportError: the file cannot be made; what was at ``path`` is untouched.
    """
    path = located(path)
    return write(path, contents(obj, path, **options))


def contents(obj: Any, path: Path, **options: Unpack[SaveOptions]) -> bytes:
    """What :func:`save` writes to ``path``, with the same arguments; nothing is written."""
    chosen = format_of(path)
    refuse_unknown(options, chosen.options, path.suffix.lower())
    if chosen.drawn:
        from . import engine

        engine.start()
    from ..reading import on_screen

    graph, shown = on_screen(obj)
    if not chosen.shows_a_view:  # it is a figure that shows a slice, and what is open; other formats hold the whole graph
        shown = {name: value for name, value in shown.items() if name == "title"}
    elif "only" in options:
        shown.pop("expanded", None)  # what is open on the screen need not be in that part
    schema.check(graph)
    only = options.get("only", shown.get("only"))
    if only is not None:
        graph = part(graph, only)
    title = options.get("title", shown.get("title"))
    if title is not None:
        graph = replace(graph, title=str(title))
    asked = {name: value for name, value in {**narrowed(shown, known(graph)), **options}.items() if name in chosen.options}
    for name in ("title", "only"):
        asked.pop(name, None)
    return chosen.write(graph, **asked)
