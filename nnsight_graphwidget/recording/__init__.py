"""record(): the graph of interventions on an nnsight that keeps none (0.5 and later), recorded as they run."""

from __future__ import annotations

import itertools
import sys
import threading
import warnings
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..errors import IncompleteGraphWarning
from ..graph import Graph
from ..graph.part import part
from ..graph.present import Shown
from . import lanes
from .build import Builder
from .events import Event, Scope
from .lanes import Lane, surely
from .source import Sources

_recorded: weakref.WeakKeyDictionary[Any, tuple[Recording, Scope]] = weakref.WeakKeyDictionary()
_find: Callable[[], tuple[Any, str]]


def record(*, values: bool = False, run: bool = True, title: str | None = None) -> Recording:
    """Record the interventions that run inside a ``with`` block: those of this thread, and of asyncio tasks begun in the block.

    Every thread, task and context has recordings of its own.

    Arguments:
        values: also keep small statistics of every tensor (min, max, mean, norm, fractions of zeros and NaN); costs a pass
            over each. Without it, values are described from their metadata alone.
        run: False to run nothing: the graph is then what the blocks would ask for, read from their source and marked as
            planned. What they would have saved is not bound.
        title: of the graph; the outermost sub-graph's name if None.

    Returns:
        A context manager that is its own result::

            with record() as recording:
                with model.trace(x):
                    hidden = model.layer1.output.save()
            recording.graph

    Raises:
        UnsupportedError: on entering, if the nnsight found is not one that can be recorded.
        RuntimeError: entered twice, or left twice, before it was entered, or in another thread.
    """
    return Recording(values=values, run=run, title=title)


class Recording(Shown):
    """What :func:`record` recorded. It shows itself in a notebook; :attr:`graph` can be read at any time."""

    def __init__(self, *, values: bool = False, run: bool = True, title: str | None = None) -> None:
        self._values = values
        self._run = run
        self._title = title
        #: what happened, a list for each time in which the same recordings were open
        self._parts: list[list[Event | Scope]] = []
        self._sources = Sources()
        self._seams: Any = None
        self._watch: Any = None
        self._thread: threading.Thread | None = None
        self._version: str | None = None
        self._reason: str | None = None
        self._built: tuple[Builder, Graph] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it records."""
        return self._watch is not None

    def __enter__(self) -> Recording:
        if self._thread is not None:
            raise RuntimeError("this recording was used before; each `with record() as recording:` makes a new one")
        self._seams, self._version = hooks()
        outer = lanes.current()
        try:
            watch = self._seams.watch() if outer is None else outer.watch
            if outer is None:
                watch.outside.begun_at(sys._getframe(1))
                watch.begins, watch.opened = _sort, _remember
            self._thread, self._sources, self._watch = threading.current_thread(), watch.sources, watch
            self._seams.begin(self)
            lanes.put(Lane(watch, (*(outer.open if outer else ()), self), threading.get_ident()))
            _sort()
        except BaseException:  # an interrupt: the block does not run, so no one calls __exit__
            surely(self.end)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread is None:
            raise RuntimeError("this recording has not begun; `with record() as recording:` begins and ends one")
        if self._watch is None:
            raise RuntimeError("this recording has ended already; each `with record() as recording:` makes a new one")
        here = threading.current_thread()
        if here is not self._thread:
            raise RuntimeError(
                f"this recording began in {self._thread.name} and must end there; this is {here.name}. It goes on"
            )
        failed = self._watch.failed
        surely(self.end)
        if failed is not None:
            warnings.warn(f"{self._reason}; the graph is incomplete", IncompleteGraphWarning, stacklevel=2)

    def end(self) -> None:
        """Stop recording, wherever this is called; to do so again does no harm."""
        if self._watch is not None:
            self._reason, self._watch, self._built = self._watch.reason, None, None
        if self._seams is not None:
            self._seams.end(self)
        lanes.ended(self)
        _sort()

    @property
    def graph(self) -> Graph:
        """The graph of what was recorded so far."""
        return self._build()[1]

    def _build(self) -> tuple[Builder, Graph]:
        if self._built is None or self.is_open:
            builder = Builder(list(itertools.chain(*self._parts)), self._sources)
            reason = (self._watch.reason if self._watch is not None else self._reason) or self._sources.missing
            self._built = (builder, builder.graph(self._title, self._version, reason))
        return self._built

    def subgraph(self, scope: Scope) -> Graph:
        """The graph of one tracer or session of the recording, with what flows into it from outside."""
        builder, graph = self._build()
        own = part(graph, builder.ids[scope])
        return replace(own, title=next(group.label for group in own.groups if group.parent is None))


def _sort() -> None:
    """What happens from now on belongs to the recordings that are open here."""
    lane = lanes.current()
    if lane is None:
        return
    recordings = lane.open
    events = lane.watch.events = []
    for recording in recordings:
        recording._parts.append(events)
    lane.watch.want(any(each._values for each in recordings), all(each._run for each in recordings))


def _remember(tracer: Any, scope: Scope) -> None:
    """Remember which recording saw a tracer: the innermost of those that are open."""
    lane = lanes.current()
    if lane is not None:
        _recorded[tracer] = (lane.open[-1], scope)


def recording_of(tracer: Any) -> tuple[Recording, Scope] | None:
    """The recording that saw this tracer or session run, and its place in it."""
    try:
        return _recorded.get(tracer)
    except TypeError:  # unhashable or not weakly referable: no tracer
        return None


def active() -> bool:
    """Whether this is inside a recording."""
    return lanes.current() is not None


def forget(recording: Recording) -> None:
    """Let go of a recording: its tracers can no longer be read."""
    for tracer, (owner, _) in list(_recorded.items()):
        if owner is recording:
            del _recorded[tracer]


def register(find: Callable[[], tuple[Any, str]]) -> None:
    """Say what finds the hooks of the nnsight that is installed: the generations, which lie above this room, do."""
    global _find
    _find = find


def hooks() -> tuple[Any, str]:
    """The hooks for the nnsight that is installed, and its version.

    Raises:
        UnsupportedError: it is not one that can be recorded.
    """
    return _find()
