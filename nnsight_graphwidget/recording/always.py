"""Record every trace, each outermost one by itself, and remember the last few: what install() switches on."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable
from typing import Any

from ..errors import IncompleteGraphWarning, UnsupportedError
from . import Recording, active, forget, hooks


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

    def begin() -> None:
        depth = local.depth = getattr(local, "depth", 0) + 1
        # Inside `with record()` the user's own recording sees the trace.
        if depth == 1 and not active():
            recording = Recording()
            try:
                recording.__enter__()
            except UnsupportedError as error:  # nnsight was changed since install(): its trace is the user's all the same
                warnings.warn(f"this trace is not recorded: {error}", IncompleteGraphWarning, stacklevel=3)
            except BaseException:  # an interrupt: the trace does not run, so no one calls end()
                local.depth -= 1
                raise
            else:
                local.recording = recording

    def end() -> None:
        local.depth -= 1
        recording = getattr(local, "recording", None)
        if local.depth == 0 and recording is not None:
            local.recording = None
            recording.__exit__(None, None, None)
            remembered.append(recording)
            while len(remembered) > last:
                forget(remembered.popleft())

    return seams.contexts(), seams.around_each_trace(begin, end)
