"""Which frames are ours, and tracebacks without them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from inspect import CO_NEWLOCALS
from types import FrameType, TracebackType
from typing import Any

from torch import overrides

_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep

#: The name of the one frame that stands between the user's line and what it called.
CALL = "__nnsight_graphwidget__"


def conceal(error: BaseException) -> None:
    """Take the recorder's frames out of the traceback of an exception that is about to go on with a bare ``raise``."""
    traceback = error.__traceback__
    error.__traceback__ = without_ours(traceback)
    if sys.version_info < (3, 11) and traceback is not None:  # there a bare raise puts the first frame, ours, back
        traceback.tb_next = error.__traceback__


def without_ours(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the recorder's frames, nor the two by which a function of torch's comes to it and so to itself."""
    kept: list[TracebackType] = []
    while traceback is not None:
        if not _ours(traceback.tb_frame):
            codes = [entry.tb_frame.f_code for entry in kept[-2:]]
            if codes == [traceback.tb_frame.f_code, overrides.handle_torch_function.__code__]:
                del kept[-2:]
            kept.append(traceback)
        traceback = traceback.tb_next
    for entry in reversed(kept):
        traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return traceback


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_name == CALL or frame.f_code.co_filename.startswith(_HERE)


def variables(frame: FrameType) -> Mapping[str, Any]:
    """What names stand for in a frame; a name that it does not bind itself is looked for in its globals.

    Up to Python 3.12 asking a function's frame makes a copy of its variables that the frame then keeps, and with it what the
    function deletes. So the copy is emptied again, unless the user's program has asked for it too.
    """
    if not frame.f_code.co_flags & CO_NEWLOCALS:
        return _Names(frame.f_locals, frame.f_globals)
    kept = frame.f_locals
    if sys.version_info >= (3, 13):
        return _Names(kept, frame.f_globals)
    own = dict(kept)
    if sys.getrefcount(kept) <= 3:  # the frame's, ours, and the call's
        kept.clear()
    return _Names(own, frame.f_globals)


class _Names(Mapping[str, Any]):
    """Names of a frame over those of its globals, which may be a mapping of its own, as a block's are."""

    def __init__(self, own: Mapping[str, Any], outer: Mapping[str, Any]) -> None:
        self._own, self._outer = own, outer

    def __getitem__(self, name: str) -> Any:
        return self._own[name] if name in self._own else self._outer[name]

    def __iter__(self) -> Any:
        return iter({**self._outer, **self._own})

    def __len__(self) -> int:
        return len({**self._outer, **self._own})
