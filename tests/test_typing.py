"""What a user's type checker says of a user's file: every option is known by name and type, a misspelt one is an error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Lines of a user's file, and whether each is right.
LINES: dict[str, bool] = {
    "ngw.save(graph, 'g.png', theme='dark', expanded='all', scale=2)": True,
    "ngw.save(graph, 'g.png', expandd='all')": False,
    "ngw.save(graph, 'g.png', theme='drak')": False,
    "ngw.show(graph, height='300px', steps={'a': 'all'}, hidden_kinds=[])": True,
    "ngw.show(graph, hieght=300)": False,
    "ngw.GraphWidget(graph, min_zoom=0.1)": True,
    "ngw.GraphWidget(graph, min_zom=0.1)": False,
    "ngw.GraphWidget(graph).save('g.svg', legend=False)": True,
    "ngw.GraphWidget(graph).save('g.svg', legnd=False)": False,
    "graph.save('g.svg', arrangement='lanes').read_bytes()": True,
    "graph.save('g.svg', arrangement='rows')": False,
    "graph.show(selected=['a'])": True,
    "graph.show(slected=['a'])": False,
    "recording.show(only=['a'])": True,
    "recording.show(olny=['a'])": False,
    "recording.save('g.pdf', footer='a line')": True,
    "recording.save('g.pdf', foter='a line')": False,
}
HEAD = ["import nnsight_graphwidget as ngw", "def use(graph: ngw.Graph, recording: ngw.Recording) -> None:"]
WRONG = [len(HEAD) + 1 + index for index, right in enumerate(LINES.values()) if not right]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text("\n".join([*HEAD, *(f"    {line}" for line in LINES)]) + "\n", "utf-8")
    return path


@pytest.mark.timeout(300)
def test_mypy_sees_a_misspelt_option(program: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--output",
        "json",
        program,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert sorted({error["line"] for error in found if error["severity"] == "error"}) == WRONG, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_pyright_sees_a_misspelt_option(program: Path) -> None:
    pytest.importorskip("pyright", reason="pyright is not installed")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert sorted({error["range"]["start"]["line"] + 1 for error in found if error["severity"] == "error"}) == WRONG, (
        done.stdout
    )


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "nnsight_graphwidget" / "py.typed").exists()
