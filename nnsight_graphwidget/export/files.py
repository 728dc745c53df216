"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import ExportError


def write(path: Path, content: bytes) -> Path:
    """Put ``content`` at ``path`` through a temporary file beside it; make missing folders.

    Raises:
        ExportError: in one line; a file that was there is as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays a link: what it points to is replaced
    if target.exists() and not target.is_file():
        raise ExportError(f"{path}: cannot be written: it is {'a folder' if target.is_dir() else 'no ordinary file'}")
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a disk that fills up late says so here, before the old file is gone
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            with suppress(FileNotFoundError):  # renamed: the usual case
                os.unlink(temporary)
    return path


def _mode(target: Path) -> int:
    """The permissions that ``open(target, "w")`` would leave."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
