"""Which formats there are: one list, and one file each, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ..errors import ExportError
from ..graph.text import legible
from ..view import FoldingOptions, GraphOptions, PictureOptions, SaveOptions, ViewOptions, options_of


class Format(NamedTuple):
    """A format of files.

    Arguments:
        module: of this room, which writes it: its ``write`` takes the graph and the format's options, without ``title`` and
            ``only``, and returns the file's bytes.
        takes: the set of its options.
        drawn: whether it needs the drawing process.
    """

    module: str
    takes: type = GraphOptions
    drawn: bool = False

    @property
    def options(self) -> list[str]:
        """The names of its options."""
        return list(options_of(self.takes))

    @property
    def shows_a_view(self) -> bool:
        """Whether it shows what is open on the screen, and so on; else it holds the whole graph, unless something else is asked
        for."""
        return "theme" in self.options

    @property
    def write(self) -> Callable[..., bytes]:
        """What makes the file."""
        write: Callable[..., bytes] = import_module(f".{self.module}", __package__).write
        return write


#: suffix → the format
FORMATS: dict[str, Format] = {
    ".svg": Format("svg", PictureOptions, drawn=True),
    ".png": Format("png", SaveOptions, drawn=True),
    ".pdf": Format("pdf", PictureOptions, drawn=True),
    ".html": Format("html", ViewOptions),
    ".json": Format("json"),
    ".cyjs": Format("cyjs"),
    ".graphml": Format("graphml"),
    ".gexf": Format("gexf"),
    ".dot": Format("dot", FoldingOptions),
    ".mmd": Format("mermaid", FoldingOptions),
    ".txt": Format("text", FoldingOptions),
    ".md": Format("markdown", FoldingOptions),
}


def format_of(path: Path) -> Format:
    """The format that the suffix of ``path`` names.

    Raises:
        ExportError: there is none; the message names those that there are.
    """
    suffix = path.suffix
    if suffix.lower() not in FORMATS:
        given = f"{suffix!r} is no format" if suffix else "there is no suffix to tell the format"
        raise ExportError(f"{legible(str(path))}: {given}; the formats are {' '.join(FORMATS)}")
    return FORMATS[suffix.lower()]
