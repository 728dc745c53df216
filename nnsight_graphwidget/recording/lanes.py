"""Which recordings see what runs here: those of this thread, or of this asyncio task and the tasks that began it.

A context variable says which are open, so every task has its own. A trace runs in one go, but on the way nnsight changes to
greenlets and threads with contexts of their own: while it runs, what is open is noted with its thread (:data:`running`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple


class Lane(NamedTuple):
    """What is open somewhere: the recordings, outermost first, and the observer that they share."""

    watch: Any
    recordings: tuple[Any, ...]
    thread: int

    @property
    def open(self) -> tuple[Any, ...]:
        """The recordings that have not ended; one may end in another task than it began in."""
        return tuple(recording for recording in self.recordings if recording.is_open)


class _Running(threading.local):
    """The lane of the trace that a thread runs."""

    lane: Lane | None = None


running = _Running()
_opened: ContextVar[Lane | None] = ContextVar("nnsight_graphwidget", default=None)


def current(opens: bool = False) -> Lane | None:
    """The lane that is open here.

    Arguments:
        opens: whether a trace begins. One in a thread that was given its context by another, as ``asyncio.to_thread`` does, is
            not seen by that one's recordings, and they say so.
    """
    lane = running.lane or _opened.get()
    if lane is None or not lane.open:
        return None
    if running.lane is None and lane.thread != threading.get_ident():
        if opens:
            lane.watch.unseen("a trace ran in another thread than the recording, which does not see it")
        return None
    return lane


def put(lane: Lane | None) -> None:
    """Say which lane is open here from now on."""
    if running.lane is not None:
        running.lane = lane
    else:
        _opened.set(lane)


def ended(recording: Any) -> None:
    """Take a recording that has ended out of what is open here."""
    lane = running.lane or _opened.get()
    if lane is not None and recording in lane.recordings:
        left = lane._replace(recordings=lane.open)
        put(left if left.recordings else None)


def surely(do: Callable[[], None]) -> None:
    """Put something back, all of it: a Ctrl-C meanwhile goes on when that is done. ``do`` may be begun again at any point."""
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            do()
            break
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted
