"""What a recorder keeps of a run: plain data that holds no tensor, frame, model or tracer."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import NamedTuple

from .describe import Description
from .source import Site

#: One step down into the structure of a block: (the loop, its pass) or (the ``if``, its branch as 0 or 1).
Step = tuple[ast.AST, int]
Place = tuple[Step, ...]


class Link(NamedTuple):
    """One argument: its name, the event that made it (None for a literal), which part of its value, its text."""

    name: str
    event: Event | None
    output: str | None
    text: str


@dataclass(slots=True, eq=False)
class Scope:
    """A sub-graph as it ran: a session, a trace, an invoke, a backward pass …

    Arguments:
        kind: a group kind of the legend.
        parent: the scope that it was opened in.
        place, site: where in its parent it was opened.
        node: the ``with`` statement.
        inputs: arguments of the run.
        origin: for a replayed edit, the edit.
        stopped: whether it ended early on purpose.
        at: where it broke off, when that was no event.
        planned: whether it runs elsewhere, or later, so that only its source can be read.
        passes: (place, loop, pass) → the loop's variables and their text when the pass began.
    """

    kind: str
    parent: Scope | None
    seq: int
    place: Place = ()
    site: Site | None = None
    node: ast.With | ast.AsyncWith | None = None
    file: str | None = None
    variable: str | None = None
    index: int = 0
    inputs: list[Link] = field(default_factory=list)
    origin: Scope | None = None
    status: str = "ok"
    error: str | None = None
    stopped: bool = False
    at: Site | None = None
    planned: bool = False
    passes: dict[tuple[Place, ast.AST, int], dict[str, str]] = field(default_factory=dict)
    #: whether the block ran to its end
    finished: bool = False


@dataclass(slots=True, eq=False)
class Event:
    """One thing that happened; see :class:`~nnsight_graphwidget.graph.Node`.

    ``links`` say where its arguments came from, ``after`` what it follows with no value between, ``again`` where it came again.
    """

    seq: int
    kind: str
    label: str
    scope: Scope | None
    site: Site | None = None
    place: Place = ()
    target: str | None = None
    links: list[Link] = field(default_factory=list)
    arguments: list[tuple[str, str]] = field(default_factory=list)
    value: Description | None = None
    iteration: int | None = None
    again: tuple[Site, ...] = ()
    status: str = "ok"
    error: str | None = None
    changes: bool = False
    #: the read of another location that gave the same tensor
    same: Event | None = None
    #: events that this one comes after, without a value between them
    after: tuple[Event, ...] = ()
