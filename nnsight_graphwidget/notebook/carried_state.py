"""A cell that runs again shows its graph as the user left it: what was open, selected, hidden and dragged."""

from __future__ import annotations

from collections.abc import Container
from typing import Any
from weakref import WeakValueDictionary

from ..graph.questions import known
from ..view import WidgetOptions, narrowed, options_of
from .cell import request as running

#: (cell, how many widgets it made before) → the widget that it made when it last ran.
_shown: WeakValueDictionary[tuple[str, int], Any] = WeakValueDictionary()
_running: tuple[str, int] = ("", 0)  # the request that runs, and how many widgets it has made


def carry_over(widget: Any, given: Container[str]) -> bool:
    """Give a new widget the state of the one that its cell showed before, as far as that has the same ids.

    Arguments:
        widget: the new one: a ``GraphWidget``.
        given: traits that its maker set: they stay.

    Returns:
        Whether there was one of the same graph. Never where the front end does not say which cell runs.
    """
    global _running
    request, cell = running()
    if cell is None:
        return False
    _running = (request, _running[1] + 1 if _running[0] == request else 0)
    key = (cell, _running[1])
    before = _shown.get(key)
    _shown[key] = widget
    if before is None:
        return False
    there = known(widget.graph)
    outermost = {group.id for group in before.graph.groups if group.parent is None}
    if not any(id_ in there.groups for id_ in outermost):
        return False  # the cell shows something else now
    carried = [name for name, (_, option) in options_of(WidgetOptions).items() if option.carried]
    state = narrowed({name: getattr(before, name) for name in carried}, there)
    for name, value in state.items():
        if name not in given:
            widget.set_trait(name, value)
    return True
