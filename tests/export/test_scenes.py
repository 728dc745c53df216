"""A dozen scenes in both themes, to the last byte: the drawing is the same text on every machine.

``python tests/export/test_scenes.py`` draws them again; look at every file that changes before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nnsight_graphwidget import load
from nnsight_graphwidget.export import picture

GOLDEN = Path(__file__).parents[1] / "golden"
SESSION, LOOP = "session@1", "session@1/for@5"

#: name → golden graph, and how it is shown
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "first-level": ("seed", {"expanded": [SESSION]}),
    "all-open": ("seed", {"expanded": "all"}),
    "closed-in-second-pass": ("seed", {"expanded": [SESSION, LOOP], "steps": {LOOP: 1}}),
    "unfolded": ("seed", {"expanded": "all", "steps": {LOOP: "all"}}),
    "literals": ("seed", {"expanded": "all", "hidden_kinds": ()}),
    "bridged": ("seed", {"expanded": "all", "hidden_kinds": ("Operation", "Value")}),
    "lanes": ("seed", {"expanded": "all", "arrangement": "lanes"}),
    "dragged": ("seed", {"expanded": [SESSION, LOOP], "positions": {f"{LOOP}/i0/add@8": [-130, 12]}}),
    "writes": ("programs/writes", {"expanded": "all"}),
    "writes-closed": ("programs/writes", {"expanded": []}),
    "invokes": ("programs/invokes", {"expanded": "all", "footer": "a footer"}),
    "branches": ("programs/branches", {"expanded": "all"}),
    "failed": ("programs/order_error", {"expanded": "all", "legend": False}),
    "planned": ("programs/edit", {"expanded": "all", "transparent": True}),
}


def drawn(name: str, theme: str) -> str:
    graph, options = SCENES[name]
    svg: str = picture.drawn(load(GOLDEN / f"{graph}.graph.json"), theme=theme, **options)["svg"]
    return svg + "\n"


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


if __name__ == "__main__":
    for name in SCENES:
        for theme in ("light", "dark"):
            golden(name, theme).write_text(drawn(name, theme), "utf-8")
