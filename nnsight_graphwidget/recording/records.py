"""What is known of each frame that marks have been met in.

A record lasts as long as its frame runs, since the frame itself holds it: on its stack, as what the marks gave it to iterate
over (see :func:`held`). So nothing is left of a frame that has ended, however it did.
"""

from __future__ import annotations

import ast
import weakref
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from types import CodeType, FrameType
from typing import Any, Protocol

import torch

from .events import Event, Region
from .marks import Table
from .source import Site, SourceFile, Sources
from .values import Names, Sourced, lookup

_Tensor = torch.Tensor
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")


class Marked:
    """What the marks of one code object are about.

    Arguments:
        source: the file that the code is from.
    """

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.table = Table()


def held(items: Iterable[Any], record: Frame) -> Iterator[Any]:
    """An iterator over ``items`` that holds a record, and runs no code of ours when it is asked."""
    return chain(items, repeat(record, 0))


class Frame:
    """What is known of a marked frame.

    Arguments:
        code: of the frame; None of a generator expression that has not begun.
        outer: the record of the frame that a comprehension is written in.
    """

    __slots__ = (
        "__weakref__",
        "at", "code", "held",
        "inner", "leaf", "made", "marks", "names", "node", "outer", "region", "resumed", "slots", "steps",
        "tensors", "words",
    )  # fmt: skip

    def __init__(
        self, code: CodeType | None, marks: Marked, node: Any, outer: Frame | None = None, resumed: bool = False
    ) -> None:
        self.code, self.marks, self.node, self.outer, self.resumed = code, marks, node, outer, resumed
        self.region: Region | None = None
        #: of the comprehensions in it that have a frame of their own, by the address of their code
        self.inner: dict[int, Frame] = {}
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
        if issubclass(type(value), _Tensor):
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


class Records:
    """The records of the frames that one observer sees.

    Arguments:
        watch: the observer.
    """

    def __init__(self, watch: Watch) -> None:
        self.sources = watch.sources
        self._frames: weakref.WeakValueDictionary[int, Frame] = weakref.WeakValueDictionary()
        #: generator expressions by the address of what they go through
        self._drawn: weakref.WeakValueDictionary[int, Frame] = weakref.WeakValueDictionary()
        #: frames that no mark saw begin, so that they could not be given their records to hold; one an address
        self._kept: dict[int, Frame] = {}

    def frame(self, frame: FrameType) -> Frame | None:
        """The record of a marked frame."""
        found = self._frames.get(id(frame))
        return found if found is not None and found.code is frame.f_code else None

    def own(self, marks: Marked, frame: FrameType) -> Frame:
        """The record of the frame that a mark is in."""
        code = frame.f_code
        found = self.frame(frame)
        if code.co_name in _COMPREHENSIONS and frame.f_back is not None:
            outer = self.own(marks, frame.f_back)
            if found is None or found.outer is not outer:
                found = outer.inner.setdefault(id(code), Frame(code, marks, None, outer))
                self._frames[id(frame)] = found
            return found
        if found is not None:
            return found
        if code.co_name == "<genexpr>":
            found = self._drawn.get(id(frame.f_locals[".0"]))
            if found is None:
                found = self._kept[id(frame)] = Frame(code, marks, None, resumed=True)
            found.code = code
        else:
            found = self._kept[id(frame)] = Frame(code, marks, None)
        self._frames[id(frame)] = found
        return found

    def begin(self, frame: FrameType, record: Frame) -> Iterator[tuple[()]]:
        """A function begins. What this returns is for its frame to hold, until it ends."""
        self._frames[id(frame)] = record
        return held(((),), record)

    def drawn(self, marks: Marked, items: Iterator[Any], outer: Frame) -> Iterator[Any]:
        """A generator expression is made: what it is to go through."""
        record = Frame(None, marks, None, outer, resumed=True)
        made = held(items, record)
        self._drawn[id(made)] = record
        return made

    def site(self, frame: FrameType) -> Site:
        return self.sources.site(frame.f_code, frame.f_lasti)

    def lookup(self, node: ast.AST, frame: FrameType) -> Any:
        """What an expression is in a frame, None if that cannot be told without running code."""
        return lookup(node, self.names(frame))

    def names(self, frame: FrameType) -> Names:
        known = self.frame(frame)
        return Names(frame, {} if known is None else known.tensors)
