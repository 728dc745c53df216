"""The command line, each command in a process of its own as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from samples import GOLDEN, seed

from nnsight_graphwidget import load, save
from nnsight_graphwidget.cli import _split_run, main
from nnsight_graphwidget.view import SaveOptions, options_of

ROOT = Path(__file__).parents[2]
ENV = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
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
        env=ENV,
    )


def python(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=ENV)


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
    "words",
    [
        [],
        ["draw"],
        ["render", "g.json"],
        ["run", "-m"],
        ["run", "-o", "g.svg"],
        ["render", "--scale", "x"],
        ["render", "g.json", "-o", "g.png", "--scale", "0"],
        ["render", "g.json", "-o", "g.png", "--dpi", "9", "--width", "9"],
    ],
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


def test_render_takes_every_option_of_save(graph: Path, tmp_path: Path) -> None:
    loop, add = "session@1/for@5", "session@1/for@5/i1/add@8"
    asked = {
        "title": (["--title", "t"], "t"),
        "only": (["--only", "session@1"], "session@1"),
        "theme": (["--theme", "dark"], "dark"),
        "expanded": (["--expanded", "session@1", "--expanded", loop], ["session@1", loop]),
        "hidden_kinds": (["--hide", "Value", "--hide", "LockProtocol"], ["Value", "LockProtocol"]),
        "steps": (["--steps", f"{loop}=1"], {loop: 1}),
        "positions": (["--positions", f"{add}=40,-5.5"], {add: (40, -5.5)}),
        "arrangement": (["--arrangement", "lanes"], "lanes"),
        "legend": (["--no-legend"], False),
        "footer": (["--footer", "a line"], "a line"),
        "transparent": (["--transparent"], True),
        "scale": (["--scale", "1.5"], 1.5),
    }
    assert asked.keys() | {"dpi", "width"} == options_of(SaveOptions).keys()  # these two set what scale sets
    words = [word for flags, _ in asked.values() for word in flags]
    assert main(["render", str(graph), "-o", str(tmp_path / "a.png"), *words]) == 0
    options: Any = {name: value for name, (_, value) in asked.items()}
    expected = save(seed(), tmp_path / "b.png", **options).read_bytes()
    assert (tmp_path / "a.png").read_bytes() == expected
    for name in set(asked) - {"only", "expanded", "transparent", "title"}:
        assert save(seed(), tmp_path / "c.png", **{**options, name: None}).read_bytes() != expected, name


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
        (
            [str(GOLDEN / "seed.graph.json"), "-o", "g.json", "--theme", "dark"],
            "--theme is not an option of .json; it is one of .svg .png .pdf .html",
        ),
        ([str(GOLDEN / "seed.graph.json"), "-o", "g.svg", "--only", "nothing"], "only: no node or sub-graph 'nothing'"),
    ],
)
def test_render_errors_are_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = run("render", *words, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "b.xyz"], "'.xyz' is no format; the formats are"),
        (["-o", "b"], "there is no suffix to tell the format"),
        (["-o", "folder.svg"], "folder.svg: cannot be written: it is a folder"),
        (["-o", "b.svg", "--scale", "2"], "--scale is not an option of .json or .svg; it is one of .png"),
        (["-o", "b.svg", "--expanded", "nothing"], "expanded: no sub-graph has the id 'nothing'"),
        (["-o", "b.svg", "--hide", "nothing"], "hidden_kinds: "),
        (["-o", "b.gexf", "--hide", "Value"], "--hide is not an option of .json or .gexf; it is one of .svg .png .pdf .html"),
        (["-o", "b.dot", "--no-legend"], "--no-legend is not an option of .json or .dot; it is one of .svg .png .pdf"),
    ],
)
def test_render_writes_no_file_if_one_cannot_be(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.svg").mkdir()
    assert main(["render", str(GOLDEN / "seed.graph.json"), "-o", "a.json", *words]) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_render_gives_each_format_its_own_options(graph: Path, tmp_path: Path) -> None:
    words = [word for name in ("a.json", "a.svg", "a.png") for word in ("-o", str(tmp_path / name))]
    assert main(["render", str(graph), *words, "--theme", "dark", "--scale", "1", "--title", "t"]) == 0
    assert load(tmp_path / "a.json").title == "t"
    for name, options in {"svg": {}, "png": {"scale": 1}}.items():
        expected = save(seed(), tmp_path / f"b.{name}", theme="dark", title="t", **options)
        assert (tmp_path / f"a.{name}").read_bytes() == expected.read_bytes()


@pytest.mark.parametrize(
    ("words", "own", "theirs"),
    [
        ("run s.py -o g.svg", "run s.py -o g.svg", ""),
        ("run -o g.svg s.py", "run -o g.svg s.py", ""),
        ("run s.py a --lr 1 -o g.svg b", "run s.py -o g.svg", "a --lr 1 b"),
        ("run s.py --output=g.svg -opt -h", "run s.py --output=g.svg", "-opt -h"),
        ("run s.py -o g.svg -- -o x --", "run s.py -o g.svg", "-o x --"),
        ("run s.py -oglued.svg -opt -oh", "run s.py -oglued.svg", "-opt -oh"),
        ("run -oglued.svg s.py -oother.JSON", "run -oglued.svg s.py -oother.JSON", ""),
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


_NOTHING = (
    "nnsight-graphwidget: {} ran no nnsight trace in its main thread (no other is recorded), so there is nothing to draw\n"
)


ENDS = {
    "none": "sys.stdout = None\n",
    "closed": "sys.stdout.close()\nsys.exit(3)\n",
    "no descriptor": "import os\nos.close(1)\n",
    "an object": "class Gone:\n    def __repr__(self):\n        return 'gone'\nsys.stdout = Gone()\n",
}


@pytest.mark.parametrize("end", ENDS)
def test_run_saves_whatever_the_script_left_of_stdout(end: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{MODEL}{TRACE}print('said')\n{ENDS[end]}")
    done, plain = run("run", script, "-o", tmp_path / "g.json"), python(script)
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert load(tmp_path / "g.json").nodes


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("device", ["full", "pipe"])
def test_run_saves_if_no_one_takes_what_the_script_says(device: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{MODEL}{TRACE}print('said')\n")
    ends = []
    for command in ([*COMMAND, "run", script, "-o", tmp_path / "g.json"], [sys.executable, script]):
        if device == "full":
            stdout = os.open("/dev/full", os.O_WRONLY)
        else:
            reader, stdout = os.pipe()
            os.close(reader)
        done = subprocess.run([*map(str, command)], stdout=stdout, stderr=subprocess.PIPE, text=True, env=ENV)
        os.close(stdout)
        ends.append((done.returncode, done.stderr))
    assert ends[0] == ends[1]
    assert load(tmp_path / "g.json").nodes


def test_run_writes_where_it_was_called_whatever_folder_the_script_goes_to(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(f"{MODEL}import os\nos.makedirs('other')\nos.chdir('other')\n{TRACE}")
    done = run("run", "script.py", "-o", "g.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert load(tmp_path / "g.json").nodes and not list((tmp_path / "other").iterdir())


EQUAL = """\
import os, sys
for name, value in sorted(globals().items()):
    print(name, type(value).__name__, value if isinstance(value, (str, dict)) else '')
print(__loader__.name, __loader__.path, __loader__.get_source('__main__') == open(__file__).read(), sys.argv, sys.path)
os.chdir('/')
def fails():
    raise ValueError('the script’s own')
fails()
"""


@pytest.mark.parametrize("given", ["../folder/./script.py", "link.py", "{}/script.py"])
def test_run_is_what_python_is_to_the_script(given: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    for name in ("script.py", "sub/script.py"):
        (folder / name).write_text(EQUAL)
    (folder / "link.py").symlink_to("sub/script.py")
    given = given.format(folder)
    done, plain = run("run", given, "1", "-o", "g.json", cwd=folder), python(given, "1", cwd=folder)
    assert done.stdout == plain.stdout and "fails()" in plain.stderr
    assert done.stderr.replace(_NOTHING.format(given), "") == plain.stderr
    assert done.returncode == plain.returncode == 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has no -P")
def test_run_leaves_a_safe_path_alone(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.path)\n")
    done, plain = (
        subprocess.run([sys.executable, "-P", *map(str, words)], capture_output=True, text=True, env=ENV)
        for words in ((*COMMAND[1:], "run", script, "-o", tmp_path / "g.json"), (script,))
    )
    assert done.stdout == plain.stdout and str(tmp_path) not in plain.stdout


@pytest.mark.parametrize(
    ("script", "said"), [("missing.py", "No such file or directory"), (".", "Is a directory"), ("a\ud800", "surrogates not")]
)
def test_a_script_that_cannot_be_read(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", script, "-o", "g.svg"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("nnsight-graphwidget: ") and "the script cannot be read" in err and said in err
    assert err.count("\n") == 1


def test_run_says_that_other_threads_are_not_recorded(tmp_path: Path) -> None:
    """And ends though a pool of threads is still open, as Python does."""
    script = tmp_path / "script.py"
    script.write_text(
        f"{MODEL}from concurrent.futures import ThreadPoolExecutor\ndef trace():\n"
        + "".join(f"    {line}\n" for line in TRACE.splitlines())
        + "ThreadPoolExecutor().submit(trace).result()\nprint('ran')\n"
    )
    done = run("run", script, "-o", tmp_path / "g.json")
    assert (done.returncode, done.stdout, done.stderr) == (1, "ran\n", _NOTHING.format(script))


def test_run_outlives_the_scripts_own_hook_and_stderr(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{MODEL}{TRACE}sys.excepthook = lambda *error: 1 / 0\nraise ValueError('the script’s own')\n")
    done = run("run", script, "-o", tmp_path / "g.json")
    assert done.returncode == 1 and "ValueError: the script’s own" in done.stderr
    assert load(tmp_path / "g.json").nodes
    script.write_text(f"{MODEL}{TRACE}sys.stderr = None\n")
    done = run("run", script, "-o", tmp_path / "h.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert load(tmp_path / "h.json").nodes


def test_run_says_on_a_terminal_what_it_draws(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{MODEL}{TRACE}sys.stderr.isatty = lambda: True\n")
    done = run("run", script, "-o", tmp_path / "g.json")
    assert done.stderr == f"drawing {len(load(tmp_path / 'g.json').nodes)} nodes: {tmp_path / 'g.json'} …\n"


def test_python_m(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{MODEL}{TRACE}import helper\nprint(__name__, sys.argv)\n")
    (tmp_path / "helper.py").write_text("")
    words = [sys.executable, "-m", "nnsight_graphwidget", "run", str(script), "-o", str(tmp_path / "g.json")]
    done = subprocess.run(words, capture_output=True, text=True, env=ENV)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"__main__ {[str(script)]}\n", "")
    assert load(tmp_path / "g.json").nodes


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


def test_run_without_a_file_prints_the_graph_after_what_the_script_said(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(MODEL + TRACE + "print('said')")
    done = run("run", "script.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    said, *lines = done.stdout.splitlines()
    assert said == "said" and lines[0].startswith("tracer: ")
    assert any(line.endswith("n3  hidden = save n2  [1, 3] float32  line 8") for line in lines), lines
    assert run("run", "script.py", "-o", "-", cwd=tmp_path).stdout == done.stdout


def test_a_pipe_from_run_to_render(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(MODEL + TRACE)
    recorded = run("run", "script.py", "-o", "-.json", cwd=tmp_path).stdout
    assert json.loads(recorded)["title"] == "tracer"
    done = subprocess.run(
        [*COMMAND, "render", "-", "-o", "-.svg", "-o", "again.json"],
        input=recorded, capture_output=True, text=True, cwd=tmp_path, env=ENV,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("<svg")
    assert (tmp_path / "again.json").read_text("utf-8") == recorded
    wrong = subprocess.run([*COMMAND, "render", "-", "-o", "-"], input="{", capture_output=True, text=True, env=ENV)
    assert wrong.returncode == 1 and wrong.stderr.startswith("nnsight-graphwidget: stdin: ")


def test_run_a_module_as_python_m_does(tmp_path: Path) -> None:
    package = tmp_path / "exp"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("scale = 2\n")
    says = "print(__name__, __package__, __spec__.name, sys.argv, sys.path[0])\n"
    (package / "__main__.py").write_text(MODEL + "from .helper import scale\n" + TRACE + says)
    words = ["exp", "-m", "own", "-o", "-.txt"]
    plain = python("-m", *words, cwd=tmp_path)
    done = run("run", "-m", *words[:3], "-o", "g.txt", "--", *words[3:], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout == plain.stdout and "exp.__main__" in done.stdout
    assert "hidden = save" in (tmp_path / "g.txt").read_text("utf-8")
    none = run("run", "-m", "exp.nothing", cwd=tmp_path)
    assert none.returncode == 2 and "there is no module 'exp.nothing'" in none.stderr
