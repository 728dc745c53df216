"""A graph as text: the caption of each of its parts, and the whole as an indented outline, for where no picture is drawn (a
terminal, a screen reader, ``print``)."""

from __future__ import annotations

from collections.abc import Iterator

from .kinds import behaves, legend
from .model import Edge, Graph, Group, Node
from .questions import shown_at_first
from .text import legible

MAX_LINES = 200
MAX_WIDTH = 160


def outline(graph: Graph, max_lines: int = MAX_LINES) -> str:
    """The graph as indented text: a line for each sub-graph and node, with where its values come from.

    Arguments:
        graph: what to tell.
        max_lines: lines past this many are counted, not printed. Of a loop, one pass is told and the others are counted.
    """
    inside: dict[str | None, list[Node | Group]] = {}
    for item in graph.groups + graph.nodes:
        inside.setdefault(item.parent, []).append(item)
    starts = _starts(graph)
    for items in inside.values():
        items.sort(key=lambda item: starts[item.id])
    names = {item.id: item.variable or item.label for item in graph.groups + graph.nodes if not behaves(item.kind, "literal")}
    sources: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        sources.setdefault(edge.target, []).append(edge)

    passes_around = _passes_around(graph)

    def source(edge: Edge) -> str:
        """What a value is called; of a pass that its taker is not in, with that pass."""
        here = passes_around[edge.target]
        other = [group.label for group in passes_around[edge.source] if group not in here]
        name = legible(names[edge.source], 40)
        return f"{name} ({', '.join(legible(label, 40) for label in other)})" if other else name

    def walk(parent: str | None, indent: str) -> Iterator[str]:
        items = inside.get(parent, [])
        passes = [item for item in items if isinstance(item, Group) and behaves(item.kind, "pass")]
        shown = shown_at_first(passes, inside) if passes else None
        later = {item.id for item in passes if item is not shown}
        items = [item for item in items if not behaves(item.kind, "literal") and item.id not in later]
        for index, item in enumerate(items):
            last = index == len(items) - 1 and len(passes) < 2
            yield (
                indent
                + ("└─ " if last else "├─ ")
                + _line(item, [source(edge) for edge in sources.get(item.id, ()) if edge.source in names])
            )
            yield from walk(item.id, indent + ("   " if last else "│  "))
        if len(passes) > 1:
            yield f"{indent}└─ … +{len(passes) - 1} other passes"

    lines = [heading(graph)]
    more = 0
    for line in walk(None, ""):
        if len(lines) < max_lines:
            lines.append(line if len(line) <= MAX_WIDTH else line[: MAX_WIDTH - 1] + "…")
        else:
            more += 1
    return "\n".join([*lines, f"… +{more} more lines"] if more else lines)


def heading(graph: Graph) -> str:
    """A graph in one line: its title, how large it is, and whether a part is missing."""
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
    # While one invoke waits for a value, what is in the next may come first: the runs themselves stand as they began.
    begun: dict[str | None, float] = {}
    for run in graph.groups:
        if not behaves(run.kind, "inline"):
            starts[run.id] = begun[run.parent] = max(starts[run.id], begun.get(run.parent, 0))
    return starts


def _passes_around(graph: Graph) -> dict[str, tuple[Group, ...]]:
    """id → the passes that it is in, outermost first; a group comes after its parent."""
    around: dict[str, tuple[Group, ...]] = {}
    for item in graph.groups + graph.nodes:
        outer = around[item.parent] if item.parent is not None else ()
        around[item.id] = (*outer, item) if isinstance(item, Group) and behaves(item.kind, "pass") else outer
    return around


def _line(item: Node | Group, sources: list[str]) -> str:
    said = "  ".join(caption(item))
    if sources:
        said += f"  ← {', '.join(dict.fromkeys(sources))}"
    if item.status != "ok":
        said += f"  [{item.status}{': ' + legible(item.error, 80) if item.error else ''}]"
    if item.line is not None and isinstance(item, Group) and not behaves(item.kind, "pass"):
        said += f"  (line {item.line})"
    return said


def caption(item: Node | Group) -> list[str]:
    """What a picture says about a node or a sub-graph, in one or two lines."""
    if isinstance(item, Group):
        repeated = f" ×{item.count}" if item.count is not None else ""
        name = legend()[item.kind]["name"] if item.kind in legend() else item.kind
        said = item.label if behaves(item.kind, "pass") else _named(name, item.label)
        return [legible(said) + repeated]
    shape = f"[{', '.join(map(str, item.shape))}] {item.dtype or ''}".strip() if item.shape is not None else None
    named = item.variable if item.variable != item.label else None
    second = " ".join(part for part in (named, shape or item.value) if part)
    return [legible(item.label), legible(second)] if second else [legible(item.label)]


def _named(kind: str, label: str) -> str:
    """What a sub-graph is, and its name, but no word twice: ``Tracer`` of ``with model.trace()``; ``Invoke 0``."""
    what, name = kind.lower(), label.lower()
    if what in (name, f"{name}r"):
        return kind
    return kind + label[len(what) :] if name.startswith(f"{what} ") else f"{kind} {label}"
