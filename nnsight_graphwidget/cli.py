"""The command line: ``nnsight-graphwidget demo | render | run``, or ``python -m nnsight_graphwidget``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, get_origin

from . import __version__
from .errors import ExportError, GraphWidgetError, OptionError
from .export import files
from .export.formats import FORMATS, format_of
from .export.saving import contents, save
from .graph import Graph
from .graph.file import load, parse
from .graph.kinds import behaves
from .graph.part import part
from .graph.questions import known
from .graph.text import legible
from .script import execute, module, say
from .view import Option, SaveOptions, checked, options_of

if TYPE_CHECKING:
    pass

_EXAMPLES = """\
examples:
  nnsight-graphwidget demo --out pictures
  nnsight-graphwidget run train.py --steps 3 -o graphs.html
  nnsight-graphwidget run train.py -o graph.json -o graph.svg -- -o the-script-s-own-option
  nnsight-graphwidget run -m experiments.patching
  nnsight-graphwidget run train.py -o -.json | nnsight-graphwidget render - -o figure.pdf
  nnsight-graphwidget render graph.json -o figure.pdf --expanded all --no-legend
  nnsight-graphwidget render graph.json -o tracer.png --only session@1/tracer_1@2 --dpi 300

the file - is stdout, as text, and -.json, -.svg … is stdout in that format; render - reads stdin

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
    options = _parser().parse_args(_joined(own))
    try:
        if options.command == "run":
            return _run(options.script, script_arguments, options.output or [Path("-")], options.module)
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
    size = render.add_mutually_exclusive_group()
    for name, (hint, option) in options_of(SaveOptions).items():
        if option.flag is not None:
            _add_flag(size if name in ("scale", "dpi", "width") else render, name, hint, option)

    run = commands.add_parser(
        "run",
        help="run a script and draw what its traces did",
        description="Run a Python script, unmodified, with recording on, and write its graph, even if it fails."
        " After the script's name everything but -o is the script's; after -- everything is."
        " The traces of the script's main thread are recorded, those of other threads are not.",
        usage="%(prog)s [-h] [-m] script.py [arguments] [-o OUTPUT] [-- more arguments]",
    )
    run.add_argument("script", help="a file, or with -m the name of a module")
    run.add_argument("-m", dest="module", action="store_true", help="run a module, as python -m does")
    run.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        help=f"file to write: {suffixes}; repeatable; without it the graph is printed",
    )
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
        elif not script and word == "-m":
            own.append(word)
        elif script and not (word.startswith("-o") and Path(word).suffix.lower() in FORMATS):
            theirs.append(word)
        else:
            own.append(word)
            script = script or not word.startswith("-")
    return own, theirs


def _joined(words: list[str]) -> list[str]:
    """The words with ``-o -.json`` as one, since what begins with ``-`` would be another option."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in ("-o", "--output") and word.startswith("-."):
            joined[-1] = f"--output={word}"
        else:
            joined.append(word)
    return joined


def _flag(name: str, option: Option) -> str:
    """How the command line spells an option."""
    if option.flag:
        return option.flag
    return f"--{'no-' if option.default is True else ''}{name.replace('_', '-')}"


def _add_flag(parser: Any, name: str, hint: Any, option: Option) -> None:
    """Add an option as a flag, in the way that its type asks for."""
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    given: dict[str, Any] = {"dest": name, "help": option.meaning.replace("%", "%%")}
    if get_origin(hint) is Literal:
        given["choices"] = kinds
    elif hint is bool:
        given |= {"action": "store_const", "const": not option.default}
    elif bool in kinds:  # a flag that may have a text
        given |= {"nargs": "?", "const": True, "metavar": "TEXT"}
    elif option.stored is not None and get_origin(option.stored) is dict:
        given |= {"action": "append", "type": _entry, "metavar": "ID=VALUE"}
    elif option.stored is not None and get_origin(option.stored) is list:
        given |= {"action": "append", "metavar": "KIND" if option.names == "kinds" else "ID"}
    elif kinds != [str]:
        given["type"] = _pixels if kinds == [int] else _positive
    parser.add_argument(_flag(name, option), **given)


def _given(option: Option, value: Any) -> Any:
    """The value of an option, from what its flag was given: a list or a dict, or the one word that means something else."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return dict(value)
    if isinstance(value, list) and len(value) == 1:
        with suppress(TypeError, ValueError):
            return option.read(value[0])
    return value


def _positive(text: str) -> float:
    if not 0 < (number := float(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"a number more than 0 expected; got {text!r}")
    return number


def _pixels(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 expected; got {text!r}")
    return number


def _entry(text: str) -> tuple[str, Any]:
    """``ID=all``, ``ID=2`` or ``ID=10,-5``; an id may have an equals sign in it."""
    id_, equals, value = text.rpartition("=")
    numbers = [_number(part) for part in value.split(",")]
    if not equals or (value != "all" and None in numbers):
        raise argparse.ArgumentTypeError(f"ID=all, ID=NUMBER or ID=X,Y expected; got {text!r}")
    return id_, value if value == "all" else numbers[0] if len(numbers) == 1 else numbers


def _number(text: str) -> float | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _check(outputs: list[Path]) -> None:
    """What can be wrong with the files is said now: not after an hour of script, nor with half of them written."""
    for path in outputs:
        format_of(_named(path))
        if not _is_stdout(path):
            files.check(files.located(path))


def _is_stdout(path: Path) -> bool:
    return path.parent == Path() and path.name[:2] in ("-", "-.")


def _named(path: Path) -> Path:
    """A path whose suffix says the format: stdout's is text if it does not."""
    return Path("-.txt") if path == Path("-") else path


def _draw(graph: Graph, outputs: list[Path], chosen: dict[str, Any], stdout: int = 1) -> None:
    for path in outputs:
        accepted = format_of(_named(path)).options
        taken = cast(SaveOptions, {name: value for name, value in chosen.items() if name in accepted})
        if not _is_stdout(path):
            _progress(f"drawing {len(graph.nodes):,} nodes: {path}")
            save(graph, path, **taken)
            continue
        content = contents(graph, _named(path), **taken)
        with suppress(AttributeError, ValueError, OSError):
            sys.stdout.flush()  # what was printed before comes first
        with open(stdout, "wb", closefd=False) as out:
            out.write(content)


def _render(options: argparse.Namespace) -> int:
    chosen: dict[str, Any] = {
        name: _given(option, value)
        for name, (_, option) in options_of(SaveOptions).items()
        if (value := getattr(options, name, None)) is not None
    }
    _check(options.output)
    suffixes = dict.fromkeys(_named(path).suffix.lower() for path in options.output)
    for name in chosen:
        if not any(name in FORMATS[suffix].options for suffix in suffixes):
            able = " ".join(suffix for suffix, found in FORMATS.items() if name in found.options)
            flag = _flag(name, options_of(SaveOptions)[name][1])
            raise OptionError(f"{flag} is not an option of {' or '.join(suffixes)}; it is one of {able}")
    graph = load(options.graph) if options.graph != Path("-") else parse(sys.stdin.buffer, "stdin")
    if (only := chosen.pop("only", None)) is not None:
        graph = part(graph, only)
    checked(SaveOptions, chosen, known(graph))
    _draw(graph, options.output, chosen)
    return 0


def _run(script: str, arguments: list[str], outputs: list[Path], is_module: bool) -> int:
    from .generations.watched import Watched

    _check(outputs)
    # Of the folder that we are in, not of the script's; and our stdout, whatever the script makes of its own.
    outputs = [path if _is_stdout(path) else files.located(path).absolute() for path in outputs]
    stdout = os.dup(1) if any(map(_is_stdout, outputs)) else -1
    spec = None
    path = os.path.abspath(script) if os.name == "nt" else os.path.join(os.getcwd(), script)  # as Python makes it
    try:
        if is_module:
            spec = module(script)
            script = path = str(spec.origin)
        with io.open_code(path) as file:
            source = file.read()
    except ImportError as error:
        _fail(f"-m {legible(str(error))}")
        return 2
    except (OSError, ValueError) as error:
        _fail(f"{legible(script)}: the script cannot be read: {getattr(error, 'strerror', None) or error}")
        return 2
    watched = Watched()
    code = execute(source, script, path, arguments, watched, spec)
    # First of all the graph is saved: what the script has left of stdout may fail, or wait for its reader. Threads that it
    # has left are not waited for either, as they are not recorded: Python does that in the end, as for any script.
    failure: Exception | None = None
    try:
        graph = watched.graph
        if not graph.groups and not graph.nodes:
            where = "in its main thread (no other is recorded)"
            raise ExportError(f"{script} ran no nnsight trace {where}, so there is nothing to draw")
        _draw(graph, outputs, {}, stdout)
    except (GraphWidgetError, OSError) as error:
        failure = error
    with suppress(AttributeError, ValueError, OSError):  # it may be None, closed, full or nobody's
        sys.stdout.flush()
    if failure is None:
        return code
    failed = _fail(failure)
    return code or failed


def _demo(folder: Path) -> int:
    from .demo import seed

    _progress("recording the session")
    recording = seed()
    graph = recording.graph
    parts: dict[str, str | None] = {"session": None, "tracer_1": None, "tracer_2": None, "iterator": None}
    for group in reversed(graph.groups):  # of a loop's passes the first
        name = "iterator" if behaves(group.kind, "loop") else group.label
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
            say(f"{text} …")


def _fail(error: object) -> int:
    say(f"nnsight-graphwidget: {error}")
    return 1
