"""A pytest plugin for suites that are not ours: ``-p recorded_tests`` records around each of their tests."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from nnsight_graphwidget import record


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    with record() as recording:
        result = yield
    assert recording.graph.complete, recording.graph.reason
    return result
