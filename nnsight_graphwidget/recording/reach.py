"""What the writes to a model reach through it: proven where autograd joins a write and a read, possible where only their order
is known.

Inside a trace gradients are on, so the model's own autograd graph leads from what is read back to what was written. Where no
gradient runs (``generate``, ``no_grad``, integers, a constant that was put in), a read *may* depend on each earlier write of
its run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from .events import Event
from .joined import Behind, Edge, Joined, Met, edges_of, name_of, written_edge

#: The rows of a batch that an invoke has: (first, how many); None for all of them.
Rows = tuple[int, int] | None

#: Operations that leave nothing of what was there.
OVERWRITES = {"setitem", "copy_", "fill_", "zero_", "normal_", "uniform_", "bernoulli_", "data ="}
#: How many operations are followed back to tell which reads a written value is made of.
_FEW = 64


class Place(NamedTuple):
    """Where in a run of the model something was read or written.

    Arguments:
        location: as nnsight names it (``model.layer1.output``).
        label: as a person writes it (``layer1.output``).
        occurrence: which call of the module, from 0.
        rows: of the batch.
    """

    location: str
    label: str
    occurrence: int
    rows: Rows


class Memory(NamedTuple):
    """Memory that was written: where it begins, its shape and strides, and how many elements these are."""

    storage: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    elements: int


class _Write:
    """A write of a run."""

    __slots__ = (
        "after",
        "behind",
        "ended",
        "event",
        "full",
        "kept",
        "memory",
        "number",
        "own",
        "place",
        "swap",
        "tagged",
        "twice",
    )

    def __init__(self, event: Event, place: Place, number: int, swap: bool) -> None:
        self.event, self.place, self.number, self.swap = event, place, number, swap
        #: whether autograd knows what was written
        self.tagged = False
        #: whether the model holds the written tensor of its own as well
        self.own = False
        #: whether the same tensor was written twice, so that one cannot be told from the other
        self.twice = False
        #: whether nothing is left of what was there
        self.full = swap
        self.memory: Memory | None = None
        #: the earlier writes, as bits, of which it surely leaves something
        self.kept = 0
        #: the newest node of autograd's graph that the run had come to
        self.after = -1
        #: the writes that reach what it was made of, and how
        self.behind: dict[_Write, str] = {}
        #: the rows in which something else has taken its place
        self.ended: list[Rows] = []

    def gone(self, place: Place) -> bool:
        """Whether nothing is left of it at a place. A later step may have kept some of it aside."""
        within = self.place.rows or place.rows
        return any(rows is None or rows == within for rows in self.ended) and place.occurrence <= self.place.occurrence


class _Run:
    """One run of a model."""

    def __init__(self) -> None:
        self.joined = Joined()
        self.writes: list[_Write] = []
        self.by_event: dict[Event, _Write] = {}
        #: writes whose effect no later write carries on
        self.front: dict[_Write, None] = {}
        #: the newest node of autograd's graph that was read
        self.newest = -1
        #: the values that the model gave
        self.given: set[tuple[int, int]] = set()
        #: where each invoke is
        self.at: dict[Rows, Place] = {}


class Reach:
    """What the writes of a recording reach. It is told of runs, reads and writes in their order."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def begin(self) -> None:
        """A model begins to run."""
        self._runs.append(_Run())

    def end(self) -> None:
        """It has run."""
        if self._runs:
            self._runs.pop()

    @property
    def run(self) -> object:
        """What stands for the run that is going on, None if there is none."""
        return self._runs[-1] if self._runs else None

    def read(self, event: Event, value: Any, place: Place) -> None:
        """Note on ``event`` which writes reach what it read."""
        if not self._runs:
            return
        run = self._runs[-1]
        edges = list(edges_of(value))
        for edge in edges:
            if edge is not None:
                run.given.add(name_of(edge))
                run.newest = max(run.newest, edge[0]._sequence_nr())
        run.at[place.rows] = place
        if run.front:
            event.reached = tuple((write.event, kind) for write, kind in _reaching(run, event, edges, place))

    def swapped(self, event: Event, value: Any, place: Place) -> None:
        """Note that ``event`` put a value in the place of a location's own."""
        if not self._runs:
            return
        run = self._runs[-1]
        write = _Write(event, place, len(run.writes), swap=True)
        for edge in edges_of(value):
            if edge is not None:
                write.tagged = True
                write.own |= name_of(edge) in run.given
                for other in run.joined.leave(edge, write.number):
                    write.twice = run.writes[other].twice = True
        _wrote(run, write)

    def changed(self, event: Event, tensor: Any, place: Place, memory: Memory | None) -> None:
        """Note that ``event`` wrote into memory that the model holds.

        Arguments:
            tensor: what was written into.
            memory: what of it was written, None when that is not known.
        """
        if not self._runs:
            return
        run = self._runs[-1]
        write = _Write(event, place, len(run.writes), swap=False)
        write.memory = memory
        write.full = event.overwrites
        edge = written_edge(tensor)
        if edge is not None:
            write.tagged = True
            run.joined.leave(edge, write.number)
        _wrote(run, write)


def _wrote(run: _Run, write: _Write) -> None:
    write.after = run.newest
    for read in _reads(write.event):
        for event, kind in read.reached:
            other = run.by_event.get(event)
            if other is not None and write.behind.get(other) != "model":
                write.behind[other] = kind
    for other in list(run.front):
        if _replaces(write, other, run):
            del run.front[other]
            run.front.update(dict.fromkeys(other.behind))
        elif _encloses(write.place, other.place) and write.swap:
            other.ended.append(write.place.rows)
            run.front.update(dict.fromkeys(other.behind))
    for other in write.behind:
        if not other.tagged and not write.tagged and write.place.rows in (None, other.place.rows):
            run.front.pop(other, None)  # what comes later may depend on it by way of this one
    write.kept = sum(1 << other.number for other in run.writes if other.full or _apart(write.memory, other.memory))
    run.writes.append(write)
    run.by_event[write.event] = write
    run.front[write] = None


def _replaces(write: _Write, other: _Write, run: _Run) -> bool:
    """Whether a write leaves nothing of an earlier one, which the model has not used yet."""
    here, there = write.place, other.place
    if (here.location, here.occurrence) != (there.location, there.occurrence) or run.at.get(
        there.rows, there
    ).location != there.location:
        return False
    if here.rows is not None and here.rows != there.rows:
        return False
    return write.full or (write.memory is not None and write.memory == other.memory and write.event.label in OVERWRITES)


def _apart(one: Memory | None, other: Memory | None) -> bool:
    """Whether two parts of the same memory surely have no element in common."""
    if one is None or other is None or one.storage != other.storage:
        return False
    dimensions = [{stride: size for size, stride in zip(part.shape, part.strides) if size > 1} for part in (one, other)]
    strides = sorted({stride for sizes in dimensions for stride in sizes}, reverse=True)
    ranges = [_ranges(part.offset, sizes, strides) for part, sizes in zip((one, other), dimensions)]
    if None in ranges or any(math.prod(sizes.values()) != part.elements for sizes, part in zip(dimensions, (one, other))):
        return False
    return any(first[1] < second[0] or second[1] < first[0] for first, second in zip(*ranges))


def _ranges(offset: int, sizes: dict[int, int], strides: list[int]) -> list[tuple[int, int]] | None:
    """The first and last place of a part of memory along each stride, largest first; None where one runs into the next."""
    ranges = []
    for stride in strides:
        start, offset = divmod(offset, stride)
        ranges.append((start, start + sizes.get(stride, 1) - 1))
    reach = 0
    for stride, (_, last) in zip(reversed(strides), reversed(ranges)):
        if stride <= reach:
            return None
        reach += last * stride
    return None if offset else ranges


def _encloses(here: Place, there: Place) -> bool:
    """Whether a place is the output of a module that the other is inside of."""
    module, dot, part = here.location.rpartition(".")
    inside = part == "output" and there.location.startswith(module + dot) and there.location != here.location
    return inside and here.occurrence == there.occurrence and _meet(here.rows, there.rows)


def _reaching(run: _Run, event: Event, edges: list[Edge | None], place: Place) -> Iterator[tuple[_Write, str]]:
    """The writes that reach what was read, and how; not those that reach it by way of another."""
    direct = {link.event for link in event.links}
    known = [edge for edge in edges if edge is not None]
    walks: dict[Rows, Behind | None] = {}
    kinds: dict[_Write, str] = {}
    for write in run.front:
        if write.event in direct or not _meet(write.place.rows, place.rows):
            continue
        if write.tagged and known:
            rows = write.place.rows or place.rows
            if rows not in walks:
                walks[rows] = _walk(run, known, rows)
            walk = walks[rows]
            if walk is not None and walk.sure >> write.number & 1 and not (write.own or write.twice):
                kinds[write] = "model"
            elif (
                walk is None
                or walk.found >> write.number & 1
                or walk.picked > write.after
                or (None in edges and not write.gone(place))
            ):
                kinds[write] = "may"
        elif not write.gone(place):
            kinds[write] = "may"
    for write, kind in kinds.items():
        by_another = (
            other is not write and write in other.behind and kind in (_weaker(kinds[other], other.behind[write]), "may")
            for other in kinds
        )
        if not any(by_another):
            yield write, kind


def _walk(run: _Run, edges: list[Edge], rows: Rows) -> Behind | None:
    def meet(number: int) -> Met:
        write = run.writes[number]
        ours = _meet(write.place.rows, rows)
        if write.swap:
            return Met(ours, write.own and not write.twice, None)  # what a swapped value was made of is the user's own
        whole = write.full and (write.place.rows is None or write.place.rows == rows)
        return Met(ours, not whole, write.kept)

    return run.joined.walk(edges, rows, meet)


def _reads(event: Event) -> Iterator[Event]:
    """The reads that an event's value was made of, as far as that can be told in a few steps."""
    seen = {event}
    queue = [event]
    while queue and len(seen) <= _FEW:
        made = queue.pop()
        for link in made.links:
            source = link.event
            over = link.name == "0" and (made.formal or made.label == "setitem")  # what it only writes over
            if isinstance(source, Event) and source not in seen and not over:
                seen.add(source)
                if source.kind == "InterventionProtocol":
                    yield source
                else:
                    queue.append(source)


def _meet(rows: Rows, others: Rows) -> bool:
    """Whether rows have any in common."""
    if rows is None or others is None:
        return True
    return rows[0] < others[0] + others[1] and others[0] < rows[0] + rows[1]


def _weaker(one: str, other: str) -> str:
    return "model" if one == other == "model" else "may"
