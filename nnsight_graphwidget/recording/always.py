"""Record every trace, each outermost one by itself, and remember the last few: what install() switches on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

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
            local.recording = Recording()
            local.recording.__enter__()

    def end() -> None:
        local.depth -= 1
        recording = getattr(local, "recording", None)
        if local.depth == 0 and recording is not None:
            local.recording = None
            recording.__exit__(None, None, None)
            remembered.append(recording)
            while len(remembered) > last:
                forget(remembered.popleft())

    return seams.TRACERS, seams.around_each_trace(begin, end)
