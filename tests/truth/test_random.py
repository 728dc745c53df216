"""Random programs: what the graph says of loops, passes, branches, calls and values is what an interpreter of our own saw."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from .__main__ import numbered
from .check import check
from .generate import programs


@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_graph_is_what_ran(text: str) -> None:
    found = check(text)
    assert not found, "\n".join([f"{len(found)} disagreements", numbered(text), *map(str, found)])
