"""What happens while intervention code runs → events, and which event made which value.

Knows torch, not nnsight: a hooks file tells it when intervention code starts and stops running and what it reads and writes.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import sys
import sysconfig
import threading
import weakref
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import torch
from torch import overrides
from torch._C._dynamo import eval_frame

from . import describe as describing
from . import (
    events,
    flow,
    frames,
    joined,
    marks,
    naming,
    provenance,
    reach,
    records,
    regions,
    source,
    twins,
    values,
)
from .arguments import constant, operand
from .describe import describe, is_tensor, short, tensors
from .events import Event, Link, Region, Scope, Variable
from .flow import Flow, Marks, current
from .frames import CALL, conceal
from .lanes import surely
from .marks import Table, mark_block, mark_wrapped
from .outside import Outside
from .reach import OVERWRITES, Memory, Place, Reach
from .source import Shift, Site, Sources
from .values import Sourced

_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_TORCH = os.path.dirname(torch.__file__) + os.sep
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib", "stdlib")})
_OWN = (os.path.dirname(__file__) + os.sep, os.path.join(os.path.dirname(os.path.dirname(__file__)), "generations") + os.sep)

# torch's own stack of modes; it has no other door for putting a mode under those that are there.
_push: Callable[[Any], None] = overrides._push_mode
_pop: Callable[[], Any] = overrides._pop_mode
_stack: Callable[[], list[Any]] = overrides._get_current_function_mode_stack

#: Where torch's own functions in Python pass a call on: between them and the user's line there is nothing else.
_WRAPPERS = tuple(_TORCH + name for name in ("_tensor.py", "overrides.py", "functional.py", "nn/functional.py", "_ops.py"))

#: So few dead entries are no matter.
_FEW = 1000

#: Stands for "no value": the event made none.
NOTHING = object()

#: Functions that give no tensor and still carry data out of one.
_CARRIES = {
    "item", "tolist", "numpy", "__bool__", "__float__", "__int__", "__index__", "__complex__", "__contains__", "__array__",
    "equal", "allclose", "is_nonzero",
}  # fmt: skip
#: Functions that give a tensor or change one, and are bookkeeping all the same.
_PLUMBING = {
    "register_hook",
    "_register_hook_dict",
    "__deepcopy__",
    "__reduce_ex__",
    "as_subclass",
    "_make_subclass",
}
#: Methods that give back the tensor that they are called on, and change only what autograd keeps of it.
_FLAGS = ("requires_grad_", "retain_grad")
_WRITES = {"__setitem__", "__delitem__", "__set__"}


class Frames:
    """The user's frames under a call: the one that made it, and the block's own.

    Arguments:
        direct: whether the user's own line made the call, and no library that it calls.
    """

    __slots__ = ("block", "direct", "site_frame", "state")

    def __init__(self, state: State, block: FrameType, site_frame: FrameType, direct: bool) -> None:
        self.state, self.block, self.site_frame, self.direct = state, block, site_frame, direct


class _Held(NamedTuple):
    """Memory that the model holds: a tensor that it gave, in which run, at which place, which part of the place's value."""

    tensor: weakref.ref[Any]
    run: object
    place: Place
    part: str


class State:
    """The open scopes of one line of execution (a thread, or one worker of a run), and the code and region of each block."""

    __slots__ = ("codes", "regions", "scopes")

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.codes: list[CodeType] = []
        self.regions: list[Region] = []

    def push(self, scope: Scope, code: CodeType) -> None:
        self.scopes.append(scope)
        self.codes.append(code)
        self.regions.append(scope.region)

    def pop(self) -> None:
        self.scopes.pop()
        self.codes.pop()
        self.regions.pop()

    def step(self, value: str) -> None:
        """A block that runs once a step begins its next step."""
        scope = self.scopes[-1]
        region = self.regions[-1] = scope.region.pending()
        region.begun = True
        region.values = {"step": value}
        scope.region.count += 1


class Observer(overrides.TorchFunctionMode):
    """Watches one thread. A mode that is on only while intervention code runs; every entry point is guarded."""

    def __init__(self) -> None:
        super().__init__()
        self.values = False
        self.run = True
        self.events: list[Event | Scope] = []
        self.sources = Sources()
        self.reason: str | None = None
        self.failed: BaseException | None = None
        self._thread = threading.local()
        self.state: Callable[[], State] = lambda: self.outer
        self.outer = State()
        #: what the hooks know of the runs that it watches
        self.runs: Any = None
        #: called when an outermost trace begins, and with each tracer and its scope
        self.begins: Callable[[], None] = lambda: None
        self.opened: Callable[[Any, Scope], None] = lambda tracer, scope: None
        self.hidden: tuple[str, ...] = ()
        #: where in the model a module is, None for anything else
        self.place: Callable[[Any], str | None] = lambda value: None
        #: by the address of a tensor. The dead are swept out now and then: callbacks would swallow a Ctrl-C that meets them
        self._made: dict[int, tuple[weakref.ref[Any], Event, str]] = {}
        self._most_made = _FEW
        self._held: dict[int, _Held] = {}
        self.reach = Reach()
        self._written: dict[int, list[tuple[Event, int, int]]] = {}
        self._saved: dict[int, list[tuple[weakref.ref[Any], Event, int, int]]] = {}
        self._calls: dict[tuple[str, int], CodeType] = {}
        self._seq = 0
        #: the last backward pass that a block ran itself
        self._backward: Event | None = None
        self.flow = Flow(self)
        self.outside = Outside(self.sources, self.library, self.words)

    def words(self, value: Any) -> str:
        """What a loop bound, in words: a tensor that was read is called by where it was."""
        entry = self._made.get(id(value)) if is_tensor(value) else None
        if entry is not None and entry[0]() is value and entry[1].kind == "InterventionProtocol":
            return entry[1].label + entry[2]
        return self.place(value) or short(value)

    def now(self) -> int:
        """The number of the last thing that happened."""
        return self._seq

    def root(self) -> tuple[Region | None, CodeType | None]:
        """The region of the block that runs, and its code."""
        state = self.state()
        return (state.regions[-1], state.codes[-1]) if state.codes else (None, None)

    def library(self, file: str) -> bool:
        """Whether a file is no user's."""
        return file.startswith((*_LIBRARIES, *_OWN, *self.hidden, "<frozen"))

    def want(self, values: bool, run: bool) -> None:
        """Whether to keep statistics of values, and whether to run blocks at all, from now on."""
        self.values, self.run = values, run

    @property
    def on(self) -> bool:
        """Whether torch is watched in the current thread."""
        return getattr(self._thread, "on", False)

    # -- switching -------------------------------------------------------------------------------------------------------

    def switch(self, on: bool) -> bool:
        """Turn watching torch on or off; the state before. Ours stays under whatever mode the user's code has entered."""
        before = self.on
        if on is not before:
            modes = _stack()
            if on:
                _stack_up([self, *modes])
            else:
                _stack_up([mode for mode in modes if mode is not self])
            self._thread.on = on
            current.flow = self.flow if on else None
        return before

    def rest(self) -> None:
        """Watch nothing in the current thread any more, whatever an interrupt has left on; no trace runs."""
        modes = _stack()
        if self in modes:
            _stack_up([mode for mode in modes if mode is not self])
        self._thread.on, current.flow = False, None
        if self.outer.scopes:
            self.outer = State()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        event, frames = self._before(func, args, kwargs)
        call = self._called_by(sys._getframe(1))
        try:
            result = call(func, args, kwargs)
        except BaseException as error:
            if event is not None:
                self.fail(event, error, frames)
            conceal(error)
            raise
        if event is None:
            return result
        self._after(event, frames, func, args, kwargs, result)
        return result

    def _called_by(self, frame: FrameType | None) -> Callable[[Any, Any, Any], Any]:
        """Calls a function as if from the user's own line: a warning names the frame that called, and is given once for it."""
        while frame is not None and frame.f_back is not None and frame.f_code.co_filename.startswith(_TORCH):
            frame = frame.f_back
        assert frame is not None  # something called us
        place = frame.f_code.co_filename, frame.f_lineno or frame.f_code.co_firstlineno  # some instructions have no line
        code = self._calls.get(place)
        if code is None:
            code = self._calls[place] = _call_code.replace(co_filename=place[0], co_firstlineno=place[1], co_name=CALL)
            _hide(code)
        return FunctionType(code, frame.f_globals)

    # -- torch operations ------------------------------------------------------------------------------------------------

    def _before(self, func: Any, args: Any, kwargs: Any) -> tuple[Event | None, Frames | None]:
        try:
            name = _function_name(func)
            frames = None if name is None else self.frames(sys._getframe(2), through=name == "backward")
            if name is None or frames is None:
                return None, None
            kind = "ConditionalProtocol" if name == "__bool__" else "Operation"
            event = Event(-1, kind, name.strip("_") if name.startswith("__") else name, None, direct=frames.direct)
            event.target = _target(func)
            site = self.flow.records.site(frames.site_frame)
            if name == "backward" and not isinstance(site.node, ast.Call):
                return None, None  # a `with loss.backward():`, which is a scope of its own
            order: Any = range(len(args))
            if frames.direct and len(args) == 2 and self._swapped(event, site.node, args, frames.site_frame):
                order = (1, 0)
            for index, given in enumerate(order):
                self.given(event, str(index), args[given], frames)
            for key, value in kwargs.items():
                self.given(event, key, value, frames)
            if name == "grad" and self._backward is not None:
                event.links.append(Link("backward", self._backward, None, ""))
            return event, frames
        except Exception as error:
            self.err(error)
            return None, None

    def _after(self, event: Event, frames: Frames | None, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        try:
            name = getattr(func, "__name__", "")
            write = name in _WRITES or (name.endswith("_") and not name.endswith("__")) or _inplace_dunder(name)
            write = write and name not in _FLAGS
            changed = args[0] if write and args else kwargs.get("out")
            made = name not in _FLAGS and next(tensors(result), None) is not None
            if name == "backward":
                self._backward = event
            if changed is None and not made and name not in (*_CARRIES, *_FLAGS, "backward"):
                return
            self.add(event, frames, changed if result is None and changed is not None else result)
            if changed is not None:
                self.mutate(changed, event, args)
            if made:
                self.bind(result, event)
            elif name in _CARRIES:
                self.flow.values.came(result, event, None if frames is None else frames.site_frame)
        except Exception as error:
            self.err(error)

    # -- events ----------------------------------------------------------------------------------------------------------

    def add(self, event: Event, frames: Frames | None, value: Any = NOTHING) -> Event:
        """Put an event where it belongs and at the end of the record."""
        state = self.state() if frames is None else frames.state
        scope = state.scopes[-1] if state.scopes else None
        event.seq = self._seq = self._seq + 1
        event.scope = scope
        event.value = None if value is NOTHING else describe(value, self.values)
        if frames is not None:
            event.site, event.place = self.where(frames, event)
        self.events.append(event)
        return event

    def fail(self, event: Event, error: BaseException, frames: Frames | None) -> None:
        """Add an event that raised ``error``."""
        try:
            event.status, event.error = "failed", message(error)
            self.add(event, frames, NOTHING)
        except Exception as own:
            self.err(own)

    def where(self, frames: Frames, event: Event | None = None) -> tuple[Site, Region | None]:
        """The site of a call in the user's source, and the region that it is in."""
        frame = frames.site_frame
        code = frame.f_code
        compiled = self.sources.compiled(code)
        site = compiled.site(frame.f_lasti)
        if event is not None and event.kind == "ConditionalProtocol" and site.source is not None:
            marked = self.flow.records.frame(frame)
            name = compiled.operation(frame.f_lasti)
            if marked is not None and marked.leaf is not None and "CALL" not in name and name != "UNARY_NOT":
                site = site.source.site(marked.leaf)  # the compiler places a jump at its statement, not at what is tested
        return site, self.flow.regions.region(frame, site)

    def shift(self, code: CodeType) -> Shift:
        """How far a compiled block is from where it is in the user's file."""
        return self.sources.shift(code)

    def frames(self, frame: FrameType | None, through: bool = False) -> Frames | None:
        """The user's frames from ``frame`` up, or None if nnsight's own plumbing made the call (unless ``through`` it)."""
        state = self.state()
        if not state.codes or frame is None:
            return None
        block = state.codes[-1]
        if frame.f_code is block:
            return Frames(state, frame, frame, True)
        direct = True
        while frame is not None and frame.f_code is not block and frame.f_code.co_filename.startswith(_TORCH):
            direct = direct and frame.f_code.co_filename.startswith(_WRAPPERS)
            frame = frame.f_back
        if frame is None or (not through and frame.f_code.co_filename.startswith(self.hidden)):
            return None
        site_frame: FrameType | None = None
        while frame is not None:
            if frame.f_code is block:
                return Frames(state, frame, site_frame or frame, direct)
            if site_frame is None:
                if self.library(frame.f_code.co_filename):
                    direct = False
                else:
                    site_frame = frame
            elif (
                not through and frame.f_code.co_filename.startswith(self.hidden) and frame.f_code.co_filename != twins.__file__
            ):
                return None  # nnsight calls a function of the user's for itself, such as an eproperty's
            frame = frame.f_back
        return None

    def whole(self, function: Any, code: CodeType) -> Any:
        """A function that torch maps, differentiates or compiles: its call is one event; what it calls inside is not seen."""
        name = code.co_qualname.partition(".")[0] if hasattr(code, "co_qualname") else function.__qualname__.partition(".")[0]
        if f"{os.sep}_dynamo{os.sep}" in code.co_filename:
            name = getattr(function, "__name__", "compiled")  # torch.compile gives it the name of what it has compiled

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            frames = None
            event = Event(-1, "Operation", name, None, target=f"{function.__module__}.{name}", direct=False)
            try:
                frames = self.frames(sys._getframe(1))
                for key, value in (*((str(index), each) for index, each in enumerate(args)), *kwargs.items()):
                    if not callable(value) or is_tensor(value):
                        self.given(event, key, value, frames)
            except Exception as error:
                self.err(error)
            before = self.switch(False)
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                self.switch(before)
                if frames is not None:
                    self.fail(event, error, frames)
                conceal(error)
                raise
            self.switch(before)
            try:
                if frames is not None and next(tensors(result), None) is not None:
                    self.add(event, frames, result)
                    self.bind(result, event)
            except Exception as error:
                self.err(error)
            return result

        call._torchdynamo_disable = True  # type: ignore[attr-defined]
        return call

    def arrived(self, tensor: Any, node: ast.Call, sources: Sourced, frame: FrameType) -> None:
        """A call made a tensor of numbers or arrays that came from elsewhere, and torch did not say so."""
        entry = self._made.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return
        frames = self.frames(frame)
        name = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else "call"
        )
        event = Event(-1, "Operation", name, None, target=ast.unparse(node.func))
        event.links.extend(Link("0", source, None, "") for source in sources)
        self.add(event, frames, tensor)
        if event.site is not None and event.site.source is not None:
            event.site = event.site.source.site(node)
        self.bind(tensor, event)

    def _swapped(self, event: Event, node: Any, args: Any, frame: FrameType) -> bool:
        """Whether torch got the sides of an operator the other way round than the source has them; then it is named as there.

        ``1 - h`` reaches torch as ``h.__rsub__(1)``, and ``h > p`` as ``p < h`` where ``p`` is a Parameter.
        """
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            name = _COMPARED.get(type(node.ops[0]))
            if name is not None and _REFLECTED.get(event.label) == name and event.label != name:
                event.label = name
                return True
            left, right = node.left, node.comparators[0]
        elif isinstance(node, ast.BinOp):
            if event.label.startswith("r") and event.label[1:] in _REVERSED:
                event.label = event.label[1:]
                return True
            left, right = node.left, node.right
        elif isinstance(node, ast.AugAssign):
            left, right = node.target, node.value
        else:
            return False
        if is_tensor(args[0]) and is_tensor(args[1]):
            return self._at(right, args[0], frame) and not self._at(left, args[0], frame)
        if constant(left) or constant(right):
            return constant(left)
        known = self.flow.records.frame(frame)
        if known is not None and not isinstance(left, ast.Name) and left in known.at:
            return True  # a number or an array that came from elsewhere
        return self._at(right, args[0], frame) or (
            not self._at(left, args[0], frame) and self.flow.records.lookup(left, frame) is args[1]
        )

    def _at(self, side: ast.expr, tensor: Any, frame: FrameType) -> bool:
        """Whether a side of an operator is known to have given a tensor."""
        entry = self._made.get(id(tensor))
        if entry is not None and entry[0]() is tensor and entry[1].site is not None and entry[1].site.node is side:
            return True
        return self.flow.records.lookup(side, frame) is tensor

    # -- where values come from ------------------------------------------------------------------------------------------

    def argument(
        self, event: Event, name: str, value: Any, frame: FrameType | None = None, expression: ast.AST | None = None
    ) -> None:
        """Give an event an argument: a link to the maker of each tensor in it, or of its numbers, or the text of a literal.

        Arguments:
            frame, expression: what the user's frame has for the argument, where that is known.
        """
        if is_tensor(value):
            maker, output = self.producer(value, frame)
            event.links.append(Link(name, maker, output or None, ""))
            return
        text = short(value)
        event.arguments.append((name, text))
        found = [] if type(value) in _PLAIN else list(tensors(value))
        for path, leaf in found:
            maker, output = self.producer(leaf, frame)
            event.links.append(Link(name + path, maker, output or None, ""))
        carried = list(self.flow.values.argument(value, frame, expression)) if self.flow.values.carrying else []
        if event.label in ("getitem", "setitem"):
            carried = [("", makers) for _, makers in carried]  # an index is one thing
        event.links.extend(Link(name + path, maker, None, text) for path, makers in carried for maker in makers)
        if not found and not carried:
            event.links.append(Link(name, None, None, text))

    def given(self, event: Event, name: str, value: Any, frames: Frames | None) -> None:
        """Give an event an argument of the call that the user's frame is at."""
        if frames is None:
            return self.argument(event, name, value)
        frame = frames.site_frame
        known = frames.direct and self.flow.values.carrying and not is_tensor(value)
        self.argument(event, name, value, frame, operand(self.flow.records.site(frame), event, name) if known else None)

    def producer(self, tensor: Any, frame: FrameType | None = None) -> tuple[Event, str]:
        """The event that made a tensor or last changed it, and which part of that event's value it is.

        Arguments:
            frame: the user's frame that uses it, whose names tell what a tensor from outside is called.
        """
        entry = self._made.get(id(tensor))
        if entry is None or entry[0]() is not tensor:
            event = Event(self.next(), "Input", "", None, value=describe(tensor))
            if frame is not None:
                event.label = self.flow.naming.called(tensor, frame)
            if isinstance(tensor, torch.nn.Parameter):
                event.kind, event.label = "ParameterProtocol", event.label.removeprefix("self.")
            state = self.state()
            event.scope = state.scopes[-1] if state.scopes else None
            self.events.append(event)
            self.bind(tensor, event)
            return event, ""
        if self._written:
            written = self._last_write(tensor, entry[1].seq)
            if written is not None:
                return written, ""
        return entry[1], entry[2]

    def elsewhere(self, tensor: Any, target: str) -> Event | None:
        """The read of another location that gave this very tensor before: one module's output is another's input."""
        entry = self._made.get(id(tensor))
        if entry is None or entry[0]() is not tensor or entry[1].kind != "InterventionProtocol" or entry[1].target == target:
            return None
        return entry[1]

    def bind(self, value: Any, event: Event) -> None:
        """Say that every tensor in ``value`` comes from ``event``."""
        made = self._made
        for path, tensor in tensors(value):
            made[id(tensor)] = (weakref.ref(tensor), event, path)
        if len(made) > self._most_made:
            self._made = {key: entry for key, entry in made.items() if entry[0]() is not None}
            self._most_made = 2 * len(self._made) + _FEW

    def changers(self, value: Any) -> list[Event]:
        """The events, and not mere reads, that the tensors in ``value`` come from: the model holds what a block put into it."""
        found = []
        for _, tensor in tensors(value):
            entry = self._made.get(id(tensor))
            if entry is not None and entry[0]() is tensor and entry[1].changes:
                found.append(entry[1])
        return found

    def served(self, value: Any, event: Event, place: Place) -> None:
        """Say that the model gave a block the tensors in ``value``: it holds their memory itself."""
        self.reach.read(event, value, place)
        for path, tensor in tensors(value):
            span = _span(tensor)
            if span is not None:
                self._held[span[0]] = _Held(weakref.ref(tensor), self.reach.run, place, path)

    def mutate(self, value: Any, event: Event, args: Any = ()) -> None:
        """Say that ``event`` changed the tensors in ``value``, and with them every other view of the same memory.

        Arguments:
            args: what the operation was given.
        """
        event.inplace = True
        for path, tensor in tensors(value):
            made = self._made.get(id(tensor))
            self._made[id(tensor)] = (weakref.ref(tensor), event, path)
            span = _span(tensor)
            if span is not None:
                for kept, saved, low, high in self._saved.get(span[0], ()):
                    if kept() is not None and low < span[2] and span[1] < high:
                        event.saved = True
                        if saved.written is None:
                            saved.written = event
                self._written.setdefault(span[0], []).append((event, span[1], span[2]))
                held = self._held.get(span[0])
                whole = held.tensor() if held is not None else None
                memory = _memory(event, tensor, args)
                if memory is not None and event.label in OVERWRITES:
                    event.overwrites = memory.elements >= _elements(tensor if whole is None else whole, whole is None)
                if held is not None and whole is not None and held.run is self.reach.run is not None:
                    event.changes, event.wrote = True, held.place.label + held.part
                    event.wrote += _taken(made[1] if made is not None and tensor is not whole else None)
                    event.wrote += _index(event) if event.label == "setitem" else ""
                    self.reach.changed(event, tensor, held.place, memory)

    def kept(self, value: Any, event: Event) -> None:
        """Say that ``event`` saved the tensors in ``value`` as they are, and not copies of them."""
        for _, tensor in tensors(value):
            span = _span(tensor)
            if span is not None:
                self._saved.setdefault(span[0], []).append((weakref.ref(tensor), event, span[1], span[2]))

    def _last_write(self, tensor: Any, since: int) -> Event | None:
        span = _span(tensor)
        if span is None:
            return None
        for event, low, high in reversed(self._written.get(span[0], ())):
            if event.seq <= since:
                return None
            if low < span[2] and span[1] < high:
                return event
        return None

    def changed(self, value: Any, since: Event) -> list[Event]:
        """What changed the tensors in ``value`` after ``since``."""
        found = []
        for _, tensor in tensors(value):
            event = self._last_write(tensor, since.seq)
            if event is not None and event not in found:
                found.append(event)
        return found

    def next(self) -> int:
        """The next number in the order of what happens."""
        self._seq += 1
        return self._seq

    # -- scopes ----------------------------------------------------------------------------------------------------------

    def block(self, code: CodeType, shift: Shift) -> None:
        """Say how far a compiled block is from where it is in the user's file."""
        self.sources.place(code, shift)

    def marked(
        self, scope: Scope, code: CodeType, body: ast.Module | None = None, own: list[ast.stmt] | None = None
    ) -> CodeType:
        """A block's code with marks, so that its loops and branches can be told; without its source, the code itself.

        Arguments:
            body, own: where nnsight has written a function around the block: the module that defines it, and the list in it
                that holds the block's statements.
        """
        file = scope.site.source if scope.site is not None else None
        if scope.node is None or file is None or self.sources.marked(code):
            return code
        shift = self.shift(code)
        statements = scope.node.body

        def mark() -> tuple[CodeType, Table] | None:
            marks = Marks(file)
            if body is not None and own is not None:
                made = mark_wrapped(code, body, own, statements, shift, marks)
            else:
                made = mark_block(code, statements, shift, marks)
            return None if made is None else (made, marks.table)

        twin = file.twin(scope.node, code, shift, mark)
        if twin.marked is None:
            if self.reason is None:
                self.reason = f"the source of {scope.file} is not what ran, so loops and branches could not be told"
            return code
        self.sources.add(twin)
        return twin.marked

    def unseen(self, reason: str) -> None:
        """Note that something is not in the record."""
        if self.reason is None:
            self.reason = reason

    def err(self, error: BaseException) -> None:
        """Note that the recorder itself erred; the user's run goes on."""
        if self.reason is None:
            self.reason = f"the recorder met {message(error)}"
            self.failed = error.with_traceback(None)


def _stack_up(modes: list[Any]) -> None:
    """Make these the function modes of the current thread, lowest first."""
    if len(modes) == 1 and not _stack():
        return _push(modes[0])

    def put() -> None:
        for _ in _stack():
            _pop()
        for mode in modes:
            _push(mode)

    surely(put)


_PLAIN = (int, float, str, bool, type(None), complex, bytes, torch.dtype, torch.device)


_call_code = (lambda func, args, kwargs: func(*args, **kwargs)).__code__


#: What runs while a block does.
_ROOM = (
    describing, events, flow, frames, joined, marks, naming, provenance, reach, records, regions, source, twins, values,
)  # fmt: skip


def hide_from_dynamo(*modules: Any) -> None:
    """Keep ``torch.compile`` from compiling the recorder: frames that run inside a compiled model are offered to it."""
    for module in (*modules, sys.modules[__name__], *_ROOM):
        for value in vars(module).values():
            for function in vars(value).values() if isinstance(value, type) else (value,):
                if getattr(function, "__module__", None) == module.__name__ and hasattr(function, "__code__"):
                    _hide(function.__code__)


def _hide(code: CodeType) -> None:
    if hasattr(eval_frame, "skip_code"):  # up to torch 2.6
        eval_frame.skip_code(code)
    elif hasattr(eval_frame, "set_code_exec_strategy"):
        actions = eval_frame._FrameAction
        eval_frame.set_code_exec_strategy(code, eval_frame._FrameExecStrategy(actions.SKIP, actions.DEFAULT))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            _hide(inner)


def message(error: BaseException) -> str:
    """``Type: first line``, without trusting the exception's ``__str__``, and without addresses, which differ by run."""
    try:
        text = re.sub(r"\b(?:0x[0-9a-f]{6,}|\d{9,}(?=\.grad))", "…", str(error).strip().split("\n")[0][:1000])
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _function_name(func: Any) -> str | None:
    """The name of an operation, or None for what only looks at a tensor's metadata."""
    name = getattr(func, "__name__", None)
    if type(name) is not str:
        return type(func).__name__
    if name == "__get__":
        attribute = getattr(getattr(func, "__self__", None), "__name__", None)
        return attribute if attribute in _VIEWS else None
    if name == "__set__":
        attribute = getattr(getattr(func, "__self__", None), "__name__", None)
        return f"{attribute} =" if attribute in ("data", "grad") else None
    if name in _PLUMBING or name in _METADATA:
        return None
    return name


_VIEWS = {"T", "mT", "H", "mH", "data", "real", "imag", "grad"}
_METADATA = {
    "size", "dim", "numel", "nelement", "stride", "is_contiguous", "data_ptr", "__len__", "__repr__", "__str__", "__format__",
    "__hash__", "type", "element_size", "storage_offset", "is_floating_point", "is_complex", "get_device", "untyped_storage",
    "storage", "__dir__", "ndimension",
}  # fmt: skip


def _inplace_dunder(name: str) -> bool:
    return name.startswith("__i") and name.endswith("__") and name not in ("__index__", "__int__", "__invert__")


_COMPARED = {ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne"}
_REFLECTED = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}
_REVERSED = {"add", "sub", "mul", "div", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"}


def _target(func: Any) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__"):
        return f"torch.Tensor.{getattr(func.__self__, '__name__', name)}"
    owner = getattr(func, "__objclass__", None)
    if owner is not None:
        return f"torch.Tensor.{name}"
    module = getattr(func, "__module__", None) or "torch"
    return f"torch.Tensor.{name}" if module == "torch._tensor" else f"{module.replace('torch._C._nn', 'torch')}.{name}"


def _elements(tensor: Any, root: bool) -> int:
    """How many elements a tensor has, or (``root``) what it is a view of."""
    with torch._C.DisableTorchFunction():
        whole = tensor._base if root and tensor._base is not None else tensor
        return int(whole.numel())


def _taken(event: Event | Variable | None) -> str:
    """What one index after another takes of a value."""
    text = ""
    while isinstance(event, Event) and event.label == "getitem":
        text = _index(event) + text
        event = next((link.event for link in event.links if link.name == "0"), None)
    return text


def _index(event: Event) -> str:
    """What a getitem or setitem takes of a value."""
    given = dict(event.arguments).get("1") or next((link.text for link in event.links if link.name == "1"), "")
    return f"[{given[1:-1] if given.startswith('(') and not given.endswith(',)') else given}]"


def _memory(event: Event, tensor: Any, args: Any) -> Memory | None:
    """The memory that an operation wrote: what an index takes of a tensor, or all of it. None where it cannot be told."""
    with torch._C.DisableTorchFunction(), torch.no_grad():
        try:
            if event.label == "setitem":
                tensor = tensor[args[1]]
                if tensor._base is None:
                    return None  # a list or a mask took elements here and there
            storage = tensor.untyped_storage()._cdata
            return Memory(storage, tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), tensor.numel())
        except Exception:
            return None


def _span(tensor: Any) -> tuple[int, int, int] | None:
    """The memory that a tensor covers: (storage, first element, end), or None when it has none that could be told."""
    with torch._C.DisableTorchFunction():
        try:
            storage = tensor.untyped_storage()._cdata
            low = tensor.storage_offset()
            if not tensor.numel():
                return None
            high = low + 1 + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride()))
            size = tensor.element_size()
            return storage, low * size, high * size
        except Exception:  # sparse, nested and some quantised tensors have no strided memory
            return None
