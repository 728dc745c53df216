"""Real clients under install(): a library built on nnsight, and a notebook. (``test_recorded.py`` has users' programs.)"""

from __future__ import annotations

import pytest
from harness import returned

pytestmark = pytest.mark.generation


def test_nnterp_works_unchanged() -> None:
    found = returned("0.7.0", "client", "works_unchanged", "nnterp==1.3.0")
    assert found["same"]
    assert found["complete"]
    assert found["labels"][:2] == ["transformer.h.0.output", "save"]
    assert "SwapProtocol" in found["kinds"]


@pytest.mark.parametrize("version", ["0.3.7", "0.4.11", "0.7.0", "0.8.1"])
def test_in_a_notebook_vis_shows_the_widget(version: str) -> None:
    setup, inside, after, unloaded = returned(version, "notebook", "cells")
    assert setup == []
    for shown in (inside, after):
        assert len(shown) == 1
        assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert unloaded == [["text/plain"]]


@pytest.mark.parametrize("version", ["0.3.7", "0.4.11", "0.5.15", "0.8.1"])
def test_in_a_notebook_the_graph_comes_by_itself_when_asked_for(version: str) -> None:
    assert returned(version, "notebook", "by_itself") == {
        "before": [],
        "on": [],
        "a trace": ["line"],
        "no trace": ["plain"],
        "two traces": ["line"],
        "it fails": ["error", "line"],
        "it ends the cell": ["graph"],
        "async": ["line"],
        "off": [],
        "after": [],
        "its own line": ["line"],
        "next": [],
        "a session ends the cell": ["graph"],
        "shown in a loop": ["graph", "graph", "text"],
        "shown last": ["graph"],
        "shown and named last": ["graph"],
        "twice, as asked for": ["graph", "graph"],
        "unload": [],
        "unloaded": [],
        "no magic": ["stderr: UsageError: Line magic function `%graph` not found.\n"],
    }
