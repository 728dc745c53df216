"""What a cell or a terminal shows of a graph: the live widget, a picture for where no widget runs, an outline for where no
picture does (a terminal, a screen reader, ``print``)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .errors import GraphWidgetError
from .export.text import caption, legible
from .graph import Edge, Graph, Group, Node

MAX_LINES = 200
MAX_WIDTH = 160
#: A picture larger than this (bytes of PNG) is left out of the notebook file; the outline is always in it.
MAX_PICTURE = 500_000


def outline(graph: Graph, max_lines: int = MAX_LINES) -> str:
    """The graph as indented text: a line for each sub-graph and node, with where its values come from.

    Arguments:
        graph: what to tell.
        max_lines: lines past this many are counted, not printed. The passes of a loop after its first are counted too.
    """
    inside: dict[str | None, list[Node | Group]] = {}
    for item in graph.groups + graph.nodes:
        inside.setdefault(item.parent, []).append(item)
    starts = _starts(graph)
    for items in inside.values():
        items.sort(key=lambda item: starts[item.id])
    names = {item.id: item.variable or item.label for item in graph.groups + graph.nodes if item.kind != "Value"}
    sources: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        sources.setdefault(edge.target, []).append(edge)

    def walk(parent: str | None, indent: str) -> Iterator[str]:
        items = inside.get(parent, [])
        passes = [item for item in items if isinstance(item, Group) and item.kind == "Iteration"]
        later = {item.id for item in passes[1:]}
        items = [item for item in items if item.kind != "Value" and item.id not in later]
        for index, item in enumerate(items):
            last = index == len(items) - 1 and len(passes) < 2
            yield (
                indent
                + ("└─ " if last else "├─ ")
                + _line(item, [names[edge.source] for edge in sources.get(item.id, ()) if edge.source in names])
            )
            yield from walk(item.id, indent + ("   " if last else "│  "))
        if len(passes) > 1:
            yield f"{indent}└─ … +{len(passes) - 1} more passes"

    lines = [_heading(graph)]
    more = 0
    for line in walk(None, ""):
        if len(lines) < max_lines:
            lines.append(line if len(line) <= MAX_WIDTH else line[: MAX_WIDTH - 1] + "…")
        else:
            more += 1
    return "\n".join([*lines, f"… +{more} more lines"] if more else lines)


def _heading(graph: Graph) -> str:
    parts = [f"{_many(len(graph.nodes), 'node')}, {_many(len(graph.groups), 'sub-graph')}, {_many(len(graph.edges), 'edge')}"]
    if graph.nnsight:
        parts.append(f"nnsight {legible(graph.nnsight)}")
    if not graph.complete:
        parts.append(f"incomplete: {legible(graph.reason or 'a part is missing')}")
    return f"{legible(graph.title)}: {', '.join(parts)}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _starts(graph: Graph) -> dict[str, float]:
    """id → when it began, in the order of execution; a sub-graph began with the first thing in it."""
    never = float("inf")
    starts = {item.id: never if item.order is None else item.order for item in graph.groups + graph.nodes}
    for item in graph.nodes + graph.groups[::-1]:  # children before parents
        if item.parent is not None:
            starts[item.parent] = min(starts[item.parent], starts[item.id])
    return starts


def _line(item: Node | Group, sources: list[str]) -> str:
    said = "  ".join(caption(item))
    if sources:
        said += f"  ← {', '.join(legible(source, 40) for source in dict.fromkeys(sources))}"
    if item.status != "ok":
        said += f"  [{item.status}{': ' + legible(item.error, 80) if item.error else ''}]"
    if item.line is not None and isinstance(item, Group) and item.kind != "Iteration":
        said += f"  (line {item.line})"
    return said


def with_picture(bundle: Any, graph: Graph, shown: Mapping[str, Any]) -> Any:
    """A widget's mime bundle with its static twin in it: a PNG, where one can be made, and the outline.

    Arguments:
        bundle: the widget's own: data, or data and metadata.
        graph: what it shows.
        shown: options of :func:`save` that draw it as it is on the screen.

    Returns:
        Data and metadata. Where widgets run they show the live view, elsewhere (GitHub, nbconvert, a terminal) the twin.
    """
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    graph = replace(graph, title=shown.get("title", graph.title))
    twin: dict[str, Any] = {"text/plain": outline(graph)}
    sizes: dict[str, Any] = {}
    try:
        from .export.picture import thumbnail
        from .export.view import within
        from .part import part

        seen = part(graph, shown["only"]) if "only" in shown else graph
        view = {name: value for name, value in within(seen, shown).items() if name not in ("title", "only")}
        content, size = thumbnail(seen, **view)
    except (GraphWidgetError, ImportError):
        pass  # no V8 for this platform, or past a limit: save() says which when it is asked, a cell shows the outline
    else:
        if len(content) <= MAX_PICTURE:
            twin["image/png"] = base64.b64encode(content).decode()
            sizes["image/png"] = size
    return {**(data or {}), **twin}, {**metadata, **sizes}


def mimebundle(obj: Any, include: Any = None, exclude: Any = None) -> Any:
    """The mime bundle of a graph or a recording: that of a new widget.

    Arguments:
        obj: what :func:`show` takes.
        include, exclude: mime types, as IPython's ``_repr_mimebundle_`` has them.
    """
    from .widget import show

    return show(obj)._repr_mimebundle_(include=include, exclude=exclude)
