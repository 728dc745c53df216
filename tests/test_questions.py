"""The questions that Python and the front end must answer alike; ``js/test/questions.test.ts`` reads the same file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from nnsight_graphwidget import from_elements
from nnsight_graphwidget.graph import Group
from nnsight_graphwidget.graph.kinds import behaves, legend
from nnsight_graphwidget.graph.outline import caption
from nnsight_graphwidget.graph.questions import Index, shown_at_first
from nnsight_graphwidget.graph.text import legible
from nnsight_graphwidget.view import WidgetOptions, options_of

GOLDEN = Path(__file__).parent / "golden"
QUESTIONS: dict[str, Any] = json.loads((GOLDEN / "questions.json").read_text("utf-8"))


def index(graph: str) -> Index:
    elements = QUESTIONS["graphs"][graph]
    return Index(from_elements(json.loads((GOLDEN / elements).read_text("utf-8")) if isinstance(elements, str) else elements))


@pytest.mark.parametrize("asked", QUESTIONS["slice"], ids=lambda asked: f"{asked['graph']}: {asked['of'][0]}")
def test_what_a_slice_holds(asked: Any) -> None:
    assert sorted(index(asked["graph"]).feeding(asked["of"])) == asked["is"]


@pytest.mark.parametrize("asked", QUESTIONS["close"], ids=lambda asked: f"{asked['id']}, steps {asked['steps']}")
def test_what_stays_open(asked: Any) -> None:
    assert index(asked["graph"]).closed(asked["open"], asked["steps"], asked["id"]) == asked["leaves"]


@pytest.mark.parametrize(("loop", "shown"), QUESTIONS["shown"].items())
def test_which_pass_a_loop_shows_at_first(loop: str, shown: str) -> None:
    inside = index("loops").inside
    passes = [child for child in inside[loop] if isinstance(child, Group)]
    assert shown_at_first(passes, inside).id == shown


def test_captions() -> None:
    items = index("small").items
    assert {id_: caption(items[id_])[0].partition(" ×")[0] for id_ in QUESTIONS["captions"]} == QUESTIONS["captions"]


def test_text_is_made_legible() -> None:
    assert {text: legible(text) for text in QUESTIONS["legible"]} == QUESTIONS["legible"]


def test_what_is_not_shown_as_it_is() -> None:
    unsafe = {code for first, last in QUESTIONS["unsafe"] for code in range(first, last + 1)}
    assert {code for code in range(sys.maxunicode + 1) if legible(chr(code)) != chr(code)} == unsafe


def test_what_is_hidden_at_first_is_what_its_text_is_elsewhere() -> None:
    assert options_of(WidgetOptions)["hidden_kinds"][1].default == [kind for kind in legend() if behaves(kind, "literal")]
