"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from ..errors import ExportError
from ..graph.text import legible


def located(path: str | os.PathLike[str]) -> Path:
    """``path`` with a ``~`` or ``~name`` at its start read as a home folder.

    Raises:
        ExportError: there is no such home folder.
    """
    path = Path(path)
    try:
        return path.expanduser()
    except (RuntimeError, ValueError) as error:
        first = legible(path.parts[0])
        raise ExportError(
            f"{legible(str(path))}: cannot be written: {first} is no user's home folder; a folder of that name is ./{first}"
        ) from error


def check(path: Path) -> tuple[Path, int | None]:
    """What can be known before there is a content: the file that ``path`` leads to and its permissions, None if it is new.

    Raises:
        ExportError: in one line: it cannot be written.
    """
    with _one_line(path):
        target = Path(os.path.realpath(path))  # a link stays a link: what it points to is replaced
        try:
            mode = os.stat(target).st_mode
        except FileNotFoundError:
            return target, None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise ExportError(f"{legible(str(path))}: cannot be written: it is {kind}")
    return target, stat.S_IMODE(mode)


def write(path: Path, content: bytes) -> Path:
    """Put ``content`` at ``path`` through a temporary file beside it; make missing folders.

    Raises:
        ExportError: in one line; a file that was there is as it was, and no folder was made.
    """
    target, mode = check(path)
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(8)}")
    # Of a new file the system sets the permissions; one that replaces another is for no one else until it has the other's.
    first = 0o666 if mode is None else 0o600
    with _one_line(path):
        missing = list(takewhile(lambda folder: not folder.exists(), (target.parent, *target.parent.parents)))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, first)) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # a disk that fills up late says so here, before the old file is gone
            if mode is not None:
                os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            for folder in missing:  # the innermost first; one that is not empty stays
                with suppress(OSError):
                    folder.rmdir()
            raise
    return path


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """What the system says is wrong with ``path`` is an ExportError."""
    try:
        yield
    except OSError as error:
        raise ExportError(f"{legible(str(path))}: cannot be written: {error.strerror or error}") from error
    except ValueError as error:  # a character that no name can have
        raise ExportError(f"{legible(str(path))}: cannot be written: no file can have this name: {error}") from error
