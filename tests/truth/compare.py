"""The wanted tree and the graph, written in one form and compared: each difference is a line that says where and what.

A place is written as the path of the groups around it: ``for@12:8 #1 if@13:12 then``. A node is its label, line and column in
its place; the same again in the same place is counted (``~2``). Three things are left open, because the graph may show them
or not: a group in which nothing happened or would have, the column of a test, and the frame of a generator function around
what it does for a pass.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from nnsight_graphwidget import Graph
from tests.truth.oracle import Interpreter, Place, Would

KINDS = ("Operation", "InterventionProtocol", "SwapProtocol", "LockProtocol", "ConditionalProtocol")


@dataclass
class Told:
    """A run as one of the two tells it."""

    nodes: Counter[str] = field(default_factory=Counter)
    groups: dict[str, str] = field(default_factory=dict)
    edges: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    perhaps: set[str] = field(default_factory=set)  # groups that may be shown or not


class Counted:
    """Gives the same name in the same place a number from the second time on."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def __call__(self, place: str, name: str) -> str:
        path = f"{place} {name}".strip()
        self.seen[path] += 1
        return path if self.seen[path] == 1 else f"{path}~{self.seen[path]}"


def node_name(label: str, line: int | None, column: int | None) -> str:
    return f"bool@{line}" if label == "bool" else f"{label}@{line}:{column}"


def edge_label(name: str, target: str) -> str:
    """An argument's name; of an index and of what is saved only the position counts."""
    if target.startswith("save"):
        return ""
    return name.partition("[")[0] if target.startswith(("getitem", "setitem")) else name


def wanted(run: Interpreter) -> Told:
    told, counted = Told(), Counted()
    names: dict[Any, str] = {}
    short: dict[Any, str] = {}
    edges: list[tuple[Any, Any, str]] = []

    def visit(place: Place, path: str) -> None:
        for event in place.events:
            short[event] = node_name(event.label, event.line, event.column)
            names[event] = counted(path, short[event])
            told.nodes[names[event]] += 1
            edges.extend((source, event, name) for name, source in event.inputs)
        for child in place.children:
            if not child.held() and (child.kind != "Iteration" or not place.held()):
                continue
            inner = counted(path, group_name(child.kind, child.name, child.line, child.column, child.index))
            told.groups[inner] = (
                f"×{child.count}" if child.kind == "Iterator" else "" if child.taken is None else f"taken={child.taken}"
            )
            names[child] = inner
            if (
                place if child.kind == "Iteration" else child
            ).held() is not Would.SURELY:  # a loop that is shown shows each pass
                told.perhaps.add(inner)
            edges.extend((test, child, "condition") for test in dict.fromkeys(child.tests))
            visit(child, inner)

    visit(run.root, "")
    for source, target, name in edges:
        label = name if target not in short else edge_label(name, short[target])
        told.edges[(names[source], names[target], label)] += 1
    for edge in told.edges:
        told.edges[edge] = 1
    return told


def group_name(kind: str, name: str, line: int | None, column: int | None, index: int | None) -> str:
    if kind == "Iteration":
        return f"#{index}"
    if kind == "Branch":
        return name
    return f"{name}()" if kind == "Function" else f"{name}@{line}:{column}"


WORDS = {"Iterator": "for", "Conditional": "if"}


def seen(graph: Graph, run: Interpreter) -> Told:
    """The graph as :func:`wanted` writes it, without what never ran, literals and inputs."""
    told, counted = Told(), Counted()
    groups = {group.id: group for group in graph.groups}
    nodes = [node for node in graph.nodes if node.kind in KINDS and node.status in ("ok", "failed")]
    held = {None}
    for node in nodes:
        parent = node.parent
        while parent not in held:
            held.add(parent)
            parent = groups[parent].parent if parent is not None else None
    never = {group.id for group in graph.groups if group.taken is False or (group.kind == "Iterator" and not group.count)}
    inside = set()
    for group in graph.groups:
        if group.parent in never or group.parent in inside:
            inside.add(group.id)
        elif group.id in never:
            parent = group.id
            while parent not in held:
                held.add(parent)
                parent = groups[parent].parent if parent is not None else None
    paths: dict[str | None, str] = {None: ""}
    for group in graph.groups:
        above = paths.get(group.parent, "")
        spliced = group.kind not in ("Iterator", "Iteration", "Conditional", "Branch", "Function") or (
            group.kind == "Function" and group.label.rstrip("()") in run.generators
        )
        if spliced:
            paths[group.id] = above
            continue
        loop = group.kind == "Iteration" and group.parent in held
        name = WORDS.get(group.kind, group.label.rstrip("()"))
        if group.kind == "Iterator" and group.label.startswith("while"):
            name = "while"
        if group.kind == "Branch":
            name = group.label
        if group.kind == "Function" and "lambda" in group.label:
            name = "<lambda>"
        if group.id in inside or (group.id not in held and not loop):
            paths[group.id] = above
            continue
        told_name = group_name(group.kind, name, group.line, group.column, group.index)
        paths[group.id] = counted(above, told_name)
        told.groups[paths[group.id]] = (
            f"×{group.count}" if group.kind == "Iterator" else "" if group.taken is None else f"taken={group.taken}"
        )
    names: dict[str, str] = {}
    short: dict[str, str] = {}
    for node in nodes:
        label = "bool" if node.kind == "ConditionalProtocol" else node.label
        short[node.id] = node_name(label, node.line, node.column)
        names[node.id] = counted(paths[node.parent], short[node.id])
        told.nodes[names[node.id]] += 1
    for edge in graph.edges:
        group = groups.get(edge.target)
        if edge.kind in ("model", "may"):
            continue  # what reaches what through the model is for tests/reach to tell
        if edge.source in names and edge.target in names:
            told.edges[(names[edge.source], names[edge.target], edge_label(edge.label or "", short[edge.target]))] = 1
        elif edge.source in names and group is not None and group.kind == "Conditional" and edge.kind == "condition":
            told.edges[(names[edge.source], paths[group.id], "condition")] = 1
    return told


@dataclass(frozen=True)
class Difference:
    """One disagreement. ``kind`` and what it is about say what sort it is, so that many can be counted."""

    kind: str
    text: str
    about: str = ""

    @property
    def sort(self) -> str:
        return f"{self.kind}: {self.about}" if self.about else self.kind

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def differences(wanted: Told, seen: Told) -> list[Difference]:
    found: list[Difference] = []
    for path in [*wanted.groups, *(path for path in seen.groups if path not in wanted.groups)]:
        want, see = wanted.groups.get(path), seen.groups.get(path)
        if want != see and not (see is None and path in wanted.perhaps):
            kind = "group missing" if see is None else "group invented" if want is None else "group differs"
            found.append(Difference(kind, f"{path}  wanted {want!r}, seen {see!r}", label(path)))
    others: dict[str, list[str]] = {}
    for path in seen.nodes - wanted.nodes:
        others.setdefault(last(path), []).append(path)
    for path in wanted.nodes - seen.nodes:
        elsewhere = others.get(last(path), [])
        if elsewhere:
            found.append(Difference("node elsewhere", f"{path}  seen at {elsewhere.pop(0)}", label(path)))
        else:
            found.append(Difference("node missing", path, label(path)))
    found += [Difference("node invented", path, label(path)) for paths in others.values() for path in paths]
    known = (set(wanted.nodes) & set(seen.nodes)) | (set(wanted.groups) & set(seen.groups))  # what is elsewhere was told above
    for kind, edges in (("edge missing", wanted.edges - seen.edges), ("edge invented", seen.edges - wanted.edges)):
        found += [
            Difference(kind, f"{source} -> {target} ({name})", f"{label(source)} -> {label(target)} ({name})")
            for source, target, name in edges
            if source in known and target in known
        ]
    return found


def last(path: str) -> str:
    """A node without its place."""
    return path.rpartition(" ")[2].partition("~")[0]


def label(path: str) -> str:
    """What a node or a group is, wherever it is."""
    name = last(path).partition("@")[0].partition("~")[0]
    if name.startswith("layer"):  # whichever layer
        return "layer" + name[name.rindex(".") :]
    return "a call" if name.endswith("()") else "a pass" if name.startswith("#") else name
