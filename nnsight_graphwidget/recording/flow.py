"""What marked code calls (see :mod:`.marks`): :class:`Marks` asks for the thread's :class:`Flow` and does nothing without."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from sys import getrefcount
from types import FrameType, GeneratorType
from typing import Any

import torch

from .naming import Naming
from .provenance import Provenance
from .records import Frame, Marked, Records, Watch
from .regions import Regions
from .twins import Twins

#: The flow of the thread that runs, while its intervention code does.
current = threading.local()

_RESUMED = 0x20 | 0x80 | 0x200  # generators and coroutines
#: Iterables whose iterators run no code.
_DRAWN: tuple[type, ...] = (
    list,
    tuple,
    range,
    dict,
    set,
    zip,
    enumerate,
    map,
    GeneratorType,
    type(iter([])),
    type({}.items()),
    type({}.values()),
)


#: What a block or a function runs once for.
_ONCE: tuple[tuple[()], ...] = ((),)


class Marks(Marked):
    """What the marks of one code object call. Each gives back the value that it got."""

    def mark_start(self, number: int, *values: Any) -> Any:
        """A block or a function begins; ``values`` are its arguments. It runs as the one pass over what this returns."""
        flow: Flow | None = getattr(current, "flow", None)
        return (None if flow is None else flow.guard(flow.start, self, number, sys._getframe(1), values)) or _ONCE

    def mark_enter(self, number: int, iterable: Any) -> Any:
        """A loop begins."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.regions.enter, self, number, sys._getframe(1))
        return iterable

    def mark_draw(self, number: int, iterable: Any) -> Any:
        """A generator expression is made; it will run where it is drawn from."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is None or type(iterable) not in _DRAWN:
            return iterable  # its own code makes the iterator, and would find us above it
        iterator = iter(iterable)
        return flow.guard(flow.draw, self, number, sys._getframe(1), iterator) or iterator

    def mark_began(self, number: int, *values: Any) -> bool:
        """A pass of a loop begins; ``values`` are what the loop bound."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.began, self, number, sys._getframe(1), values)
        return True

    def mark_met(self, number: int) -> None:
        """A test is come to."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.regions.met, self, number, sys._getframe(1))

    def mark_branch(self, number: int, which: int) -> None:
        """A branch begins."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.regions.branch, self, number, sys._getframe(1), which)

    def mark_took(self, number: int, told: Any, value: Any) -> Any:
        """The second of two, once the first, a mark, was evaluated."""
        return value

    def mark_value(self, number: int, value: Any) -> Any:
        """An expression gave a value."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.values.carrying:
            fresh = getrefcount(value) <= _FRESH
            flow.guard(flow.values.value, self, number, sys._getframe(1), value, fresh)
        return value

    def mark_leaf(self, number: int, value: Any) -> Any:
        """An expression gave a value that is about to be tested."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.values.leaf, self, number, sys._getframe(1), value)
        return value

    def mark_bind(self, number: int, value: Any) -> Any:
        """An expression gave a value that names are bound to."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            fresh = getrefcount(value) <= _FRESH
            flow.guard(flow.values.bind, self, number, sys._getframe(1), value, fresh)
        return value

    def mark_storing(self, number: int) -> None:
        """Something is about to be added to what an object or a container holds."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.values.carrying:
            flow.guard(flow.values.storing, self, number, sys._getframe(1))

    def mark_stored(self, number: int) -> None:
        """Something was added to what an object or a container holds."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.values.carrying:
            flow.guard(flow.values.stored, self, number, sys._getframe(1))

    def mark_leave(self, number: int, value: Any) -> Any:
        """A function gives a value back."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.values.carrying:
            flow.guard(flow.values.leave, self, number, sys._getframe(1), value)
        return value

    def mark_call(self, number: int, function: Any) -> Any:
        """A function is about to be called: its marked twin, where it is the user's own."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is None:
            return function
        flow.values.returned = None
        if issubclass(type(function), torch.nn.Module):
            flow.guard(flow.naming.owned, function, self.table.nodes[number].func)
        found: Any = flow.guard(flow.twins.twin, function)
        return function if found is None else found


def _probe() -> int:
    """The count of references that a value has, inside a mark, when nothing but the call holds it."""

    class Probe:
        def value(self, number: int, value: Any) -> int:
            return getrefcount(value)

    one = 1.5
    return Probe().value(0, one + one)


_FRESH = _probe()


class Flow:
    """What one observer knows of the code that runs.

    Arguments:
        watch: the observer.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.records = Records(watch)
        self.values = Provenance(watch, self.records)
        self.regions = Regions(watch, self.records, self.values)
        self.naming = Naming(watch, self.records)
        self.twins = Twins(watch, Marks)

    def guard(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:
            self._watch.err(error)
            return None

    def start(self, marks: Marks, number: int, frame: FrameType, values: tuple[Any, ...]) -> Any:
        code = frame.f_code
        made = Frame(code, marks, marks.table.nodes[number], resumed=bool(code.co_flags & _RESUMED))
        life = self.records.begin(frame, made)
        region, block = self._watch.root()
        if code is block:
            made.region = region
        else:
            self.values.start(marks, number, frame, made, values)
        return life

    def draw(self, marks: Marks, number: int, frame: FrameType, iterator: Any) -> Any:
        found = self.records.own(marks, frame)
        found.at.pop(marks.table.nodes[number], None)
        return self.records.drawn(marks, iterator, found)

    def began(self, marks: Marks, number: int, frame: FrameType, values: tuple[Any, ...]) -> None:
        region = self.regions.began(marks, number, frame, values)
        loop = None if region is None else region.parent
        self.values.drawn(marks, number, frame, values, region, () if loop is None else loop.tests)
