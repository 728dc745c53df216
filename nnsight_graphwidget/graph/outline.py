"""A graph as text: the caption of each of its parts, and the whole as an indented outline, for where no picture is drawn (a
terminal, a screen reader, ``print``, a log, a diff, a language model)."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence

from .kinds import behaves, legend, style
from .model import Edge, Graph, Group, Node
from .questions import short_ids, shown_at_first
from .text import legible

MAX_LINES = 200
MAX_WIDTH = 160
_LONGEST = 120

#: Kinds of edges that say what a write does to the model, and how that is said of the write.
_REACHES = {"model": "reaches", "may": "may reach"}


def outline(graph: Graph, max_lines: int | None = MAX_LINES, width: int | None = MAX_WIDTH, whole: Graph | None = None) -> str:
    """The graph as indented text: a line for each sub-graph and node, with where each of its values comes from.

    A line is ``n4  mixed = compute add(n2, n3)  [4] float32  line 7``. ``n4`` is a short id, which every option that takes
    an id knows.

    Arguments:
        graph: what to tell.
        max_lines: lines past this many are counted, not printed, and of a loop one pass is told and the others are counted;
            None for all.
        width: how many characters a line has; what is longer goes on in the next one; None for no end.
        whole: what it is folded from: short ids are of that, and it says how much a closed sub-graph holds.
    """
    return "\n".join(_Outline(graph, whole or graph).lines(max_lines, width))


class _Outline:
    """A graph, as far as its lines need it."""

    def __init__(self, graph: Graph, whole: Graph) -> None:
        self._whole = whole
        self._short = {id_: short for short, id_ in short_ids(whole).items()}
        self._held: dict[str, int] = {}  # how many nodes are in a sub-graph
        inner: list[Node | Group] = [*whole.nodes, *reversed(whole.groups)]  # children before parents
        for item in inner:
            if item.parent is not None:
                count = 1 if isinstance(item, Node) else self._held.get(item.id, 0)
                self._held[item.parent] = self._held.get(item.parent, 0) + count
        self._items = {item.id: item for item in graph.groups + graph.nodes}
        self._inside: dict[str | None, list[Node | Group]] = {}
        for item in graph.groups + graph.nodes:
            self._inside.setdefault(item.parent, []).append(item)
        starts = _starts(graph)
        for items in self._inside.values():
            items.sort(key=lambda item: starts[item.id])
        self._into: dict[str, list[Edge]] = {}
        self._from: dict[str, list[Edge]] = {}
        for edge in graph.edges:
            self._into.setdefault(edge.target, []).append(edge)
            self._from.setdefault(edge.source, []).append(edge)

    def lines(self, max_lines: int | None, width: int | None) -> list[str]:
        said = heading(self._whole)
        lines = [said] if width is None else textwrap.wrap(said, width, subsequent_indent="  ")
        more = 0
        for item in self._walk(None, "", "", every_pass=max_lines is None):
            if max_lines is None or len(lines) < max_lines:
                lines += _wrapped(*item, width)
            else:
                more += 1
        if more:
            lines.append(f"… +{more} more lines")
        surprises: dict[str, list[str]] = {}
        for id_, surprise in self._whole.warnings:
            surprises.setdefault(surprise, []).extend([self._short[id_]] if id_ in self._short else [])
        for surprise, ids in surprises.items():
            lines += _wrapped("! ", "  ", [", ".join(ids), legible(surprise, 200)], width)
        return lines

    def _walk(self, parent: str | None, indent: str, above: str, *, every_pass: bool) -> Iterator[tuple[str, str, list[str]]]:
        """What a line begins with, what those begin with that go on with it, and its parts."""
        items = [item for item in self._inside.get(parent, ()) if not behaves(item.kind, "literal")]
        passes = [item for item in items if isinstance(item, Group) and behaves(item.kind, "pass")]
        left_out = 0
        if not every_pass and len(passes) > 1:
            shown = shown_at_first(passes, self._inside)
            items = [item for item in items if item is shown or item not in passes]
            left_out = len(passes) - 1
        for index, item in enumerate(items):
            last = index == len(items) - 1 and not left_out
            inner = indent + ("   " if last else "│  ")
            yield (
                indent + ("└─ " if last else "├─ "),
                inner + ("│  " if self._inside.get(item.id) else "   "),
                self._parts(item),
            )
            yield from self._walk(item.id, inner, indent, every_pass=every_pass)
        if left_out:
            yield f"{indent}└─ ", indent, [f"… +{left_out} other passes"]

    def _parts(self, item: Node | Group) -> list[str]:
        parts = [self._short[item.id], self._group(item) if isinstance(item, Group) else self._node(item)]
        if isinstance(item, Node):
            if item.writes and item.writes != item.label:
                parts.append(f"into {legible(item.writes, 80)}")
            parts += [legible(_shape(item), 80) or ("" if behaves(item.kind, "standing") else legible(item.value or "", 80))]
        for kind, word in _REACHES.items():
            reached = [self._short[edge.target] for edge in self._from.get(item.id, ()) if edge.kind == kind]
            if reached:
                parts.append(f"{word} {', '.join(dict.fromkeys(reached))}")
        if item.line is not None and not behaves(item.kind, "pass"):
            parts.append(f"line {item.line}")
        if item.status != "ok":
            parts.append(f"[{item.status}{': ' + legible(item.error, 80) if item.error else ''}]")
        if item.note:
            parts.append(f"({legible(item.note, 120)})")
        return [part for part in parts if part]

    def _group(self, group: Group) -> str:
        said = legible(group.label, _LONGEST)
        word = style(group.kind, group=True)["verb"]
        if not behaves(group.kind, "pass") and not said.lower().startswith(word):
            said = f"{word} {said}"
        if group.count is not None:
            said += f" ×{group.count}"
        if group.taken is False:
            said += " (not taken)"
        if group.id not in self._inside and self._held.get(group.id):
            said += f" (closed, {_many(self._held[group.id], 'node')})"
        inputs = list(dict.fromkeys(self._arguments((), self._sources(group))))
        return _taking(said, inputs)

    def _node(self, node: Node) -> str:
        """``mixed = compute add(n2, 1)``, ``read layer1.output``, ``write layer1.output = n5``."""
        sources = self._sources(node)
        label, verb = legible(node.label, _LONGEST), style(node.kind)["verb"]
        if node.changes and style(node.kind).get("noun_of_change"):
            verb = style(node.kind)["noun_of_change"]
        bound = f"{legible(node.variable, 80)} = " if node.variable and node.variable != node.label else ""
        if behaves(node.kind, "says_arguments") or style(node.kind)["verb"] == "read":
            taken = [self._source(edge) for edge in sources]
            value = f" = {legible(node.value, 80)}" if behaves(node.kind, "standing") and node.value else ""
            return f"{bound}{verb} {label}{value}" + (f" ← {', '.join(dict.fromkeys(taken))}" if taken else "")
        arguments = self._arguments(node.arguments, sources)
        if style(node.kind)["verb"] == "write":
            values = [said.removeprefix("value=") for said in arguments if said.startswith("value=")]
            others = [said for said in arguments if not said.startswith("value=")]
            return _taking(f"{bound}write {label}" + (f" = {', '.join(values)}" if values else ""), others, True)
        if label == verb:
            return f"{bound}{verb} {', '.join(arguments)}".rstrip()
        if " " in label:  # it says its arguments itself
            return bound + _taking(f"{verb} {label}", list(dict.fromkeys(map(self._source, sources))), True)
        return bound + _taking(f"{verb} {label}", arguments, False)

    def _sources(self, item: Node | Group) -> list[Edge]:
        return [edge for edge in self._into.get(item.id, ()) if edge.kind not in _REACHES]

    def _source(self, edge: Edge) -> str:
        """What a value is called where it is taken: a literal as it is written, else by the short id of what made it."""
        made = self._items[edge.source]
        if behaves(made.kind, "literal") and isinstance(made, Node):
            return legible(made.label, 60)
        return self._short[edge.source] + legible(edge.output or "", 60)

    def _value(self, text: str, inside: list[Edge]) -> str:
        """An argument: what it is, or of one that is made of several, ``(:, item) ← n7``."""
        literal = [edge for edge in inside if behaves(self._items[edge.source].kind, "literal")]
        made = [self._source(edge) for edge in inside if edge not in literal]
        written = self._source(literal[0]) if literal else legible(text, 60)
        if not made:
            return written
        if not written or (len(made) == 1 and not literal and text[0] not in "([{"):
            return ", ".join(made)
        return f"{written} ← {', '.join(made)}"

    def _arguments(self, arguments: Sequence[tuple[str, str]], sources: list[Edge]) -> list[str]:
        """Each argument by the values that it is made of, or as it is written; what has no place among them comes last."""
        said = []
        left = list(sources)
        for name, text in arguments:
            inside = [edge for edge in left if edge.label == name]
            left = [edge for edge in left if edge.label != name]
            value = self._value("" if "[" in name else text, inside)  # of a part of an argument, the text is of all of it
            said.append(value if name.isdigit() else f"{legible(name, 40)}={value}")
        for edge in left:
            if edge.label is not None:
                value = self._source(edge)
                said.append(value if edge.label.isdigit() else f"{legible(edge.label, 40)}={value}")
        nameless = [self._source(edge) for edge in left if edge.label is None]
        if nameless and said:
            said[-1] += f" ← {', '.join(nameless)}"
        else:
            said += nameless
        return said


def _taking(said: str, arguments: list[str], in_words: bool | None = None) -> str:
    """``add(n2, n3)``, and of what is no name, ``if size > 0.5 ← n12``."""
    if not arguments:
        return said
    if in_words is None:
        in_words = not said.rpartition(" ")[2].isidentifier()
    return f"{said} ← {', '.join(arguments)}" if in_words else f"{said}({', '.join(arguments)})"


def _wrapped(start: str, following: str, parts: list[str], width: int | None) -> Iterator[str]:
    """A line, and those that it goes on in where it is too long for one, broken between parts where that is enough."""
    line = start
    for part in parts:
        room = len(part) if width is None else max(20, width - len(following) - 2)
        for piece in textwrap.wrap(part, room) or [part]:
            joined = line + piece if line == start else f"{line}  {piece}"
            if width is not None and len(joined) > width and line != start:
                yield line
                joined = f"{following}  {piece}"
            line = joined
    yield line


def columns() -> int:
    """How many characters a line of what is printed has: as many as the terminal, or the same everywhere else."""
    try:
        return max(40, os.get_terminal_size(1).columns) if os.isatty(1) else MAX_WIDTH
    except OSError:
        return MAX_WIDTH


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


def _shape(node: Node) -> str:
    return f"[{', '.join(map(str, node.shape))}] {node.dtype or ''}".strip() if node.shape is not None else ""


def caption(item: Node | Group) -> list[str]:
    """What a picture says about a node or a sub-graph, in one or two lines."""
    if isinstance(item, Group):
        repeated = f" ×{item.count}" if item.count is not None else ""
        name = legend()[item.kind]["name"] if item.kind in legend() else item.kind
        said = item.label if behaves(item.kind, "pass") else _named(name, item.label)
        return [legible(said) + repeated]
    named = item.variable if item.variable != item.label else None
    second = " ".join(part for part in (named, _shape(item) or item.value) if part)
    return [legible(item.label), legible(second)] if second else [legible(item.label)]


def _named(kind: str, label: str) -> str:
    """What a sub-graph is, and its name, but no word twice: ``Tracer`` of ``with model.trace()``; ``Invoke 0``."""
    what, name = kind.lower(), label.lower()
    if what in (name, f"{name}r"):
        return kind
    return kind + label[len(what) :] if name.startswith(f"{what} ") else f"{kind} {label}"
