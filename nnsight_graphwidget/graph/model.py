"""The graph of an intervention: what every adapter and recorder makes and every view and export reads.

A compound directed graph. **Groups** are sub-graphs (a session, a tracer, one pass of a loop) and nest
through ``parent``. **Nodes** are what happened: a read, a write, an operation, a save. **Edges** say where a
value came from.

Ids are paths: the id of everything inside a group starts with the group's id and ``/``. They are made of source
positions and order (see :class:`IdMaker`), never of memory addresses, so the same program gives the same ids.

This module knows neither nnsight nor torch nor any widget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from operator import attrgetter
from typing import Annotated, Any

from .kinds import behaves
from .present import Shown
from .reaching import spread
from .schema import MAX_TEXT, SCHEMA, Longest, OneOf, check, parse

#: ``ok``; ``failed``: raised; ``not reached``: needs a value that a failure kept from being made; ``never run``: code of
#: the block after a failure or in a branch not taken; ``planned``: read from the source of a block that ran elsewhere.
STATUSES = ("ok", "failed", "not reached", "never run", "planned")

#: ``data``: a value; ``argument``: a literal or an outside value; ``bridge``: a value that crosses a sub-graph's boundary;
#: ``carried``: a value from one pass of a loop to a later one; ``condition``: a test and what it decides;
#: ``containment``: a sub-graph's own node and the sub-graph; ``order``: one after the other (a barrier, an edit replayed);
#: ``model``: through the model, a write reaches a later read, which autograd proves; ``may``: it may, as it came before.
EDGE_KINDS = ("data", "argument", "bridge", "carried", "condition", "containment", "order", "model", "may")
#: The kinds of edges along which no value goes in Python: the model takes it on.
THROUGH_MODEL = ("model", "may")


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that happened in an intervention.

    Arguments:
        id: path of the node, unique in its graph.
        kind: a kind of the legend (``InterventionProtocol``, ``Operation`` …), see ``kinds.json``.
        label: one line for people, such as ``layer1.output`` or ``add``.
        parent: id of the group it is in, or None at top level.
        target: full name of what ran: a location (``model.layer1.output``) or a function (``torch.Tensor.add``).
        arguments: (name or position, short text) of each argument, in call order.
        value: short text of a value that is not a tensor.
        shape, dtype, device, requires_grad: of the result, when it is a tensor; shape in elements, dtype as ``float32``.
        variable: the name that the result was bound to.
        file, line, column, end_line, end_column: where the expression is; lines from 1, columns from 0 in UTF-8 bytes
            (as ``ast`` counts them).
        text: source of the expression, cut short when long.
        lines: further lines that gave this same node (a location read again).
        iteration: which call of the module in its run, from 0.
        order: position in the order of execution, from 0.
        status: one of :data:`STATUSES`.
        error: message of the exception, when it failed.
        changes: True if it changes what the model computes, False if it only observes.
        writes: the place in the model that it writes to, and what of it, such as ``h.5.output[:, 7, :]``.
        statistics: numbers about the value (``min``, ``max``, ``mean`` …) when they were asked for.
        note: one line that a person should know of it, such as that a saved value was written later.
    """

    id: str
    kind: str
    label: str
    parent: str | None = None
    target: str | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    device: str | None = None
    requires_grad: bool | None = None
    variable: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    text: str | None = None
    lines: tuple[int, ...] = ()
    iteration: int | None = None
    order: int | None = None
    status: Annotated[str, OneOf(STATUSES)] = "ok"
    error: str | None = None
    changes: bool = False
    writes: str | None = None
    statistics: Mapping[str, float] | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A sub-graph: a session, a tracer, an invoke, a loop, one pass of a loop, a branch, a backward pass …

    Arguments are those of :class:`Node`, and:
        given: what a run was given, in words: a prompt in quotes, or the shape of its input.
        count: how many passes a loop made (an ``Iterator``, whose children are one ``Iteration`` each).
        index: which pass this is, from 0 (an ``Iteration``); its label says what the loop variable was (``item = 0``).
        taken: whether a branch ran (the ``Branch`` groups of a ``Conditional``).
    """

    id: str
    kind: str
    label: str
    parent: str | None = None
    target: str | None = None
    variable: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    text: str | None = None
    given: str | None = None
    count: int | None = None
    index: int | None = None
    taken: bool | None = None
    order: int | None = None
    status: Annotated[str, OneOf(STATUSES)] = "ok"
    error: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a value came from. Two uses of one value by one node are two edges.

    Arguments:
        id: unique in its graph.
        source, target: ids of nodes or groups; an edge to a group feeds the group itself (a tracer's input).
        kind: one of :data:`EDGE_KINDS`.
        label: name or position of the argument at the target.
        output: which part of the source's value it is (``[0]``, ``.logits``), when not the whole.
    """

    id: str
    source: str
    target: str
    kind: Annotated[str, OneOf(EDGE_KINDS)] = "data"
    label: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of the user's source that nodes point into: ``text`` starts at ``line`` (from 1) of ``file``."""

    file: str
    line: int
    text: Annotated[str, Longest(10 * MAX_TEXT)]


@dataclass(frozen=True, slots=True, repr=False)
class Graph(Shown):
    """Nodes, groups and edges of one or more interventions.

    Arguments:
        nodes, groups, edges: a group comes after its parent; nodes and groups in order of execution.
        sources: the user's blocks.
        title: what a picture of it is called.
        nnsight: the version of nnsight that ran it.
        complete: False if a part is missing; ``reason`` says why, in a line.
        warnings: (id of a node, what a person would not expect of it), such as a write that reaches nothing that is saved.
    """

    nodes: tuple[Node, ...] = ()
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()
    sources: tuple[Source, ...] = ()
    title: str = "graph"
    nnsight: str | None = None
    complete: bool = True
    reason: str | None = None
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def about(self) -> dict[str, Any]:
        """What a view says of the graph as a whole: nnsight's version, whether it is complete, its warnings."""
        return {
            "nnsight": self.nnsight, "complete": self.complete, "reason": self.reason,
            "warnings": _listed(self.warnings),
        }  # fmt: skip

    def reached(self, node: str) -> dict[str, str]:
        """What depends on a node, through values and through the model.

        Arguments:
            node: id of a node or group: most often of a write (``node.writes``).

        Returns:
            id of each node that it reaches → ``proven``, or ``may`` if only the order of a run tells so.

        Raises:
            OptionError: no node or group has that id.
        """
        return spread(self, node, forward=True)

    def causes(self, node: str) -> dict[str, str]:
        """What a node depends on, through values and through the model: the reverse of :meth:`reached`."""
        return spread(self, node, forward=False)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-serializable dict with the schema's version; defaults are left out."""
        return {
            "schema": SCHEMA,
            **plain(self, skip=("nodes", "groups", "edges", "sources")),
            "title": self.title,
            "groups": [plain(group) for group in self.groups],
            "nodes": [plain(node) for node in self.nodes],
            "edges": [plain(edge) for edge in self.edges],
            "sources": [plain(source) for source in self.sources],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Graph:
        """The graph that :meth:`to_dict` wrote.

        Raises:
            InvalidGraphError: naming the entry at fault, for data that is not such a dict.
        """
        graph: Graph = parse(cls, data)
        check(graph)
        return graph


class IdMaker:
    """Makes ids that depend on the program alone: parent, name, place, and a count when the same comes again."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def __call__(self, parent: str | None, name: str, line: int | None = None, column: int | None = None) -> str:
        place = "" if line is None else f"@{line}" if column is None else f"@{line}:{column}"
        base = f"{parent}/{_slug(name)}{place}" if parent else f"{_slug(name)}{place}"
        count = self._seen[base] = self._seen.get(base, 0) + 1
        return base if count == 1 else f"{base}~{count}"


def edge_kind(graph_groups: Mapping[str, Group], source_parent: str | None, target_parent: str | None) -> str:
    """``data``, ``bridge`` or ``carried`` for a value that goes from one place to another.

    Arguments:
        graph_groups: groups by id.
        source_parent, target_parent: the groups that the two nodes are in.
    """
    if source_parent == target_parent:
        return "data"
    source, target = _ancestors(graph_groups, source_parent), _ancestors(graph_groups, target_parent)
    shared = next((i for i, (a, b) in enumerate(zip(source, target)) if a != b), min(len(source), len(target)))
    if shared < len(source) and shared < len(target):
        a, b = graph_groups[source[shared]], graph_groups[target[shared]]
        if a.kind == b.kind and behaves(a.kind, "pass"):
            return "carried"
    rest = source[shared:] + target[shared:]
    return "data" if all(behaves(graph_groups[group].kind, "pass") for group in rest) else "bridge"


def _ancestors(groups: Mapping[str, Group], group: str | None) -> list[str]:
    """The ids from the outermost group down to ``group``."""
    path: list[str] = []
    while group is not None:
        path.append(group)
        group = groups[group].parent
    return path[::-1]


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-[]" else "_" for c in name[:80])


_FIELDS: dict[type, tuple[list[str], list[Any], Callable[[Any], tuple[Any, ...]]]] = {}


def plain(item: Any, skip: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a dataclass that are not at their default, tuples as lists."""
    cls = type(item)
    if cls not in _FIELDS:
        names = [field.name for field in fields(cls)]
        _FIELDS[cls] = (names, [field.default for field in fields(cls)], attrgetter(*names))
    plain = {}
    names, defaults, values = _FIELDS[cls]
    for name, default, value in zip(names, defaults, values(item)):
        if value is default or value == default or name in skip:
            continue
        if not isinstance(value, (str, int)):
            value = _listed(value) if isinstance(value, tuple) else _numbers(value)
        plain[name] = value
    return plain


def _numbers(value: Mapping[str, float]) -> dict[str, float | str]:
    return {name: number if isfinite(number) else str(number) for name, number in value.items()}


def _listed(value: tuple[Any, ...]) -> list[Any]:
    """A tuple, perhaps of tuples, as lists."""
    return [list(item) if isinstance(item, tuple) else item for item in value]
