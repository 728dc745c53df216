"""Bytecode position → expression on Python 3.10, whose compiler keeps lines alone (3.11 brought ``code.co_positions()``).

The source around the code is compiled again with a number of its own as every expression's line, so that the compiler's line
table tells expressions apart. Its instructions are the same but for fillers; where they are not, nothing is said.
"""

from __future__ import annotations
import __future__

import ast
import copy
import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any

_FILLERS = ("NOP", "EXTENDED_ARG")


def expressions(code: CodeType, statement: ast.stmt, body: list[ast.stmt], lines: int = 0) -> dict[int, ast.AST]:
    """The syntax node of each instruction, by its offset.

    Arguments:
        code: a code object compiled from ``statement`` or a part of it.
        statement: the top-level statement that it is in.
        body: all statements of the file: what it was compiled with, unless by itself, as a block or a notebook cell is.
        lines: how many lines further down the code is in the file than in itself.

    Returns:
        An empty dict when the code is not what its source gives.
    """
    found = list(_instructions(code))
    first = next((line for _, _, line in found if line is not None), None)
    if first is None:
        return {}
    blocks = [
        node.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.With, ast.AsyncWith)) and node.lineno <= first + lines <= (node.end_lineno or 0)
    ]
    flags = code.co_flags & __future__.annotations.compiler_flag
    for part in (*reversed(blocks), [statement], body):
        try:
            originals, compiled = _recompiled(part, code.co_filename, flags)
        except SyntaxError:  # it has an `await` or a `return`, and cannot stand outside its function
            continue
        for twin in codes(compiled):
            matched = _match(found, twin, originals, lines)
            if matched:
                return matched
    return {}


def _recompiled(part: list[ast.stmt], name: str, flags: int) -> tuple[list[ast.AST], CodeType]:
    """The nodes of some statements, and their code with a node's index in place of its line."""
    module = ast.Module(body=part, type_ignores=[])
    numbered = copy.deepcopy(module)
    originals = list(ast.walk(module))
    for index, node in enumerate(ast.walk(numbered)):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = index  # type: ignore[attr-defined]
    compiled = compile(numbered, name, "exec", flags=flags, dont_inherit=True)
    return originals, compiled


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def _instructions(code: CodeType) -> Iterator[tuple[int, str, int | None]]:
    """(offset, operation, line) of each instruction that does something."""
    lines = {offset: line for start, end, line in code.co_lines() for offset in range(start, end, 2)}
    operations = code.co_code  # Python makes a copy each time that it is asked
    for offset in range(0, len(operations), 2):
        name = dis.opname[operations[offset]]
        if name not in _FILLERS:
            yield offset, name, lines.get(offset)


def _match(found: list[tuple[int, str, int | None]], twin: CodeType, nodes: list[ast.AST], lines: int) -> dict[int, ast.AST]:
    """The nodes of ``found``'s instructions, if ``twin`` has the same ones from the same lines."""
    other = list(_instructions(twin))
    if [name for _, name, _ in found] != [name for _, name, _ in other]:
        return {}
    calls: dict[ast.AST, ast.AST] = {node.func: node for node in nodes if isinstance(node, ast.Call)}
    matched: dict[int, ast.AST] = {}
    for (offset, _, line), (_, name, index) in zip(found, other):
        if index is None or line is None or not 0 < index < len(nodes):
            continue
        node = nodes[index]
        if not node.lineno <= line + lines <= (node.end_lineno or node.lineno):  # type: ignore[attr-defined]
            return {}
        matched[offset] = calls.get(node, node) if name == "CALL_METHOD" else node  # it has the line of the method's name
    return matched


def numbered(code: CodeType, tree: list[ast.stmt]) -> dict[int, dict[int, ast.AST]]:
    """The syntax nodes in the user's file of the instructions of code with marks and of the code in it, by their addresses.

    Arguments:
        tree: what it was compiled from, which is used up; ``origin`` of each node is the node that it stands for.
    """
    whole: Any = ast.Module(tree, [])
    origins: list[ast.AST | None] = [None]
    for node in ast.walk(whole):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = len(origins)  # type: ignore[attr-defined]
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
            origins.append(getattr(node, "origin", None))
    twins = codes(compile(whole, code.co_filename, "exec", flags=code.co_flags & 0xFF0000, dont_inherit=True))
    calls: dict[ast.AST, ast.AST] = {node.func: node for node in origins if isinstance(node, ast.Call)}
    twin = next((found for found in twins if _names(found) == _names(code)), None)
    made: dict[int, dict[int, ast.AST]] = {}
    for one, two in zip(codes(code), codes(twin)) if twin is not None else ():
        found = made[id(one)] = {}
        for (offset, name, _), (_, other, line) in zip(_instructions(one), _instructions(two)):
            origin = origins[line] if name == other and line is not None else None
            if origin is not None:
                found[offset] = calls.get(origin, origin) if name == "CALL_METHOD" else origin
    return made


def _names(code: CodeType) -> list[str]:
    return [name for _, name, _ in _instructions(code)]
