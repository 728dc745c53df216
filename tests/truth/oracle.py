"""What a program does, told by an interpreter of its own: every pass, branch, call and event, and where each value came from.

The interpreter walks the syntax tree and runs each statement itself, on real tensors. It shares no code with the recorder. A value
is a :class:`Value`: the thing itself and the events that it came from. A container holds values, so each part keeps its own origin.
The model is a chain of layers; the interpreter runs it up to the layer that is asked for.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import greenlet
import numpy
import torch

#: Methods of a tensor that look at its metadata only: no event.
METADATA = {"dim", "size", "numel", "is_contiguous"}

OPERATORS: dict[type[ast.AST], tuple[str, Callable[..., Any], Callable[..., Any] | None]] = {
    ast.Add: ("add", operator.add, operator.iadd),
    ast.Sub: ("sub", operator.sub, operator.isub),
    ast.Mult: ("mul", operator.mul, operator.imul),
    ast.Div: ("div", operator.truediv, operator.itruediv),
    ast.Pow: ("pow", operator.pow, operator.ipow),
    ast.MatMult: ("matmul", operator.matmul, None),
    ast.Mod: ("remainder", operator.mod, None),
    ast.FloorDiv: ("floor_divide", operator.floordiv, None),
    ast.Gt: ("gt", operator.gt, None),
    ast.Lt: ("lt", operator.lt, None),
    ast.GtE: ("ge", operator.ge, None),
    ast.LtE: ("le", operator.le, None),
    ast.Eq: ("eq", operator.eq, None),
    ast.NotEq: ("ne", operator.ne, None),
}


class Would(IntEnum):
    """Whether code that did not run would have made an event: surely, or only if what it calls or goes over does."""

    NOTHING = 0
    PERHAPS = 1
    SURELY = 2


@dataclass(eq=False)
class Place:
    """A group of the wanted graph: where events stand."""

    kind: str
    name: str = ""
    line: int | None = None
    column: int | None = None
    parent: Place | None = None
    taken: bool | None = None
    would: Would = Would.NOTHING
    index: int | None = None
    children: list[Place] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    tests: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.parent.children.append(self)

    @property
    def count(self) -> int:
        return sum(child.kind == "Iteration" for child in self.children)

    def ran(self) -> bool:
        """Whether an event happened in it."""
        return bool(self.events) or any(child.ran() for child in self.children)

    def held(self) -> Would:
        """Whether the graph must show it: an event happened in it, or would have."""
        return Would.SURELY if self.ran() else max([self.would, *(child.held() for child in self.children)])


@dataclass(eq=False)
class Event:
    """One thing that happened: a read, a write, an operation, a save, a test."""

    label: str
    line: int
    column: int
    place: Place
    inputs: list[tuple[str, Event]] = field(default_factory=list)
    failed: bool = False


Made = frozenset[Event]
NONE: Made = frozenset()


class Value:
    """A thing and the events that it came from. A tensor is changed in place by giving its one value another origin."""

    __slots__ = ("made", "thing")

    def __init__(self, thing: Any, made: Made = NONE) -> None:
        self.thing, self.made = thing, made


@dataclass
class Layer:
    index: int


@dataclass
class Model:
    """A chain of layers, run up to the one that is asked for."""

    layers: list[Any]
    x: Any
    ran: int = -1
    current: Value = field(default_factory=lambda: Value(None))

    def output(self, index: int) -> Value:
        if self.ran < 0:
            self.current = Value(self.x)
        assert index >= self.ran, "a program reads the layers in order"
        while self.ran < index:
            self.ran += 1
            self.current = Value(self.layers[self.ran](self.current.thing))
        return self.current


@dataclass
class Function:
    node: ast.FunctionDef | ast.Lambda
    names: Names
    name: str
    defaults: list[Value]
    kept: Value | None = None  # the object of a bound method


@dataclass
class Class:
    name: str
    fields: list[str]
    methods: dict[str, Function]


@dataclass
class Object:
    of: Class
    attributes: dict[str, Value]


@dataclass
class Lazy:
    """A generator expression, a generator or what zip and enumerate make of one."""

    items: Callable[[bool], Iterator[Value]]


class Names:
    """Names of one scope; those of the scopes around are found too."""

    def __init__(self, outer: Names | None = None) -> None:
        self.own: dict[str, Value] = {}
        self.outer = outer
        self.outside: set[str] = set()

    def get(self, name: str) -> Value:
        scope: Names | None = self
        while scope is not None:
            if name in scope.own:
                return scope.own[name]
            scope = scope.outer
        raise NameError(name)

    def set(self, name: str, value: Value) -> None:
        scope = self
        if name in self.outside:
            found = self.outer
            while found is not None and name not in found.own:
                found = found.outer
            assert found is not None
            scope = found
        scope.own[name] = value


class Break(Exception):
    pass


class Continue(Exception):
    pass


class Return(Exception):
    def __init__(self, value: Value) -> None:
        self.value = value


class Raised(Exception):
    """An exception of the program's own, so that a mistake of the interpreter is never caught by the program."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


class Interpreter:
    """Runs one program. ``root`` is then the wanted tree, ``names`` what the program bound."""

    def __init__(self, text: str, model: Model, given: dict[str, Any]) -> None:
        self.tree = ast.parse(text)
        self.model = model
        self.root = Place("Tracer")
        self.place = self.root
        self.on = False
        self.names = Names()
        self.generators: set[str] = set()
        self.askers: list[Any] = []  # who waits for a generator's next item, the last one first in turn
        for name, thing in given.items():
            self.names.set(name, wrap(thing))

    def run(self) -> Interpreter:
        self.body(self.tree.body, self.names)
        return self

    # -- places and events -----------------------------------------------------------------------------------------------

    @contextmanager
    def inside(self, place: Place) -> Iterator[Place]:
        before, self.place = self.place, place
        try:
            yield place
        finally:
            self.place = before

    def event(self, label: str, node: Any, inputs: list[tuple[str, Value]], failed: bool = False) -> Event | None:
        if not self.on:
            return None
        made = [(name, source) for name, value in inputs for source in sorted(value.made, key=id)]
        event = Event(label, node.lineno, node.col_offset, self.place, made, failed)
        self.place.events.append(event)
        return event

    def operation(
        self, label: str, node: Any, run: Callable[[], Any], inputs: list[Value], named: Any = (), flat: bool = False
    ) -> Value:
        """Run an operation of torch and tell it.

        Arguments:
            flat: whether an argument that is a container is told by its own name alone.
        """
        told: list[tuple[str, Value]] = []
        for name, value in [*((str(i), value) for i, value in enumerate(inputs)), *named]:
            told += [(name, part) for _, part in parts(name, value)] if flat else parts(name, value)
        try:
            result = run()
        except Exception as error:
            self.event(label, node, told, failed=True)
            raise Raised(error) from None
        event = self.event(label, node, told)
        made = NONE if event is None else frozenset([event])
        return wrap(result, made)

    # -- statements ------------------------------------------------------------------------------------------------------

    def body(self, statements: list[ast.stmt], names: Names) -> None:
        for statement in statements:
            getattr(self, "do_" + type(statement).__name__)(statement, names)

    def do_Pass(self, node: ast.Pass, names: Names) -> None:
        pass

    def do_Import(self, node: ast.Import, names: Names) -> None:
        pass  # what a program uses is given

    do_ImportFrom = do_Import

    def do_Expr(self, node: ast.Expr, names: Names) -> None:
        self.value(node.value, names)

    def do_Break(self, node: ast.Break, names: Names) -> None:
        raise Break

    def do_Continue(self, node: ast.Continue, names: Names) -> None:
        raise Continue

    def do_Return(self, node: ast.Return, names: Names) -> None:
        raise Return(Value(None) if node.value is None else self.value(node.value, names))

    def do_Raise(self, node: ast.Raise, names: Names) -> None:
        assert node.exc is not None
        raise Raised(self.value(node.exc, names).thing)

    def do_Assert(self, node: ast.Assert, names: Names) -> None:
        if not self.test(node.test, names).thing:
            raise Raised(AssertionError())

    def do_Nonlocal(self, node: ast.Nonlocal, names: Names) -> None:
        names.outside.update(node.names)

    do_Global = do_Nonlocal

    def do_FunctionDef(self, node: ast.FunctionDef, names: Names) -> None:
        defaults = [self.value(each, names) for each in node.args.defaults]
        if any(isinstance(each, ast.Yield) for each in ast.walk(node)):
            self.generators.add(node.name)
        names.set(node.name, Value(Function(node, names, node.name, defaults)))

    def do_ClassDef(self, node: ast.ClassDef, names: Names) -> None:
        fields = [each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        methods = {each.name: Function(each, names, each.name, []) for each in node.body if isinstance(each, ast.FunctionDef)}
        names.set(node.name, Value(Class(node.name, fields, methods)))

    def do_With(self, node: ast.With, names: Names) -> None:
        call = node.items[0].context_expr
        assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute), ast.unparse(call)
        if call.func.attr == "trace":
            self.on = True
            self.body(node.body, names)
            self.on = False
        else:
            assert call.func.attr == "no_grad", ast.unparse(call)
            with torch.no_grad():
                self.body(node.body, names)

    def do_Assign(self, node: ast.Assign, names: Names) -> None:
        value = self.value(node.value, names)
        for target in node.targets:
            self.assign(target, value, names)

    def do_AugAssign(self, node: ast.AugAssign, names: Names) -> None:
        target = node.target
        before = self.value(target, names)
        value = self.value(node.value, names)
        label, plain, own = OPERATORS[type(node.op)]
        if isinstance(before.thing, torch.Tensor):
            assert own is not None
            change = own
            self.change(label + "_", node, before, [value], lambda: change(before.thing, bare(value)))
            result = before
        elif isinstance(before.thing, list):
            before.thing.extend(self.items(value))
            result = before
        else:
            result = self.binary(node, label, plain, before, value)
        self.assign(target, result, names)

    def change(
        self, label: str, node: Any, tensor: Value, inputs: list[Value], run: Callable[[], Any], flat: bool = False
    ) -> None:
        """Change a tensor in place: it comes from this event from now on."""
        done = self.operation(label, node, lambda: (run(), tensor.thing)[1], [tensor, *inputs], flat=flat)
        tensor.made = done.made

    def assign(self, target: ast.expr, value: Value, names: Names) -> None:
        if isinstance(target, ast.Name):
            names.set(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for each, part in zip(target.elts, self.items(value), strict=True):
                self.assign(each, part, names)
        elif isinstance(target, ast.Subscript):
            owner, index = self.value(target.value, names), self.value(target.slice, names)
            if isinstance(owner.thing, torch.Tensor):
                self.change(
                    "setitem",
                    target,
                    owner,
                    [index, value],
                    lambda: operator.setitem(owner.thing, bare(index), bare(value)),
                    True,
                )
            else:
                owner.thing[bare(index)] = value
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, names)
            if isinstance(owner.thing, Layer):
                self.model.output(owner.thing.index)
                self.event(f"layer{owner.thing.index}.{target.attr}", target, [("value", value)])
                self.model.current = Value(value.thing, value.made)
            else:
                owner.thing.attributes[target.attr] = value
        else:
            raise NotImplementedError(ast.dump(target))

    def do_If(self, node: ast.If, names: Names) -> None:
        outcome = self.test(node.test, names)
        group = self.conditional(node, outcome)
        for name, body, taken in (("then", node.body, bool(outcome.thing)), ("else", node.orelse, not outcome.thing)):
            branch = Place(
                "Branch", name, parent=group, taken=taken, would=self.would(body, names) if not taken else Would.NOTHING
            )
            if taken:
                with self.inside(branch):
                    self.body(body, names)

    def conditional(self, node: Any, outcome: Value) -> Place:
        group = Place("Conditional", "if", node.lineno, node.col_offset, self.place)
        group.tests = [event for event in outcome.made if self.on]
        return group

    def do_Match(self, node: Any, names: Names) -> None:
        subject = self.value(node.subject, names)
        group = self.conditional(node, subject)
        for case in node.cases:
            taken = self.matches(case.pattern, subject, names)
            if taken and case.guard is not None:
                guard = self.test(case.guard, names)
                group.tests += [event for event in guard.made if event not in group.tests]
                taken = bool(guard.thing)
            branch = Place(
                "Branch",
                f"case {ast.unparse(case.pattern)}",
                parent=group,
                taken=taken,
                would=self.would(case.body, names) if not taken else Would.NOTHING,
            )
            if taken:
                with self.inside(branch):
                    self.body(case.body, names)
                return

    def matches(self, pattern: Any, subject: Value, names: Names) -> bool:
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None and not self.matches(pattern.pattern, subject, names):
                return False
            if pattern.name is not None:
                names.set(pattern.name, subject)
            return True
        if isinstance(pattern, ast.MatchValue):
            return bool(subject.thing == self.value(pattern.value, names).thing)
        if isinstance(pattern, ast.MatchOr):
            return any(self.matches(each, subject, names) for each in pattern.patterns)
        raise NotImplementedError(ast.dump(pattern))

    def do_For(self, node: ast.For, names: Names) -> None:
        own = not any(isinstance(each, ast.Yield) for each in ast.walk(node))  # a generator's loop is that of who consumes it
        loop = Place("Iterator", "for", node.lineno, node.col_offset, self.place if own else None)
        items = iter(self.each(self.value(node.iter, names), header=True))
        ended = True
        while True:
            step = Place("Iteration", index=loop.count, parent=loop)
            with self.inside(step) if own else nullcontext():
                try:
                    item = next(items)
                except StopIteration:
                    self.dissolve(step)
                    break
                self.assign(node.target, item, names)
                try:
                    self.body(node.body, names)
                except Continue:
                    pass
                except Break:
                    ended = False
                    break
        loop.would = self.would(node.body, names) if not loop.count else Would.NOTHING
        if ended:
            self.body(node.orelse, names)

    def dissolve(self, step: Place) -> None:
        """What a pass that was none held stands in the loop itself."""
        loop = step.parent
        assert loop is not None
        loop.children.remove(step)
        for event in step.events:
            event.place = loop
        for child in step.children:
            child.parent = loop
        loop.events += step.events
        loop.children += step.children

    def do_While(self, node: ast.While, names: Names) -> None:
        loop = Place("Iterator", "while", node.lineno, node.col_offset, self.place)
        while True:
            step = Place("Iteration", index=loop.count, parent=loop)
            with self.inside(step):
                if not self.test(node.test, names).thing:
                    self.dissolve(step)
                    break
                try:
                    self.body(node.body, names)
                except Continue:
                    pass
                except Break:
                    return
        loop.would = self.would(node.body, names) if not loop.count else Would.NOTHING
        self.body(node.orelse, names)

    def do_Try(self, node: ast.Try, names: Names) -> None:
        try:
            try:
                self.body(node.body, names)
            except Raised as raised:
                for handler in node.handlers:
                    kind = Exception if handler.type is None else bare(self.value(handler.type, names))
                    if isinstance(raised.error, kind):
                        if handler.name:
                            names.set(handler.name, Value(raised.error))
                        self.body(handler.body, names)
                        break
                else:
                    raise
            else:
                self.body(node.orelse, names)
        finally:
            self.body(node.finalbody, names)

    # -- expressions -----------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, names: Names) -> Value:
        found: Value = getattr(self, "of_" + type(node).__name__)(node, names)
        return found

    def of_Constant(self, node: ast.Constant, names: Names) -> Value:
        return Value(node.value)

    def of_Name(self, node: ast.Name, names: Names) -> Value:
        try:
            return names.get(node.id)
        except NameError:
            return Value(getattr(builtins, node.id))

    def of_NamedExpr(self, node: ast.NamedExpr, names: Names) -> Value:
        value = self.value(node.value, names)
        names.set(node.target.id, value)
        return value

    def of_List(self, node: ast.List, names: Names) -> Value:
        return Value(self.elements(node.elts, names))

    def of_Tuple(self, node: ast.Tuple, names: Names) -> Value:
        return Value(tuple(self.elements(node.elts, names)))

    def elements(self, nodes: list[ast.expr], names: Names) -> list[Value]:
        found: list[Value] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                found += self.items(self.value(each.value, names))
            else:
                found.append(self.value(each, names))
        return found

    def of_Dict(self, node: ast.Dict, names: Names) -> Value:
        return Value(
            {bare(self.value(key, names)): self.value(value, names) for key, value in zip(node.keys, node.values) if key}
        )

    def of_Slice(self, node: ast.Slice, names: Names) -> Value:
        ends = [None if each is None else self.value(each, names) for each in (node.lower, node.upper, node.step)]
        return Value(
            slice(*(None if end is None else end.thing for end in ends)), frozenset().union(*(end.made for end in ends if end))
        )

    def of_JoinedStr(self, node: ast.JoinedStr, names: Names) -> Value:
        text, made = "", NONE
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                value = self.value(part.value, names)
                form = "" if part.format_spec is None else self.value(part.format_spec, names).thing
                text += format(bare(value), form)
                made = made.union(*(each.made for _, each in parts("", value)))
            else:
                text += self.value(part, names).thing
        return Value(text, made)

    def of_Lambda(self, node: ast.Lambda, names: Names) -> Value:
        return Value(Function(node, names, "<lambda>", [self.value(each, names) for each in node.args.defaults]))

    def of_UnaryOp(self, node: ast.UnaryOp, names: Names) -> Value:
        if isinstance(node.op, ast.Not):
            outcome = self.test(node.operand, names)
            return Value(not outcome.thing, outcome.made)
        value = self.value(node.operand, names)
        label, run = {ast.USub: ("neg", operator.neg), ast.Invert: ("invert", operator.invert)}[type(node.op)]  # type: ignore[index]
        if isinstance(value.thing, torch.Tensor):
            return self.operation(label, node, lambda: run(value.thing), [value])
        return Value(run(value.thing), value.made)

    def of_BinOp(self, node: ast.BinOp, names: Names) -> Value:
        left, right = self.value(node.left, names), self.value(node.right, names)
        label, run, _ = OPERATORS[type(node.op)]
        return self.binary(node, label, run, left, right)

    def binary(self, node: Any, label: str, run: Callable[..., Any], left: Value, right: Value) -> Value:
        if isinstance(left.thing, torch.Tensor) or isinstance(right.thing, torch.Tensor):
            return self.operation(label, node, lambda: run(bare(left), bare(right)), [left, right])
        if isinstance(left.thing, (list, tuple)):
            return Value(run(left.thing, right.thing))  # of parts that keep their own origin
        try:
            return Value(run(left.thing, right.thing), left.made | right.made)
        except (ArithmeticError, ValueError) as error:
            raise Raised(error) from None

    def of_Compare(self, node: ast.Compare, names: Names) -> Value:
        outcome, earlier = self.compared(node, names)
        return outcome if isinstance(outcome.thing, torch.Tensor) else Value(outcome.thing, outcome.made | earlier)

    def compared(self, node: ast.Compare, names: Names) -> tuple[Value, Made]:
        """The last comparison of a chain, and what decided that the earlier ones hold."""
        left = self.value(node.left, names)
        earlier = NONE
        outcome = Value(True)
        for number, (kind, each) in enumerate(zip(node.ops, node.comparators), 1):
            right = self.value(each, names)
            if isinstance(kind, (ast.In, ast.NotIn)):
                found = bare(left) in bare(right)
                outcome = Value(found is isinstance(kind, ast.In), left.made | right.made)
            elif isinstance(kind, (ast.Is, ast.IsNot)):
                outcome = Value((left.thing is right.thing) is isinstance(kind, ast.Is))
            else:
                label, run, _ = OPERATORS[type(kind)]
                outcome = self.binary(node, label, run, left, right)
            if number == len(node.ops):
                break
            outcome = self.truth(outcome, node)
            if not outcome.thing:
                break
            earlier |= outcome.made
            left = right
        return outcome, earlier

    def of_BoolOp(self, node: ast.BoolOp, names: Names) -> Value:
        made = NONE
        for number, each in enumerate(node.values):
            value = self.value(each, names)
            if number + 1 == len(node.values):
                return value if isinstance(value.thing, torch.Tensor) else Value(value.thing, value.made | made)
            outcome = self.truth(value, each)
            if bool(outcome.thing) is isinstance(node.op, ast.Or):
                return value if isinstance(value.thing, torch.Tensor) else Value(value.thing, value.made | made)
            made |= outcome.made
        raise AssertionError("an and without values")

    def test(self, node: ast.expr, names: Names) -> Value:
        """The outcome of a test as a bool, from all that decided it."""
        if isinstance(node, ast.BoolOp):
            made = NONE
            outcome = Value(True)
            for each in node.values:
                outcome = self.test(each, names)
                made |= outcome.made
                if bool(outcome.thing) is isinstance(node.op, ast.Or):
                    break
            return Value(outcome.thing, made)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            outcome = self.test(node.operand, names)
            return Value(not outcome.thing, outcome.made)
        if isinstance(node, ast.Compare):
            last, earlier = self.compared(node, names)
            outcome = self.truth(last, node)
            return Value(outcome.thing, outcome.made | earlier)
        return self.truth(self.value(node, names), node)

    def truth(self, value: Value, node: Any) -> Value:
        if isinstance(value.thing, torch.Tensor):
            return self.operation("bool", node, lambda: bool(value.thing), [value])
        return Value(bool(value.thing), value.made)

    def of_IfExp(self, node: ast.IfExp, names: Names) -> Value:
        outcome = self.test(node.test, names)
        group = self.conditional(node, outcome)
        result = Value(None)
        for name, part, taken in (("then", node.body, bool(outcome.thing)), ("else", node.orelse, not outcome.thing)):
            branch = Place(
                "Branch", name, parent=group, taken=taken, would=self.would([part], names) if not taken else Would.NOTHING
            )
            if taken:
                with self.inside(branch):
                    result = self.value(part, names)
        return result

    def of_Attribute(self, node: ast.Attribute, names: Names) -> Value:
        return self.attribute(node, self.value(node.value, names))

    def attribute(self, node: ast.Attribute, owner: Value) -> Value:
        thing = owner.thing
        if isinstance(thing, Model):
            return Value(Layer(int(node.attr.removeprefix("layer"))))
        if isinstance(thing, Layer):
            value = self.model.output(thing.index)
            event = self.event(f"layer{thing.index}.{node.attr}", node, [])
            assert event is not None
            value.made = frozenset([event])
            return value
        if isinstance(thing, Object):
            if node.attr in thing.attributes:
                return thing.attributes[node.attr]
            method = thing.of.methods[node.attr]
            return Value(Function(method.node, method.names, method.name, method.defaults, owner))
        if isinstance(thing, torch.Tensor) and node.attr in ("T", "mT"):
            return self.operation(node.attr, node, lambda: getattr(thing, node.attr), [owner])
        if isinstance(thing, Fields):
            return thing[thing.names.index(node.attr)]
        return wrap(getattr(thing, node.attr), NONE if isinstance(thing, torch.Tensor) else owner.made)

    def of_Subscript(self, node: ast.Subscript, names: Names) -> Value:
        owner, index = self.value(node.value, names), self.value(node.slice, names)
        if isinstance(owner.thing, torch.Tensor):
            return self.operation("getitem", node, lambda: owner.thing[bare(index)], [owner, index], flat=True)
        try:
            found = owner.thing[bare(index)]
        except (KeyError, IndexError) as error:
            raise Raised(error) from None
        return found if isinstance(found, Value) else wrap(found, owner.made)

    def would(self, nodes: Any, names: Names) -> Would:
        """What code that did not run would have held: a layer, or work on a tensor that a name holds here."""
        found = Would.NOTHING
        for node in (node for each in nodes for node in ast.walk(each)):
            if isinstance(node, ast.Attribute) and node.attr in ("output", "input", "save"):
                return Would.SURELY
            asked: list[ast.expr] = []
            if isinstance(node, (ast.BinOp, ast.AugAssign, ast.UnaryOp, ast.Compare)):
                asked = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked = [node.func.value]
            if any(isinstance(each, ast.Name) and self.holds_tensor(each.id, names) for each in asked):
                return Would.SURELY
            if isinstance(node, (ast.Call, ast.BinOp, ast.Compare, ast.UnaryOp, ast.AugAssign)):
                found = Would.PERHAPS
        return found

    def holds_tensor(self, name: str, names: Names) -> bool:
        try:
            return isinstance(names.get(name).thing, torch.Tensor)
        except NameError:
            return False

    # -- loops inside expressions ----------------------------------------------------------------------------------------

    def of_ListComp(self, node: ast.ListComp, names: Names) -> Value:
        return Value(list(self.comprehension(node, lambda scope: self.value(node.elt, scope), names, True)))

    def of_DictComp(self, node: ast.DictComp, names: Names) -> Value:
        pair = ast.Tuple([node.key, node.value], ast.Load())
        pairs = self.comprehension(node, lambda scope: self.value(pair, scope), names, True)
        return Value({bare(each.thing[0]): each.thing[1] for each in pairs})

    def of_GeneratorExp(self, node: ast.GeneratorExp, names: Names) -> Value:
        first = self.value(node.generators[0].iter, names)  # Python takes the first iterable at once

        def items(header: bool) -> Iterator[Value]:
            return self.comprehension(node, lambda scope: self.value(node.elt, scope), names, not header, first)

        return Value(Lazy(items))

    def comprehension(self, node: Any, give: Any, names: Names, own: bool, first: Value | None = None) -> Iterator[Value]:
        """The elements that a comprehension makes; each in a pass of its own loop, unless a ``for`` takes them."""
        (part,) = node.generators
        scope = Names(names)
        source = first if first is not None else self.value(part.iter, names)
        loop = Place("Iterator", "for", node.lineno, node.col_offset, self.place if own else None)
        items = iter(self.each(source, header=True))
        while True:
            step = Place("Iteration", index=loop.count, parent=loop)
            with self.inside(step) if own else nullcontext():
                try:
                    item = next(items)
                except StopIteration:
                    self.dissolve(step)
                    break
                self.assign(part.target, item, scope)
                if not all(self.test(each, scope).thing for each in part.ifs):
                    continue
                value = give(scope)
            yield value
        loop.would = self.would([node], scope) if not loop.count else Would.NOTHING

    def each(self, value: Value, header: bool = False) -> Iterator[Value]:
        """What a loop over a value takes, one by one.

        Arguments:
            header: whether a ``for`` takes them, so that a lazy value's own loop is that of the ``for``.
        """
        thing = value.thing
        if isinstance(thing, Lazy):
            return thing.items(header)
        if isinstance(thing, dict):
            return iter([Value(key) for key in thing])
        if isinstance(thing, (list, tuple)):
            return self.living(thing)
        if isinstance(thing, (range, str)):
            return iter([Value(each) for each in thing])
        if isinstance(thing, numpy.ndarray):
            return iter([Value(each, value.made) for each in thing])
        raise NotImplementedError(f"a loop over {type(thing).__name__}")

    def living(self, thing: Any) -> Iterator[Value]:
        """A list may grow while a loop goes over it."""
        index = 0
        while index < len(thing):
            yield thing[index]
            index += 1

    def items(self, value: Value) -> list[Value]:
        return list(self.each(value))

    # -- calls -----------------------------------------------------------------------------------------------------------

    def of_Call(self, node: ast.Call, names: Names) -> Value:
        func = node.func
        if isinstance(func, ast.Attribute):
            text = ast.unparse(func)
            if root(func) in ("torch", "nnsight"):
                return self.library(text, node, names)
            owner = self.value(func.value, names)
            if not isinstance(owner.thing, (Object, Model, Layer)):
                return self.method(owner, func.attr, node, names)
            callee = self.attribute(func, owner)
        else:
            callee = self.value(func, names)
        inputs, named = self.given(node, names)
        if isinstance(callee.thing, Function):
            return self.call(callee.thing, inputs, named)
        if isinstance(callee.thing, Class):
            return self.construct(callee.thing, inputs, named)
        return self.builtin(callee.thing, node, inputs, named)

    def given(self, node: ast.Call, names: Names) -> tuple[list[Value], dict[str, Value]]:
        inputs = self.elements(node.args, names)
        return inputs, {each.arg: self.value(each.value, names) for each in node.keywords if each.arg}

    def library(self, text: str, node: ast.Call, names: Names) -> Value:
        inputs, named = self.given(node, names)
        if text == "nnsight.save":
            self.event("save", node, [("0", part) for _, part in parts("0", inputs[0])])
            return inputs[0]
        name = text.removeprefix("torch.")
        run = operator.attrgetter(name)(torch)
        plain, keywords = [bare(each) for each in inputs], {key: bare(each) for key, each in named.items()}
        return self.operation(name.rpartition(".")[2], node, lambda: run(*plain, **keywords), inputs, named.items())

    def method(self, owner: Value, name: str, node: ast.Call, names: Names) -> Value:
        inputs, named = self.given(node, names)
        thing = owner.thing
        if isinstance(thing, torch.Tensor):
            if name == "save":
                self.event("save", node, [("0", owner)])
                return owner
            plain, keywords = [bare(each) for each in inputs], {key: bare(each) for key, each in named.items()}
            if name in METADATA:
                return wrap(getattr(thing, name)(*plain, **keywords))
            if name.endswith("_"):
                self.change(name, node, owner, inputs, lambda: getattr(thing, name)(*plain, **keywords))
                return owner
            return self.operation(name, node, lambda: getattr(thing, name)(*plain, **keywords), [owner, *inputs], named.items())
        if isinstance(thing, list):
            if name == "append":
                thing.append(inputs[0])
                return Value(None)
            if name == "extend":
                thing.extend(self.items(inputs[0]))
                return Value(None)
            return thing.pop(*[each.thing for each in inputs])
        if isinstance(thing, dict):
            if name == "items":
                return Value([Value((Value(key), value)) for key, value in thing.items()])
            if name == "values":
                return Value(list(thing.values()))
            if name == "get":
                return thing.get(inputs[0].thing, inputs[1] if len(inputs) > 1 else Value(None))
            if name == "setdefault":
                return thing.setdefault(inputs[0].thing, inputs[1])
            return Value([Value(key) for key in thing])
        made = owner.made.union(*(part.made for each in inputs for _, part in parts("", each)))
        try:
            return wrap(getattr(thing, name)(*[bare(each) for each in inputs]), made)
        except Exception as error:
            raise Raised(error) from None

    def call(self, function: Function, inputs: list[Value], named: dict[str, Value]) -> Value:
        node = function.node
        scope = Names(function.names)
        if function.kept is not None:
            inputs = [function.kept, *inputs]
        parameters = [each.arg for each in node.args.args]
        for name, value in zip(parameters[len(parameters) - len(function.defaults) :], function.defaults):
            scope.set(name, value)
        for name, value in [*zip(parameters, inputs), *named.items()]:
            scope.set(name, value)
        if node.args.vararg is not None:
            scope.set(node.args.vararg.arg, Value(tuple(inputs[len(parameters) :])))
        if isinstance(node, ast.Lambda):
            with self.inside(Place("Function", "<lambda>", parent=self.place)):
                return self.value(node.body, scope)
        if node.name in self.generators:
            return Value(Lazy(lambda header: self.generated(node, scope)))
        with self.inside(Place("Function", function.name, parent=self.place)):
            try:
                self.body(node.body, scope)
            except Return as returned:
                return returned.value
        return Value(None)

    def generated(self, node: ast.FunctionDef, scope: Names) -> Iterator[Value]:
        """What a generator gives. Its body waits in a greenlet; what it does stands in the place of who asks for the next."""

        def run() -> None:
            try:
                self.body(node.body, scope)
            except Return:
                pass

        running = greenlet.greenlet(run)
        while True:
            running.parent = greenlet.getcurrent()
            waiting = len(self.askers)
            self.askers.append(running.parent)
            try:
                value = running.switch()
            finally:
                del self.askers[waiting:]
            if running.dead:
                return
            yield value

    def of_Yield(self, node: ast.Yield, names: Names) -> Value:
        value = Value(None) if node.value is None else self.value(node.value, names)
        self.askers[-1].switch(value)
        return Value(None)

    def construct(self, kind: Class, inputs: list[Value], named: dict[str, Value]) -> Value:
        built = Value(Object(kind, {**dict(zip(kind.fields, inputs)), **named}))
        if "__init__" in kind.methods:
            built.thing.attributes = {}
            method = kind.methods["__init__"]
            self.call(Function(method.node, method.names, method.name, method.defaults, built), inputs, named)
        return built

    def builtin(self, function: Any, node: ast.Call, inputs: list[Value], named: dict[str, Value]) -> Value:
        first = inputs[0] if inputs else Value(None)
        if function in (float, int, bool):
            if isinstance(first.thing, torch.Tensor):
                return self.operation(function.__name__, node, lambda: function(first.thing), [first])
            return Value(function(first.thing), first.made)
        if function in (list, tuple):
            return Value(function(self.each(first)) if inputs else function())
        if function is dict:
            pairs = (
                first.thing.items()
                if isinstance(first.thing, dict)
                else [(bare(p.thing[0]), p.thing[1]) for p in self.each(first)]
            )
            return Value(dict(pairs))
        if function is reversed:
            return Value(self.items(first)[::-1])
        if function is zip:
            return Value(Lazy(lambda header: (Value(each) for each in zip(*(self.each(value, header) for value in inputs)))))
        if function is enumerate:
            start = inputs[1].thing if len(inputs) > 1 else 0
            return Value(
                Lazy(lambda header: (Value((Value(i), each)) for i, each in enumerate(self.each(first, header), start)))
            )
        if function is sum:
            total = inputs[1] if len(inputs) > 1 else Value(0)
            for each in self.each(first):
                if isinstance(each.thing, torch.Tensor) and not isinstance(total.thing, torch.Tensor):
                    total, each = each, total  # nobody wrote this one: the tensor is asked first
                total = self.binary(node, "add", operator.add, total, each)
            return total
        if function in (max, min):
            values = iter(inputs) if len(inputs) > 1 else self.each(first)
            best = next(values)
            label, run = ("gt", operator.gt) if function is max else ("lt", operator.lt)
            for each in values:
                if self.truth(self.binary(node, label, run, each, best), node).thing:
                    best = each
            return best
        if function in (any, all):
            made = NONE
            for each in self.each(first):
                outcome = self.truth(each, node)
                made |= outcome.made
                if bool(outcome.thing) is (function is any):
                    break
            else:
                return Value(function is all, made)
            return Value(function is any, made)
        if function is abs and isinstance(first.thing, torch.Tensor):
            return self.operation("abs", node, lambda: abs(first.thing), inputs)
        if function is len or function is isinstance:
            return Value(function(*(bare(each) for each in inputs)))
        if function in (print,):
            return Value(None)
        made = NONE.union(*(part.made for each in inputs for _, part in parts("", each)))
        return wrap(
            function(*(bare(each) for each in inputs)), made if not isinstance(function, type) or function is str else NONE
        )


class Fields(tuple):  # type: ignore[type-arg]
    """The parts of what torch gives with names (``values`` and ``indices`` of a ``max``)."""

    names: tuple[str, ...]


def wrap(thing: Any, made: Made = NONE) -> Value:
    """A thing as a value; each part of a container is one, and they all come from the same."""
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, (list, tuple)) and not isinstance(thing, torch.Size):
        each = [wrap(part, made) for part in thing]
        if hasattr(thing, "n_sequence_fields"):
            fields = Fields(each)
            fields.names = type(thing).__match_args__
            return Value(fields, made)
        return Value(each if isinstance(thing, list) else tuple(each), made)
    if isinstance(thing, dict):
        return Value({key: wrap(part, made) for key, part in thing.items()}, made)
    return Value(thing, made)


def bare(value: Any) -> Any:
    """What Python itself would hold."""
    thing = value.thing if isinstance(value, Value) else value
    if isinstance(thing, (list, tuple)) and not isinstance(thing, torch.Size):
        return type(thing)(bare(part) for part in thing)
    if isinstance(thing, dict):
        return {key: bare(part) for key, part in thing.items()}
    if isinstance(thing, Lazy):
        return [bare(part) for part in thing.items(False)]
    return thing


def parts(name: str, value: Value) -> list[tuple[str, Value]]:
    """The parts of an argument that can have an origin, each with the name that the graph gives it."""
    thing = value.thing
    if isinstance(thing, (list, tuple)) and not isinstance(thing, torch.Size):
        return [found for i, part in enumerate(thing) for found in parts(f"{name}[{i}]", part)]
    if isinstance(thing, dict):
        return [found for key, part in thing.items() for found in parts(f"{name}[{key!r}]", part)]
    if isinstance(thing, Object):
        return [found for key, part in thing.attributes.items() for found in parts(f"{name}.{key}", part)]
    return [(name, value)]


def root(node: ast.expr) -> str | None:
    """The name that a dotted path begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
