"""Untrusted data → what a dataclass holds, and that a graph holds together.

The checks follow from the dataclasses' own type hints: a new field of a node is checked, and sizes are bounded, without a line
here. Every entry is checked before anything is built. This file names no dataclass of the graph, since they use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from ..errors import InvalidGraphError

SCHEMA = 1

MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 100
MAX_TEXT = 100_000
MAX_ID = 10_000
MAX_LIST = 10_000

#: How a dict spells the numbers that JSON has not.
NOT_FINITE = ("nan", "inf", "-inf")

_TEXT, _INT, _BOOL, _INTS, _PAIRS, _NUMBERS = (
    "text",
    "whole number",
    "true or false",
    "whole numbers",
    "pairs",
    "numbers by name",
)
_SHAPES: dict[Any, str] = {
    str: _TEXT,
    int: _INT,
    bool: _BOOL,
    tuple[int, ...]: _INTS,
    tuple[tuple[str, str], ...]: _PAIRS,
    Mapping[str, float]: _NUMBERS,
}


@dataclass(frozen=True)
class OneOf:
    """Beside a field's type: the values that it can have. (A ``Literal`` would ask every caller for one, too.)"""

    choices: tuple[str, ...]


@dataclass(frozen=True)
class Longest:
    """Beside a field's type: how many characters are read of it."""

    characters: int


@dataclass(frozen=True)
class Field:
    """What is known of a field from its type hint.

    Arguments:
        shape: what its values are, in words; or, of a tuple of dataclasses, that dataclass.
        needed: whether it has no default.
        optional: whether it may be None.
        choices: the values that it can have, when there are few.
        longest: how many characters are read of it.
    """

    shape: Any
    needed: bool
    optional: bool
    choices: tuple[str, ...]
    longest: int


@cache
def fields_of(cls: type) -> dict[str, Field]:
    """name → :class:`Field` of each field of a dataclass, in order."""
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for field in fields(cls):
        hint: Any = hints[field.name]
        notes: tuple[Any, ...] = ()
        if get_origin(hint) is Annotated:
            hint, notes = hint.__origin__, hint.__metadata__
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        optional = NoneType in get_args(hint)
        shape = kinds[0] if optional else hint
        if shape not in _SHAPES:
            shape = get_args(shape)[0]  # a tuple of dataclasses
        found[field.name] = Field(
            _SHAPES.get(shape, shape),
            field.default is MISSING,
            optional,
            next((note.choices for note in notes if isinstance(note, OneOf)), ()),
            next((note.characters for note in notes if isinstance(note, Longest)), MAX_TEXT),
        )
    return found


def parse(cls: type, data: Any) -> Any:
    """A checked graph from the dict that its ``to_dict`` wrote.

    Raises:
        InvalidGraphError: with the path of the first entry at fault, such as ``nodes[3].parent``.
    """
    if not isinstance(data, Mapping):
        raise InvalidGraphError(f"a graph is an object with nodes, groups and edges; got {type(data).__name__}")
    if type(data.get("schema")) is not int or data["schema"] != SCHEMA:
        raise InvalidGraphError(
            f"schema: this version reads schema {SCHEMA}, the data says {short(data.get('schema'))};"
            " save it again with this version, or install the version that wrote it"
        )
    known = fields_of(cls)
    unknown = set(data) - {"schema", *known}
    if unknown:
        raise InvalidGraphError(f"{min(map(short, unknown))}: not a field of a graph")
    values: dict[str, Any] = {}
    for name, field in known.items():
        if isinstance(field.shape, type):
            values[name] = tuple(field.shape(**entry) for entry in _entries(data, name, field.shape))
        elif data.get(name) is not None:
            values[name] = _check(data[name], field.shape, name)
    return cls(**{name: value for name, value in values.items() if value != ""})  # an empty title is none


def check(graph: Any) -> None:
    """That ids of a graph are unique, parents come first and edges end somewhere.

    Raises:
        InvalidGraphError: naming the entry at fault.
    """
    depths: dict[str, int] = {}
    for index, group in enumerate(graph.groups):
        _unique(group.id, depths, f"groups[{index}]")
        depth = 1 if group.parent is None else depths.get(group.parent, 0) + 1
        if depth == 1 and group.parent is not None:
            raise InvalidGraphError(
                f"groups[{index}].parent: no group {short(group.parent)} comes before it (a cycle, or missing)"
            )
        if depth > MAX_DEPTH:
            raise InvalidGraphError(f"groups[{index}].parent: nested more than {MAX_DEPTH} deep")
        depths[group.id] = depth
    ids = dict(depths)
    for index, node in enumerate(graph.nodes):
        _unique(node.id, ids, f"nodes[{index}]")
        if node.parent is not None and node.parent not in depths:
            raise InvalidGraphError(f"nodes[{index}].parent: no group {short(node.parent)}")
        ids[node.id] = 0
    edges: dict[str, int] = {}
    for index, edge in enumerate(graph.edges):
        if edge.id in ids:
            raise InvalidGraphError(f"edges[{index}].id: {short(edge.id)} is the id of a node")
        _unique(edge.id, edges, f"edges[{index}]")
        edges[edge.id] = 0
        for end in ("source", "target"):
            if getattr(edge, end) not in ids:
                raise InvalidGraphError(f"edges[{index}].{end}: no node or group {short(getattr(edge, end))}")
    for name in ("edges", "groups", "nodes"):
        _check_choices(name, getattr(graph, name))


def _check_choices(name: str, items: tuple[Any, ...]) -> None:
    if not items:
        return
    cls: type = type(items[0])
    limited = [(field, known.choices) for field, known in fields_of(cls).items() if known.choices]
    for index, item in enumerate(items):
        for field, choices in limited:
            if (value := getattr(item, field)) not in choices:
                raise InvalidGraphError(f"{name}[{index}].{field}: one of {', '.join(choices)}; got {short(value)}")


def _unique(id_: str, seen: Mapping[str, int], where: str) -> None:
    if not id_:
        raise InvalidGraphError(f"{where}.id: empty")
    if len(id_) > MAX_ID:
        raise InvalidGraphError(f"{where}.id: {len(id_):,} characters; at most {MAX_ID:,} are read")
    if not id_.isprintable():  # every format writes ids as they are
        raise InvalidGraphError(f"{where}.id: a control or invisible character in {id_[:60]!a}")
    if id_ in seen:
        raise InvalidGraphError(f"{where}.id: {short(id_)} is there twice")


def _entries(data: Mapping[str, Any], name: str, cls: type) -> list[dict[str, Any]]:
    items = data.get(name, [])
    if not isinstance(items, list):
        raise InvalidGraphError(f"{name}: a list; got {type(items).__name__}")
    if len(items) > MAX_ELEMENTS:
        raise InvalidGraphError(f"{name}: {len(items):,} entries; at most {MAX_ELEMENTS:,} are read")
    known = fields_of(cls)
    needed = [field for field, about in known.items() if about.needed]
    entries = []
    for index, item in enumerate(items):
        where = f"{name}[{index}]"
        if not isinstance(item, Mapping):
            raise InvalidGraphError(f"{where}: an object; got {type(item).__name__}")
        for field in needed:
            if item.get(field) is None:
                raise InvalidGraphError(f"{where}.{field}: missing")
        entry = {}
        for field, value in item.items():
            about = known.get(field)
            if about is None:
                raise InvalidGraphError(f"{where}.{short(field)}: not a field of {name}")
            if value is None:
                continue
            entry[field] = _check(value, about.shape, f"{where}.{field}", about.longest)
        entries.append(entry)
    return entries


def _check(value: Any, shape: str, where: str, limit: int = MAX_TEXT) -> Any:
    """``value`` as the dataclass wants it, or an error that says what it should have been."""
    if isinstance(value, (list, Mapping)) and len(value) > MAX_LIST:
        raise InvalidGraphError(f"{where}: {len(value):,} entries; at most {MAX_LIST:,} are read")
    if shape == _TEXT:
        good = isinstance(value, str)
        if good and len(value) > limit:
            raise InvalidGraphError(f"{where}: {len(value):,} characters; at most {limit:,} are read")
    elif shape == _INT:
        good = _whole(value)
    elif shape == _BOOL:
        good = isinstance(value, bool)
    elif shape == _INTS:
        good = isinstance(value, list) and all(map(_whole, value))
        value = tuple(value) if good else value
    elif shape == _PAIRS:
        good = isinstance(value, list) and all(
            isinstance(v, list) and len(v) == 2 and all(isinstance(s, str) and len(s) <= limit for s in v) for v in value
        )
        value = tuple((v[0], v[1]) for v in value) if good else value
    else:
        good = isinstance(value, Mapping) and all(
            isinstance(k, str) and (isinstance(v, float) or _whole(v) or v in NOT_FINITE) for k, v in value.items()
        )
        value = {k: float(v) for k, v in value.items()} if good else value
    if not good:
        raise InvalidGraphError(f"{where}: {shape} expected; got {short(value)}")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53  # what JavaScript counts exactly


def short(value: Any) -> str:
    """An untrusted value in a few characters, for an error message."""
    if isinstance(value, (str, int, float, bool, type(None))):
        if isinstance(value, int) and value.bit_length() > 1000:  # of more than 4,300 digits Python writes none
            return f"a number of {value.bit_length():,} bits"
        text = repr(value)
        return text if len(text) <= 60 else text[:59] + "…"
    return type(value).__name__
