"""A block's syntax tree → the same code with marks: calls that say what runs.

The order of a block's events does not tell its loops and branches: the same order belongs to several programs. So the block,
and each function of the user's that it calls, is compiled a second time with a call of :class:`~.flow.Marks` at the head of
every pass and branch and around the expressions through which a number can go. A mark returns the value that it is given, holds
none, and stands at the line and column of the code that it marks, so a traceback is what it was. What runs is else the same: if
the source does not compile to the code that would have run, nothing is marked.

The marks reach their code as a constant, because a name would be seen by the user's program.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from types import CodeType
from typing import Any

from .positions import codes
from .source import COMPREHENSIONS, FUNCTIONS, Shift

#: Stands for the marks in the tree, since the compiler takes no object as a constant.
_PLACEHOLDER = "<nnsight_graphwidget marks>"
#: Functions that call their arguments in place.
_CALLERS = ("map", "filter", "sorted", "max", "min", "reduce")
_TRIES: tuple[Any, ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))
_CHAIN = (ast.Name, ast.Attribute, ast.Constant)
_COMPILER_FLAGS = 0xFF0000  # the ``from __future__`` features that a code object was compiled with


class Table:
    """What the marks of one code object refer to, by their number.

    Arguments:
        nodes: the syntax node that each mark is about, in the user's file.
        parts: for an expression, the expressions that its value is made of.
        targets: for an assignment, the names that it binds; one list for each element of a tuple.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.parts: list[tuple[ast.AST, ...]] = []
        self.targets: list[tuple[tuple[str, ...], ...]] = []
        #: what the code was compiled from, whose nodes tell by ``origin`` which nodes of the user's file they stand for
        self.tree: list[ast.stmt] = []
        #: for what a comprehension gives on a pass: the comprehension
        self.wholes: dict[int, ast.AST] = {}


def mark_block(code: CodeType, body: Sequence[ast.stmt], shift: Shift, marks: Any) -> CodeType | None:
    """A block's code with marks, or None if ``body`` is not what it was compiled from.

    Arguments:
        code: what nnsight compiled: the statements of a ``with`` as a module.
        body: those statements in the user's file.
        shift: how far the code is from the file.
        marks: is called by the marks; its ``table`` is filled.
    """
    if not same(_compile(list(body), code), code):
        return None
    marks.table.tree = _Marker(marks.table, shift, _bound(body)).block(body)
    return _finish(_compile(marks.table.tree, code), code, marks)


def mark_function(code: CodeType, node: Any, shift: Shift, marks: Any, owner: str | None = None) -> CodeType | None:
    """A function's code with marks, or None if ``node`` is not what it was compiled from.

    Arguments:
        node: its ``def`` or ``lambda`` in the user's file.
        owner: the class that it is defined in, whose name spells its private names.
    """

    def compiled(definition: Any) -> CodeType | None:
        marks.table.tree = _enclosed(definition, code.co_freevars, owner)
        whole = _compile(marks.table.tree, code)
        return next((found for found in codes(whole) if found.co_name == code.co_name and found is not whole), None)

    plain = compiled(_bare(node))
    if plain is None or not same(plain, code):
        return None
    marked = compiled(_bare(_Marker(marks.table, shift, _bound_in(node)).function(node)))
    if marked is None or marked.co_freevars != code.co_freevars:
        return None
    return _finish(marked, code, marks)


def mark_wrapped(
    code: CodeType, made: ast.Module, body: list[ast.stmt], actual: Sequence[ast.stmt], shift: Shift, marks: Any
) -> CodeType | None:
    """The code, with marks, of a function that nnsight wrote around a block; None if it is not what ``made`` compiles to.

    Arguments:
        made: the module that defines it.
        body: the list in ``made`` that the block's statements are in, from its second element on where the first is nnsight's.
        actual: the same statements in the user's file.
    """

    def compiled(tree: ast.Module) -> CodeType | None:
        whole = compile(tree, code.co_filename, "exec", flags=code.co_flags & _COMPILER_FLAGS, dont_inherit=True)
        return next((found for found in codes(whole) if found.co_name == code.co_name and found is not whole), None)

    plain = compiled(made)
    types = [type(statement) for statement in actual]
    # nnsight's own statement before the block may be of the type of the block's first: the later place is tried first.
    first = next((at for at in (1, 0) if [type(each) for each in body[at : at + len(types)]] == types), None)
    if plain is None or not same(plain, code) or first is None:
        return None
    body[first : first + len(types)] = _Marker(marks.table, shift, _bound(actual)).block(actual)
    marks.table.tree = made.body
    found = compiled(ast.fix_missing_locations(made))
    return None if found is None else _finish(found, code, marks)


def same(code: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    return (
        code.co_code == other.co_code
        and code.co_names == other.co_names
        and code.co_freevars == other.co_freevars
        and len(code.co_consts) == len(other.co_consts)
        and all(
            same(one, two)
            if isinstance(one, CodeType) and isinstance(two, CodeType)
            else type(one) is type(two) and (not isinstance(one, (int, float, complex)) or repr(one) == repr(two))
            for one, two in zip(code.co_consts, other.co_consts)
        )
    )


def _bare(node: Any) -> Any:
    """A definition without what is not part of its code: decorators, defaults, annotations."""
    arguments = copied(node.args)
    arguments.defaults = []
    arguments.kw_defaults = [None] * len(arguments.kwonlyargs)
    for name in ("posonlyargs", "args", "kwonlyargs"):
        setattr(arguments, name, [_unannotated(each) for each in getattr(arguments, name)])
    arguments.vararg, arguments.kwarg = _unannotated(arguments.vararg), _unannotated(arguments.kwarg)
    made = copied(node)
    made.args = arguments
    if not isinstance(node, ast.Lambda):
        made.decorator_list, made.returns = [], None
        if hasattr(node, "type_params"):
            made.type_params = []
    return made


def _unannotated(argument: Any) -> Any:
    if argument is None:
        return None
    made = copied(argument)
    made.annotation = None
    return made


def copied(node: Any) -> Any:
    """A syntax node like another, with the same parts. (``copy.copy`` takes six times as long.)"""
    made = node.__class__.__new__(node.__class__)
    made.__dict__.update(node.__dict__)
    return made


def _enclosed(node: Any, free: Iterable[str], owner: str | None) -> list[ast.stmt]:
    """A definition inside a function whose variables are its free ones, and inside its class."""
    inner: Any = ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.Lambda) else node
    names = [name for name in free if name != "__class__"]
    if owner is not None or "__class__" in free:
        inner = ast.ClassDef(owner or "_", [], [], [inner], [])
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    outer = ast.FunctionDef("_", arguments, [inner], [])
    if "type_params" in ast.FunctionDef._fields:
        outer.type_params = []  # type: ignore[attr-defined]
        if isinstance(inner, ast.ClassDef):
            inner.type_params = []  # type: ignore[attr-defined]
    for made in (outer, inner, *arguments.args):
        ast.copy_location(made, node)
    return [outer]


def _compile(body: list[ast.stmt], code: CodeType) -> CodeType:
    module = ast.Module(body, [])
    made: CodeType = compile(module, code.co_filename, "exec", flags=code.co_flags & _COMPILER_FLAGS, dont_inherit=True)
    return made


def _finish(code: CodeType, like: CodeType, marks: Any) -> CodeType:
    """The marks in place of their placeholder; the name and first line of the code that this one stands for."""
    made = _with_marks(code, marks).replace(co_name=like.co_name, co_firstlineno=like.co_firstlineno)
    return made.replace(co_qualname=like.co_qualname) if hasattr(like, "co_qualname") else made


def _with_marks(code: CodeType, marks: Any) -> CodeType:
    return code.replace(
        co_consts=tuple(
            _with_marks(constant, marks) if isinstance(constant, CodeType) else marks if constant == _PLACEHOLDER else constant
            for constant in code.co_consts
        )
    )


def _bound(body: Iterable[ast.AST]) -> frozenset[str]:
    """The names that statements bind by themselves, not in functions."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, FUNCTIONS):
            todo.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def _bound_in(node: Any) -> frozenset[str]:
    arguments = node.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    body: list[Any] = [node.body] if isinstance(node, ast.Lambda) else node.body
    return _bound(body) | {argument.arg for argument in given if argument is not None}


class _Marker:
    """Copies a tree of the user's file, with marks in it, to where the code says that it is.

    Arguments:
        table: what the marks refer to, filled here.
        shift: how far the code is from the file.
        names: that the code binds itself.
    """

    def __init__(self, table: Table, shift: Shift, names: frozenset[str]) -> None:
        self.table, self.shift, self.names = table, shift, names

    # -- copies ----------------------------------------------------------------------------------------------------------------

    def _copy(self, node: Any) -> Any:
        """A copy whose parts are still those of the file."""
        made = copied(node)
        return self._at(made, node) if "lineno" in node.__dict__ else made

    def _at(self, made: Any, node: Any) -> Any:
        """Put a node to where the code has one of the file, for which it stands."""
        made.lineno, made.col_offset = node.lineno - self.shift.lines, node.col_offset - self.shift.columns
        made.end_lineno = node.end_lineno - self.shift.lines
        made.end_col_offset = node.end_col_offset - self.shift.columns
        made.origin = node
        return made

    def _whole(self, node: Any) -> Any:
        """A copy of a tree, or of a list of trees, without marks."""
        if isinstance(node, list):
            return [self._whole(part) for part in node]
        if not isinstance(node, ast.AST) or not node._fields:
            return node
        made = self._copy(node)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, (ast.AST, list)):
                setattr(made, name, self._whole(value))
        return made

    # -- wholes ----------------------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [self._lasting(self._mark("start", body[0]), body[0], self._body(body))]

    def function(self, node: Any) -> Any:
        made = self._copy(node)
        made.args = self._whole(node.args)
        given = node.args
        named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *(each for each in (given.vararg, given.kwarg) if each)]
        names = [ast.Name(each.arg, ast.Load()) for each in named]
        at = node.body if isinstance(node, ast.Lambda) else node.body[0]
        start = self._mark("start", at, *names, about=node)
        self.table.targets[-1] = tuple((each.arg,) for each in named)
        if isinstance(node, ast.Lambda):
            made.body = self._mark("took", node.body, start, self._mark("leave", node.body, self._value(node.body)))
            return made
        body = list(node.body)
        head = (
            1
            if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and type(body[0].value.value) is str
            else 0
        )
        run = self._body(body[head:])
        if run and not isinstance(body[-1], (ast.Return, ast.Raise)):
            run.append(self._collapsed(ast.Return(None), _last(body[-1])))
        made.body = [*self._whole(body[:head]), self._lasting(start, at, run)]
        return made

    def _lasting(self, start: ast.expr, at: ast.AST, body: list[ast.stmt]) -> Any:
        """A loop of one pass over what ``start`` gives, which binds no name: the frame holds that for as long as it runs."""
        made: Any = ast.For(ast.List([], ast.Store()), self._statement(start, at).value, body or [ast.Pass()], [])
        for part in (made, made.target, *(made.body if not body else ())):
            self._collapsed(part, at)
        return made

    def _collapsed(self, made: Any, at: ast.AST) -> Any:
        """Put a node of ours to the beginning of one of the file."""
        self._at(made, at)
        made.end_lineno, made.end_col_offset = made.lineno, made.col_offset
        return made

    # -- marks -----------------------------------------------------------------------------------------------------------------

    def _mark(
        self, name: str, at: ast.AST, *values: ast.expr, about: ast.AST | None = None, parts: Iterable[ast.AST] = ()
    ) -> ast.expr:
        """A call of the marks, at the place of ``at``."""
        table = self.table
        table.nodes.append(at if about is None else about)
        table.parts.append(tuple(parts))
        table.targets.append(())
        number = ast.Constant(len(table.nodes) - 1)
        marks = ast.Constant(_PLACEHOLDER)
        method = ast.Attribute(marks, f"mark_{name}", ast.Load())  # nnsight 0.7 looks a block's names up among the user's
        call = ast.Call(method, [number, *values], [])
        made: Any
        for made in (number, marks, method, call, *(value for value in values if not hasattr(value, "lineno"))):
            self._at(made, at)
        return call

    def _statement(self, expression: ast.expr, at: ast.AST) -> Any:
        """A mark by itself: on one line, so that a debugger sees the line once."""
        placed: Any = self._at(ast.Expr(expression), at)
        part: Any
        for part in ast.walk(placed):
            if hasattr(part, "lineno"):
                part.lineno = part.end_lineno = placed.lineno
                part.col_offset = part.end_col_offset = placed.col_offset
        return placed

    def _say(self, name: str, at: ast.AST, *values: ast.expr, about: ast.AST | None = None) -> Any:
        return self._statement(self._mark(name, at, *values, about=about), at)

    def _pass(self, loop: ast.AST, target: ast.AST | None, at: ast.AST) -> ast.expr:
        """The mark at the head of a pass, given what the loop has bound."""
        names = (
            []
            if target is None
            else [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        )
        mark = self._mark("began", at, *(ast.Name(name, ast.Load()) for name in names), about=loop)
        self.table.targets[-1] = tuple((name,) for name in names)
        return mark

    # -- statements ------------------------------------------------------------------------------------------------------------

    def _body(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in body for made in self._marked(statement)]

    def _marked(self, node: Any) -> list[ast.stmt]:
        if isinstance(node, FUNCTIONS):
            return [self._whole(node)]  # marked when it is called
        made: Any = self._copy(node)
        before: list[ast.stmt] = []
        after: list[ast.stmt] = []
        if isinstance(node, (ast.For, ast.AsyncFor)):
            made.target = self._target(node.target)
            made.iter = self._mark("enter", node.iter, self._value(node.iter), about=node, parts=[node.iter])
            head = self._statement(self._pass(node, node.target, node.body[0]), node.body[0])
            made.body, made.orelse = [head, *self._body(node.body)], self._body(node.orelse)
        elif isinstance(node, ast.While):
            before = [self._say("enter", node, ast.Constant(None))]
            made.test = self._test(node.test)
            made.body = [self._statement(self._pass(node, None, node.body[0]), node.body[0]), *self._body(node.body)]
            made.orelse = self._body(node.orelse)
        elif isinstance(node, ast.If):
            before = [self._say("met", node)]
            made.test = self._test(node.test)
            made.body = [self._branch(node, 0, node.body[0]), *self._body(node.body)]
            made.orelse = [self._branch(node, 1, node.orelse[0] if node.orelse else node), *self._body(node.orelse)]
        elif hasattr(ast, "Match") and isinstance(node, ast.Match):
            before = [self._say("met", node)]
            made.subject = self._value(node.subject)
            made.cases = [self._case(node, number, case) for number, case in enumerate(node.cases)]
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            made.items = self._whole(node.items)  # nnsight finds its blocks by them
            made.body = self._body(node.body)
        elif isinstance(node, _TRIES):
            made.body, made.orelse, made.finalbody = (self._body(part) for part in (node.body, node.orelse, node.finalbody))
            made.handlers = [self._handler(handler) for handler in node.handlers]
        elif isinstance(node, ast.Assign):
            made.targets = [self._target(target) for target in node.targets]
            made.value = self._assigned(node.value, node.targets)
        elif isinstance(node, ast.AnnAssign):
            made.target, made.annotation = self._target(node.target), self._whole(node.annotation)
            made.value = None if node.value is None else self._assigned(node.value, [node.target])
        elif isinstance(node, ast.AugAssign):
            made.target, made.value = self._target(node.target), self._value(node.value)
            if isinstance(node.target, ast.Name):
                name = ast.Name(node.target.id, ast.Load())
                after = [self._statement(self._mark("bind", node, name, parts=[node.target, node.value]), node)]
                self.table.targets[-1] = ((node.target.id,),)
            else:
                before = [self._say("storing", node)]
                after = [self._statement(self._mark("stored", node, parts=[node.target, node.value]), node)]
        elif isinstance(node, ast.Return):
            made.value = None if node.value is None else self._mark("leave", node.value, self._value(node.value))
        elif isinstance(node, ast.Expr):
            made.value = self._inner(node.value)
        elif isinstance(node, ast.Assert):
            made.test = self._test(node.test)
            made.msg = None if node.msg is None else self._value(node.msg)
        elif isinstance(node, ast.Raise):
            made.exc = None if node.exc is None else self._inner(node.exc)
            made.cause = None if node.cause is None else self._inner(node.cause)
        else:
            made = self._whole(node)
        return [*before, made, *after]

    def _branch(self, node: ast.AST, number: int, at: ast.AST) -> Any:
        return self._say("branch", at, ast.Constant(number), about=node)

    def _case(self, node: Any, number: int, case: Any) -> Any:
        made = self._copy(case)
        made.pattern = self._whole(case.pattern)
        made.guard = None if case.guard is None else self._test(case.guard)
        made.body = [self._branch(node, number, case.body[0]), *self._body(case.body)]
        return made

    def _handler(self, handler: Any) -> Any:
        made = self._copy(handler)
        made.type = self._whole(handler.type)
        made.body = self._body(handler.body)
        return made

    def _target(self, target: Any) -> Any:
        """What is assigned to: the places in it are expressions of their own."""
        made = self._copy(target)
        if isinstance(target, (ast.Tuple, ast.List)):
            made.elts = [self._target(part) for part in target.elts]
        elif isinstance(target, ast.Starred):
            made.value = self._target(target.value)
        elif isinstance(target, ast.Attribute):
            made.value = self._base(target.value)
        elif isinstance(target, ast.Subscript):
            made.value, made.slice = self._base(target.value), self._index(target.slice)
        return made

    def _assigned(self, value: ast.expr, targets: Sequence[ast.expr]) -> ast.expr:
        """A value that names are bound to."""
        found: list[list[str]] = []
        for target in targets:
            if isinstance(target, ast.Name):
                found = [[*each, target.id] for each in found] or [[target.id]]
            elif isinstance(target, (ast.Tuple, ast.List)):
                found = [
                    [node.id for node in ast.walk(part) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
                    for part in target.elts
                ]
        if not found:
            made: ast.expr = self._value(value)
            return made
        inner: ast.expr = self._inner(value)
        mark = self._mark("bind", value, inner, parts=_parts(value))
        self.table.targets[-1] = tuple(tuple(each) for each in found)
        return mark

    # -- expressions -----------------------------------------------------------------------------------------------------------

    def _value(self, node: Any) -> Any:
        """An expression whose value is used."""
        inner = self._inner(node)
        if isinstance(
            node, (ast.Constant, ast.Lambda, ast.Starred, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Slice)
        ):
            return inner
        if isinstance(node, ast.Name) and node.id in self.names:
            return inner
        if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)) and not _parts(node):
            return inner
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            return inner
        if isinstance(node, ast.Compare) and all(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
            return inner
        return self._mark("value", node, inner, parts=_parts(node))

    def _base(self, node: Any) -> Any:
        """An expression of which a part is taken."""
        return self._inner(node) if isinstance(node, _CHAIN) else self._value(node)

    def _inner(self, node: Any) -> Any:
        """An expression with marks on its parts, but none of its own."""
        made = self._copy(node)
        if isinstance(node, ast.Attribute):
            made.value = self._base(node.value)
        elif isinstance(node, ast.Subscript):
            made.value, made.slice = self._base(node.value), self._index(node.slice)
        elif isinstance(node, ast.Call):
            self._call(node, made)
        elif isinstance(node, ast.BoolOp):
            made.values = [*(self._leaf(value) for value in node.values[:-1]), self._value(node.values[-1])]
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            self._chain(node, made)
        elif isinstance(node, ast.IfExp):
            made.test = self._test(node.test)
            made.body, made.orelse = (
                self._mark("took", part, self._mark("branch", part, ast.Constant(number), about=node), self._value(part))
                for number, part in enumerate((node.body, node.orelse))
            )
            return self._mark("took", node, self._mark("met", node), made)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node, made)
        elif isinstance(node, ast.NamedExpr):
            made.value = self._assigned(node.value, [node.target])
        elif isinstance(node, ast.JoinedStr):
            made.values = [self._formatted(part) for part in node.values]
        elif isinstance(node, ast.Dict):
            made.keys = [None if key is None else self._value(key) for key in node.keys]
            made.values = [self._value(value) for value in node.values]
        elif isinstance(node, (ast.Lambda, ast.Constant, ast.Name)):
            made = self._whole(node)
        elif isinstance(node, ast.Slice):
            made = self._index(node)
        else:
            for name, field in ast.iter_fields(node):
                if isinstance(field, list):
                    setattr(made, name, [self._value(part) if isinstance(part, ast.expr) else part for part in field])
                elif isinstance(field, ast.expr):
                    setattr(made, name, self._value(field))
        return made

    def _formatted(self, part: Any) -> Any:
        if not isinstance(part, ast.FormattedValue):
            return self._whole(part)
        made = self._copy(part)
        made.value = self._value(part.value)
        made.format_spec = None if part.format_spec is None else self._inner(part.format_spec)
        return made

    def _index(self, node: Any) -> Any:
        """What stands in brackets: slices and tuples of them are no values of their own."""
        made = self._copy(node)
        if isinstance(node, ast.Tuple):
            made.elts = [self._index(part) for part in node.elts]
        elif isinstance(node, ast.Slice):
            made.lower, made.upper, made.step = (
                None if part is None else self._value(part) for part in (node.lower, node.upper, node.step)
            )
        else:
            return self._value(node)
        return made

    def _call(self, node: ast.Call, made: Any) -> None:
        func = self._inner(node.func)
        made.func = self._mark("call", node.func, func, about=node)
        name = node.func.id if isinstance(node.func, ast.Name) else None
        called = (
            {id(part) for part in (*node.args, *(keyword.value for keyword in node.keywords))} if name in _CALLERS else set()
        )

        def given(value: ast.expr) -> Any:
            if id(value) in called and isinstance(value, ast.Lambda):
                return self.function(value)
            if id(value) in called and isinstance(value, ast.Name):
                return self._mark("call", value, self._copy(value), about=value)
            if isinstance(value, ast.Starred):
                starred = self._copy(value)
                starred.value = self._value(value.value)
                return starred
            if isinstance(value, ast.Name):
                return self._mark(
                    "value", value, self._copy(value), parts=[value]
                )  # a list may hold numbers that it was given later
            return self._value(value)

        made.args = [given(value) for value in node.args]
        made.keywords = []
        for keyword in node.keywords:
            word = self._copy(keyword)
            word.value = given(keyword.value)
            made.keywords.append(word)

    def _comprehension(self, node: Any, made: Any) -> None:
        if any(generator.is_async for generator in node.generators):
            return
        made.generators = []
        for index, generator in enumerate(node.generators):
            loop = node if index == 0 else generator
            clause = self._copy(generator)
            clause.target = self._target(generator.target)
            lazy = isinstance(node, ast.GeneratorExp) and index == 0
            clause.iter = self._mark(
                "draw" if lazy else "enter", generator.iter, self._value(generator.iter), about=loop, parts=[generator.iter]
            )
            head = self._pass(loop, generator.target, generator.target)
            clause.ifs = [head, *(self._test(test) for test in generator.ifs)]
            made.generators.append(clause)
        if isinstance(node, ast.DictComp):
            made.key, made.value = self._value(node.key), self._element(node, node.value)
        else:
            made.elt = self._element(node, node.elt)

    def _element(self, whole: Any, node: Any) -> Any:
        """What a comprehension gives on a pass."""
        if isinstance(node, ast.Constant):
            return self._inner(node)
        mark = self._mark("value", node, self._inner(node), parts=_parts(node))
        self.table.wholes[len(self.table.nodes) - 1] = whole
        return mark

    def _test(self, node: Any) -> Any:
        """An expression that decides: its parts are marked so that each is tested once, as without marks."""
        made = self._copy(node)
        if isinstance(node, ast.BoolOp):
            made.values = [self._test(value) for value in node.values]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            made.operand = self._test(node.operand)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            self._chain(node, made)
        elif isinstance(node, ast.Constant):
            return made
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return self._inner(node)
        else:
            return self._leaf(node)
        return made

    def _leaf(self, node: Any) -> Any:
        """An expression whose truth decides."""
        return (
            self._copy(node)
            if isinstance(node, ast.Constant)
            else self._mark("leaf", node, self._inner(node), parts=_parts(node))
        )

    def _chain(self, node: ast.Compare, made: Any) -> None:
        """Comparisons in a row: each but the last is tested once it is made, right after its right side."""
        made.left = self._value(node.left)
        made.comparators = [
            *(self._mark("leaf", part, self._value(part), about=node, parts=_parts(node)) for part in node.comparators[:-1]),
            self._value(node.comparators[-1]),
        ]


def _last(statement: Any) -> Any:
    """The last simple statement of a statement, where the function that ends with it ends."""
    for name in ("finalbody", "orelse", "handlers", "cases", "body"):
        body = getattr(statement, name, None)
        if isinstance(body, list) and body and not isinstance(statement, FUNCTIONS):
            return _last(body[-1])
    return statement


def _parts(node: Any) -> tuple[ast.AST, ...]:
    """The expressions that a value is made of, constants left out."""
    if isinstance(node, ast.Name):
        return (node,)
    if isinstance(node, ast.Attribute):
        return (node.value,)
    if isinstance(node, ast.Call):
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            parts.insert(0, node.func.value)
        found = [part.value if isinstance(part, ast.Starred) else part for part in parts]
    elif isinstance(node, ast.IfExp):
        found = [node.body, node.orelse]
    elif isinstance(node, COMPREHENSIONS):
        found = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    elif isinstance(node, ast.JoinedStr):
        found = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    elif isinstance(node, ast.Subscript):
        index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        found = [node.value, *index]
    else:
        found = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    values = [part.value if isinstance(part, ast.NamedExpr) else part for part in found]
    return tuple(part for part in values if not isinstance(part, (ast.Constant, ast.Slice, ast.Lambda)))
