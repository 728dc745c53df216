"""What each nnsight is: the only place that names its private attributes.

A generation is a module and a row of :data:`GENERATIONS`. Those before 0.5 keep a graph, which is read; those from 0.5 on run
the block, which is recorded. What a module needs of nnsight's and torch's own is checked before it is imported, all at once.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable
from importlib import metadata
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

from ..errors import UnsupportedError
from ..graph import Graph
from ..recording import Recording, record, register

__all__ = ["Recording", "installed", "keeping", "record"]

#: (owner, attribute, original → replacement)
Patch = tuple[Any, str, Callable[[Any], Any]]


class Generation(Protocol):
    """What the module of every generation offers."""

    #: What of nnsight's own it uses: a line a module, ``module: name Class.name …``.
    PRIVATE: str

    def contexts(self) -> tuple[type, ...]:
        """The classes that get ``.vis()``."""


class Kept(Generation, Protocol):
    """A generation that keeps a graph."""

    #: What it reads, for people.
    READS: str

    def matches(self, obj: Any) -> bool:
        """Whether ``obj`` is one of this nnsight's that holds a graph; imports nothing."""

    def read(self, obj: Any) -> Graph:
        """The graph of what matches."""

    def patches(self) -> list[Patch]:
        """What is replaced while installed, so that graphs outlive their blocks and know their lines."""


class Run(Generation, Protocol):
    """A generation that runs the block."""

    def watch(self) -> Any:
        """A new observer."""

    def begin(self, user: Any) -> None:
        """Listen to nnsight, for one user more."""

    def end(self, user: Any) -> None:
        """Listen no more for this user."""

    def around_each_trace(self, begin: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
        """Call ``begin`` and ``end`` around every trace and session; what this returns puts it back."""


class Row(NamedTuple):
    """The versions from ``first`` to before ``end``, their module, and a module of theirs that tells them without a number."""

    first: tuple[int, int]
    end: tuple[int, int]
    module: str
    sign: str

    @property
    def keeps(self) -> bool:
        return self.module.startswith("kept.")


#: Every generation, newest first: that of an nnsight without a number is the first whose sign it has.
GENERATIONS = (
    Row((0, 8), (0, 9), "run.v08", "nnsight.intervention.eproperty"),
    Row((0, 5), (0, 8), "run.v05", "nnsight.intervention.tracing.base"),
    Row((0, 4), (0, 5), "kept.v04", "nnsight.tracing.graph.graph"),
    Row((0, 3), (0, 4), "kept.v03", "nnsight.contexts.GraphBasedContext"),
)

#: What the recorder uses of torch's own, on every nnsight that is recorded.
TORCH = """
    torch.overrides: TorchFunctionMode handle_torch_function _get_current_function_mode_stack _pop_mode _push_mode
    torch._C: DisableTorchFunction
    torch._C._dynamo.eval_frame:
"""

SUPPORTED = "nnsight {}.{} to {}.{}".format(*GENERATIONS[-1].first, GENERATIONS[0].end[0], GENERATIONS[0].end[1] - 1)


def version(nnsight: ModuleType) -> str:
    """The version of an nnsight that is imported. Those before 0.3.7 do not say it themselves."""
    said = vars(nnsight).get("__version__")
    if not isinstance(said, str) or _number(said) is None:
        try:
            said = metadata.version("nnsight")
        except metadata.PackageNotFoundError:
            said = said if isinstance(said, str) else "of an unknown version"
    return said


def generation() -> tuple[Row, str]:
    """The row of the nnsight that is installed, and its version.

    Raises:
        UnsupportedError: it is of no generation that is known, or lacks what its own uses.
    """
    nnsight = importlib.import_module("nnsight")
    found = version(nnsight)
    row = _row(found, _is_there)
    if row is None:
        raise UnsupportedError(f"nnsight {found} is not known; supported is {SUPPORTED}")
    return row, found


def load(row: Row, found: str) -> Any:
    """The module of a generation.

    Raises:
        UnsupportedError: naming everything that this nnsight, or torch, lacks of what it uses.
    """
    lacking = [] if row.keeps else missing(TORCH)
    if not lacking:
        module = importlib.import_module(f".{row.module}", __name__)
        check(module.PRIVATE, found)
        return module
    raise UnsupportedError(_lacks(f"torch {importlib.import_module('torch').__version__}", lacking, found))


def check(private: str, found: str | None = None) -> None:
    """Make sure that nnsight has all of ``private``, which is a :attr:`Generation.PRIVATE`.

    Raises:
        UnsupportedError: naming everything that it lacks.
    """
    if lacking := missing(private):
        found = found or version(importlib.import_module("nnsight"))
        raise UnsupportedError(_lacks("it", lacking, found))


def missing(private: str) -> list[str]:
    """What is not there of a :attr:`Generation.PRIVATE`, each with its module."""
    found = []
    for line in filter(str.strip, private.splitlines()):
        module, _, names = line.strip().partition(":")
        try:
            owner: Any = importlib.import_module(module)
        except Exception:  # whatever keeps it from being imported, it cannot be used
            found.append(module)
            continue
        found += [f"{module}.{name}" for name in names.split() if not _has(owner, name.split("."))]
    return found


def keepers() -> list[Kept]:
    """The modules of all generations that keep a graph; they import no nnsight."""
    return [cast(Kept, importlib.import_module(f".{row.module}", __name__)) for row in GENERATIONS if row.keeps]


def keeping() -> Kept | None:
    """The module that reads the graphs of the nnsight that is installed, or None if that one keeps none (0.5 and later).

    Raises:
        UnsupportedError: it is of no generation that is known, or lacks what its own uses.
    """
    row, found = generation()
    return cast(Kept, load(row, found)) if row.keeps else None


def installed() -> tuple[Run, str]:
    """The hooks for the nnsight that is installed, and its version.

    Raises:
        UnsupportedError: it is not one that can be recorded.
    """
    row, found = generation()
    if row.keeps:
        raise UnsupportedError(
            f"nnsight {found} keeps a graph of each block itself, so nothing is recorded: read(tracer) inside the block,"
            " or call install() before it and read(tracer) at any time"
        )
    return cast(Run, load(row, found)), found


def is_installed(module: str) -> bool:
    """Whether the nnsight that is imported is that of a module of ours; imports nothing."""
    nnsight = sys.modules.get("nnsight")
    row = None if nnsight is None else _row(version(nnsight), sys.modules.__contains__)
    return row is not None and f"{__name__}.{row.module}" == module


def _row(found: str, has: Callable[[str], bool]) -> Row | None:
    """The row of a version; without a number, that of the first whose sign is there."""
    number = _number(found)
    if number is not None and number >= (0, 3):
        return next((row for row in GENERATIONS if row.first <= number < row.end), None)
    return next((row for row in GENERATIONS if has(row.sign)), None)


def _number(version: str) -> tuple[int, int] | None:
    """The first two numbers of a version, if it has them."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return None if found is None else (int(found[1]), int(found[2]))


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # a package that it would be in is not there
        return False


def _has(owner: Any, path: list[str]) -> bool:
    """Whether an attribute is there: of a class, its own and not its parents', for that is what is replaced."""
    for part in path:
        if part not in vars(owner):
            return False
        owner = vars(owner)[part]
    return True


def _lacks(who: str, lacking: list[str], found: str) -> str:
    return f"nnsight {found} cannot be followed, as {who} lacks {', '.join(lacking)}; supported is {SUPPORTED}"


register(installed)
