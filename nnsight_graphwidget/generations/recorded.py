"""A Recording, or a tracer or session that one recorded, → Graph."""

from __future__ import annotations

import sys
from typing import Any

from ..graph import Graph

READS = "a Recording, a recorded tracer or session"


def matches(obj: Any) -> bool:
    recorder = sys.modules.get("nnsight_graphwidget.recording")
    return recorder is not None and (isinstance(obj, recorder.Recording) or recorder.recording_of(obj) is not None)


def read(obj: Any) -> Graph:
    from .. import recording as recorder

    if isinstance(obj, recorder.Recording):
        return obj.graph
    found = recorder.recording_of(obj)
    assert found is not None  # matches() said so
    recording, group = found
    return recording.subgraph(group)


def is_tracer(obj: Any) -> bool:
    """Whether ``obj`` is a tracer of an nnsight that keeps no graph (0.5 and later)."""
    for cls in type(obj).__mro__:
        if cls.__name__ == "Tracer" and cls.__module__ in ("nnsight.tracing.tracer", "nnsight.intervention.tracing.base"):
            return True
    return False
