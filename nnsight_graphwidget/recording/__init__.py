"""record(): the graph of interventions on an nnsight that keeps none (0.5 and later), recorded as they run."""

from __future__ import annotations

import functools
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
from .build import Builder
from .events import Event, Scope
from .source import Sources

_recorded: weakref.WeakKeyDictionary[Any, tuple[Recording, Scope]] = weakref.WeakKeyDictionary()
_local = threading.local()
_find: Callable[[], tuple[Any, str]]


def record(*, values: bool = False, run: bool = True, title: str | None = None) -> Recording:
    """Record the interventions that run inside a ``with`` block.

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
    """
    return Recording(values=values, run=run, title=title)


class Recording(Shown):
    """What :func:`record` recorded. It shows itself in a notebook; :attr:`graph` can be read at any time."""

    def __init__(self, *, values: bool = False, run: bool = True, title: str | None = None) -> None:
        self._values = values
        self._run = run
        self._title = title
        self._items: list[Event | Scope] = []
        self._first = 0
        self._sources = Sources()
        self._watch: Any = None
        self._version: str | None = None
        self._reason: str | None = None
        self._built: tuple[int, Builder, Graph] | None = None

    def __enter__(self) -> Recording:
        if self._watch is not None or self._items:
            raise RuntimeError("this recording was used before; each `with record() as recording:` makes a new one")
        seams, self._version = hooks()
        active: list[Recording] = _local.__dict__.setdefault("active", [])
        self._watch = active[-1]._watch if active else seams.begin(functools.partial(_opened, active))
        try:
            if not active:
                self._watch.outside.begun_at(sys._getframe(1))
        except BaseException:  # an interrupt: the block does not run, so no one calls __exit__
            self._watch = None
            seams.end()
            raise
        self._items, self._first = self._watch.events, len(self._watch.events)
        self._sources = self._watch.sources
        active.append(self)
        self._want(active)
        return self

    def __exit__(self, *error: object) -> None:
        active: list[Recording] = _local.active
        active.remove(self)
        watch, self._watch = self._watch, None
        self._items = self._items[self._first :]
        self._reason = watch.reason
        if active:
            active[-1]._want(active)
        else:
            hooks()[0].end()
        if watch.failed is not None:
            warnings.warn(f"{self._reason}; the graph is incomplete", IncompleteGraphWarning, stacklevel=2)

    def _want(self, active: list[Recording]) -> None:
        """Ask for what the recordings that are active want together."""
        self._watch.want(any(each._values for each in active), all(each._run for each in active))

    @property
    def graph(self) -> Graph:
        """The graph of what was recorded so far."""
        return self._build()[1]

    def _build(self) -> tuple[Builder, Graph]:
        items = self._items[self._first :] if self._watch is not None else self._items
        stamp = len(items) if self._watch is None else -1
        if self._built is None or self._built[0] != stamp or stamp == -1:
            builder = Builder(items, self._sources)
            reason = self._watch.reason if self._watch is not None else self._reason
            self._built = (stamp, builder, builder.graph(self._title, self._version, reason))
        return self._built[1:]

    def subgraph(self, scope: Scope) -> Graph:
        """The graph of one tracer or session of the recording, with what flows into it from outside."""
        builder, graph = self._build()
        own = part(graph, builder.ids[scope])
        return replace(own, title=next(group.label for group in own.groups if group.parent is None))


def _opened(active: list[Recording], tracer: Any, scope: Scope) -> None:
    """Remember which recording saw a tracer: the innermost of those active in the thread that records."""
    _recorded[tracer] = (active[-1], scope)


def recording_of(tracer: Any) -> tuple[Recording, Scope] | None:
    """The recording that saw this tracer or session run, and its place in it."""
    try:
        return _recorded.get(tracer)
    except TypeError:  # unhashable or not weakly referable: no tracer
        return None


def active() -> bool:
    """Whether this thread is inside a recording."""
    return bool(_local.__dict__.get("active"))


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
