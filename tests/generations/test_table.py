"""The README's table says what the tests find."""

from __future__ import annotations

import pytest
from table import README, table, written


@pytest.mark.generation
def test_the_readmes_table_is_the_tests_own() -> None:
    readme = README.read_text("utf-8")
    assert written(readme, table()) == readme, "run: python tests/generations/table.py"
