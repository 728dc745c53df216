"""What runs, as the marks tell it: passes, branches and calls as a tree of regions, and where numbers came from.

:class:`Marks` is what marked code calls (see :mod:`.marks`). It asks for the thread's :class:`Flow` and does nothing without.
"""

from __future__ import annotations

import ast
import functools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from sys import getrefcount
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, GeneratorType, MethodType
from typing import Any, Protocol

import torch

from .arguments import branch, branches
from .events import Event, Known, Region, Variable
from .frames import conceal
from .marks import Table, mark_function
from .source import HEADER, Site, SourceFile, Sources, Twin, own
from .values import CONTAINERS, NUMBERS, Names, Sourced, leaves, lookup, union, unique

_Tensor = torch.Tensor
#: The flow of the thread that runs, while its intervention code does.
current = threading.local()

_MOST_NAMED = 10_000
_MOST_LEAVES = 1000
#: Functions whose result says nothing of the values that they are given.
_BLIND = {
    "len",
    "isinstance",
    "issubclass",
    "type",
    "id",
    "hasattr",
    "callable",
    "print",
    "dir",
    "locals",
    "globals",
    "super",
    "iter",
}


class Frame:
    """What is known of a marked frame.

    Arguments:
        code: of the frame, which tells it from a later one at the same address.
        outer: the record of the frame that a comprehension is written in.
    """

    __slots__ = (
        "at", "code", "held", "leaf", "made", "marks", "names", "node", "outer", "region", "resumed", "slots", "steps",
        "tensors", "words",
    )  # fmt: skip

    def __init__(self, code: CodeType, marks: Marks, node: Any, outer: Frame | None = None, resumed: bool = False) -> None:
        self.code, self.marks, self.node, self.outer, self.resumed = code, marks, node, outer, resumed
        self.region: Region | None = None
        shared = outer is not None and not resumed
        #: (loop or test, which part of it) → the region that is open there
        self.slots: dict[tuple[Any, Any], Region] = outer.slots if outer is not None and shared else {}
        #: what an expression that was evaluated, and not used yet, came from
        self.at: dict[ast.AST, Sourced] = outer.at if outer is not None and shared else {}
        #: events that an expression itself made since then
        self.made: dict[ast.AST, list[Event]] = outer.made if outer is not None and shared else {}
        self.names: dict[str, Sourced] = outer.names if outer is not None else {}
        #: names of lists and dicts that the source spells out → the shared numbers in them, and what each came from
        self.held: dict[str, dict[Any, tuple[Any, Sourced]]] = outer.held if outer is not None else {}
        #: the tensors that names were bound to, and by their addresses the names
        self.tensors: dict[str, weakref.ref[Any]] = {}
        self.words: dict[int, str] = {}
        self.leaf: ast.AST | None = None
        #: for a generator: where it was resumed → its region there
        self.steps: dict[Region, Region] = {}

    @property
    def home(self) -> Any:
        """The function that it runs, or the statement that a block begins with."""
        return self.node if self.outer is None or self.node is not None else self.outer.home

    def bind(self, name: str, value: Any) -> None:
        """Note what a name is bound to."""
        if isinstance(value, _Tensor):
            self.tensors[name] = weakref.ref(value)
            self.words[id(value)] = name
        else:
            self.tensors.pop(name, None)

    def word(self, tensor: Any) -> str | None:
        """The name that a tensor was bound to last."""
        word = self.words.get(id(tensor))
        if word is None or self._is(word, tensor):
            return word
        return next((name for name in reversed(self.tensors) if self._is(name, tensor)), None)

    def _is(self, name: str, tensor: Any) -> bool:
        held = self.tensors.get(name)
        return held is not None and held() is tensor


class Marks:
    """What the marks of one code object call. Each gives back the value that it got.

    Arguments:
        source: the file that the code is from.
    """

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.table = Table()

    def mark_start(self, number: int, *values: Any) -> None:
        """A block or a function begins; ``values`` are its arguments."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.start, self, number, sys._getframe(1), values)

    def mark_enter(self, number: int, iterable: Any) -> Any:
        """A loop begins."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.enter, self, number, sys._getframe(1))
        return iterable

    def mark_draw(self, number: int, iterable: Any) -> Any:
        """A generator expression is made; it will run where it is drawn from."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is None or type(iterable) not in _DRAWN:
            return iterable  # its own code makes the iterator, and would find us above it
        iterator = iter(iterable)
        flow.guard(flow.draw, self, number, sys._getframe(1), iterator)
        return iterator

    def mark_began(self, number: int, *values: Any) -> bool:
        """A pass of a loop begins; ``values`` are what the loop bound."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.began, self, number, sys._getframe(1), values)
        return True

    def mark_met(self, number: int) -> None:
        """A test is come to."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.met, self, number, sys._getframe(1))

    def mark_branch(self, number: int, which: int) -> None:
        """A branch begins."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.branch, self, number, sys._getframe(1), which)

    def mark_took(self, number: int, told: Any, value: Any) -> Any:
        """The second of two, once the first, a mark, was evaluated."""
        return value

    def mark_value(self, number: int, value: Any) -> Any:
        """An expression gave a value."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.carrying:
            fresh = getrefcount(value) <= _FRESH
            flow.guard(flow.value, self, number, sys._getframe(1), value, fresh)
        return value

    def mark_leaf(self, number: int, value: Any) -> Any:
        """An expression gave a value that is about to be tested."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            flow.guard(flow.leaf, self, number, sys._getframe(1), value)
        return value

    def mark_bind(self, number: int, value: Any) -> Any:
        """An expression gave a value that names are bound to."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None:
            fresh = getrefcount(value) <= _FRESH
            flow.guard(flow.bind, self, number, sys._getframe(1), value, fresh)
        return value

    def mark_storing(self, number: int) -> None:
        """Something is about to be added to what an object or a container holds."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.carrying:
            flow.guard(flow.storing, self, number, sys._getframe(1))

    def mark_stored(self, number: int) -> None:
        """Something was added to what an object or a container holds."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.carrying:
            flow.guard(flow.stored, self, number, sys._getframe(1))

    def mark_leave(self, number: int, value: Any) -> Any:
        """A function gives a value back."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is not None and flow.carrying:
            flow.guard(flow.leave, self, number, sys._getframe(1), value)
        return value

    def mark_call(self, number: int, function: Any) -> Any:
        """A function is about to be called: its marked twin, where it is the user's own."""
        flow: Flow | None = getattr(current, "flow", None)
        if flow is None:
            return function
        flow.returned = None
        if isinstance(function, torch.nn.Module):
            flow.guard(flow.owned, function, self.table.nodes[number].func)
        found: Any = flow.guard(flow.twin, function)
        return function if found is None else found


def _probe() -> int:
    """The count of references that a value has, inside a mark, when nothing but the call holds it."""

    class Probe:
        def value(self, number: int, value: Any) -> int:
            return getrefcount(value)

    one = 1.5
    return Probe().value(0, one + one)


_FRESH = _probe()


class Watch(Protocol):
    """What a flow needs of its observer."""

    sources: Sources

    def err(self, error: BaseException) -> None:
        """Note an error of ours."""

    def root(self) -> tuple[Region | None, CodeType | None]:
        """The region of the block that runs, and its code."""

    def library(self, file: str) -> bool:
        """Whether a file is no user's."""

    def words(self, value: Any) -> str:
        """What a loop bound, in words."""

    def place(self, value: Any) -> str | None:
        """Where in the model a module is, None for anything else."""

    def now(self) -> int:
        """The number of the last thing that happened."""

    def producer(self, tensor: Any) -> tuple[Event, str]:
        """The event that made a tensor, and which part of its value it is."""

    def whole(self, function: Any, code: CodeType) -> Any:
        """A function whose call is one event."""

    def arrived(self, tensor: Any, node: ast.Call, sources: Sourced, frame: FrameType) -> None:
        """Note a tensor that a call made of numbers that came from elsewhere."""


class Flow:
    """The frames, regions and sources of what one observer sees.

    Arguments:
        watch: the observer.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.sources = watch.sources
        #: whether any number has left a tensor
        self.carrying = False
        #: what the function that has just returned gave, if it was marked
        self.returned: Sourced | None = None
        self._frames: dict[int, Frame] = {}
        self._drawn: dict[int, tuple[Any, Frame]] = {}
        self._carried: dict[int, tuple[Any, Sourced]] = {}
        self._read: dict[Any, tuple[str, ...]] = {}
        self._modules: dict[int, weakref.ref[Any]] = {}
        #: the last place at which the names of tensors were asked for: its expressions, by the addresses of what they were
        self._spelt_at: tuple[Site | None, dict[int, ast.AST]] = (None, {})
        #: functions by the address of their code, which is kept, and their code with marks
        self._twins: dict[int, tuple[CodeType, Twin | None]] = {}
        self._parameters: dict[int, tuple[weakref.ref[Any], str]] = {}

    def guard(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:
            self._watch.err(error)
            return None

    # -- frames ----------------------------------------------------------------------------------------------------------------

    def frame(self, frame: FrameType) -> Frame | None:
        """The record of a marked frame."""
        found = self._frames.get(id(frame))
        return found if found is not None and found.code is frame.f_code else None

    def _own(self, marks: Marks, frame: FrameType) -> Frame:
        """The record of the frame that a mark is in; a comprehension's is made when it is first met."""
        code = frame.f_code
        found = self._frames.get(id(frame))
        if found is not None and found.code is not code:
            found = None
        if code.co_name == "<genexpr>":
            if found is not None and not (self._drawn and id(frame.f_locals[".0"]) in self._drawn):
                return found
            found = Frame(code, marks, None, self._drawn.pop(id(frame.f_locals[".0"]), (None, None))[1], resumed=True)
        elif code.co_name in _COMPREHENSIONS and frame.f_back is not None:
            outer = self._own(marks, frame.f_back)
            if found is not None and found.outer is outer:
                return found
            found = Frame(code, marks, None, outer)
        elif found is None:
            found = Frame(code, marks, None)
        self._frames[id(frame)] = found
        return found

    def start(self, marks: Marks, number: int, frame: FrameType, values: tuple[Any, ...]) -> None:
        code = frame.f_code
        made = Frame(code, marks, marks.table.nodes[number], resumed=bool(code.co_flags & _RESUMED))
        self._frames[id(frame)] = made
        region, block = self._watch.root()
        if code is block:
            made.region = region
            return
        for (name,), value in zip(marks.table.targets[number], values):
            made.bind(name, value)
        if self.carrying and values:
            given = self._given(frame, made.node)
            for (name,), value in zip(marks.table.targets[number], values):
                found = self.of(value) if unique(value) else given.get(name)
                if found:
                    made.names[name] = found

    def _given(self, frame: FrameType, node: Any) -> dict[str, Sourced]:
        """What the arguments of a call came from, by the names that the function gives them."""
        caller = None if frame.f_back is None else self.frame(frame.f_back)
        if caller is None or frame.f_back is None:
            return {}
        call = self.site(frame.f_back).node
        if not isinstance(call, ast.Call) or any(isinstance(arg, ast.Starred) for arg in call.args):
            return {}
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if isinstance(call.func, ast.Attribute) and names[:1] in (["self"], ["cls"]):
            names = names[1:]
        pairs: list[tuple[str, ast.expr]] = list(zip(names, call.args))
        pairs += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
        return {name: found for name, value in pairs if (found := self._lexical(caller, value))}

    def site(self, frame: FrameType) -> Site:
        return self.sources.site(frame.f_code, frame.f_lasti)

    # -- regions ---------------------------------------------------------------------------------------------------------------

    def region(self, frame: FrameType, site: Site) -> Region | None:
        """The region that a frame is in; None above the block."""
        found = self.frame(frame)
        if found is None:
            region, block = self._watch.root()
            if frame.f_code is block:
                return region
            base = self._above(frame)
            return None if base is None else base.child("call", frame.f_code, frame.f_code.co_name, site.source)
        if site.fetches is not None:
            loop = found.slots.get((site.fetches, "loop"))
            if loop is not None:
                return loop.pending()
        return self._slot(found, frame, site.slot)

    def _slot(self, found: Frame, frame: FrameType, slot: tuple[Any, int] | None) -> Region | None:
        if slot is not None:
            if slot[1] == HEADER:
                loop = found.slots.get((slot[0], "loop"))
                if loop is not None:
                    return loop.pending()
            region = found.slots.get(slot)
            if region is not None:
                return region
        return self._root(found, frame)

    def _root(self, found: Frame, frame: FrameType) -> Region | None:
        """The region of a whole frame."""
        if found.region is not None:
            return found.region
        if found.outer is not None and not found.resumed:
            return None if frame.f_back is None else self._root(found.outer, frame.f_back)
        base, fetched = self._resumed(frame)
        if base is None or fetched or found.node is None:
            return base
        if not found.resumed:
            found.region = base.new("call", found.node, frame.f_code.co_name, found.marks.source)
            return found.region
        if base not in found.steps:
            found.steps[base] = base.new("call", found.node, frame.f_code.co_name, found.marks.source)
        return found.steps[base]

    def _caller(self, frame: FrameType) -> FrameType | None:
        """The user's frame that a frame was called or resumed from."""
        up = frame.f_back
        while (
            up is not None
            and self.frame(up) is None
            and self._watch.library(up.f_code.co_filename)
            and up.f_code is not self._watch.root()[1]
        ):
            up = up.f_back
        return up

    def _above(self, frame: FrameType) -> Region | None:
        up = self._caller(frame)
        return None if up is None else self.region(up, self.site(up))

    def _resumed(self, frame: FrameType) -> tuple[Region | None, bool]:
        """The region from which a frame was called or resumed, and whether that was to give a loop its next item."""
        up = self._caller(frame)
        if up is None:
            return None, False
        site = self.site(up)
        return self.region(up, site), site.fetches is not None

    def enter(self, marks: Marks, number: int, frame: FrameType) -> None:
        node = marks.table.nodes[number]
        found = self._own(marks, frame)
        base = self._slot(found, frame, marks.source.slot(node))
        found.slots.pop((node, 0), None)
        found.at.pop(node, None)
        if base is None or (found.resumed and self._resumed(frame)[1]):
            found.slots.pop((node, "loop"), None)
            return
        loop = base.new("loop", node, None, marks.source)
        loop.seq = self._watch.now()
        loop.known = self._known(found, frame, node, _body(node))
        loop.tests = self._lexical(found, marks.table.parts[number][0]) if marks.table.parts[number] else ()
        found.slots[(node, "loop")] = loop

    def draw(self, marks: Marks, number: int, frame: FrameType, iterator: Any) -> None:
        found = self._own(marks, frame)
        found.at.pop(marks.table.nodes[number], None)
        self._drawn[id(iterator)] = (iterator, found)

    def began(self, marks: Marks, number: int, frame: FrameType, values: tuple[Any, ...]) -> None:
        node = marks.table.nodes[number]
        found = self._own(marks, frame)
        loop: Region | None
        if found.resumed and isinstance(node, ast.GeneratorExp):
            base, fetched = self._resumed(frame)
            if base is None or fetched:
                found.slots.clear()
                loop = None
            else:
                if base not in found.steps:
                    found.steps[base] = base.new("loop", node, None, marks.source)
                loop = found.steps[base]
                found.slots[(node, "loop")] = loop
        elif found.resumed and self._resumed(frame)[1]:
            found.slots.clear()  # what a generator does to give a loop its next item is in that loop's pass
            loop = None
        else:
            loop = found.slots.get((node, "loop"))
        names = marks.table.targets[number]
        region: Region | None = None
        if loop is not None:
            region = loop.pending()
            region.begun = True
            loop.count += 1
            if loop.count <= _MOST_NAMED:
                region.values = {name: self._watch.words(value) for (name,), value in zip(names, values)}
            found.slots[(node, 0)] = region
        drawn = loop.tests if loop is not None else ()
        for (name,), value in zip(names, values):
            source: Sourced = ()
            found.bind(name, value)
            if type(value) in NUMBERS:
                source = self.of(value) if unique(value) else drawn
                if not source and region is not None:
                    self.carrying, source = True, (Variable(region, name),)
            elif not isinstance(value, _Tensor):
                source = self.of(value) if unique(value) else drawn
            if source:
                found.names[name] = source
            else:
                found.names.pop(name, None)

    def met(self, marks: Marks, number: int, frame: FrameType) -> None:
        node = marks.table.nodes[number]
        found = self._own(marks, frame)
        base = self._slot(found, frame, marks.source.slot(node))
        if base is None or (found.resumed and self._resumed(frame)[1]):
            found.slots.pop((node, "if"), None)
            return
        found.slots[(node, "if")] = base.new("if", node, None, marks.source)

    def branch(self, marks: Marks, number: int, frame: FrameType, which: int) -> None:
        node = marks.table.nodes[number]
        found = self._own(marks, frame)
        test = found.slots.get((node, "if"))
        if test is None:
            found.slots.pop((node, which), None)
            return
        test.seq = self._watch.now()
        left = [part for number_ in range(branches(node)) if number_ != which for part in branch(node, number_)[1]]
        if left:
            test.known = self._known(found, frame, (node, which), left)
        if self.carrying or found.made:
            asked = node.test if hasattr(node, "test") else node.subject
            test.tests = union(self._tested(found, leaf) for leaf in _leaves(asked))
        found.slots[(node, which)] = test.child("branch", which, None, marks.source)

    def unmade(self, region: Region | None) -> None:
        """Take back the pass that a region is in: the run ended before anything in it."""
        while region is not None and region.kind != "pass":
            region = region.parent
        if region is not None and region.parent is not None and region.begun:
            region.begun = False
            region.parent.count -= 1
            region.parent.note = f"asked for step {region.parent.count}, which the run did not make"

    # -- where values came from ------------------------------------------------------------------------------------------------

    def came(self, value: Any, event: Event, frame: FrameType | None) -> None:
        """Say that ``event`` took ``value``, which is no tensor, out of a tensor."""
        self.carrying = True
        for _, leaf in leaves(value):
            if unique(leaf):
                self._carry(leaf, (event,))
        found = None if frame is None else self.frame(frame)
        if found is not None and frame is not None:
            node = event.site.node if event.site is not None else None
            if node is not None:
                found.made.setdefault(node, []).append(event)

    def of(self, value: Any) -> Sourced:
        """What a value came from, by the value's identity."""
        entry = self._carried.get(id(value))
        if entry is None:
            return ()
        held = entry[0]() if isinstance(entry[0], weakref.ref) else entry[0]
        return entry[1] if held is value else ()

    def argument(self, value: Any, frame: FrameType | None, expression: ast.AST | None) -> Iterable[tuple[str, Sourced]]:
        """(path, sources) of the numbers in an argument that is no tensor."""
        own = None if frame is None else self.frame(frame)
        if type(value) in CONTAINERS:
            yield from self._within(value, own, expression, "")
            return
        if unique(value):
            found = self.of(value)
            if found or not isinstance(expression, ast.Name):
                if found:
                    yield "", found
                return
        if own is not None and expression is not None and not isinstance(expression, ast.Constant):
            found = self._lexical(own, expression)
            if not found and isinstance(expression, ast.Name) and frame is not None:
                found = self._outer(expression.id, value, frame)
            if found:
                yield "", found

    def _within(self, value: Any, own: Frame | None, expression: ast.AST | None, path: str) -> Iterable[tuple[str, Sourced]]:
        """(path, sources) of what a container holds; a shared number is followed where the source spells the container out."""
        spelt: dict[str, ast.AST] = {}
        if (
            isinstance(expression, (ast.List, ast.Tuple))
            and type(value) in (list, tuple)
            and len(expression.elts) == len(value)
        ):
            spelt = {f"[{index}]": part for index, part in enumerate(expression.elts)}
        elif isinstance(expression, ast.Dict):
            spelt = {
                f"[{key.value!r}]": part
                for key, part in zip(expression.keys, expression.values)
                if isinstance(key, ast.Constant)
            }
        shared = False
        for at, leaf in leaves(value):
            found = self.of(leaf)
            if not found and not unique(leaf) and type(leaf) in NUMBERS and own is not None:
                if at in spelt:
                    found = self._lexical(own, spelt[at])
                elif isinstance(expression, ast.Name):
                    shared = True
            if found:
                yield path + at, found
        if shared and own is not None and isinstance(expression, ast.Name):
            found = self._lexical(own, expression)
            if found:
                yield path, found

    def _carry(self, value: Any, sources: Sourced) -> None:
        held: Any = value
        if type(value) not in NUMBERS:
            try:
                held = weakref.ref(value)
            except TypeError:
                held = value
        self._carried[id(value)] = (held, sources)

    def _lexical(self, found: Frame, node: ast.AST) -> Sourced:
        """What an expression came from, as its parts tell it."""
        own = found.at.get(node)
        made = tuple(found.made.get(node, ()))
        if own is not None or made:
            return union((own or (), made))
        if isinstance(node, ast.Name):
            return found.names.get(node.id, ())
        if isinstance(node, ast.NamedExpr):
            return self._lexical(found, node.value)
        if isinstance(node, (ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp, ast.Slice)):
            return union(self._lexical(found, part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return ()

    def _tested(self, found: Frame, leaf: ast.AST) -> Sourced:
        made = tuple(found.made.pop(leaf, ()))
        own = found.at.pop(leaf, ())
        tests = tuple(event for event in made if event.kind == "ConditionalProtocol")
        if tests:
            return tests
        return union((made, own or self._lexical(found, leaf)))

    def _taken(self, marks: Marks, number: int, frame: FrameType, found: Frame, value: Any, fresh: bool) -> Sourced:
        """What an expression's value came from; its parts are used up."""
        node = marks.table.nodes[number]
        made, at = found.made, found.at
        events = made.pop(node, None) if made else None
        parts: list[Sourced] = [] if events is None else [tuple(events)]
        for part in _evaluated(found, node, marks.table.parts[number]):
            source = at.pop(part, None) if at else None
            if source is None and type(part) is ast.Name:
                source = found.names.get(part.id)
            if source:
                parts.append(source)
        called, self.returned = self.returned, None
        if isinstance(value, _Tensor):
            if parts and type(node) is ast.Call:
                self._watch.arrived(value, node, union(parts), frame)
            return ()
        if unique(value):
            exact = self.of(value)
            if type(node) is ast.Name and not exact:
                return found.names.get(node.id) or self._outer(node.id, value, frame)
            if exact or not parts or not fresh:
                return exact
            sources = union(parts)
            self._carry(value, sources)
            return sources
        if type(node) is ast.Call:
            if called is not None:
                return called
            if type(node.func) is ast.Name and node.func.id in _BLIND:
                return ()
        if type(value) in CONTAINERS:
            parts.extend(source for _, leaf in leaves(value) if (source := self.of(leaf)))
        if value is None or not parts:
            return self._outer(node.id, value, frame) if type(node) is ast.Name else ()
        if (
            type(node) is ast.Subscript
            and type(node.value) is ast.Name
            and node.value.id in found.held
            and type(value) in NUMBERS
        ):
            key, whole = self.lookup(node.slice, frame), self.lookup(node.value, frame)
            if type(key) is int and key < 0 and type(whole) in (list, tuple):
                key += len(whole)
            held, sources = found.held[node.value.id].get(key, (None, ()))
            return sources if held is value else ()
        return union(parts)

    def _spelt(self, found: Frame, node: ast.AST, value: Any) -> dict[Any, tuple[Any, Sourced]] | None:
        """The shared numbers in a list or dict that the source spells out, by index or key, and what each came from."""
        pairs: list[tuple[Any, ast.expr]] = []
        if isinstance(node, (ast.List, ast.Tuple)) and type(value) in (list, tuple) and len(node.elts) == len(value):
            pairs = list(enumerate(node.elts))
        elif isinstance(node, ast.Dict) and type(value) is dict:
            pairs = [(key.value, part) for key, part in zip(node.keys, node.values) if isinstance(key, ast.Constant)]
        else:
            return None
        return {
            key: (value[key], self._lexical(found, part))
            for key, part in pairs
            if type(value[key]) in NUMBERS and not unique(value[key])
        }

    def _outer(self, name: str, value: Any, frame: FrameType) -> Sourced:
        """What a number or text came from whose name the code itself does not bind: the code that it is written in does, or a
        loop around the block."""
        region, block = self._watch.root()
        if type(value) not in NUMBERS:
            return ()
        found, at = self.frame(frame), frame.f_back
        if found is not None and not unique(value) and frame.f_code is not block:
            written = set(found.marks.source.above(found.home))
            while at is not None:
                known = self.frame(at)
                if known is not None and name in known.names and known.home in written:
                    return known.names[name]
                at = at.f_back if at.f_code is not block else None
        while region is not None:
            if name in region.values:
                return (Variable(region, name),) if region.values[name] == self._watch.words(value) else ()
            region = region.parent
        return ()

    def value(self, marks: Marks, number: int, frame: FrameType, value: Any, fresh: bool) -> None:
        found = self._own(marks, frame)
        sources = self._taken(marks, number, frame, found, value, fresh)
        if not isinstance(value, _Tensor):
            found.at[marks.table.nodes[number]] = sources
        whole = marks.table.wholes.get(number)
        if whole is not None and sources:  # each pass adds to what the whole comes from
            at = (found.outer or found).at
            at[whole] = union((at.get(whole, ()), sources))

    def leaf(self, marks: Marks, number: int, frame: FrameType, value: Any) -> None:
        found = self._own(marks, frame)
        node = marks.table.nodes[number]
        found.leaf = node
        if self.carrying:
            events = found.made.get(node)
            sources = self._taken(marks, number, frame, found, value, True)
            if events:
                found.made[node] = list(events)
            if sources:
                found.at[node] = sources

    def bind(self, marks: Marks, number: int, frame: FrameType, value: Any, fresh: bool) -> None:
        found = self._own(marks, frame)
        node = marks.table.nodes[number]
        groups = marks.table.targets[number]
        bound: Any = value if type(value) in (tuple, list) and len(value) == len(groups) else [None] * len(groups)
        for group, part in zip(groups, [value] if len(groups) == 1 else bound):
            for name in group:
                found.bind(name, part)
        if not self.carrying:
            return
        each: list[Sourced] = []
        if len(groups) > 1 and type(value) in (tuple, list) and len(value) == len(groups):
            parts = (
                node.elts if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == len(groups) else [None] * len(groups)
            )
            each = [
                self.of(item) if unique(item) else () if part is None else self._lexical(found, part)
                for item, part in zip(value, parts)
            ]
        spelt = self._spelt(found, node, value)
        sources = self._taken(marks, number, frame, found, value, fresh or isinstance(node, ast.AugAssign))
        for name in groups[0] if len(groups) == 1 else ():
            found.held.pop(name, None)
            if spelt is not None:
                found.held[name] = spelt
        for index, group in enumerate(groups):
            source = sources
            if each:
                source = each[index]
                if not source and not unique(value[index]) and not isinstance(value[index], _Tensor):
                    source = sources if not isinstance(node, (ast.Tuple, ast.List)) else ()
            for name in group:
                if source:
                    found.names[name] = source
                else:
                    found.names.pop(name, None)
        if sources and not isinstance(node, ast.AugAssign):
            found.at[node] = sources

    def stored(self, marks: Marks, number: int, frame: FrameType) -> None:
        found = self._own(marks, frame)
        self._taken(marks, number, frame, found, self.lookup(marks.table.nodes[number].target, frame), True)

    def storing(self, marks: Marks, number: int, frame: FrameType) -> None:
        found = self._own(marks, frame)
        target = marks.table.nodes[number].target
        before = self.of(self.lookup(target, frame))
        if before:
            found.at[target] = before

    def leave(self, marks: Marks, number: int, frame: FrameType, value: Any) -> None:
        found = self._own(marks, frame)
        node = marks.table.nodes[number]
        self.returned = () if isinstance(value, _Tensor) else self.of(value) if unique(value) else self._lexical(found, node)

    def _known(self, found: Frame, frame: FrameType, key: Any, body: Sequence[ast.AST]) -> dict[str, Known]:
        """What the names stand for that some code which may not run would use."""
        names = self._read.get(key)
        if names is None:
            loaded = (
                part.id
                for node in body
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
            )
            names = self._read[key] = tuple(dict.fromkeys(loaded))
        known: dict[str, Known] = {}
        bound = Names(frame, found.tensors)
        for name in names:
            value = bound.get(name)
            if isinstance(value, _Tensor):
                known[name] = (self._watch.producer(value)[0],)
            elif type(value) in (list, tuple):
                known[name] = [self._watch.producer(each)[0] for each in value[:_MOST_LEAVES] if isinstance(each, _Tensor)]
            elif type(value) in (dict, set, *NUMBERS):
                known[name] = []
            elif value is not None:
                place = self._watch.place(value)
                if place is not None:
                    known[name] = place
        return known

    # -- names -----------------------------------------------------------------------------------------------------------------

    def called(self, tensor: Any, frame: FrameType) -> str:
        """What the user's code calls a tensor that nothing recorded has made, or an empty text."""
        name = self._parameters.get(id(tensor))
        if name is not None and name[0]() is tensor:
            return name[1]
        found = self.frame(frame)
        word = None if found is None else found.word(tensor)
        if word is not None:
            return word
        site, names = self.site(frame), self._names(frame)
        part = self._spelt_at[1].get(id(tensor)) if self._spelt_at[0] is site else None
        if part is None or lookup(part, names) is not tensor:
            parts = [part for root in (site.node, site.statement) if root is not None for part in own(root)]
            parts = [part for part in parts if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))]
            self._spelt_at = site, {id(lookup(part, names)): part for part in reversed(parts)}
            part = self._spelt_at[1].get(id(tensor))
        return "" if part is None else " ".join(ast.unparse(part).split())

    def spelt(self, frame: FrameType) -> str | None:
        """The place that a frame reads or writes as the source spells it, from the model on; None if it cannot be told."""
        node: Any = self.site(frame).node
        parts: list[str] = []
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
            else:
                key = self.lookup(node.slice, frame)
                if type(key) is not int:
                    return None
                parts.append(str(key))
            node = node.value
        root = self.lookup(node, frame)
        place = None if root is None else self._watch.place(root)
        if place is None:
            return None
        return ".".join([*([] if place == "model" else [place]), *reversed(parts)])

    def lookup(self, node: ast.AST, frame: FrameType) -> Any:
        """What an expression is in a frame, None if that cannot be told without running code."""
        return lookup(node, self._names(frame))

    def _names(self, frame: FrameType) -> Names:
        known = self.frame(frame)
        return Names(frame, {} if known is None else known.tensors)

    def owned(self, module: torch.nn.Module, call: ast.AST) -> None:
        """Remember what the parameters of a module that the block calls are called in it."""
        if id(module) in self._modules and self._modules[id(module)]() is module:
            return
        self._modules[id(module)] = weakref.ref(module)
        spelt = ast.unparse(call).rpartition(".")[2]
        for name, parameter in module.named_parameters():
            if id(parameter) not in self._parameters or self._parameters[id(parameter)][0]() is not parameter:
                self._parameters[id(parameter)] = (weakref.ref(parameter), name if "." in name else f"{spelt}.{name}")

    # -- functions that are called ---------------------------------------------------------------------------------------------

    def twin(self, function: Any) -> Any:
        """The marked twin of a function of the user's, or the function itself."""
        cls = type(function)
        if cls is FunctionType:
            code = function.__code__
            if code.co_filename.startswith(_WHOLE):
                return self._watch.whole(function, code)
            if self._watch.library(code.co_filename):
                return function
            marked = self._marked(code)
            if marked is None or marked is code:
                return function
            made = FunctionType(marked, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
            made.__kwdefaults__ = function.__kwdefaults__
            made.__qualname__ = function.__qualname__
            return made
        if cls is MethodType:
            inner = self.twin(function.__func__)
            return function if inner is function.__func__ else MethodType(inner, function.__self__)
        if cls is functools.partial:
            inner = self.twin(function.func)
            return function if inner is function.func else functools.partial(inner, *function.args, **function.keywords)
        if cls is BuiltinFunctionType or isinstance(function, type):
            return function
        if isinstance(function, torch.nn.Module):
            return self._module(function)
        method = next((vars(base)["__call__"] for base in cls.__mro__ if "__call__" in vars(base)), None)
        if type(method) is FunctionType:
            inner = self.twin(method)
            return function if inner is method else MethodType(inner, function)
        return function

    def _module(self, module: Any) -> Any:
        """A call of a module of the user's whose ``forward`` is the marked twin meanwhile."""
        forward = next((vars(base)["forward"] for base in type(module).__mro__ if "forward" in vars(base)), None)
        if (
            type(forward) is not FunctionType
            or "forward" in module.__dict__
            or getattr(module, "_compiled_call_impl", None) is not None
        ):
            return module
        inner = self.twin(forward)
        if inner is forward:
            return module

        def call(*args: Any, **kwargs: Any) -> Any:
            module.__dict__["forward"] = MethodType(inner, module)
            try:
                return module(*args, **kwargs)
            except BaseException as error:
                conceal(error)
                raise
            finally:
                module.__dict__.pop("forward", None)

        return call

    def _marked(self, code: CodeType) -> CodeType | None:
        """The code of a function of the user's with marks, None if it cannot be marked."""
        if self.sources.marked(code):
            return code
        known = self._twins.get(id(code))
        if known is None:
            known = self._twins[id(code)] = (code, self._found(code))
        twin = known[1]
        if twin is None or twin.marked is None:
            return None
        self.sources.add(twin)
        return twin.marked

    def _found(self, code: CodeType) -> Twin | None:
        shift = self.sources.shift(code)
        file = self.sources.file(shift.file or code.co_filename)
        for node, owner in file.functions(code, shift):

            def mark(node: ast.AST = node, owner: str | None = owner) -> tuple[CodeType, Table] | None:
                marks = Marks(file)
                made = mark_function(code, node, shift, marks, owner)
                return None if made is None else (made, marks.table)

            twin = file.twin(node, code, shift, mark)
            if twin.marked is not None:
                return twin
        return None


#: Where functions are that torch maps, differentiates or compiles: what they call is not the block's own.
_WHOLE = tuple(
    os.path.join(os.path.dirname(torch.__file__), name)
    for name in ("_functorch/", "_dynamo/", "func/", "autograd/functional.py")
)
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")
_RESUMED = 0x20 | 0x80 | 0x200  # generators and coroutines
#: Iterables whose iterators run no code.
_DRAWN: tuple[type, ...] = (
    list,
    tuple,
    range,
    dict,
    set,
    zip,
    enumerate,
    map,
    GeneratorType,
    type(iter([])),
    type({}.items()),
    type({}.values()),
)


def _body(node: Any) -> Sequence[ast.AST]:
    """What a loop does on each pass."""
    if isinstance(node, ast.DictComp):
        return [node.key, node.value]
    return [node.elt] if hasattr(node, "elt") else getattr(node, "body", [])


def _evaluated(found: Frame, node: Any, parts: Sequence[ast.AST]) -> Sequence[ast.AST]:
    """Those of an expression's parts that its value is made of: of `a if t else b`, the one that was taken."""
    test = found.slots.get((node, "if")) if type(node) is ast.IfExp else None
    ran = [branch.node for branch in test.children.values()] if test is not None else []
    if not ran:
        return parts
    taken = node.orelse if ran[-1] else node.body
    return [part for part in parts if part is (taken.value if isinstance(taken, ast.NamedExpr) else taken)]


def _leaves(test: Any) -> Iterable[ast.AST]:
    """The expressions that a test tests."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _leaves(value)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _leaves(test.operand)
    elif isinstance(test, ast.Compare) and len(test.ops) > 1:
        yield from (test, test.left, *test.comparators)
    else:
        yield test
