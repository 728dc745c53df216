"""The command line: ``nnsight-graphwidget demo | render | run``, or ``python -m nnsight_graphwidget``."""

from __future__ import annotations

import argparse
import builtins
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import ExportError, GraphWidgetError
from .export import FORMATS, files, format_of, load, save
from .export.text import legible
from .graph import Graph
from .part import part

if TYPE_CHECKING:
    from .generations.watched import Watched

_EXAMPLES = """\
examples:
  nnsight-graphwidget demo --out pictures
  nnsight-graphwidget run train.py --steps 3 -o graphs.html
  nnsight-graphwidget run train.py -o graph.json -o graph.svg -- -o the-script-s-own-option
  nnsight-graphwidget render graph.json -o figure.pdf --expanded all --no-legend
  nnsight-graphwidget render graph.json -o tracer.png --only session@1/tracer_1@2 --dpi 300

exit codes:
  0  the files are written
  1  a graph could not be read, or a file not written; a line on stderr says why
  2  the command line itself is wrong
  run: the script's own, or 1 if the script succeeded and a file could not be written
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The command with ``argv`` (default: the process's own arguments); returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    own, script_arguments = _split_run(words) if words[:1] == ["run"] else (words, [])
    options = _parser().parse_args(own)
    try:
        if options.command == "run":
            return _run(options.script, script_arguments, options.output)
        if options.command == "render":
            return _render(options)
        return _demo(options.out)
    except (GraphWidgetError, OSError) as error:
        return _fail(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nnsight-graphwidget",
        description="Draw nnsight intervention graphs.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo | render | run")
    suffixes = " ".join(FORMATS)

    demo = commands.add_parser(
        "demo", help="record a small session and draw it", description="Record a small session and draw it."
    )
    demo.add_argument("--out", type=Path, default=Path("nnsight-graphs"), help="folder for the files (default: %(default)s)")

    render = commands.add_parser(
        "render",
        help="draw a saved .json",
        description="Draw a graph that was saved as .json; each file takes the options that its format has.",
    )
    render.add_argument("graph", type=Path, help="a .json that save() wrote")
    render.add_argument(
        "-o", "--output", type=Path, action="append", required=True, help=f"file to write: {suffixes}; repeatable"
    )
    render.add_argument("--title")
    render.add_argument(
        "--only", action="append", metavar="ID", help="a sub-graph to draw alone; repeated: a slice of these ids"
    )
    render.add_argument("--theme", choices=("light", "dark"))
    render.add_argument(
        "--expanded", action="append", metavar="ID", help="auto, all, or the id of an open sub-graph; repeatable"
    )
    render.add_argument("--hide", dest="hidden_kinds", action="append", metavar="KIND", help="a kind to leave out; repeatable")
    render.add_argument("--no-legend", dest="legend", action="store_const", const=False)
    render.add_argument("--footer", action="store_const", const=True, help="a line with nnsight's version and today's date")
    render.add_argument("--transparent", action="store_const", const=True)
    size = render.add_mutually_exclusive_group()
    size.add_argument("--scale", type=_positive, help=".png: pixels per px of the drawing")
    size.add_argument("--dpi", type=_positive, help=".png: dots per inch")
    size.add_argument("--width", type=_pixels, help=".png: in pixels")

    run = commands.add_parser(
        "run",
        help="run a script and draw what its traces did",
        description="Run a Python script, unmodified, with recording on, and write its graph, even if it fails."
        " After the script's name everything but -o is the script's; after -- everything is."
        " The traces of the script's main thread are recorded, those of other threads are not.",
        usage="%(prog)s [-h] script.py [arguments] -o OUTPUT [-- more arguments]",
    )
    run.add_argument("script")
    run.add_argument("-o", "--output", type=Path, action="append", required=True, help=f"file to write: {suffixes}; repeatable")
    return parser


def _split_run(words: list[str]) -> tuple[list[str], list[str]]:
    """The command's own words and the script's: of what follows the script only ``-o PATH`` is ours, or ``-oPATH`` where
    the path has one of our suffixes (``-opt`` is the script's)."""
    own: list[str] = words[:1]
    theirs: list[str] = []
    rest = iter(words[1:])
    script = False
    for word in rest:
        if word == "--":
            theirs.extend(rest)
        elif word in ("-o", "--output") or word.startswith("--output="):
            own.extend([word] if "=" in word else [word, *([value] if (value := next(rest, None)) is not None else [])])
        elif script and not (word.startswith("-o") and Path(word).suffix.lower() in FORMATS):
            theirs.append(word)
        else:
            own.append(word)
            script = script or not word.startswith("-")
    return own, theirs


def _positive(text: str) -> float:
    if not 0 < (number := float(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"a number more than 0 expected; got {text!r}")
    return number


def _pixels(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 expected; got {text!r}")
    return number


def _check(outputs: list[Path]) -> None:
    """What can be wrong with the files is said now: not after an hour of script, nor with half of them written."""
    for path in outputs:
        format_of(path)
        files.check(files.located(path))


def _draw(graph: Graph, outputs: list[Path], chosen: dict[str, Any]) -> None:
    for path in outputs:
        accepted = ("title", *format_of(path)[2])
        _progress(f"drawing {len(graph.nodes):,} nodes: {path}")
        save(graph, path, **{name: value for name, value in chosen.items() if name in accepted})


def _accepted(suffix: str) -> tuple[str, ...]:
    return FORMATS[suffix.lower()][2]


def _render(options: argparse.Namespace) -> int:
    from .export.view import checked, opened

    names = ("title", "theme", "expanded", "hidden_kinds", "legend", "footer", "transparent", "scale", "dpi", "width")
    chosen: dict[str, Any] = {name: value for name in names if (value := getattr(options, name)) is not None}
    _check(options.output)
    suffixes = dict.fromkeys(path.suffix.lower() for path in options.output)
    for name in chosen.keys() - {"title"}:
        if not any(name in _accepted(suffix) for suffix in suffixes):
            flag = {"hidden_kinds": "--hide", "legend": "--no-legend"}.get(name, f"--{name}")
            able = " ".join(suffix for suffix in FORMATS if name in _accepted(suffix))
            raise ExportError(f"{flag} is not an option of {' or '.join(suffixes)}; it is one of {able}")
    graph = load(options.graph)
    if options.only is not None:
        graph = part(graph, options.only[0] if len(options.only) == 1 else options.only)
    if chosen.get("expanded") in (["auto"], ["all"]):
        chosen["expanded"] = chosen["expanded"][0]
    opened(graph, chosen.get("expanded", "auto"))
    checked(graph, chosen.get("hidden_kinds", ()), None, None, "flow")
    _draw(graph, options.output, chosen)
    return 0


def _run(script: str, arguments: list[str], outputs: list[Path]) -> int:
    from .generations.watched import Watched

    _check(outputs)
    outputs = [files.located(path).absolute() for path in outputs]  # of the folder that we are in, not of the script's
    path = os.path.abspath(script) if os.name == "nt" else os.path.join(os.getcwd(), script)  # as Python makes it
    try:
        with io.open_code(path) as file:
            source = file.read()
    except (OSError, ValueError) as error:
        _fail(f"{legible(script)}: the script cannot be read: {getattr(error, 'strerror', None) or error}")
        return 2
    watched = Watched()
    code = _execute(source, script, path, arguments, watched)
    # First of all the graph is saved: what the script has left of stdout may fail, or wait for its reader. Threads that it
    # has left are not waited for either, as they are not recorded: Python does that in the end, as for any script.
    failure: Exception | None = None
    try:
        graph = watched.graph
        if not graph.groups and not graph.nodes:
            where = "in its main thread (no other is recorded)"
            raise ExportError(f"{script} ran no nnsight trace {where}, so there is nothing to draw")
        _draw(graph, outputs, {})
    except (GraphWidgetError, OSError) as error:
        failure = error
    with suppress(AttributeError, ValueError, OSError):  # it may be None, closed, full or nobody's
        sys.stdout.flush()
    if failure is None:
        return code
    failed = _fail(failure)
    return code or failed


def _execute(source: bytes, script: str, path: str, arguments: list[str], watched: Watched) -> int:
    """Run ``source`` as ``python script arguments`` would; ``path`` is the script's own. Returns the exit code."""
    main_module = ModuleType("__main__")
    names = main_module.__dict__
    names.update(__file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path), __builtins__=builtins)
    if "__annotations__" in sys.modules["__main__"].__dict__:  # Python gives a script one, or it does not: up to 3.13
        names["__annotations__"] = {}
    sys.modules["__main__"] = main_module
    sys.argv = [script, *arguments]
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):  # before Python 3.11 -I alone leaves the folder out
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    try:
        code = compile(source, path, "exec", dont_inherit=True)
        with watched:
            exec(code, names)
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        _say(str(stop.code))
        return 1
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != path:  # this module's own frames
            trace = trace.tb_next
        error.__traceback__ = trace
        try:
            sys.excepthook(type(error), error, trace)
        except BaseException:  # the script's own hook
            sys.__excepthook__(type(error), error, trace)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _demo(folder: Path) -> int:
    from .demo import seed

    _progress("recording the session")
    recording = seed()
    graph = recording.graph
    parts: dict[str, str | None] = {"session": None, "tracer_1": None, "tracer_2": None, "iterator": None}
    for group in reversed(graph.groups):  # of a loop's passes the first
        name = "iterator" if group.kind == "Iterator" else group.label
        if name in parts and name != "session":
            parts[name] = group.id
    for name, only in parts.items():
        for suffix in (".svg", ".png"):
            print(save(graph, folder / f"{name}{suffix}", title=name, only=only))
    for suffix in (".html", ".json"):
        print(save(graph, folder / f"session{suffix}", title="session"))
    return 0


def _progress(text: str) -> None:
    with suppress(AttributeError, ValueError):  # a script may have closed it, or left None
        if sys.stderr.isatty():
            _say(f"{text} …")


def _fail(error: object) -> int:
    _say(f"nnsight-graphwidget: {error}")
    return 1


def _say(text: str) -> None:
    """A line on stderr, if there is one: the exit code says it, too."""
    with suppress(AttributeError, ValueError, OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
