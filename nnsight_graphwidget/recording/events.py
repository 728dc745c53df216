"""What a recorder keeps of a run: plain data that holds no tensor, frame, model or tracer."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .describe import Description
from .source import Site


class Region:
    """A part of a block as it ran: the block, a loop, one of its passes, a test, one of its branches, a call.

    Arguments:
        kind: ``block``, ``loop``, ``pass``, ``if``, ``branch`` or ``call``.
        node: the syntax node of a loop, a test or a called function; the number of a pass or branch; a code object, for a
            function in which marks cannot tell loops.
        parent: the region that it ran in, None for a block.
        name: of a function.
        source: the file that ``node`` is from.
    """

    __slots__ = (
        "begun",
        "children",
        "count",
        "kind",
        "known",
        "name",
        "node",
        "note",
        "parent",
        "seq",
        "source",
        "tests",
        "values",
    )

    def __init__(self, kind: str, node: Any, parent: Region | None, name: str | None = None, source: Any = None) -> None:
        self.kind, self.node, self.parent, self.name, self.source = kind, node, parent, name, source
        #: the last thing that had happened when it was opened
        self.seq = 0
        self.children: dict[tuple[str, Any, int], Region] = {}
        #: what a person should know of it
        self.note: str | None = None
        #: how many passes of a loop began
        self.count = 0
        #: whether a pass came to its body, and not only to the test or the item that it needs
        self.begun = False
        #: what a loop bound for a pass, in words
        self.values: dict[str, str] = {}
        #: for what a loop or a test may leave out: what its names stood for, tensors by their makers, modules by their place
        self.known: dict[str, Known] = {}
        #: what a test was made of; for a loop, what its items come from
        self.tests: tuple[Event | Variable, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name or self.node}>"

    @property
    def home(self) -> Region:
        """The block or call that it is in: what its names belong to."""
        region = self
        while region.kind not in ("block", "call") and region.parent is not None:
            region = region.parent
        return region

    def new(self, kind: str, node: Any, name: str | None = None, source: Any = None) -> Region:
        """A region that is opened in this one."""
        number = 0
        while (kind, node, number) in self.children:
            number += 1
        made = self.children[(kind, node, number)] = Region(kind, node, self, name, source)
        return made

    def child(self, kind: str, node: Any, name: str | None = None, source: Any = None) -> Region:
        """The region of this one that is known by ``node``, opened if it is not yet."""
        found = self.children.get((kind, node, 0))
        return self.new(kind, node, name, source) if found is None else found

    def pending(self) -> Region:
        """The pass of a loop that is about to begin."""
        return self.child("pass", self.count)


class Variable(NamedTuple):
    """A number or a text that a loop bound, as a source of others."""

    region: Region
    name: str


class Link(NamedTuple):
    """One argument: its name, the event that made it (None for a literal), which part of its value, its text.

    With both an event and a text it is a value that Python has made of what the event gave.
    """

    name: str
    event: Event | Variable | None
    output: str | None
    text: str


@dataclass(slots=True, eq=False, repr=False)
class Scope:
    """A sub-graph as it ran: a session, a trace, an invoke, a backward pass …

    Arguments:
        kind: a group kind of the legend.
        parent: the scope that it was opened in.
        place: the region that it was opened in, None outside of all.
        site: its ``with`` statement in the source.
        region: its block as it ran.
        node: the ``with`` statement.
        inputs: arguments of the run; ``given``: the first of them in words.
        origin: for a replayed edit, the edit.
        stopped: whether it ended early on purpose.
        at: where it broke off, when that was no event.
        planned: whether it runs elsewhere, or later, so that only its source can be read.
    """

    kind: str
    parent: Scope | None
    seq: int
    place: Region | None = None
    site: Site | None = None
    node: ast.With | ast.AsyncWith | None = None
    file: str | None = None
    variable: str | None = None
    index: int = 0
    inputs: list[Link] = field(default_factory=list)
    given: str | None = None
    origin: Scope | None = None
    status: str = "ok"
    error: str | None = None
    stopped: bool = False
    at: Site | None = None
    planned: bool = False
    region: Region = field(default_factory=lambda: Region("block", None, None))
    #: whether the block ran to its end
    finished: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Event:
    """One thing that happened; see :class:`~nnsight_graphwidget.graph.Node`.

    ``links`` say where its arguments came from, ``after`` what it follows with no value between, ``again`` where it came again.
    """

    seq: int
    kind: str
    label: str
    scope: Scope | None
    site: Site | None = None
    place: Region | None = None
    target: str | None = None
    links: list[Link] = field(default_factory=list)
    arguments: list[tuple[str, str]] = field(default_factory=list)
    value: Description | None = None
    iteration: int | None = None
    again: tuple[Site, ...] = ()
    status: str = "ok"
    error: str | None = None
    changes: bool = False
    #: whether the user's own line made it, and no library that it calls, so that its arguments are those of the source
    direct: bool = True
    #: the read of another location that gave the same tensor
    same: Event | None = None
    #: what changed its value after it
    written: Event | None = None
    #: whether it wrote into a value, and made none
    inplace: bool = False
    #: whether it wrote into memory that was saved before
    saved: bool = False
    #: whether nothing is left of what was in the memory that it wrote
    overwrites: bool = False
    #: of a write into memory that the model holds, the place that it wrote to, as a person writes it
    wrote: str | None = None
    #: of a read, the writes that reach it through the model, and whether that is proven (``model``) or possible (``may``)
    reached: tuple[tuple[Event, str], ...] = ()
    #: events that this one comes after, without a value between them
    after: tuple[Event, ...] = ()

    @property
    def formal(self) -> bool:
        """Whether nothing of its first argument is in its value: only that one's memory or shape."""
        return self.overwrites or self.label in _SHAPED


#: What takes the shape of its first argument, and nothing else.
_SHAPED = {
    "zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like", "new_zeros", "new_ones",
    "new_empty", "new_full", "new_tensor", "new_empty_strided",
}  # fmt: skip
#: What a name stood for: a tensor by what made it, another value by what made the tensors that it holds, a module by its place.
Known = tuple[Event, ...] | list[Event] | str
