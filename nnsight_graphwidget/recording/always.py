"""Record every trace, each outermost one by itself, and remember the last few: what install() switches on."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable
from typing import Any

from ..errors import IncompleteGraphWarning, UnsupportedError
from . import Recording, active, forget, hooks
from .lanes import running


def always(last: int) -> tuple[tuple[Any, ...], Callable[[], None]]:
    """Start recording every trace of every thread.

    Arguments:
        last: how many recordings are remembered; with one more, the oldest is forgotten.

    Returns:
        The classes of nnsight's tracers, and what stops it.

    Raises:
        UnsupportedError: the nnsight found is not one that can be recorded.
    """
    seams, _ = hooks()
    remembered: deque[Recording] = deque()
    local = threading.local()
    begun: set[Recording] = set()
    off = threading.Event()

    def begin() -> None:
        if running.lane is not None:  # inside another trace
            return
        end()  # of a trace that an interrupt kept from saying so
        if not active():  # inside `with record()` the user's own recording sees the trace
            recording = local.recording = Recording()
            begun.add(recording)
            try:
                recording.__enter__()
            except UnsupportedError as error:  # nnsight was changed since install(): its trace is the user's all the same
                warnings.warn(f"this trace is not recorded: {error}", IncompleteGraphWarning, stacklevel=3)
            if off.is_set():  # another thread has stopped this meanwhile
                end()

    def end() -> None:
        recording = getattr(local, "recording", None)
        if running.lane is not None or recording is None:
            return
        local.recording = None
        begun.discard(recording)
        if recording.is_open:
            recording.__exit__(None, None, None)
            remembered.append(recording)
            while len(remembered) > last:
                forget(remembered.popleft())
        else:
            recording.end()

    stop = seams.around_each_trace(begin, end)

    def stopped() -> None:
        stop()
        off.set()
        for recording in tuple(begun):  # a trace that runs in another thread goes on as if this had not been on
            recording.end()
        begun.clear()

    return seams.contexts(), stopped
