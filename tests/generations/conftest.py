"""Tests of one nnsight go to one worker of pytest-xdist, so that its process is started once."""

from __future__ import annotations

import re
from typing import Any

import harness
import pytest
from xdist.scheduler import LoadScopeScheduling


class ByVersion(LoadScopeScheduling):
    """Groups by the nnsight that a test is about; a test of none is a group of its own."""

    def _split_scope(self, nodeid: str) -> str:
        version = re.search(r"\[(\d+\.\d+\.\d+)\b", nodeid)
        return version[1] if version else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByVersion:
    return ByVersion(config, log)


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    if hasattr(request.config, "workerinput"):
        harness.SHARED = tmp_path_factory.getbasetemp().parent / "programs"
        harness.SHARED.mkdir(exist_ok=True)
