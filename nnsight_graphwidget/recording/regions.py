"""What ran, as the marks tell it: passes, branches and calls as a tree of regions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import Any

import torch

from .arguments import branch, branches
from .events import Known, Region
from .provenance import Provenance
from .records import Frame, Marked, Records, Watch
from .source import HEADER, Site
from .values import NUMBERS, Names, union

_Tensor = torch.Tensor
_MOST_NAMED = 10_000
_MOST_LEAVES = 1000


class Regions:
    """The regions of what one observer sees.

    Arguments:
        watch: the observer.
        records: of its frames.
        values: where what is tested came from.
    """

    def __init__(self, watch: Watch, records: Records, values: Provenance) -> None:
        self._watch, self._records, self._values = watch, records, values
        self._read: dict[Any, tuple[str, ...]] = {}

    def region(self, frame: FrameType, site: Site) -> Region | None:
        """The region that a frame is in; None above the block."""
        found = self._records.frame(frame)
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
            and self._records.frame(up) is None
            and self._watch.library(up.f_code.co_filename)
            and up.f_code is not self._watch.root()[1]
        ):
            up = up.f_back
        return up

    def _above(self, frame: FrameType) -> Region | None:
        up = self._caller(frame)
        return None if up is None else self.region(up, self._records.site(up))

    def _resumed(self, frame: FrameType) -> tuple[Region | None, bool]:
        """The region from which a frame was called or resumed, and whether that was to give a loop its next item."""
        up = self._caller(frame)
        if up is None:
            return None, False
        site = self._records.site(up)
        return self.region(up, site), site.fetches is not None

    def enter(self, marks: Marked, number: int, frame: FrameType) -> None:
        node = marks.table.nodes[number]
        found = self._records.own(marks, frame)
        base = self._slot(found, frame, marks.source.slot(node))
        found.slots.pop((node, 0), None)
        found.at.pop(node, None)
        if base is None or (found.resumed and self._resumed(frame)[1]):
            found.slots.pop((node, "loop"), None)
            return
        loop = base.new("loop", node, None, marks.source)
        loop.seq = self._watch.now()
        loop.known = self._known(found, frame, node, _body(node))
        loop.tests = self._values.lexical(found, marks.table.parts[number][0]) if marks.table.parts[number] else ()
        found.slots[(node, "loop")] = loop

    def began(self, marks: Marked, number: int, frame: FrameType, values: tuple[Any, ...]) -> Region | None:
        """The pass of a loop that begins."""
        node = marks.table.nodes[number]
        found = self._records.own(marks, frame)
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
        return region

    def met(self, marks: Marked, number: int, frame: FrameType) -> None:
        node = marks.table.nodes[number]
        found = self._records.own(marks, frame)
        base = self._slot(found, frame, marks.source.slot(node))
        if base is None or (found.resumed and self._resumed(frame)[1]):
            found.slots.pop((node, "if"), None)
            return
        found.slots[(node, "if")] = base.new("if", node, None, marks.source)

    def branch(self, marks: Marked, number: int, frame: FrameType, which: int) -> None:
        node = marks.table.nodes[number]
        found = self._records.own(marks, frame)
        test = found.slots.get((node, "if"))
        if test is None:
            found.slots.pop((node, which), None)
            return
        test.seq = self._watch.now()
        left = [part for number_ in range(branches(node)) if number_ != which for part in branch(node, number_)[1]]
        if left:
            test.known = self._known(found, frame, (node, which), left)
        if self._values.carrying or found.made:
            asked = node.test if hasattr(node, "test") else node.subject
            test.tests = union(self._values.tested(found, leaf) for leaf in _leaves(asked))
        found.slots[(node, which)] = test.child("branch", which, None, marks.source)

    def unmade(self, region: Region | None) -> None:
        """Take back the pass that a region is in: the run ended before anything in it."""
        while region is not None and region.kind != "pass":
            region = region.parent
        if region is not None and region.parent is not None and region.begun:
            region.begun = False
            region.parent.count -= 1
            region.parent.note = f"asked for step {region.parent.count}, which the run did not make"

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
            if issubclass(type(value), _Tensor):
                known[name] = (self._watch.producer(value)[0],)
            elif type(value) in (list, tuple):
                known[name] = [
                    self._watch.producer(each)[0] for each in value[:_MOST_LEAVES] if issubclass(type(each), _Tensor)
                ]
            elif type(value) in (dict, set, *NUMBERS):
                known[name] = []
            elif value is not None:
                place = self._watch.place(value)
                if place is not None:
                    known[name] = place
        return known


def _body(node: Any) -> Sequence[ast.AST]:
    """What a loop does on each pass."""
    if isinstance(node, ast.DictComp):
        return [node.key, node.value]
    return [node.elt] if hasattr(node, "elt") else getattr(node, "body", [])


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
