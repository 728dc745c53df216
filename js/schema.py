"""Writes ``src/generated/schema.ts``: what crosses from Python, as TypeScript. ``make build`` runs it, CI compares.

The element types come from the dataclasses' type hints, the kinds from ``kinds.json``, the widget's state from ``view.py``,
what the drawing process is asked from ``wire.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from nnsight_graphwidget.export.wire import DrawingRequest, Said
from nnsight_graphwidget.graph import Edge, Group, Node, Source
from nnsight_graphwidget.graph.kinds import Behaviour, behaves, legend
from nnsight_graphwidget.graph.schema import NOT_FINITE, Field, fields_of
from nnsight_graphwidget.view import PictureOptions, WidgetOptions, default_of, options_of, stored_type

FILE = Path(__file__).parent / "src" / "generated" / "schema.ts"

_SHAPES = {
    "text": "string",
    "whole number": "number",
    "true or false": "boolean",
    "whole numbers": "number[]",
    "pairs": "[string, string][]",
    "numbers by name": f"Record<string, number | {' | '.join(map(json.dumps, NOT_FINITE))}>",
}

#: Types of state that is not ours: JSON of ipycytoscape's.
_STOCK = {
    "cytoscape_style": "{ selector: string; style?: object; css?: object }[]",
    "cytoscape_layout": "{ name?: string } & Record<string, unknown>",
}


def of_field(name: str, field: Field) -> str:
    """A line of an interface."""
    kind = " | ".join(map(json.dumps, field.choices[1:]))  # the first is the default, which is left out
    return f"  {name}{'' if field.needed else '?'}: {kind or _SHAPES[field.shape]};"


def of_hint(hint: Any) -> str:
    """A type hint in TypeScript."""
    if get_origin(hint) is Literal:
        return " | ".join(map(json.dumps, get_args(hint)))
    kinds = [of_hint(kind) for kind in get_args(hint) if kind is not NoneType]
    if get_origin(hint) is list:
        return f"{kinds[0]}[]"
    if get_origin(hint) is dict:
        return f"Readonly<Record<{', '.join(kinds)}>>"
    if get_origin(hint) is tuple:
        return f"readonly [{', '.join(kinds)}]"
    if get_args(hint):
        return " | ".join([*kinds, *(["null"] if NoneType in get_args(hint) else [])])
    return {str: "string", bool: "boolean", int: "number", float: "number"}[hint]


def elements() -> list[str]:
    """The interfaces of a node or sub-graph, of an edge and of a source."""
    both = {**fields_of(Node), **fields_of(Group)}
    return [
        "/** A node, or a sub-graph when `compound` is true. Fields at their default are absent. */",
        "export interface NodeData {",
        *(of_field(name, field) for name, field in both.items()),
        "  compound?: true;",
        "}",
        "",
        "export interface EdgeData {",
        *(of_field(name, field) for name, field in fields_of(Edge).items() if name != "kind"),
        "  kind: EdgeKind; // always there",
        "}",
        "",
        *choice("EdgeKind", fields_of(Edge)["kind"].choices),
        "",
        "export interface SourceText {",
        *(of_field(name, field) for name, field in fields_of(Source).items()),
        "}",
    ]


def choice(name: str, words: Iterable[str]) -> list[str]:
    """A type of a few words, a line each."""
    return [f"export type {name} =", "\n".join(f"  | {json.dumps(word)}" for word in words) + ";"]


def kinds() -> list[str]:
    """The interface of an entry of the legend: a field that not every kind has is optional, and few values are named."""
    entries = legend().values()
    lines = ["/** What is known of a kind; `kinds.py` says what each field means. */", "export interface KindStyle {"]
    for name in dict.fromkeys(name for entry in entries for name in entry):
        values = list(dict.fromkeys(entry[name] for entry in entries if name in entry))
        everywhere = all(name in entry for entry in entries)
        kind = "string"
        if name in get_args(Behaviour):
            continue  # said by BEHAVIOURS
        if name in ("role", "shape"):
            kind = " | ".join(map(json.dumps, values))
        lines.append(f"  {name}{'' if everywhere else '?'}: {kind};")
    behaviours = get_args(Behaviour)
    return [
        *lines, "}", "export type Legend = Record<string, KindStyle>;",
        *choice("Behaviour", behaviours),
        "/** Which kinds behave so. */",
        "export const BEHAVIOURS: Readonly<Record<Behaviour, readonly string[]>> = {",
        *(f"  {how}: {json.dumps([kind for kind in legend() if behaves(kind, how)])}," for how in behaviours),
        "};",
    ]  # fmt: skip


def state() -> list[str]:
    """The widget's synced traits, and their defaults."""
    types = {
        "elements": "Element[]",
        "sources": "SourceText[]",
        "about": "{ nnsight?: string | null; complete?: boolean; reason?: string | null;"
        " warnings?: [id: string, text: string][] }",
    }
    defaults: dict[str, Any] = {"elements": [], "sources": [], "about": {}}
    for name, (hint, option) in options_of(WidgetOptions).items():
        types[name] = _STOCK.get(name) or of_hint(stored_type(hint, option))
        defaults[name] = default_of(hint, option)
    types["_interaction_handlers"], defaults["_interaction_handlers"] = "Record<string, string[]>", {}
    return [
        "/** The widget's synced traits. */",
        "export interface State {",
        *(f"  {name}: {kind};" for name, kind in types.items()),
        "}",
        "",
        "export const DEFAULTS: State = {",
        *(f"  {name}: {number(default)}," for name, default in defaults.items()),
        "};",
        "",
        "/** How far boxes were dragged from where layout puts them, by id, in px of the drawing. */",
        'export type Positions = State["positions"];',
        'export type Theme = Exclude<State["theme"], "auto">;',
    ]


def drawing() -> list[str]:
    """What is asked for a drawing, and what is said of it."""
    ours = {"elements": "Element[]", "kinds": "Legend"}
    asked = {name: ours.get(name) or of_hint(hint) for name, hint in get_type_hints(DrawingRequest).items()}
    for name, (hint, option) in options_of(PictureOptions).items():
        if name != "only":
            asked.setdefault(name, of_choice(hint, stored_type(hint, option)))
    return [
        "/** What is asked for a drawing: wire.py and view.py say what each means. */",
        "export interface DrawingRequest {",
        *(f"  {name}: {kind};" for name, kind in asked.items()),
        "}",
        "",
        "/** What is said of a drawing. */",
        "export interface Said {",
        *(f"  {name}: {of_hint(hint)};" for name, hint in get_type_hints(Said).items()),
        "}",
    ]


def of_choice(hint: Any, stored: Any) -> str:
    """The type of an option that may still be one of its words (``"auto"``) where its stored type has none."""
    words = [of_hint(each) for each in get_args(hint) if get_origin(each) is Literal]
    return " | ".join(dict.fromkeys([of_hint(stored), *words]))


def number(value: Any) -> str:
    """A default in JavaScript, where 4.0 is 4."""
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def schema() -> str:
    """The whole file."""
    head = [
        "// What crosses from Python: the elements of a graph, the kinds of the legend, and the widget's state.",
        "// Written by js/schema.py; `make build` writes it again.",
        "",
        "export interface Element {",
        '  group: "nodes" | "edges";',
        "  data: NodeData | EdgeData;",
        "  classes?: string;",
        "}",
    ]
    return "\n".join([*head, "", *elements(), "", *kinds(), "", *state(), "", *drawing()]) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), "utf-8")
