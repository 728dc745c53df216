"""Which frames are ours, and tracebacks without them."""

from __future__ import annotations

import os
import sys
from types import FrameType, TracebackType

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
