"""Where numbers, texts and arrays came from: followed from where they left a tensor, through names and expressions."""

from __future__ import annotations

import ast
import weakref
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import Any

import torch

from .events import Event, Region, Variable
from .records import Frame, Marked, Records, Watch
from .values import CONTAINERS, NUMBERS, Sourced, leaves, union, unique

_Tensor = torch.Tensor
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


class Provenance:
    """What the values that one observer sees came from.

    Arguments:
        watch: the observer.
        records: of its frames.
    """

    def __init__(self, watch: Watch, records: Records) -> None:
        self._watch, self._records = watch, records
        #: whether any number has left a tensor
        self.carrying = False
        #: what the function that has just returned gave, if it was marked
        self.returned: Sourced | None = None
        self._carried: dict[int, tuple[Any, Sourced]] = {}

    def start(self, marks: Marked, number: int, frame: FrameType, made: Frame, values: tuple[Any, ...]) -> None:
        """A function begins with these arguments."""
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
        caller = None if frame.f_back is None else self._records.frame(frame.f_back)
        if caller is None or frame.f_back is None:
            return {}
        call = self._records.site(frame.f_back).node
        if not isinstance(call, ast.Call) or any(isinstance(arg, ast.Starred) for arg in call.args):
            return {}
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if isinstance(call.func, ast.Attribute) and names[:1] in (["self"], ["cls"]):
            names = names[1:]
        pairs: list[tuple[str, ast.expr]] = list(zip(names, call.args))
        pairs += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
        return {name: found for name, value in pairs if (found := self.lexical(caller, value))}

    def drawn(
        self, marks: Marked, number: int, frame: FrameType, values: tuple[Any, ...], region: Region | None, items: Sourced
    ) -> None:
        """A pass of a loop begins, and has bound these values.

        Arguments:
            region: the pass.
            items: what the loop's items come from.
        """
        found = self._records.own(marks, frame)
        for (name,), value in zip(marks.table.targets[number], values):
            source: Sourced = ()
            found.bind(name, value)
            if type(value) in NUMBERS:
                source = self.of(value) if unique(value) else items
                if not source and region is not None:
                    self.carrying, source = True, (Variable(region, name),)
            elif not issubclass(type(value), _Tensor):
                source = self.of(value) if unique(value) else items
            if source:
                found.names[name] = source
            else:
                found.names.pop(name, None)

    def came(self, value: Any, event: Event, frame: FrameType | None) -> None:
        """Say that ``event`` took ``value``, which is no tensor, out of a tensor."""
        self.carrying = True
        for _, leaf in leaves(value):
            if unique(leaf):
                self._carry(leaf, (event,))
        found = None if frame is None else self._records.frame(frame)
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
        own = None if frame is None else self._records.frame(frame)
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
            found = self.lexical(own, expression)
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
                    found = self.lexical(own, spelt[at])
                elif isinstance(expression, ast.Name):
                    shared = True
            if found:
                yield path + at, found
        if shared and own is not None and isinstance(expression, ast.Name):
            found = self.lexical(own, expression)
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

    def lexical(self, found: Frame, node: ast.AST) -> Sourced:
        """What an expression came from, as its parts tell it."""
        own = found.at.get(node)
        made = tuple(found.made.get(node, ()))
        if own is not None or made:
            return union((own or (), made))
        if isinstance(node, ast.Name):
            return found.names.get(node.id, ())
        if isinstance(node, ast.NamedExpr):
            return self.lexical(found, node.value)
        if isinstance(node, (ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp, ast.Slice)):
            return union(self.lexical(found, part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return ()

    def tested(self, found: Frame, leaf: ast.AST) -> Sourced:
        made = tuple(found.made.pop(leaf, ()))
        own = found.at.pop(leaf, ())
        tests = tuple(event for event in made if event.kind == "ConditionalProtocol")
        if tests:
            return tests
        return union((made, own or self.lexical(found, leaf)))

    def _taken(self, marks: Marked, number: int, frame: FrameType, found: Frame, value: Any, fresh: bool) -> Sourced:
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
        if issubclass(type(value), _Tensor):
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
            key, whole = self._records.lookup(node.slice, frame), self._records.lookup(node.value, frame)
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
            key: (value[key], self.lexical(found, part))
            for key, part in pairs
            if type(value[key]) in NUMBERS and not unique(value[key])
        }

    def _outer(self, name: str, value: Any, frame: FrameType) -> Sourced:
        """What a number or text came from whose name the code itself does not bind: the code that it is written in does, or a
        loop around the block."""
        region, block = self._watch.root()
        if type(value) not in NUMBERS:
            return ()
        found, at = self._records.frame(frame), frame.f_back
        if found is not None and not unique(value) and frame.f_code is not block:
            written = set(found.marks.source.above(found.home))
            while at is not None:
                known = self._records.frame(at)
                if known is not None and name in known.names and known.home in written:
                    return known.names[name]
                at = at.f_back if at.f_code is not block else None
        while region is not None:
            if name in region.values:
                return (Variable(region, name),) if region.values[name] == self._watch.words(value) else ()
            region = region.parent
        return ()

    def value(self, marks: Marked, number: int, frame: FrameType, value: Any, fresh: bool) -> None:
        found = self._records.own(marks, frame)
        sources = self._taken(marks, number, frame, found, value, fresh)
        if not issubclass(type(value), _Tensor):
            found.at[marks.table.nodes[number]] = sources
        whole = marks.table.wholes.get(number)
        if whole is not None and sources:  # each pass adds to what the whole comes from
            at = (found.outer or found).at
            at[whole] = union((at.get(whole, ()), sources))

    def leaf(self, marks: Marked, number: int, frame: FrameType, value: Any) -> None:
        found = self._records.own(marks, frame)
        node = marks.table.nodes[number]
        found.leaf = node
        if self.carrying:
            events = found.made.get(node)
            sources = self._taken(marks, number, frame, found, value, True)
            if events:
                found.made[node] = list(events)
            if sources:
                found.at[node] = sources

    def bind(self, marks: Marked, number: int, frame: FrameType, value: Any, fresh: bool) -> None:
        found = self._records.own(marks, frame)
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
                self.of(item) if unique(item) else () if part is None else self.lexical(found, part)
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

    def stored(self, marks: Marked, number: int, frame: FrameType) -> None:
        found = self._records.own(marks, frame)
        self._taken(marks, number, frame, found, self._records.lookup(marks.table.nodes[number].target, frame), True)

    def storing(self, marks: Marked, number: int, frame: FrameType) -> None:
        found = self._records.own(marks, frame)
        target = marks.table.nodes[number].target
        before = self.of(self._records.lookup(target, frame))
        if before:
            found.at[target] = before

    def leave(self, marks: Marked, number: int, frame: FrameType, value: Any) -> None:
        found = self._records.own(marks, frame)
        node = marks.table.nodes[number]
        self.returned = (
            () if issubclass(type(value), _Tensor) else self.of(value) if unique(value) else self.lexical(found, node)
        )


def _evaluated(found: Frame, node: Any, parts: Sequence[ast.AST]) -> Sequence[ast.AST]:
    """Those of an expression's parts that its value is made of: of `a if t else b`, the one that was taken."""
    test = found.slots.get((node, "if")) if type(node) is ast.IfExp else None
    ran = [branch.node for branch in test.children.values()] if test is not None else []
    if not ran:
        return parts
    taken = node.orelse if ran[-1] else node.body
    return [part for part in parts if part is (taken.value if isinstance(taken, ast.NamedExpr) else taken)]
