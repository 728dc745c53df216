"""Lines of nested blocks, as the drawing languages have them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from ..graph import Graph, Group, Node


def nested(
    graph: Graph,
    open_group: Callable[[Group], list[str]],
    node_line: Callable[[Node], str],
    close: str,
    full: Container[str | None],
) -> Iterator[str]:
    """Lines of nested blocks, indented: each group's own lines, and of the ``full`` ones what is in it, and its end."""
    inside: dict[str | None, list[Node | Group]] = {}
    for item in graph.groups + graph.nodes:
        inside.setdefault(item.parent, []).append(item)

    def walk(parent: str | None, indent: str) -> Iterator[str]:
        for item in inside.get(parent, ()):
            if isinstance(item, Group):
                yield from (indent + line for line in open_group(item))
                if item.id in full:
                    yield from walk(item.id, indent + "  ")
                    yield indent + close
            else:
                yield indent + node_line(item)

    return walk(None, "")
