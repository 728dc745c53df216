"""``.md``: the outline and the user's source, for GitHub, notes and language models."""

from __future__ import annotations

import re
from typing import Any

from ..graph import Graph
from ..graph.outline import heading, outline
from ..graph.text import legible
from .folding import as_asked


def write(graph: Graph, **options: Any) -> bytes:
    """A title, a line about the graph, the outline, and each block of source with the numbers of its lines."""
    lines = outline(as_asked(graph, options), max_lines=None, width=None, whole=graph).split("\n")[1:]
    parts = [
        f"# {_plain(legible(graph.title))}",
        _plain(heading(graph).removeprefix(f"{legible(graph.title)}: ")),
        _block("text", lines),
    ]
    for source in graph.sources:
        numbered = enumerate(source.text.splitlines(), source.line)
        parts += [
            f"## {_plain(legible(source.file))}",
            _block("python", [f"{number:4}  {legible(line, 10_000)}".rstrip() for number, line in numbered]),
        ]
    return ("\n\n".join(parts) + "\n").encode()


def _plain(text: str) -> str:
    """Text that is no Markdown and no HTML."""
    return re.sub(r"[\\`*_{}\[\]()#+!<>|&~$@]", lambda found: f"&#{ord(found[0])};", text)


def _block(language: str, lines: list[str]) -> str:
    """Lines as they are, in a fence longer than any in them."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *lines, fence])
