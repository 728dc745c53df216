"""Values of the user's program, looked at without running any code of theirs: what a name is, what a container holds, whose
identity is its own."""

from __future__ import annotations

import ast
import weakref
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any

import torch

from .events import Event, Variable
from .frames import variables

_Tensor = torch.Tensor
_MOST_LEAVES = 1000

#: Where a value came from: each once, in order.
Sourced = tuple[Event | Variable, ...]
NUMBERS = (int, float, complex, str, bytes)
CONTAINERS: tuple[type, ...] = (list, tuple, dict, set, type({}.values()), type({}.items()))


class Names:
    """What names stand for in a frame, which is asked at most once.

    Arguments:
        tensors: those that names of the frame are known to be bound to.
    """

    def __init__(self, frame: FrameType, tensors: Mapping[str, weakref.ref[Any]]) -> None:
        self._frame, self._tensors = frame, tensors
        self._others: Mapping[str, Any] | None = None

    def get(self, name: str) -> Any:
        """What a name stands for, None if it is not bound."""
        known = self._tensors.get(name)
        if known is not None:
            return known()
        try:
            if self._others is None:
                self._others = variables(self._frame)
            return self._others[name]
        except Exception:
            return None


def lookup(node: ast.AST, names: Names) -> Any:
    """What a name, an attribute or an item of a list or dict is, without running code of its own; None if it cannot be told."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if isinstance(node.operand.value, int) else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        base = lookup(node.value, names)
        own = getattr(base, "__dict__", None) if base is not None and not issubclass(type(base), _Tensor) else None
        if type(own) is not dict:
            return None
        if node.attr in own:
            return own[node.attr]
        return next(
            (own[part][node.attr] for part in ("_parameters", "_buffers", "_modules") if node.attr in (own.get(part) or ())),
            None,
        )
    if isinstance(node, ast.Subscript):
        base, key = lookup(node.value, names), lookup(node.slice, names)
        if (type(base) is dict and type(key) in (str, int)) or (type(base) in (list, tuple) and type(key) is int):
            try:
                return base[key]
            except (KeyError, IndexError):
                return None
    return None


def unique(value: Any) -> bool:
    """Whether a value's identity is its own: Python shares small whole numbers, flags and single characters."""
    cls = type(value)
    if cls is float or cls is complex:
        return True
    if cls is int:
        return not -6 < value < 257
    if cls is str or cls is bytes:
        return len(value) > 1
    return cls.__module__ == "numpy" or (hasattr(cls, "__array_interface__") and not issubclass(cls, _Tensor))


def leaves(value: Any) -> Iterable[tuple[str, Any]]:
    """(path, value) of what lists, tuples, dicts and sets hold, at most a thousand."""
    todo: list[tuple[str, Any, int]] = [("", value, 0)]
    count = 0
    while todo and count < _MOST_LEAVES:
        path, item, depth = todo.pop()
        cls = type(item)
        if depth < 6 and (cls is list or cls is tuple):
            todo.extend((f"{path}[{index}]", each, depth + 1) for index, each in reversed(list(enumerate(item[:_MOST_LEAVES]))))
        elif depth < 6 and cls is dict:
            todo.extend(
                (f"{path}[{key!r}]" if type(key) in (str, int) else path, each, depth + 1)
                for key, each in reversed(list(item.items()))
            )
        elif depth < 6 and cls in CONTAINERS:
            todo.extend((path, each, depth + 1) for each in item)
        else:
            count += 1
            yield path, item


def union(parts: Iterable[Sourced]) -> Sourced:
    """Sources together, each once, in order."""
    return tuple(dict.fromkeys(event for part in parts for event in part))
