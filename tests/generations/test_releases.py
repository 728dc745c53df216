"""A dozen releases of nnsight, the first and the last of each run of alike ones; ``releases.py`` tries them all."""

from __future__ import annotations

import pytest
from harness import ROOT
from releases import BEGIN, END, PROGRAMS, table, tried

DOZEN = (
    "0.3.0", "0.3.6", "0.3.7", "0.4.1", "0.4.11", "0.5.0", "0.5.10", "0.5.11", "0.5.12", "0.6.0", "0.7.0", "0.8.0",
)  # fmt: skip


@pytest.mark.generation
@pytest.mark.parametrize("version", DOZEN)
def test_a_release_draws_what_the_newest_of_its_kind_draws(version: str) -> None:
    assert tried(version) == ["yes"] * len(PROGRAMS)


def test_releases_with_the_same_cells_are_one_row() -> None:
    rows = table(["0.1.0", "0.1.1", "0.2.0"], [["yes", "no"], ["yes", "no"], ["yes", "yes"]]).splitlines()[2:]
    assert rows == ["| 0.1.0 … 0.1.1 (2) | yes | no |", "| 0.2.0 | yes | yes |"]


def test_the_readme_has_the_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "| 0.3.0 … 0.3.7 (8) |" in readme[readme.index(BEGIN) : readme.index(END)]
