"""A graph back from a ``.json`` file."""

from __future__ import annotations

import json
import os
from typing import BinaryIO

from ..errors import InvalidGraphError
from .model import Graph
from .text import legible

MAX_FILE = 256 * 2**20


def load(path: str | os.PathLike[str]) -> Graph:
    """The graph in a ``.json`` file that :func:`save` wrote.

    Raises:
        InvalidGraphError: the file is not such a graph; the message names the entry at fault.
        OSError: it cannot be opened.
    """
    name = legible(str(path))
    try:
        # Of a user that there is not, the path is left as it is: no such file.
        with open(os.path.expanduser(path), "rb") as file:
            return parse(file, name)
    except InvalidGraphError:
        raise
    except ValueError as error:  # no name of a file
        raise InvalidGraphError(f"{name}: {error}") from None


def parse(file: BinaryIO, name: str) -> Graph:
    """The graph in an open file.

    Raises:
        InvalidGraphError: it is not such a graph; the message has the ``name`` and names the entry at fault.
    """
    try:
        content = file.read(MAX_FILE + 1)  # no more: a device has no end
        if len(content) > MAX_FILE:
            raise InvalidGraphError(f"larger than {MAX_FILE // 2**20} MB, the most that is read")
        return Graph.from_dict(json.loads(content))
    except (ValueError, RecursionError) as error:
        # ValueError: not JSON, not UTF-8, or no graph. RecursionError: JSON deeper than any graph is.
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise InvalidGraphError(f"{name}: {reason}") from None
