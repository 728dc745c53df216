"""A graph as tables of plain values, for formats of other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any
from xml.etree import ElementTree as xml

from ..graph import Edge, Group, Node, plain
from ..graph.text import legible

Scalar = str | int | float | bool
Row = dict[str, Scalar]


def row_of(item: Node | Group | Edge, skip: Iterable[str] = ()) -> Row:
    """The fields of an item, each a plain text, number or truth value: other programs' tables hold nothing else."""
    row: Row = {}
    for name, value in plain(item, skip=(*skip, "id", "source", "target")).items():
        if name == "arguments":
            row[name] = legible(", ".join(f"{key}={text}" for key, text in value))
        elif isinstance(value, list):
            row[name] = str(value)
        elif isinstance(value, Mapping):
            row.update((legible(f"{name}.{key}"), float(number)) for key, number in value.items())
        else:
            row[name] = legible(value) if isinstance(value, str) else value
    if isinstance(item, Group):
        row["compound"] = True
    if isinstance(item, Edge):
        row["kind"] = item.kind
    return row


def columns(rows: Iterable[Row]) -> dict[str, str]:
    """column → its type, in order of first use."""
    types: dict[type, str] = {str: "string", bool: "boolean", int: "long", float: "double"}
    return {name: types[type(value)] for row in rows for name, value in row.items()}


def scalar(value: Scalar) -> str:
    if isinstance(value, float) and not isfinite(value):
        return {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[str(value)]  # as XML Schema spells a double
    return str(value).lower() if isinstance(value, bool) else str(value)


def xml_bytes(root: xml.Element) -> bytes:
    xml.indent(root, " ")
    content: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode("ascii")
