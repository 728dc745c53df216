"""Where in the user's source something happened: bytecode position → expression, and the loops and branches around it."""

from __future__ import annotations

import ast
import dis
import sys
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any, NamedTuple

from .positions import expressions, marked
from .texts import Titles, agrees, versions

LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Nodes without a place that the parser shares between expressions.
_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
#: The code of comprehensions that have a frame of their own: from Python 3.12 on generator expressions alone.
OWN_FRAMES = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>")
#: In place of a branch: the test of a ``while``, which is evaluated before each pass.
HEADER = -1
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Shift(NamedTuple):
    """How far a block that was compiled by itself is from where it is in the user's file: columns, lines, and which file."""

    columns: int = 0
    lines: int = 0
    file: str | None = None


@dataclass(slots=True, eq=False)
class Site:
    """A place in the user's source.

    Arguments:
        node: the expression or statement, when it could be told.
        order: its position in the order of evaluation in its file; a later site with a lower order means a loop went round.
        around: the loops and branches that it is in, outermost first, each with the branch (0 for a loop's pass).
        fetches: the loop that asks for its next item here.
        loads: whether the target of an augmented assignment is read here, before it is written.
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
    fetches: ast.AST | None = None
    loads: bool = False

    @property
    def slot(self) -> tuple[ast.AST, int] | None:
        """The innermost loop or branch that it is in."""
        return self.around[-1] if self.around else None

    @property
    def text(self) -> str | None:
        if self.source is None or self.line is None:
            return None
        if self.node is None:
            return self.source.line(self.line)
        return self.source.text(self.node)

    @property
    def flat(self) -> str | None:
        """Its text on one line."""
        text = self.text
        if text is None or "\n" not in text or not isinstance(self.node, ast.expr):
            return None if text is None else " ".join(text.split())
        return ast.unparse(self.node)

    @property
    def variable(self) -> str | None:
        """The name that the expression's value is bound to, if it is bound as it is."""
        statement, node = self.statement, self.node
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            return None if self.loads else node.value.id
        if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Tuple, ast.List)):
            target = statement.targets[0]
            if (
                node in statement.value.elts
                and isinstance(target, (ast.Tuple, ast.List))
                and len(target.elts) == len(statement.value.elts)
            ):
                each = target.elts[statement.value.elts.index(node)]
                return each.id if isinstance(each, ast.Name) else None
        if isinstance(statement, ast.Assign) and statement.value is node:
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            return names[0] if names else None
        if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and isinstance(statement.target, ast.Name):
            return (
                statement.target.id
                if node is (statement if isinstance(statement, ast.AugAssign) else statement.value)
                else None
            )
        parent = self.source.parent(node) if self.source is not None and node is not None else None
        if isinstance(parent, ast.NamedExpr) and isinstance(parent.target, ast.Name):
            return parent.target.id
        return None


class SourceFile:
    """A file's syntax tree, with the order of evaluation of every expression and the structure around it.

    Only the top-level statements that are asked about are indexed: a trace in a long script costs what the trace costs.
    """

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        try:
            self._body = ast.parse("".join(lines)).body if lines else []
        except (SyntaxError, ValueError):  # a cell with magics: lines can be shown, structure cannot
            self._body = []
        self._starts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) for node in self._body]
        self._indexed: set[int] = set()
        self._by_position: dict[tuple[int, int, int, int], ast.AST] = {}
        self._by_end: dict[tuple[int, int], list[ast.AST]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._order: dict[ast.AST, int] = {}
        self._first: dict[ast.AST, int] = {}
        self._withs: dict[int, ast.AST] = {}
        self._sites: dict[tuple[ast.AST, int | None], Site] = {}
        self._functions: dict[tuple[str, int], list[ast.AST]] = {}
        self._slots: dict[ast.AST, tuple[ast.AST, int] | None] = {}
        self._fits: dict[int, tuple[weakref.ref[CodeType], int, bool]] = {}
        #: by address: a code object that was compiled from this file, and the same with marks if it could be marked
        self.marked: dict[int, tuple[CodeType, CodeType | None]] = {}
        #: by address: marked code, and the syntax node of each of its instructions, on Python 3.10
        self.numbered: dict[int, tuple[CodeType, dict[int, ast.AST]]] = {}

    def fits(self, code: CodeType, shift: int) -> bool:
        """Whether a code object, which says that it is so many lines further up, can be from this text."""
        known = self._fits.get(id(code))
        if known is None or known[0]() is not code or known[1] != shift:
            if len(self._fits) > 1000:
                self._fits.clear()
            known = self._fits[id(code)] = (weakref.ref(code), shift, agrees(code, self.lines, shift))
        return known[2]

    def functions(self, name: str, line: int) -> Iterator[tuple[ast.AST, str | None]]:
        """The definitions of a name that begin at a line, each with the class that it is in."""
        self._index(line)
        for node in self._functions.get((name, line), ()):
            parent = self._parents.get(node)
            yield node, parent.name if isinstance(parent, ast.ClassDef) else None

    def slot(self, node: Any) -> tuple[ast.AST, int] | None:
        """The innermost loop or branch that a loop, test or clause is in itself."""
        if node not in self._slots:
            if isinstance(node, ast.comprehension):  # a later clause of a comprehension is in the one before it
                whole: Any = self._parents[node]
                index = whole.generators.index(node)
                self._slots[node] = (whole if index == 1 else whole.generators[index - 1], 0)
            else:
                self._slots[node] = self.site(node).slot
        return self._slots[node]

    def _index(self, line: int) -> None:
        """Index the top-level statement that holds a line."""
        which = bisect_right(self._starts, line) - 1
        if which < 0 or which in self._indexed:
            return
        self._indexed.add(which)
        order = which * _MOST
        stack: list[tuple[Any, bool]] = [(self._body[which], False)]
        while stack:
            node, done = stack.pop()
            if not done:
                stack.append((node, True))
                parts = _parts(node)
                for part in parts:
                    self._parents[part] = node
                stack.extend((part, False) for part in reversed(parts))
                if isinstance(node, (ast.With, ast.AsyncWith)):
                    for at in {node.lineno, *(item.context_expr.lineno for item in node.items)}:
                        self._withs.setdefault(at, node)
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                    name = getattr(node, "name", "<lambda>")
                    line_ = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
                    self._functions.setdefault((name, line_), []).append(node)
                if hasattr(node, "lineno") and not isinstance(node, ast.Expr):
                    end = (node.end_lineno, node.end_col_offset)
                    self._by_position.setdefault((node.lineno, node.col_offset, *end), node)
                    if isinstance(node, (ast.Call, ast.Attribute)):
                        self._by_end.setdefault(end, []).append(node)
                continue
            self._order[node] = order
            order += 2 if isinstance(node, ast.AugAssign) else 1  # `h[0] += x` stores once it has added: a place of its own

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
            self._first[node] = min(
                (self.order(child) for child in ast.walk(node) if isinstance(child, ast.expr)), default=self.order(node)
            )
        return self._first[node]

    def with_at(self, line: int) -> ast.AST | None:
        self._index(line)
        return self._withs.get(line)

    def at(self, line: int, column: int, end_line: int, end_column: int) -> ast.AST | None:
        """The expression at a position that the compiler gave; it starts a method chain of several lines late."""
        self._index(line)
        exact = self._by_position.get((line, column, end_line, end_column))
        if exact is not None:
            return exact
        ends = self._by_end.get((end_line, end_column))
        return ends[0] if ends else None

    def expressions(self, code: CodeType, line: int | None, lines: int) -> dict[int, ast.AST]:
        """The expression of each instruction of a code object that has ``line``, for Python 3.10 (see :mod:`.positions`)."""
        which = bisect_right(self._starts, line or 0) - 1
        if which < 0:
            return {}
        self._index(line or 0)
        return expressions(code, self._body[which], self._body, lines)

    def site(self, node: Any, line: int | None = None) -> Site:
        """The site of a syntax node."""
        found = self._sites.get((node, line))
        if found is None:
            found = self._sites[(node, line)] = self._site(node, line)
        return found

    def _site(self, node: Any, line: int | None) -> Site:
        around: list[tuple[ast.AST, int]] = []
        statement: ast.stmt | None = None
        child, parent = node, self._parents.get(node)
        if isinstance(node, ast.stmt):
            statement = node
        while parent is not None and not isinstance(child, FUNCTIONS):
            if statement is None and isinstance(parent, ast.stmt):
                statement = parent
            step = _step(parent, child, self._parents.get(parent))
            if step is not None:
                around.append(step)
            child, parent = parent, self._parents.get(parent)
        return Site(
            self.name, node.lineno if line is None else line, node.col_offset, node.end_lineno, node.end_col_offset, node,
            self.order(node), tuple(reversed(around)), statement, self,
        )  # fmt: skip


def root(node: ast.expr) -> ast.Name | None:
    """The name that a chain of attributes and items begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _step(parent: Any, child: ast.AST, whole: Any) -> tuple[ast.AST, int] | None:
    """The loop or branch that a part of a statement or expression is in; a comprehension stands for its first clause."""
    if isinstance(parent, (ast.For, ast.AsyncFor)):
        return (parent, 0) if child in parent.body else None
    if isinstance(parent, ast.While):
        return (parent, 0) if child in parent.body else (parent, HEADER) if child is parent.test else None
    if isinstance(parent, (ast.If, ast.IfExp)):
        if child is parent.test:
            return None
        body = parent.body if isinstance(parent.body, list) else [parent.body]
        return (parent, 0 if child in body else 1)
    if isinstance(parent, COMPREHENSIONS):
        clauses: list[Any] = parent.generators
        if child not in clauses:
            return (clauses[-1] if len(clauses) > 1 else parent, 0)
        index = clauses.index(child)
        return None if index == 0 else (clauses[index - 1] if index > 1 else parent, 0)
    if isinstance(parent, ast.comprehension) and child is not parent.iter:
        return (whole if parent is whole.generators[0] else parent, 0)
    if isinstance(parent, ast.Match):
        return (parent, parent.cases.index(child)) if child in parent.cases else None
    return None


#: More expressions than any one statement has.
_MOST = 10_000_000


def _parts(node: ast.AST) -> list[ast.AST]:
    """A node's children in the order in which Python evaluates them, before the node itself."""
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
    parts: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            parts.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, _MARKS):
            parts.append(value)
    return parts


_files: dict[str, list[SourceFile]] = {}


def _read(name: str, lines: list[str]) -> SourceFile:
    """A file with this text; the last few are kept, so that recording in a loop parses once."""
    known = _files.pop(name, [])
    found = next((file for file in known if file.lines == lines), None)
    if found is None:
        found = SourceFile(name, lines)
    _files[name] = [found, *(file for file in known if file is not found)][:3]
    while len(_files) > 16:
        del _files[next(iter(_files))]
    return found


class Sources:
    """Files read so far, and sites by bytecode position."""

    def number(self, code: CodeType, table: Any, file: SourceFile) -> None:
        """Keep the syntax node of each instruction of marked code, for a Python whose compiler keeps lines alone."""
        if sys.version_info < (3, 11):
            for each, nodes in marked(code, table.tree, table.origins):
                file.numbered[id(each)] = (each, nodes)

    def __init__(self) -> None:
        #: the text that nnsight compiles blocks of a file from, where it keeps that
        self.kept: Callable[[str], str | None] = lambda name: None
        self.titles = Titles()
        #: why some code has no text, if any has none that should
        self.missing: str | None = None
        self._files: dict[str, list[SourceFile]] = {}
        self._of: dict[tuple[int, Shift], tuple[CodeType, SourceFile]] = {}
        #: code objects by address: Python hashes a code object anew each time, over all its instructions and constants
        self._codes: dict[int, CodeType] = {}
        self._sites: dict[tuple[int, int, Shift], Site] = {}
        self._operations: dict[int, bytes] = {}
        self._positions: dict[int, list[Any]] = {}
        self._expressions: dict[int, dict[int, ast.AST]] = {}

    def of(self, code: CodeType, shift: Shift = Shift()) -> SourceFile:  # noqa: B008 (it is immutable)
        """The file that a code object was compiled from, as it was then; without lines, if that text is not there any more."""
        found = self._of.get((id(code), shift))
        if found is None:
            found = self._of[(id(code), shift)] = (code, self._version(code, shift))
        return found[1]

    def _version(self, code: CodeType, shift: Shift) -> SourceFile:
        name = shift.file or code.co_filename
        if name not in self._files:
            self._files[name] = [_read(name, lines) for lines in versions(name, self.kept(name)) if lines]
            self.titles[name]
        for file in self._files[name]:
            if shift.file is not None or file.fits(code, shift.lines):  # a function that nnsight wrote around a block is mapped
                return file
        if self._files[name]:
            self.missing = f"{self.titles[name]} was edited after it was read: its text is not what ran, and is not shown"
        return _read(name, [])

    def owner(self, node: ast.AST) -> SourceFile | None:
        """The file that a syntax node is of."""
        return next((file for files in self._files.values() for file in files if file.order(node) >= 0), None)

    def site(self, code: CodeType, lasti: int, shift: Shift = Shift()) -> Site:  # noqa: B008 (it is immutable)
        """The site of an instruction.

        Arguments:
            code, lasti: the instruction.
            shift: how far the code is from the user's.
        """
        key = (id(code), lasti, shift)
        found = self._sites.get(key)
        if found is None:
            self._codes[id(code)] = code  # so that no other takes its address
            found = self._sites[key] = self._find(code, lasti, shift)
        return found

    def _find(self, code: CodeType, lasti: int, shift: Shift) -> Site:
        file = self.of(code, shift)
        if sys.version_info >= (3, 11):
            if id(code) not in self._positions:
                self._positions[id(code)] = list(code.co_positions())
            line, end_line, column, end_column = self._positions[id(code)][lasti // 2]
            if line is None:
                return Site(file.name, None, source=file)
            line += shift.lines
            if column is None or end_line is None or end_column is None:
                return Site(file.name, line, source=file)
            place = (line, column + shift.columns, end_line + shift.lines, end_column + shift.columns)
            node = file.at(*place)
            if node is None:
                return Site(file.name, *place, source=file)
        else:
            line = next((at + shift.lines for start, end, at in code.co_lines() if start <= lasti < end and at), None)
            if id(code) not in self._expressions:
                known = file.numbered.get(id(code))
                nodes = known[1] if known is not None and known[0] is code else file.expressions(code, line, shift.lines)
                self._expressions[id(code)] = nodes
            node = self._expressions[id(code)].get(lasti)
            if node is None:
                return Site(file.name, line, source=file)
        operations = self._operations.get(id(code))
        if operations is None:  # Python makes a copy each time that it is asked
            operations = self._operations[id(code)] = code.co_code
        at = lasti
        while at > 0 and dis.opname[operations[at]] == "CACHE":  # 3.12 waits there for a generator that it runs in place
            at -= 2
        if dis.opname[operations[at]] == "FOR_ITER":
            loop = _fetching(file, node, code, lasti)
            if loop is not None:
                return replace(file.site(node, line), fetches=loop)
        statement = file.parent(node)
        if isinstance(statement, ast.AugAssign) and statement.target is node:
            if not dis.opname[operations[lasti]].startswith("STORE"):
                return replace(file.site(node, line), loads=True)
            return replace(file.site(node, line), order=file.order(statement) + 1)
        return file.site(node, line)


def _fetching(file: SourceFile, node: Any, code: CodeType, lasti: int) -> ast.AST | None:
    """The loop whose next item an instruction asks for; the compiler places it at the loop or at what it goes through."""
    above: Any = file.parent(node)
    if isinstance(above, (ast.For, ast.AsyncFor, ast.comprehension)) and above.iter is node and code.co_name not in OWN_FRAMES:
        node = above
    while node is not None and not isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension, *COMPREHENSIONS)):
        node = file.parent(node)
    if isinstance(node, ast.comprehension):
        whole: Any = file.parent(node)
        return whole if node is whole.generators[0] else node
    if isinstance(node, COMPREHENSIONS) and len(node.generators) > 1:
        at = [offset for offset in range(0, len(code.co_code), 2) if dis.opname[code.co_code[offset]] == "FOR_ITER"]
        index = at.index(lasti)
        return node if index == 0 else node.generators[index] if index < len(node.generators) else None
    return node
