"""What is known of each frame that marks have been met in."""

from __future__ import annotations

import ast
import weakref
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

    def __init__(self, code: CodeType, marks: Marked, node: Any, outer: Frame | None = None, resumed: bool = False) -> None:
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
        self._frames: dict[int, Frame] = {}
        self._drawn: dict[int, tuple[Any, Frame]] = {}

    def frame(self, frame: FrameType) -> Frame | None:
        """The record of a marked frame."""
        found = self._frames.get(id(frame))
        return found if found is not None and found.code is frame.f_code else None

    def own(self, marks: Marked, frame: FrameType) -> Frame:
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
            outer = self.own(marks, frame.f_back)
            if found is not None and found.outer is outer:
                return found
            found = Frame(code, marks, None, outer)
        elif found is None:
            found = Frame(code, marks, None)
        self._frames[id(frame)] = found
        return found

    def begin(self, frame: FrameType, record: Frame) -> None:
        """Keep the record of a function that begins."""
        self._frames[id(frame)] = record

    def made(self, iterator: Any, found: Frame) -> None:
        """Say which frame made a generator expression that goes through an iterator."""
        self._drawn[id(iterator)] = (iterator, found)

    def site(self, frame: FrameType) -> Site:
        return self.sources.site(frame.f_code, frame.f_lasti)

    def lookup(self, node: ast.AST, frame: FrameType) -> Any:
        """What an expression is in a frame, None if that cannot be told without running code."""
        return lookup(node, self.names(frame))

    def names(self, frame: FrameType) -> Names:
        known = self.frame(frame)
        return Names(frame, {} if known is None else known.tensors)
