"""Where in the user's source something happened: bytecode position → expression, and the loops and branches around it."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(slots=True, eq=False)
class Site:
    """A place in the user's source.

    Arguments:
        node: the expression or statement, when it could be told.
        order: its position in the order of evaluation in its file; a later site with a lower order means a loop went round.
        around: the loops and branches that it is in, outermost first, each with the branch (0 for a loop).
        statement: the statement that it is part of.
    """

    file: str
    line: int | None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    node: ast.AST | None = None
    order: int = -1
    around: tuple[tuple[ast.AST, int], ...] = ()
    statement: ast.stmt | None = None
    source: SourceFile | None = None

    @property
    def text(self) -> str | None:
        if self.source is None or self.line is None:
            return None
        if self.node is None:
            return self.source.line(self.line)
        return self.source.text(self.node)

    @property
    def variable(self) -> str | None:
        """The name that the expression's value is bound to, if it is bound as it is."""
        statement, node = self.statement, self.node
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            return node.value.id
        if isinstance(statement, ast.Assign) and statement.value is node:
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            return names[0] if names else None
        if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and isinstance(statement.target, ast.Name):
            return statement.target.id if node in (statement.value, statement) else None
        parent = self.source.parent(node) if self.source is not None and node is not None else None
        if isinstance(parent, ast.NamedExpr) and isinstance(parent.target, ast.Name):
            return parent.target.id
        return None


@dataclass(slots=True, eq=False)
class SourceFile:
    """A file's syntax tree, with the order of evaluation of every expression and the structure around it."""

    name: str
    lines: list[str]
    tree: ast.Module | None
    _by_position: dict[tuple[int, int, int, int], ast.AST] = field(default_factory=dict)
    _by_end: dict[tuple[int, int], list[ast.AST]] = field(default_factory=dict)
    _parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    _order: dict[ast.AST, int] = field(default_factory=dict)
    _first: dict[ast.AST, int] = field(default_factory=dict)
    _withs: dict[int, ast.AST] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> SourceFile:
        lines = linecache.getlines(name)
        try:
            tree = ast.parse("".join(lines)) if lines else None
        except SyntaxError:  # a cell with magics: lines can be shown, structure cannot
            tree = None
        file = cls(name, lines, tree)
        if tree is not None:
            for order, node in enumerate(_evaluated(tree)):
                file._order[node] = order
            for parent in ast.walk(tree):
                for child in ast.iter_child_nodes(parent):
                    file._parents[child] = parent
                if isinstance(parent, (ast.With, ast.AsyncWith)):
                    for line in {parent.lineno, *(item.context_expr.lineno for item in parent.items)}:
                        file._withs.setdefault(line, parent)
                if hasattr(parent, "lineno"):
                    node: Any = parent
                    end = (node.end_lineno, node.end_col_offset)
                    file._by_position.setdefault((node.lineno, node.col_offset, *end), node)
                    file._by_end.setdefault(end, []).append(node)
        return file

    def line(self, number: int) -> str | None:
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else None

    def text(self, node: Any) -> str | None:
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith)):
            return " ".join(self._span(node.lineno, node.col_offset, node.body[0].lineno, None).split())
        return self._span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def _span(self, line: int, column: int, end_line: int, end_column: int | None) -> str:
        """Source between two places; columns are in UTF-8 bytes. Without an end column, up to the line before ``end_line``."""
        if end_column is None:
            rows = [row.encode() for row in self.lines[line - 1 : max(line, end_line - 1)]]
        else:
            rows = [row.encode() for row in self.lines[line - 1 : end_line]]
            rows[-1:] = [row[:end_column] for row in rows[-1:]]
        rows[:1] = [row[column:] for row in rows[:1]]
        return b"".join(rows).decode(errors="replace").strip()

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def order(self, node: ast.AST) -> int:
        return self._order.get(node, -1)

    def first(self, node: ast.AST) -> int:
        """The order of the first thing that is evaluated in ``node``."""
        if node not in self._first:
            self._first[node] = min((self.order(child) for child in ast.walk(node) if isinstance(child, ast.expr)), default=self.order(node))
        return self._first[node]

    def with_at(self, line: int) -> ast.AST | None:
        return self._withs.get(line)

    def at(self, line: int, column: int, end_line: int, end_column: int) -> ast.AST | None:
        """The expression at a position that the compiler gave; it starts a method chain of several lines late."""
        exact = self._by_position.get((line, column, end_line, end_column))
        if exact is not None:
            return exact
        ends = [node for node in self._by_end.get((end_line, end_column), ()) if isinstance(node, (ast.Call, ast.Attribute))]
        return ends[0] if ends else None

    def site(self, node: Any, line: int | None = None) -> Site:
        """The site of a syntax node."""
        around: list[tuple[ast.AST, int]] = []
        statement: ast.stmt | None = None
        child, parent = node, self._parents.get(node)
        if isinstance(node, ast.stmt):
            statement = node
        while parent is not None and not isinstance(child, FUNCTIONS):
            if statement is None and isinstance(parent, ast.stmt):
                statement = parent
            if (isinstance(parent, (ast.For, ast.AsyncFor)) and child in parent.body) or (
                isinstance(parent, ast.While) and (child in parent.body or child is parent.test)
            ):
                around.append((parent, 0))
            elif isinstance(parent, ast.If) and child is not parent.test:
                around.append((parent, 0 if child in parent.body else 1))
            elif isinstance(parent, COMPREHENSIONS) and child is not parent.generators[0]:
                around.append((parent, 0))
            child, parent = parent, self._parents.get(parent)
        return Site(
            self.name, node.lineno if line is None else line, node.col_offset, node.end_lineno, node.end_col_offset, node,
            self.order(node), tuple(reversed(around)), statement, self,
        )  # fmt: skip


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Every node under ``node`` and itself, in the order in which Python evaluates them."""
    stack: list[tuple[ast.AST, bool]] = [(node, False)]
    while stack:
        item, done = stack.pop()
        if done:
            yield item
            continue
        stack.append((item, True))
        stack.extend((child, False) for child in reversed(_parts(item)))


def _parts(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Assign):
        return [node.value, *node.targets]
    if isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        return [part for part in (node.value, node.target) if part is not None]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter, node.target, *node.body, *node.orelse]
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, ast.DictComp):
        return [*node.generators, node.key, node.value]
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return [*node.generators, node.elt]
    if isinstance(node, ast.comprehension):
        return [node.iter, node.target, *node.ifs]
    if isinstance(node, ast.Dict):
        return [part for pair in zip(node.keys, node.values) for part in pair if part is not None]
    return list(ast.iter_child_nodes(node))


class Sources:
    """Files read so far, and sites by bytecode position."""

    def __init__(self) -> None:
        self._files: dict[str, SourceFile] = {}
        self._sites: dict[tuple[CodeType, int, int], Site] = {}
        self._positions: dict[CodeType, list[Any]] = {}

    def file(self, name: str) -> SourceFile:
        found = self._files.get(name)
        if found is None:
            found = self._files[name] = SourceFile.read(name)
        return found

    def owner(self, node: ast.AST) -> SourceFile | None:
        """The file that a syntax node is of."""
        return next((file for file in self._files.values() if file.order(node) >= 0), None)

    def site(self, code: CodeType, lasti: int, shift: int = 0) -> Site:
        """The site of an instruction.

        Arguments:
            code, lasti: the instruction.
            shift: columns that the code was dedented by when it was compiled.
        """
        key = (code, lasti, shift)
        found = self._sites.get(key)
        if found is None:
            found = self._sites[key] = self._find(code, lasti, shift)
        return found

    def _find(self, code: CodeType, lasti: int, shift: int) -> Site:
        file = self.file(code.co_filename)
        if sys.version_info >= (3, 11):
            if code not in self._positions:
                self._positions[code] = list(code.co_positions())
            line, end_line, column, end_column = self._positions[code][lasti // 2]
        else:
            line = next((at for start, end, at in code.co_lines() if start <= lasti < end), None)
            end_line = column = end_column = None
        if line is None or column is None or end_line is None or end_column is None:
            return Site(code.co_filename, line, source=file)
        node = file.at(line, column + shift, end_line, end_column + shift)
        if node is None:
            return Site(code.co_filename, line, column + shift, end_line, end_column + shift, source=file)
        return file.site(node, line)
