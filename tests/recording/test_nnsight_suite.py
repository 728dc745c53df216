"""nnsight's own tests have the same outcomes with recording on.

They are not in its wheel: unpack its source distribution and say where with ``NNSIGHT_SOURCE=…/nnsight-0.8.1``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent
SOURCE = os.environ.get("NNSIGHT_SOURCE")
SUITES = ("interleaving", "tracing", "backward", "editing", "saving", "memory")  # a minute, and no network


def outcomes(suite: str, report: Path, *options: str) -> dict[str, list[str]]:
    """What came of each test: the names of the marks in its report, none for a test that passed."""
    paths = os.pathsep.join((str(HERE), str(HERE.parent.parent)))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", f"test_{suite}.py"]
    environment = {**os.environ, "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1"}
    subprocess.run([*command, *options], cwd=Path(str(SOURCE)) / "tests", env=environment, capture_output=True, check=False)
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": [mark.tag for mark in case] for case in cases}


@pytest.mark.skipif(SOURCE is None, reason="NNSIGHT_SOURCE does not name nnsight's unpacked source distribution")
@pytest.mark.parametrize("suite", SUITES)
def test_outcomes_are_the_same(suite: str, tmp_path: Path) -> None:
    plain = outcomes(suite, tmp_path / "plain.xml")
    assert any(not marks for marks in plain.values())
    assert outcomes(suite, tmp_path / "recorded.xml", "-p", "recorded_tests") == plain
