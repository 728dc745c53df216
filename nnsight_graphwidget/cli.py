"""The command line: ``nnsight-graphwidget demo | render | run``."""

from __future__ import annotations

import argparse
import builtins
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import ExportError, GraphWidgetError
from .export import FORMATS, load, save

if TYPE_CHECKING:
    from .recorder import Recording

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

    render = commands.add_parser("render", help="draw a saved .json", description="Draw a graph that was saved as .json.")
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
    render.add_argument("--scale", type=float, help=".png: pixels per px of the drawing")
    render.add_argument("--dpi", type=float, help=".png: dots per inch")
    render.add_argument("--width", type=int, help=".png: in pixels")

    run = commands.add_parser(
        "run",
        help="run a script and draw what its traces did",
        description="Run a Python script, unmodified, with recording on, and write its graph, even if it fails."
        " After the script's name everything but -o is the script's; after -- everything is.",
        usage="%(prog)s [-h] script.py [arguments] -o OUTPUT [-- more arguments]",
    )
    run.add_argument("script", type=Path)
    run.add_argument("-o", "--output", type=Path, action="append", required=True, help=f"file to write: {suffixes}; repeatable")
    return parser


def _split_run(words: list[str]) -> tuple[list[str], list[str]]:
    """The command's own words and the script's: of what follows the script only ``-o PATH`` is ours."""
    own: list[str] = words[:1]
    theirs: list[str] = []
    rest = iter(words[1:])
    script = False
    for word in rest:
        if word == "--":
            theirs.extend(rest)
        elif word in ("-o", "--output") or word.startswith("--output="):
            own.extend([word] if "=" in word else [word, *([value] if (value := next(rest, None)) is not None else [])])
        elif script:
            theirs.append(word)
        else:
            own.append(word)
            script = not word.startswith("-")
    return own, theirs


def _render(options: argparse.Namespace) -> int:
    names = ("title", "only", "theme", "expanded", "hidden_kinds", "legend", "footer", "transparent", "scale", "dpi", "width")
    chosen: dict[str, Any] = {name: value for name in names if (value := getattr(options, name)) is not None}
    if len(chosen.get("only", ())) == 1:
        chosen["only"] = chosen["only"][0]
    if chosen.get("expanded") in (["auto"], ["all"]):
        chosen["expanded"] = chosen["expanded"][0]
    graph = load(options.graph)
    for path in options.output:
        _progress(f"drawing {len(graph.nodes):,} nodes: {path}")
        save(graph, path, **chosen)
    return 0


def _run(script: Path, arguments: list[str], outputs: list[Path]) -> int:
    from .recorder import record

    for path in outputs:
        if path.suffix.lower() not in FORMATS:  # said now, not after an hour of script
            return _fail(f"{path}: {path.suffix!r} is no format; the formats are {' '.join(FORMATS)}")
    with io.open_code(str(script)) as file:
        source = file.read()
    recording = record()
    code = _execute(source, str(script), arguments, recording)
    sys.stdout.flush()
    try:
        if not recording.graph.groups and not recording.graph.nodes:
            raise ExportError(f"{script} ran no nnsight trace, so there is nothing to draw")
        for path in outputs:
            save(recording, path)
    except (GraphWidgetError, OSError) as error:
        failed = _fail(error)
        return code or failed
    return code


def _execute(source: bytes, script: str, arguments: list[str], recording: Recording) -> int:
    """Run ``source`` as ``python script arguments`` would; returns the exit code."""
    main_module = ModuleType("__main__")
    main_module.__dict__.update(__file__=script, __builtins__=builtins)
    sys.modules["__main__"] = main_module
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).resolve().parent)
    try:
        code = compile(source, script, "exec", dont_inherit=True)
        with recording:
            exec(code, main_module.__dict__)
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        print(stop.code, file=sys.stderr)
        return 1
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != script:  # this module's own frames
            trace = trace.tb_next
        error.__traceback__ = trace
        sys.excepthook(type(error), error, trace)
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
    if sys.stderr.isatty():
        print(f"{text} …", file=sys.stderr)


def _fail(error: object) -> int:
    print(f"nnsight-graphwidget: {error}", file=sys.stderr)
    return 1
