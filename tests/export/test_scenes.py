"""A dozen scenes in both themes, to the last byte: the drawing is the same text on every machine.

The front end's tests read ``tests/golden/scenes.json`` and the elements, too, and compare the live canvas with these files.
``python tests/export/test_scenes.py`` draws them again; look at every file that changes before it is committed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nnsight_graphwidget import Graph, load, to_elements
from nnsight_graphwidget.export import picture

GOLDEN = Path(__file__).parents[1] / "golden"
#: name → golden graph, and how it is shown
SCENES: dict[str, dict[str, Any]] = json.loads((GOLDEN / "scenes.json").read_text("utf-8"))


def drawn(name: str, theme: str) -> str:
    scene = SCENES[name]
    svg: str = picture.drawn(graph(scene["graph"]), theme=theme, **scene["options"])["svg"]
    return svg + "\n"


def graph(name: str) -> Graph:
    return load(GOLDEN / f"{name}.graph.json")


def golden(name: str, theme: str) -> Path:
    return GOLDEN / "scenes" / f"{name}.{theme}.svg"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_looks_as_it_did(name: str, theme: str) -> None:
    assert drawn(name, theme) == golden(name, theme).read_text("utf-8"), "if the change is meant, see this file's docstring"


def test_no_golden_scene_is_left_over() -> None:
    assert {path.name for path in (GOLDEN / "scenes").iterdir()} == {
        golden(name, theme).name for name in SCENES for theme in ("light", "dark")
    }


def elements(name: str) -> str:
    return json.dumps(to_elements(graph(name)), indent=1) + "\n"


def golden_elements(name: str) -> Path:
    return GOLDEN / f"{name}.elements.json"


GRAPHS = sorted({scene["graph"] for scene in SCENES.values()})


@pytest.mark.parametrize("name", GRAPHS)
def test_the_front_ends_tests_have_the_same_graphs(name: str) -> None:
    assert elements(name) == golden_elements(name).read_text("utf-8")


if __name__ == "__main__":
    for name in GRAPHS:
        golden_elements(name).write_text(elements(name), "utf-8")
    for name in SCENES:
        for theme in ("light", "dark"):
            golden(name, theme).write_text(drawn(name, theme), "utf-8")
