"""A graph under every cell that traces, without a line for it: ``%graph on``, ``%%graph``, ``install(display=True)``."""

from __future__ import annotations

import re
import warnings
from typing import Any

from ..errors import GraphWidgetError, IncompleteGraphWarning
from ..generations.watched import Watched
from ..graph import Graph
from . import cell
from .widget import GraphWidget

_CELL_MAGIC = re.compile(r"\s*%%graph(?=\s|$)")
_USAGE = "%graph on: a graph under every cell that traces, collapsed to one line; %graph off: no more; %graph: which of the two"


class Watch:
    """Watches the cells of an IPython, from :meth:`start` on; :meth:`stop` puts everything back.

    Arguments:
        shell: IPython's own.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        #: whether every cell is watched; else only those that begin with ``%%graph``
        self.every = False
        self._watched: Watched | None = None
        self._run: tuple[Any, ...] = ()
        self._before: Any = None

    def start(self) -> None:
        """Listen to the cells, and offer ``%graph`` and ``%%graph``."""
        self._shell.events.register("pre_run_cell", self._begins)
        self._shell.events.register("post_run_cell", self._ends)
        self._shell.input_transformers_cleanup.append(_without_magic)
        self._before = self._lines.get("graph")
        self._lines["graph"] = self._graph

    def stop(self) -> None:
        """Put back what :meth:`start` changed."""
        self._end()
        self._shell.events.unregister("pre_run_cell", self._begins)
        self._shell.events.unregister("post_run_cell", self._ends)
        self._shell.input_transformers_cleanup.remove(_without_magic)
        del self._lines["graph"]
        if self._before is not None:
            self._lines["graph"] = self._before

    @property
    def _lines(self) -> dict[str, Any]:
        """The magics of a line, by name."""
        found: dict[str, Any] = self._shell.magics_manager.magics["line"]
        return found

    def _graph(self, line: str) -> None:
        """%graph on | off: show a graph under every cell that traces, collapsed to one line."""
        word = line.strip()
        if word not in ("", "on", "off"):
            raise GraphWidgetError(f"%graph: on, off or nothing; got {word!r}. {_USAGE}")
        if word:
            self.every = word == "on"
        else:
            print(f"%graph is {'on' if self.every else 'off'}. {_USAGE}")

    def _begins(self, info: Any = None) -> None:
        run = cell.run()
        if self._watched is not None and run == self._run:
            return  # a cell that runs in this one
        self._end()
        cell.shown.clear()
        if self.every or _CELL_MAGIC.match(getattr(info, "raw_cell", None) or ""):
            self._run = run
            self._begin()

    def _ends(self, result: Any = None) -> None:
        if self._watched is not None and cell.run() == self._run:
            self._show()

    def _begin(self) -> None:
        self._end()
        watched = Watched(installed=True)
        try:
            watched.__enter__()
        except GraphWidgetError as error:
            warnings.warn(f"this cell's graph is not shown: {error}", IncompleteGraphWarning, stacklevel=2)
        else:
            self._watched = watched

    def _end(self) -> Graph | None:
        """Stop watching; what was seen."""
        watched, self._watched = self._watched, None
        if watched is None:
            return None
        watched.__exit__(None, None, None)
        return watched.graph

    def _show(self) -> None:
        graph = self._end()
        if graph is None or not graph.groups or _places(graph) <= {place for each in cell.shown for place in _places(each)}:
            return
        from IPython.display import display

        display(GraphWidget(graph, collapsed=True))


def _without_magic(lines: list[str]) -> list[str]:
    """A cell without its ``%%graph``, which is no magic of IPython's: nnsight looks for the source of a block in the cell as
    it stands, and would not find it in the argument of a magic. The empty comment keeps the numbers of the lines."""
    if lines and _CELL_MAGIC.match(lines[0]):
        return ["#\n", *lines[1:]]
    return lines


def _places(graph: Graph) -> set[tuple[str | None, int | None]]:
    """Where the sub-graphs of a graph begin: a graph with the same ones tells no more."""
    return {(group.file, group.line) for group in graph.groups if group.line is not None}
