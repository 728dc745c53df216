"""Where in the user's source something happened: bytecode position → expression, and the loops and branches around it."""

from __future__ import annotations

import ast
import dis
import sys
import weakref
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from types import CodeType
from typing import Any, NamedTuple

from .positions import codes, expressions, numbered
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
        #: by the statement or function that they were compiled from: code objects, and the same with marks
        self._twins: dict[ast.AST, list[Twin]] = {}

    def fits(self, code: CodeType, shift: int) -> bool:
        """Whether a code object, which says that it is so many lines further up, can be from this text."""
        known = self._fits.get(id(code))
        if known is None or known[0]() is not code or known[1] != shift:
            if len(self._fits) > 1000:
                self._fits.clear()
            known = self._fits[id(code)] = (weakref.ref(code), shift, agrees(code, self.lines, shift))
        return known[2]

    def functions(self, code: CodeType, shift: Shift) -> Iterator[tuple[ast.AST, str | None]]:
        """The definitions that a function's code may be from, the likeliest first, each with the class that it is in."""
        line = code.co_firstlineno + shift.lines
        self._index(line)
        found = self._functions.get((code.co_name, line), [])
        if len(found) > 1:  # lambdas on one line
            found = sorted(found, key=lambda node: not _holds(node, code, shift))
        for node in found:
            parent = self._parents.get(node)
            yield node, parent.name if isinstance(parent, ast.ClassDef) else None

    def twin(self, node: ast.AST, code: CodeType, shift: Shift, mark: Callable[[], tuple[CodeType, Any] | None]) -> Twin:
        """A code object beside the same with marks; a block that runs again is marked once.

        Arguments:
            node: that it was compiled from.
            shift: how far it is from that.
            mark: makes the code with marks and their table, or gives None if it cannot be marked.
        """
        known = self._twins.setdefault(node, [])
        for twin in known:
            if twin.shift == shift and twin.code == code and twin.code.co_filename == code.co_filename:
                return twin
        made = mark()
        twin = Twin(code, shift)
        if made is not None:
            twin.marked = made[0]
            nodes = numbered(made[0], made[1].tree) if sys.version_info < (3, 11) else {}
            made[1].tree = []
            twin.compiled = [Compiled(each, self, shift, each is made[0], nodes.get(id(each))) for each in codes(made[0])]
        del known[: len(known) - _MOST_TWINS + 1]
        known.append(twin)
        return twin

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

    def above(self, node: ast.AST | None) -> Iterator[ast.AST]:
        """What a node is in, innermost first; of a block's statements, its first stands for all."""
        while node is not None:
            node = self._parents.get(node)
            if node is not None:
                yield node
            if isinstance(node, (ast.With, ast.AsyncWith)):
                yield node.body[0]

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
            step = self._step(parent, child)
            if step is not None:
                around.append(step)
            child, parent = parent, self._parents.get(parent)
        return Site(
            self.name, node.lineno if line is None else line, node.col_offset, node.end_lineno, node.end_col_offset, node,
            self.order(node), tuple(reversed(around)), statement, self,
        )  # fmt: skip

    def _step(self, parent: Any, child: ast.AST) -> tuple[ast.AST, int] | None:
        """The loop or branch that a part of a statement or expression is in; a comprehension stands for its first clause."""
        if isinstance(parent, (*LOOPS, ast.If, ast.IfExp)):
            if child is getattr(parent, "test", None):
                return (parent, HEADER) if isinstance(parent, ast.While) else None
            if child is getattr(parent, "iter", None) or child is getattr(parent, "target", None):
                return None
            last = parent.body[-1] if isinstance(parent.body, list) else parent.body
            if self._order[child] <= self._order[last]:
                return (parent, 0)
            return None if isinstance(parent, LOOPS) else (parent, 1)
        if isinstance(parent, COMPREHENSIONS):
            clauses: list[Any] = parent.generators
            if child not in clauses:
                return (clauses[-1] if len(clauses) > 1 else parent, 0)
            index = clauses.index(child)
            return None if index == 0 else (clauses[index - 1] if index > 1 else parent, 0)
        if isinstance(parent, ast.comprehension) and child is not parent.iter:
            whole: Any = self._parents[parent]
            return (whole if parent is whole.generators[0] else parent, 0)
        if isinstance(parent, ast.Match):
            return (parent, parent.cases.index(child)) if isinstance(child, ast.match_case) else None
        return None


def root(node: ast.expr) -> ast.Name | None:
    """The name that a chain of attributes and items begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _holds(node: Any, code: CodeType, shift: Shift) -> bool:
    """Whether code is from the body of a lambda, as far as the compiler keeps columns."""
    body = node.body if isinstance(node, ast.Lambda) else None
    if body is None or sys.version_info < (3, 11):
        return False
    first, last = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    for line, end_line, column, end_column in code.co_positions():
        if line is not None and end_line is not None and column is not None and end_column:
            begin = (line + shift.lines, column + shift.columns)
            if begin < first or (end_line + shift.lines, end_column + shift.columns) > last:
                return False
    return True


def own(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all in it but for statements: of a loop or a ``with``, its header."""
    todo = deque([node])
    while todo:
        part = todo.popleft()
        yield part
        for name in part._fields:
            value = getattr(part, name, None)
            if isinstance(value, ast.AST):
                todo.append(value)
            elif isinstance(value, list) and value and not isinstance(value[0], _BODIES):
                todo.extend(each for each in value if isinstance(each, ast.AST))


#: What the bodies of statements are made of.
_BODIES = (ast.stmt, ast.ExceptHandler, ast.match_case)

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


class Twin:
    """A code object and the same with marks, None if it could not be marked; ``compiled`` are that and the code in it."""

    def __init__(self, code: CodeType, shift: Shift) -> None:
        self.code, self.shift = code, shift
        self.marked: CodeType | None = None
        self.compiled: list[Compiled] = []


#: A version of nnsight that compiles a block each time that it runs gives it another name each time.
_MOST_TWINS = 4


class Compiled:
    """A code object, and where in a file its instructions are.

    It is told by its address: Python hashes a code object anew each time, over all its instructions and constants.

    Arguments:
        file: that it was compiled from.
        shift: how far it is from there.
        marked: whether it has marks; a function that is defined in it is marked when it is called.
        nodes: the syntax node of each instruction by its offset, where that is known already.
    """

    def __init__(
        self, code: CodeType, file: SourceFile, shift: Shift, marked: bool = False, nodes: dict[int, ast.AST] | None = None
    ) -> None:
        self.code, self.file, self.shift, self.marked = code, file, shift, marked
        self._sites: dict[int, Site] = {}
        self._nodes = nodes

    @cached_property
    def _operations(self) -> bytes:
        return self.code.co_code  # Python makes a copy each time that it is asked

    @cached_property
    def _positions(self) -> list[Any]:
        return list(self.code.co_positions())

    @cached_property
    def _fetches(self) -> list[int]:
        """Where it asks for the next item of a loop."""
        return [at for at in range(0, len(self._operations), 2) if dis.opname[self._operations[at]] == "FOR_ITER"]

    def operation(self, lasti: int) -> str:
        return dis.opname[self._operations[lasti]]

    def site(self, lasti: int) -> Site:
        found = self._sites.get(lasti)
        if found is None:
            found = self._sites[lasti] = self._find(lasti)
        return found

    def _find(self, lasti: int) -> Site:
        code, file, shift = self.code, self.file, self.shift
        if sys.version_info >= (3, 11):
            line, end_line, column, end_column = self._positions[lasti // 2]
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
            if self._nodes is None:
                self._nodes = file.expressions(code, line, shift.lines)
            node = self._nodes.get(lasti)
            if node is None:
                return Site(file.name, line, source=file)
        at = lasti
        while at > 0 and self.operation(at) == "CACHE":  # 3.12 waits there for a generator that it runs in place
            at -= 2
        if self.operation(at) == "FOR_ITER":
            loop = self._fetching(node, lasti)
            if loop is not None:
                return replace(file.site(node, line), fetches=loop)
        statement = file.parent(node)
        if isinstance(statement, ast.AugAssign) and statement.target is node:
            if not self.operation(lasti).startswith("STORE"):
                return replace(file.site(node, line), loads=True)
            return replace(file.site(node, line), order=file.order(statement) + 1)
        return file.site(node, line)

    def _fetching(self, node: Any, lasti: int) -> ast.AST | None:
        """The loop whose next item an instruction asks for; the compiler places it at the loop or at what it goes through."""
        file = self.file
        above: Any = file.parent(node)
        whole: Any
        own_frame = self.code.co_name in OWN_FRAMES
        if isinstance(above, (ast.For, ast.AsyncFor, ast.comprehension)) and above.iter is node and not own_frame:
            node = above
        while node is not None and not isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension, *COMPREHENSIONS)):
            node = file.parent(node)
        if isinstance(node, ast.comprehension):
            whole = file.parent(node)
            return whole if node is whole.generators[0] else node
        if isinstance(node, COMPREHENSIONS) and len(node.generators) > 1:
            index = self._fetches.index(lasti)
            return node if index == 0 else node.generators[index] if index < len(node.generators) else None
        return node


class Sources:
    """Files read so far, the code that was compiled from them, and where its instructions are."""

    def __init__(self) -> None:
        #: the text that nnsight compiles blocks of a file from, where it keeps that
        self.kept: Callable[[str], str | None] = lambda name: None
        self.titles = Titles()
        #: why some code has no text, if any has none that should
        self.missing: str | None = None
        self._files: dict[str, list[SourceFile]] = {}
        self._of: dict[tuple[int, Shift], tuple[CodeType, SourceFile]] = {}
        self._compiled: dict[int, Compiled] = {}

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
            self.titles[name]  # a cell is called by the number that it has while it runs
        for file in self._files[name]:
            if shift.file is not None or file.fits(code, shift.lines):  # a function that nnsight wrote around a block is mapped
                return file
        if self._files[name]:
            self.missing = f"{self.titles[name]} was edited after it was read: its text is not what ran, and is not shown"
        return _read(name, [])

    def owner(self, node: ast.AST) -> SourceFile | None:
        """The file that a syntax node is of."""
        return next((file for files in self._files.values() for file in files if file.order(node) >= 0), None)

    def place(self, code: CodeType, shift: Shift) -> None:
        """Say how far a code object, and the code in it, is from where it is in the user's file."""
        for each in codes(code):
            self._compiled[id(each)] = Compiled(each, self.of(each, shift), shift)

    def add(self, twin: Twin) -> None:
        """Know where marked code is."""
        self._compiled.update((id(each.code), each) for each in twin.compiled)

    def marked(self, code: CodeType) -> bool:
        """Whether a code object has marks."""
        found = self._compiled.get(id(code))
        return found is not None and found.marked

    def compiled(self, code: CodeType) -> Compiled:
        found = self._compiled.get(id(code))
        if found is None:
            found = self._compiled[id(code)] = Compiled(code, self.of(code), _NO_SHIFT)
        return found

    def site(self, code: CodeType, lasti: int) -> Site:
        """The site of an instruction."""
        return self.compiled(code).site(lasti)

    def shift(self, code: CodeType) -> Shift:
        """How far a code object is from where it is in the user's file."""
        found = self._compiled.get(id(code))
        return _NO_SHIFT if found is None else found.shift


_NO_SHIFT = Shift()
