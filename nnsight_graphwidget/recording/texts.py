"""The text that code was compiled from: which of what is known of a file it is, and what people call the file."""

from __future__ import annotations

import dis
import io
import linecache
import os
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

#: Of so many instructions it is asked whether the names that they use stand in the text.
_MOST_ASKED = 50
#: So few, and this share of them, may not: compilers place some parts of a statement at another.
_ODD = 1, 1 / 8


def versions(name: str, kept: str | None) -> Iterator[list[str]]:
    """The lines of a file in every version that is at hand: as nnsight has read it, as Python has, and as it is now.

    Arguments:
        kept: the text that nnsight compiles blocks of the file from, if it says so.
    """
    if kept is not None:
        yield io.StringIO(kept).readlines()
    cached = linecache.getlines(name)
    yield cached
    if os.path.isfile(name):
        try:
            with tokenize.open(name) as file:
                now = file.readlines()
        except (OSError, SyntaxError, UnicodeError):
            return
        if now != cached:
            yield now


def agrees(code: CodeType, lines: Sequence[str], shift: int) -> bool:
    """Whether the names that a code object uses stand in the lines that it says it is from.

    Arguments:
        shift: how many lines further down the code is in the text than it says.
    """
    operations = code.co_code
    count = len(operations) // 2
    places = list(code.co_positions()) if sys.version_info >= (3, 11) else None
    asked = odd = 0
    for at in range(0, count, max(1, count // _MOST_ASKED)):
        name = _name(code, operations, at)
        if name is None:
            continue
        if places is not None:
            first, last = places[at][:2]
        else:
            first = last = next((line for start, end, line in code.co_lines() if start <= 2 * at < end), None)
        if first is None or last is None:
            continue
        asked += 1
        odd += not any(re.search(rf"\b{name}\b", line) for line in lines[first + shift - 1 : last + shift])
    return odd <= _ODD[0] + _ODD[1] * asked


def _name(code: CodeType, operations: bytes, at: int) -> str | None:
    """The name that an instruction uses, as it stands in the source; None if it uses none, or one that Python made."""
    table = _TABLES.get(operations[2 * at])
    if table is None or (at and dis.opname[operations[2 * at - 2]] == "EXTENDED_ARG"):
        return None
    names, halved = table
    known: tuple[str, ...] = getattr(code, names)
    index = operations[2 * at + 1] >> halved
    if index >= len(known) or not known[index].isidentifier() or known[index].startswith("_"):  # of a class, it may be longer
        return None
    return known[index]


_TABLES = {
    dis.opmap[name]: (names, halved)
    for name, names, halved in (
        ("LOAD_NAME", "co_names", 0),
        ("LOAD_GLOBAL", "co_names", int(sys.version_info >= (3, 11))),
        ("LOAD_FAST", "co_varnames", 0),
    )
    if name in dis.opmap
}


class Titles:
    """What files are called in one graph: as people know them, each otherwise."""

    def __init__(self) -> None:
        self._called: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        called = self._called.get(name)
        if called is None:
            taken = self._called.values()
            called = self._called[name] = next(each for each in _titles(name) if each not in taken)
        return called


def _titles(name: str) -> Iterator[str]:
    """A notebook's cell by its number, where that is known; a file by where it is from here, or by its name and folders."""
    if "ipykernel_" in name or name.startswith("<ipython-input"):
        called = _cell(name) or "cell"
    elif not os.path.isabs(name):
        called = name
    else:
        try:
            relative = os.path.relpath(name)
        except (OSError, ValueError):  # there is no folder any more that this is in, or it is on another drive
            relative = ".."
        called = os.path.basename(name) if relative.startswith("..") else relative
        yield called
        folders = name.split(os.sep)
        yield from ("/".join(folders[-count:]) for count in range(2, len(folders) + 1))
    yield called
    number = 2
    while True:
        yield f"{called} {number}"
        number += 1


def _cell(name: str) -> str | None:
    """``In [4]``, as IPython counts."""
    try:
        shell: Any = sys.modules["IPython"].get_ipython()
        number = shell.compile._filename_map.get(name)
    except (KeyError, AttributeError):
        return None
    return f"In [{number}]" if number else None
