"""Imports go down. The layers are data here; every import counts: at the top of a file, in a function, under TYPE_CHECKING.

Folders that are not in the list, or listed and not there, fail too, and so does CONTRIBUTING.md if it draws other arrows.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nnsight_graphwidget"

#: From the lowest up. Rooms of one layer do not import each other. The last has the files that nothing else imports.
LAYERS: list[list[str]] = [
    ["errors"],
    ["view"],
    ["graph"],
    ["recording"],
    ["generations"],
    ["reading"],
    ["export"],
    ["notebook"],
    ["__init__"],
    ["demo", "script"],
    ["cli"],
    ["__main__"],
]

#: library → the rooms that may name it, beside the demo, which is a user's program.
LIBRARIES: dict[str, set[str]] = {
    "nnsight": {"generations"},
    "torch": {"recording", "generations"},
    "greenlet": {"generations"},
    "ipywidgets": {"notebook"},
    "anywidget": {"notebook"},
    "ipycytoscape": {"notebook"},
    "traitlets": {"notebook"},
    "IPython": {"notebook"},
    "networkx": {"notebook"},
    "py_mini_racer": {"export"},
    "pypdfium2": {"export"},
    "resvg_py": {"export"},
    "typing_extensions": {"graph", "export", "notebook"},
}

FILES = {path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path for path in PACKAGE.rglob("*.py")}


def names(module: str) -> list[str]:
    """What a file imports: of the package by the name in :data:`FILES` and a leading dot, else the library's."""
    package = module.split(".")[:-1]
    found: list[str] = []
    for node in ast.walk(ast.parse(FILES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module is not None
            found.append(node.module.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            base = [part for part in base if part]
            for alias in node.names:  # a module of that name, or something in the module
                tried = [[*base, alias.name], [*base, alias.name, "__init__"], base, [*base, "__init__"]]
                found.append("." + next(name for parts in tried if (name := ".".join(parts)) in FILES))
    return found


IMPORTS = {module: names(module) for module in sorted(FILES)}
INNER = {module: {name[1:] for name in imported if name[0] == "."} - {module} for module, imported in IMPORTS.items()}


def room(module: str) -> str:
    return module.partition(".")[0]


def layer(module: str) -> int:
    return next(index for index, rooms in enumerate(LAYERS) if room(module) in rooms)


def test_the_layers_are_the_folders() -> None:
    listed = [name for rooms in LAYERS for name in rooms]
    assert sorted(listed) == sorted({room(module) for module in FILES})


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_file_imports_only_downwards(module: str) -> None:
    upwards = {other for other in INNER[module] if room(other) != room(module) and layer(other) >= layer(module)}
    assert not upwards, f"{module} imports upwards: {', '.join(sorted(upwards))}"


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_library_is_named_in_its_room_alone(module: str) -> None:
    libraries = {name for name in IMPORTS[module] if name[0] != "." and name not in sys.stdlib_module_names}
    strange = {name for name in libraries if room(module) not in LIBRARIES.get(name, set())}
    assert not strange or module == "demo", f"{module} names {', '.join(sorted(strange))}"


def circles() -> Iterator[list[str]]:
    """Files that import each other, each circle once: strongly connected components, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(module: str) -> Iterator[list[str]]:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in INNER[module]:
            if other not in index:
                yield from visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            circle, stack[at:] = stack[at:], []
            if len(circle) > 1:
                yield sorted(circle)

    for module in INNER:
        if module not in index:
            yield from visit(module)


def test_no_circle_of_files() -> None:
    assert list(circles()) == []


def test_the_drawing_for_people_has_these_layers() -> None:
    drawing = re.search(r"^    errors < .*(?:\n    .+)*", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    assert drawing, "CONTRIBUTING.md draws no layers"
    assert [part.strip().split(", ") for part in re.sub(r"\s+", " ", drawing[0]).split("<")] == [
        list(rooms) for rooms in LAYERS if rooms[0] not in ("__init__", "__main__")
    ]
