"""What is shown of a graph: the options that pictures and pages share, checked before they reach JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal, TypeGuard

from .errors import ExportError
from .graph import Graph
from .graph.kinds import legend

Expanded = Literal["auto", "all"] | Iterable[str]
Steps = Mapping[str, int | Literal["all"]]
Positions = Mapping[str, Sequence[float]]


def opened(graph: Graph, expanded: Expanded) -> Literal["auto", "all"] | list[str]:
    """``expanded`` after a check.

    Raises:
        ExportError: it is something else, or names a sub-graph that the graph does not have.
    """
    if expanded == "auto" or expanded == "all":
        return expanded
    ids = _texts("expanded", expanded, "'auto', 'all' or a list of ids of sub-graphs")
    if unknown := set(ids) - {group.id for group in graph.groups}:
        raise ExportError(f"expanded: no sub-graph {min(unknown)!r}")
    return ids


def checked(
    graph: Graph, hidden_kinds: Iterable[str], steps: Steps | None, positions: Positions | None, arrangement: str
) -> dict[str, Any]:
    """The other options of a view, as JSON has them.

    Raises:
        ExportError: naming the option, what was given and what is expected.
    """
    if arrangement not in ("flow", "lanes"):
        raise ExportError(f"arrangement: 'flow' or 'lanes'; got {arrangement!r}")
    return {
        "hidden_kinds": _kinds(graph, hidden_kinds),
        "steps": checked_steps(graph, steps or {}),
        "positions": checked_positions(graph, positions or {}),
        "arrangement": arrangement,
    }


def checked_steps(graph: Graph, steps: Any) -> dict[str, int | str]:
    """id of a loop → the pass shown, after a check; raises ExportError."""
    expected = "ids of loops, each with a pass (0, 1 …) or 'all'"
    groups = {group.id for group in graph.groups}
    checked: dict[str, int | str] = {}
    for id_, step in _pairs("steps", steps, expected):
        if id_ not in groups:
            raise ExportError(f"steps: no sub-graph {id_!r}")
        if step != "all" and not (isinstance(step, int) and not isinstance(step, bool) and step >= 0):
            raise ExportError(f"steps: {expected}; got {step!r} for {id_!r}")
        checked[id_] = step
    return checked


def checked_positions(graph: Graph, positions: Any) -> dict[str, list[float]]:
    """id → how far it was dragged, after a check; raises ExportError."""
    expected = "ids, each with two numbers, (x, y) in px"
    known = {item.id for item in graph.groups + graph.nodes}
    checked: dict[str, list[float]] = {}
    for id_, moved in _pairs("positions", positions, expected):
        if id_ not in known:
            raise ExportError(f"positions: no node or sub-graph {id_!r}")
        if not (isinstance(moved, (list, tuple)) and len(moved) == 2 and all(map(is_number, moved))):
            raise ExportError(f"positions: {expected}; got {moved!r} for {id_!r}")
        checked[id_] = list(moved)
    return checked


def within(graph: Graph, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What is on the screen of a graph, as far as it is of this part of it."""
    known = {item.id for item in graph.groups + graph.nodes}
    narrowed = dict(shown)
    if "expanded" in shown:
        narrowed["expanded"] = [id_ for id_ in shown["expanded"] if id_ in known]
    for name in ("steps", "positions"):
        if name in shown:
            narrowed[name] = {id_: value for id_, value in shown[name].items() if id_ in known}
    return narrowed


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a number that a drawing can have."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) < 1e9 and isfinite(value)


def _kinds(graph: Graph, hidden: Any) -> list[str]:
    kinds = _texts("hidden_kinds", hidden, "a list of kinds of the legend, such as ['Value']")
    known = {*legend(), *(item.kind for item in graph.nodes + graph.groups)}
    if unknown := set(kinds) - known:
        raise ExportError(
            f"hidden_kinds: no kind {min(unknown)!r} in the legend or the graph; there are {', '.join(sorted(known))}"
        )
    return kinds


def _texts(name: str, given: Any, expected: str) -> list[str]:
    if not isinstance(given, str) and isinstance(given, Iterable):
        texts = list(given)
        if all(isinstance(text, str) for text in texts):
            return texts
    raise ExportError(f"{name}: {expected}; got {_short(given)}")


def _pairs(name: str, given: Any, expected: str) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping) and all(isinstance(id_, str) for id_ in given):
        return list(given.items())
    raise ExportError(f"{name}: a dict of {expected}; got {_short(given)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:59]}…"
