"""The command line, each command in a process of its own as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from samples import GOLDEN, seed

from nnsight_graphwidget import load, save
from nnsight_graphwidget.cli import _split_run, main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from nnsight_graphwidget.cli import main; sys.exit(main())"]

MODEL = """\
import sys
import torch
from nnsight import NNsight

torch.manual_seed(0)
model = NNsight(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 2)))
"""
TRACE = """\
with model.trace(torch.ones(1, 2)) as tracer:
    hidden = model[0].output.save()
    doubled = (hidden * 2).save()
"""


def run(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


def python(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, cwd=cwd)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return save(seed(), tmp_path / "graph.json")


def test_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "render graph.json -o figure.pdf" in said and "exit codes:" in said
    for command in ("demo", "render", "run"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert "usage: nnsight-graphwidget" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["draw"], ["render", "g.json"], ["run", "x.py"], ["run", "-o", "g.svg"], ["render", "--scale", "x"]]
)
def test_a_wrong_command_line_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_render_several_files_with_options(graph: Path, tmp_path: Path) -> None:
    words = ["--title", "Figure 1", "--theme", "dark", "--only", "session@1/tracer_1@2", "--no-legend", "--scale", "1"]
    done = run("render", graph, "-o", tmp_path / "a.png", "-o", tmp_path / "sub" / "b.png", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    expected = save(
        seed(), tmp_path / "c.png", title="Figure 1", theme="dark", only="session@1/tracer_1@2", legend=False, scale=1
    ).read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "sub" / "b.png").read_bytes() == expected


def test_render_what_is_open(graph: Path, tmp_path: Path) -> None:
    assert main(["render", str(graph), "-o", str(tmp_path / "a.svg"), "--expanded", "session@1"]) == 0
    assert (tmp_path / "a.svg").read_bytes() == save(seed(), tmp_path / "b.svg", expanded=["session@1"]).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.json", "-o", "g.svg"], "missing.json"),
        ([str(GOLDEN / "seed.elements.json"), "-o", "g.svg"], "a graph is an object"),
        ([str(GOLDEN / "seed.graph.json"), "-o", "g.xyz"], "'.xyz' is no format"),
        ([str(GOLDEN / "seed.graph.json"), "-o", "/dev/null/g.svg"], "cannot be written"),
        ([str(GOLDEN / "seed.graph.json"), "-o", "g.json", "--theme", "dark"], "'theme' is not an option of .json"),
        ([str(GOLDEN / "seed.graph.json"), "-o", "g.svg", "--only", "nothing"], "only: no node or sub-graph 'nothing'"),
    ],
)
def test_render_errors_are_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = run("render", *words, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "own", "theirs"),
    [
        ("run s.py -o g.svg", "run s.py -o g.svg", ""),
        ("run -o g.svg s.py", "run -o g.svg s.py", ""),
        ("run s.py a --lr 1 -o g.svg b", "run s.py -o g.svg", "a --lr 1 b"),
        ("run s.py --output=g.svg -opt -h", "run s.py --output=g.svg", "-opt -h"),
        ("run s.py -o g.svg -- -o x --", "run s.py -o g.svg", "-o x --"),
        ("run -h", "run -h", ""),
        ("run s.py -o", "run s.py -o", ""),
    ],
)
def test_whose_argument_it_is(words: str, own: str, theirs: str) -> None:
    assert _split_run(words.split()) == (own.split(), theirs.split())


def test_run_an_unmodified_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        MODEL
        + TRACE
        + "print('sum', float(doubled.sum()) != 0, __name__, sys.argv, file=sys.stdout)\nimport helper\nsys.exit(7)\n"
    )
    (tmp_path / "helper.py").write_text("print('beside the script')")
    done = run("run", script, "-x", "1", "-o", tmp_path / "out" / "g.json", "-o", tmp_path / "g.svg", cwd=ROOT)
    plain = python(script, "-x", "1")
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert plain.returncode == 7 and "beside the script" in plain.stdout
    graph = load(tmp_path / "out" / "g.json")
    assert [node.label for node in graph.nodes if node.kind == "InterventionProtocol"] == ["0.output"]
    assert {node.file for node in graph.nodes if node.line} == {"script.py"}
    assert (tmp_path / "g.svg").stat().st_size


def test_run_a_script_that_fails_writes_its_graph_and_its_traceback(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(MODEL + TRACE + "def fails():\n    raise ValueError('the script’s own')\n\nfails()\n")
    done, plain = run("run", script, "-o", tmp_path / "g.json"), python(script)
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert plain.returncode == 1 and "raise ValueError" in plain.stderr
    assert load(tmp_path / "g.json").nodes


@pytest.mark.parametrize(
    "source", ["x = (\n", "import sys\nsys.exit('said at the end')\n", "raise SystemExit\n", "raise KeyboardInterrupt\n"]
)
def test_run_ends_as_python_does(source: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(source)
    done, plain = run("run", script, "-o", tmp_path / "g.json"), python(script)
    assert done.stdout == plain.stdout
    assert done.stderr.replace(_NOTHING.format(script), "") == plain.stderr
    if source.startswith("raise SystemExit"):
        assert done.returncode == 1  # it went well, and there is nothing to draw
    else:
        assert done.returncode in (plain.returncode, 128 - plain.returncode)  # a signal's number, as a shell shows it
    assert not (tmp_path / "g.json").exists()


_NOTHING = "nnsight-graphwidget: {} ran no nnsight trace, so there is nothing to draw\n"


def test_run_says_a_wrong_suffix_before_the_script_runs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print('ran')")
    done = run("run", script, "-o", "g.xyz")
    assert done.returncode == 1 and done.stdout == "" and "'.xyz' is no format" in done.stderr


def test_demo(tmp_path: Path) -> None:
    done = run("demo", "--out", tmp_path / "d")
    assert (done.returncode, done.stderr) == (0, "")
    written = {Path(line).name for line in done.stdout.splitlines()}
    pictures = {f"{name}{suffix}" for name in ("session", "tracer_1", "tracer_2", "iterator") for suffix in (".svg", ".png")}
    assert written == {*pictures, "session.html", "session.json"} == {path.name for path in (tmp_path / "d").iterdir()}
    kinds = [group["kind"] for group in json.loads((tmp_path / "d" / "session.json").read_text("utf-8"))["groups"]]
    assert kinds.count("Tracer") == 4 and kinds.count("Iterator") == 1 and kinds.count("Iteration") == 3
    assert "tracer_2" not in (tmp_path / "d" / "tracer_1.svg").read_text("utf-8")
