"""What a graph must hold, written as facts, one a line.

A place is ``label@line``; the line is a number or the word of a comment ``# word`` in the program, and may be left out. A
label with blanks stands in double quotes. ``bool`` is any test of a tensor; ``for``, ``while``, ``if`` and ``match`` are
groups, ``name()`` is the group of a helper; ``trace``, ``invoke`` and so on are groups by their kind.

    layer1.output@3                 a node is there
    mul@4 = y                       and is bound to the name y
    mul@4 never run                 and has this status
    mul@4 in for@3 #1 then          and stands in these groups, outermost first, others between them left out
    mul ×3                          so many of them are there; of a loop: it made so many passes
    norm@3 -> gt@4                  an edge
    norm@3 -> gt@4 (1) ×2           so many of them, with the name of the argument
    split@3[1] -> mul@4             an edge from a part of the value
    save@4 says "written later"     any of the node's fields has these words
    if@4 then 1 of 3                a branch ran in so many of the passes in which it was asked
    raises RuntimeError             the program itself raised
    no mul@4 -> add@5               the fact does not hold
"""

from __future__ import annotations

import linecache
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nnsight_graphwidget import Graph, record
from nnsight_graphwidget.graph import Group, Node

STATUSES = "ok|failed|not reached|never run|planned"
WORD = r'"[^"]*"|[^\s"@]+?'
PLACE = rf"(?:{WORD})(?:@\w+)?"


@dataclass
class Shown:
    """A program and its graph, to be asked for facts."""

    text: str
    graph: Graph
    error: BaseException | None = None
    names: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.groups = {group.id: group for group in self.graph.groups}
        self.nodes = {node.id: node for node in self.graph.nodes}

    def missing(self, facts: str) -> list[str]:
        """The facts that do not hold."""
        wanted = [line.strip() for line in facts.strip().splitlines() if line.strip()]
        assert wanted, "no facts were given"
        return [fact for fact in wanted if not self.holds(fact)]

    def holds(self, fact: str) -> bool:
        if fact.startswith("no "):
            return not self.holds(fact[3:])
        if fact.startswith("raises "):
            return type(self.error).__name__ == fact[7:]
        for form, ask in (
            (rf"({PLACE})(\[\S+\])? -> ({PLACE})(?: \((\S+)\))?(?: ×(\d+))?", self.edge),
            (rf"({PLACE}) (then|else|case \S+) (\d+) of (\d+)", self.branch),
            (rf"({PLACE}) ×(\d+)(?: ({STATUSES}))?", self.count),
            (rf"({PLACE}) = (\w+)", lambda place, name: any(item.variable == name for item in self.found(place))),
            (rf"({PLACE}) ({STATUSES})", lambda place, status: any(item.status == status for item in self.found(place))),
            (rf"({PLACE}) in (.+)", lambda place, path: any(self.within(item, path) for item in self.found(place))),
            (rf'({PLACE}) says "(.*)"', lambda place, text: any(text in str(item) for item in self.found(place))),
            (rf"({PLACE})", lambda place: any(True for _ in self.found(place))),
        ):
            match = re.fullmatch(form, fact)
            if match:
                return bool(ask(*match.groups()))  # type: ignore[operator]
        raise ValueError(f"{fact!r} is no fact; see the head of {__name__}")

    def found(self, place: str) -> Iterator[Node | Group]:
        """The nodes and groups that a place names."""
        name, _, at = place.rpartition("@") if "@" in place else (place, "", "")
        line = self.line(at) if at else None
        for item in (*self.graph.groups, *self.graph.nodes):
            if (line is None or item.line == line) and named(item, name.strip('"')):
                yield item

    def line(self, at: str) -> int:
        if at.isdigit():
            return int(at)
        lines = [number for number, text in enumerate(self.text.splitlines(), 1) if re.search(rf"# {at}$", text)]
        assert len(lines) == 1, f"{len(lines)} lines of the program end in '# {at}'"
        return lines[0]

    def edge(self, source: str, part: str | None, target: str, name: str | None, count: str | None) -> bool:
        sources, targets = ({item.id for item in self.found(place)} for place in (source, target))
        edges = [
            edge
            for edge in self.graph.edges
            if edge.source in sources
            and edge.target in targets
            and (name is None or edge.label == name)
            and (part is None or edge.output == part)
        ]
        return len(edges) == int(count) if count else bool(edges)

    def branch(self, place: str, name: str, ran: str, asked: str) -> bool:
        tests = {item.id for item in self.found(place)}
        taken = [
            group.taken
            for group in self.graph.groups
            if group.kind == "Branch" and group.parent in tests and group.label == name
        ]
        return (taken.count(True), len(taken)) == (int(ran), int(asked))

    def count(self, place: str, count: str, status: str | None) -> bool:
        items = [item for item in self.found(place) if status is None or item.status == status]
        if items and isinstance(items[0], Group) and items[0].kind == "Iterator":
            return any(isinstance(item, Group) and item.count == int(count) for item in items)
        return len(items) == int(count)

    def within(self, item: Node | Group, path: str) -> bool:
        steps = re.findall(rf"#\d+|case \S+|{PLACE}(?=\s|$)", path)
        above: list[Group] = []
        parent = item.parent
        while parent is not None:
            above.insert(0, self.groups[parent])
            parent = self.groups[parent].parent
        for step in steps:
            while above and not self.is_group(above[0], step):
                above.pop(0)
            if not above:
                return False
            above.pop(0)
        return True

    def is_group(self, group: Group, step: str) -> bool:
        if step.startswith("#"):
            return group.kind == "Iteration" and group.index == int(step[1:])
        if step in ("then", "else") or step.startswith("case "):
            return group.kind == "Branch" and group.label == step
        return any(item is group for item in self.found(step))

    def __str__(self) -> str:
        def told(id_: str) -> str:
            item = self.nodes.get(id_) or self.groups[id_]
            return f"{item.label}@{item.line}" + ("" if item.status == "ok" else f" [{item.status}]")

        lines = [f"{number:4}  {line}" for number, line in enumerate(self.text.splitlines(), 1)]
        lines += [
            f"  {group.id}  {group.label!r} {group.status}{'' if group.count is None else f' ×{group.count}'}"
            for group in self.graph.groups
        ]
        lines += [f"  {node.id}  {node.kind} {node.label!r} = {node.variable} {node.status}" for node in self.graph.nodes]
        lines += [f"  {told(e.source)}{e.output or ''} -> {told(e.target)} ({e.label}) {e.kind}" for e in self.graph.edges]
        return "\n".join([*lines, f"  raised {self.error!r}"])


def named(item: Node | Group, name: str) -> bool:
    if isinstance(item, Node):
        return item.label == name or (name == "bool" and item.kind == "ConditionalProtocol")
    if name.endswith("()"):
        return item.kind == "Function" and item.label.removesuffix("()") == name[:-2]
    if name in ("for", "while"):
        return item.kind == "Iterator" and item.label.startswith("while") is (name == "while")
    if name in ("if", "match"):
        return item.kind == "Conditional" and item.label.startswith("match") is (name == "match")
    return item.label == name or item.kind.lower() == {"trace": "tracer"}.get(name, name)


def shown(text: str, name: str, names: dict[str, Any]) -> Shown:
    """Run a program under ``record()``; what it raises is kept, so that a graph of a failure can be asked too.

    Arguments:
        name: of the file that the program seems to stand in.
        names: what it finds; those that it binds are put there.
    """
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    error: BaseException | None = None
    with warnings.catch_warnings(), record() as recording:
        warnings.simplefilter("ignore")
        try:
            exec(compile(text, name, "exec"), names)
        except Exception as raised:
            error = raised
    graph = recording.graph
    assert graph.complete, graph.reason
    return Shown(text, graph, error, names)


def assert_facts(seen: Shown, facts: str) -> None:
    missing = seen.missing(facts)
    assert not missing, "\n".join(["not so:", *(f"  {fact}" for fact in missing), "the graph:", str(seen)])
