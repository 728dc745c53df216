"""What happens while intervention code runs → events, and which event made which value.

Knows torch, not nnsight: a hooks file tells it when intervention code starts and stops running and what it reads and writes.
"""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
import threading
import weakref
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import CO_NEWLOCALS
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

import torch
from torch import overrides
from torch._C._dynamo import eval_frame

from . import describe as describing
from . import events, source
from .describe import describe, is_tensor, short, tensors
from .events import Event, Link, Place, Scope
from .source import Shift, Site, Sources

_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_TORCH = os.path.dirname(torch.__file__) + os.sep
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib", "stdlib")})
_MAX_FRAMES = 200

_NO_SHIFT = Shift()

# torch's own stack of modes; it has no other door for putting a mode under those that are there.
_push: Callable[[Any], None] = overrides._push_mode
_pop: Callable[[], Any] = overrides._pop_mode
_stack: Callable[[], list[Any]] = overrides._get_current_function_mode_stack

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
    "retain_grad",
    "__deepcopy__",
    "__reduce_ex__",
    "as_subclass",
    "_make_subclass",
}
_WRITES = {"__setitem__", "__delitem__", "__set__"}


class Frames:
    """The user's frames under a call: the one that made it and the block's own."""

    __slots__ = ("block", "direct", "inner", "site_frame", "state")

    def __init__(self, state: State, block: FrameType, site_frame: FrameType, inner: FrameType | None, direct: bool) -> None:
        self.state, self.block, self.site_frame, self.inner, self.direct = state, block, site_frame, inner, direct


class Tracker:
    """Tells which pass of which loop a block is in, from the order in which its expressions are evaluated.

    A block's events come in order of evaluation. One that comes at or before the last one's place means that a loop which holds
    both went round: the outermost whose variable changed, or else the innermost.
    """

    def __init__(self) -> None:
        self._last: tuple[int, tuple[ast.AST, ...], int | None, int] | None = None
        self._passes: dict[ast.AST, int] = {}
        self._variables: dict[ast.AST, Any] = {}

    def place(
        self, site: Site, around: Place, names: Variables, inner: FrameType | None, direct: bool
    ) -> tuple[Place, list[tuple[ast.AST, Any]]]:
        """Where an event is, and the loops that just began a pass with their variable's value.

        Arguments:
            site: of the event, in the block.
            around: the loops and branches between the block and the event.
            names: what the loops bind by now.
            inner: the frame that the block called, if the event was not made by the block itself.
            direct: whether the block itself made the event, with nothing between.
        """
        loops = tuple([node for node, _ in around if not isinstance(node, ast.If)])
        inner_id, inner_at = (None, -1) if inner is None else (id(inner), inner.f_lasti)
        if not loops:
            self._last = (site.order, loops, inner_id, inner_at)
            return around, []
        values = {loop: _told(names.get(loop)) for loop in loops}
        began: list[ast.AST] = []
        last = self._last
        shared = 0
        if last is not None:
            shared = len(loops)
            if loops != last[1]:
                shared = next((i for i, (a, b) in enumerate(zip(loops, last[1])) if a is not b), min(shared, len(last[1])))
            again = site.order < last[0]
            if site.order == last[0]:
                same_call = inner_id is not None and inner_id == last[2] and inner_at > last[3]
                again = direct or not same_call
            moved = next((i for i in range(shared) if not _same(self._variables.get(loops[i]), values[loops[i]])), None)
            if moved is None and again and shared and (direct or inner_id is None or site.order < last[0]):
                moved = shared - 1
            if moved is not None:
                began.append(loops[moved])
                self._passes[loops[moved]] += 1
                shared = moved + 1
        for loop in loops[shared:]:
            self._passes[loop] = 0
            began.append(loop)
        self._variables.update(values)
        self._last = (site.order, loops, inner_id, inner_at)
        place = tuple((node, self._passes[node] if not isinstance(node, ast.If) else branch) for node, branch in around)
        return place, [(loop, values[loop]) for loop in began]


def _names(loop: Any) -> tuple[str, ...]:
    """The names that a loop binds on each pass."""
    found = _bound.get(loop)
    if found is None:
        targets = [each.target for each in getattr(loop, "generators", (loop,)) if hasattr(each, "target")]
        found = tuple(node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
        _bound[loop] = found
    return found


_bound: weakref.WeakKeyDictionary[ast.AST, tuple[str, ...]] = weakref.WeakKeyDictionary()


#: What each loop's variables are by now.
Variables = Mapping[ast.AST, Mapping[str, Any]]


def variables(around: Place, frames: Sequence[FrameType]) -> Variables:
    """What the loops around bind by now.

    Arguments:
        frames: those of comprehensions, innermost first, up to Python 3.11; and at last the one that all else is in.
    """
    found: dict[ast.AST, dict[str, Any]] = {}
    told: set[tuple[FrameType, str]] = set()
    inner = iter(frames[:-1])
    for loop, _ in reversed(around):
        frame = next(inner, frames[-1]) if isinstance(loop, source.COMPREHENSIONS) else frames[-1]
        bound = [(frame, name) for name in _names(loop)]
        if bound:
            names: Any = frame.f_locals
            if not frame.f_code.co_flags & CO_NEWLOCALS:  # 3.13's f_locals is a comprehension's alone while one runs
                names = ChainMap(names, frame.f_globals)
            found[loop] = {name: names[name] for _, name in bound if name in names and (frame, name) not in told}
            told.update(bound)  # an inner loop's hides an outer one's of the same name
    return found


def _told(names: Mapping[str, Any] | None) -> Any:
    """What tells one pass from the next: small values themselves, others by identity."""
    if not names:
        return None
    return tuple(value if type(value) in _TOLD else (type(value).__name__, id(value)) for value in names.values())


def _same(a: Any, b: Any) -> bool:
    return a is None or b is None or bool(a == b)


def _up(frame: FrameType | None, last: FrameType) -> Iterator[FrameType]:
    """A frame and its callers up to ``last``."""
    while frame is not None:
        yield frame
        frame = None if frame is last else frame.f_back


class State:
    """The open scopes of one line of execution (a thread, or one worker of a run), and where each is in its block."""

    __slots__ = ("codes", "scopes", "trackers")

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.codes: list[CodeType] = []
        self.trackers: list[Tracker] = []

    def push(self, scope: Scope, code: CodeType) -> None:
        self.scopes.append(scope)
        self.codes.append(code)
        self.trackers.append(Tracker())

    def pop(self) -> None:
        self.scopes.pop()
        self.codes.pop()
        self.trackers.pop()


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
        self.state: Callable[[], State] = lambda: self.root
        self.root = State()
        self.root_around: Place = ()
        self.around_traces: dict[tuple[Place, CodeType], Tracker] = {}
        self.begun: CodeType | None = None
        self.passes: dict[tuple[Place, ast.AST, int], dict[str, str]] = {}
        self.hidden: tuple[str, ...] = ()
        self.text: Callable[[Any], str] = short
        self._made: dict[int, tuple[weakref.ref[Any], Event, str]] = {}
        self._models: dict[int, weakref.ref[Any]] = {}
        self._written: dict[int, list[tuple[Event, int, int]]] = {}
        self._shifts: dict[CodeType, Shift] = {}
        self._seq = 0

    def want(self, values: bool, run: bool) -> None:
        """Whether to keep statistics of values, and whether to run blocks at all, from now on."""
        self.values, self.run = values, run

    def begun_at(self, frame: FrameType) -> None:
        """Say where recording began: loops around that are not part of what is recorded."""
        self.begun = frame.f_code
        found = self.sources.file(frame.f_code.co_filename).with_at(frame.f_lineno)
        if found is not None:
            self.root_around = self.sources.file(frame.f_code.co_filename).site(found).around

    @property
    def on(self) -> bool:
        """Whether torch is watched in the current thread."""
        return getattr(self._thread, "on", False)

    # -- switching -------------------------------------------------------------------------------------------------------

    def switch(self, on: bool) -> bool:
        """Turn watching torch on or off; the state before. Ours stays under whatever mode the user's code has entered."""
        before = self.on
        if on is not before:
            above = []
            if on:
                above = [_pop() for _ in range(len(_stack()))]
                _push(self)
            else:
                while (mode := _pop()) is not self:
                    above.append(mode)
            for mode in reversed(above):
                _push(mode)
            self._thread.on = on
        return before

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        event, frames = self._before(func, args, kwargs)
        call = _called_by(sys._getframe(1))
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

    # -- torch operations ------------------------------------------------------------------------------------------------

    def _before(self, func: Any, args: Any, kwargs: Any) -> tuple[Event | None, Frames | None]:
        try:
            name = _function_name(func)
            frames = None if name is None else self.frames(sys._getframe(2))
            if name is None or frames is None:
                return None, None
            kind = "ConditionalProtocol" if name == "__bool__" else "Operation"
            event = Event(-1, kind, name.strip("_") if name.startswith("__") else name, None)
            for index, value in enumerate(args):
                self.argument(event, str(index), value)
            for key, value in kwargs.items():
                self.argument(event, key, value)
            return event, frames
        except Exception as error:
            self.err(error)
            return None, None

    def _after(self, event: Event, frames: Frames | None, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        try:
            name = getattr(func, "__name__", "")
            write = name in _WRITES or (name.endswith("_") and not name.endswith("__")) or _inplace_dunder(name)
            changed = args[0] if write and args else kwargs.get("out")
            made = next(tensors(result), None) is not None
            if changed is None and not made and name not in _CARRIES and name != "backward":
                return
            event.target = _target(func)
            self.add(event, frames, changed if result is None and changed is not None else result)
            if changed is not None:
                event.changes = self.mutate(changed, event)
            if made:
                self.bind(result, event)
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
            event.site, event.place = self.where(frames, state.trackers[-1] if state.trackers else None, scope)
        self.events.append(event)
        return event

    def fail(self, event: Event, error: BaseException, frames: Frames | None) -> None:
        """Add an event that raised ``error``."""
        try:
            event.status, event.error = "failed", message(error)
            self.add(event, frames, NOTHING)
        except Exception as own:
            self.err(own)

    def where(self, frames: Frames, tracker: Tracker | None, scope: Scope | None) -> tuple[Site, Place]:
        """The site of a call in the user's source, and its place in the structure of the block."""
        code = frames.block.f_code
        outer = self.sources.site(code, frames.block.f_lasti, self.shift(code))
        site, inner, direct = outer, frames.inner, frames.direct
        own = [frames.block]
        if frames.site_frame is not frames.block:
            code = frames.site_frame.f_code
            site = self.sources.site(code, frames.site_frame.f_lasti, self.shift(code))
            if code.co_name in _COMPREHENSION_NAMES and code in self._shifts:
                outer, inner, direct = site, None, True  # a comprehension is a frame of its own, but part of the block
                own = list(_up(frames.site_frame, frames.block))
        place: Place = ()
        if tracker is not None and outer.order >= 0:
            around = self.around(outer, scope)
            names = variables(around, own)
            place, began = tracker.place(outer, around, names, inner, direct)
            if began:
                self.began(scope, place, began, names)
        if scope is not None and scope.kind == "Iterator" and scope.node is not None:
            place = ((scope.node, scope.index - 1), *place)
        return site, place

    def around(self, site: Site, scope: Scope | None) -> Place:
        """The loops and branches between a scope's block and a site in it."""
        outer = self.root_around if scope is None else scope.site.around if scope.site is not None else ()
        return site.around[len(outer) :] if site.around[: len(outer)] == outer else site.around

    def shift(self, code: CodeType) -> Shift:
        """How far a compiled block is from where it is in the user's file."""
        return self._shifts.get(code, _NO_SHIFT)

    def began(
        self, scope: Scope | None, place: Place, loops: list[tuple[ast.AST, Any]], names: Variables, before: Place = ()
    ) -> None:
        """Note what the loop variables were when a pass began; ``before`` is where ``place`` itself is."""
        passes = self.passes if scope is None else scope.passes
        for loop, value in loops:
            if value is None:
                continue
            index = next(i for i, (node, _) in enumerate(place) if node is loop)
            passes[((*before, *place[:index]), loop, place[index][1])] = {
                name: self.text(bound) for name, bound in names[loop].items()
            }

    def frames(self, frame: FrameType | None, through: bool = False) -> Frames | None:
        """The user's frames from ``frame`` up, or None if nnsight's own plumbing made the call (unless ``through`` it)."""
        state = self.state()
        if not state.codes or frame is None:
            return None
        block = state.codes[-1]
        if frame.f_code is block:
            return Frames(state, frame, frame, None, True)
        while frame is not None and frame.f_code is not block and frame.f_code.co_filename.startswith(_TORCH):
            frame = frame.f_back
        if frame is None or (not through and frame.f_code.co_filename.startswith(self.hidden)):
            return None
        site_frame: FrameType | None = None
        inner: FrameType | None = None
        for _ in range(_MAX_FRAMES):
            if frame is None:
                return None
            if frame.f_code is block:
                return Frames(state, frame, site_frame or frame, inner, False)
            if site_frame is None and not frame.f_code.co_filename.startswith(_LIBRARIES):
                site_frame = frame
            inner = frame
            frame = frame.f_back
        return None

    # -- where values come from ------------------------------------------------------------------------------------------

    def argument(self, event: Event, name: str, value: Any) -> None:
        """Give an event an argument: a link to the maker of each tensor in it, or the text of a literal."""
        if is_tensor(value):
            maker, output = self.producer(value)
            event.links.append(Link(name, maker, output or None, ""))
            return
        event.arguments.append((name, short(value)))
        if type(value) in _PLAIN:
            event.links.append(Link(name, None, None, event.arguments[-1][1]))
            return
        found = list(tensors(value))
        for path, leaf in found:
            maker, output = self.producer(leaf)
            event.links.append(Link(name + path, maker, output or None, ""))
        if not found:
            event.links.append(Link(name, None, None, event.arguments[-1][1]))

    def producer(self, tensor: Any) -> tuple[Event, str]:
        """The event that made a tensor or last changed it, and which part of that event's value it is."""
        entry = self._made.get(id(tensor))
        if entry is None or entry[0]() is not tensor:
            event = Event(self.next(), "Input", "", None, value=describe(tensor))
            if isinstance(tensor, torch.nn.Parameter):
                event.kind = "ParameterProtocol"
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
            key = id(tensor)

            def forget(_: Any, key: int = key) -> None:
                entry = made.get(key)
                if entry is not None and entry[0]() is None:
                    del made[key]

            made[key] = (weakref.ref(tensor, forget), event, path)

    def served(self, value: Any) -> None:
        """Say that the model itself holds the memory of the tensors in ``value``."""
        for _, tensor in tensors(value):
            span = _span(tensor)
            if span is not None:
                self._models[span[0]] = weakref.ref(tensor)

    def mutate(self, value: Any, event: Event) -> bool:
        """Say that ``event`` changed the tensors in ``value``, and with them every other view of the same memory.

        Returns:
            Whether the model holds that memory, so that what it computes has changed.
        """
        changes = False
        for path, tensor in tensors(value):
            self._made[id(tensor)] = (weakref.ref(tensor), event, path)
            span = _span(tensor)
            if span is not None:
                self._written.setdefault(span[0], []).append((event, span[1], span[2]))
                held = self._models.get(span[0])
                changes = changes or (held is not None and held() is not None)
        return changes

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
        self._shifts[code] = shift
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.block(constant, shift)

    def err(self, error: BaseException) -> None:
        """Note that the recorder itself erred; the user's run goes on."""
        if self.reason is None:
            self.reason = f"the recorder met {message(error)}"
            self.failed = error.with_traceback(None)


_PLAIN = (int, float, str, bool, type(None), complex, bytes, torch.dtype, torch.device)
_COMPREHENSION_NAMES = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


#: The name of the one frame that stands between the user's line and what it called.
CALL = "__nnsight_graphwidget__"
_call_code = (lambda func, args, kwargs: func(*args, **kwargs)).__code__
_call_codes: dict[tuple[str, int], CodeType] = {}


def _called_by(frame: FrameType | None) -> Callable[[Any, Any, Any], Any]:
    """Calls a function as if from the user's own line: a warning names the frame that called, and is given once for it."""
    while frame is not None and frame.f_back is not None and frame.f_code.co_filename.startswith(_TORCH):
        frame = frame.f_back
    assert frame is not None  # something called us
    place = frame.f_code.co_filename, frame.f_lineno
    code = _call_codes.get(place)
    if code is None:
        code = _call_codes[place] = _call_code.replace(co_filename=place[0], co_firstlineno=place[1], co_name=CALL)
        _hide(code)
    return FunctionType(code, frame.f_globals)


def conceal(error: BaseException) -> None:
    """Take the recorder's frames out of the traceback of an exception that is about to go on with a bare ``raise``."""
    traceback = error.__traceback__
    error.__traceback__ = without_ours(traceback)
    if sys.version_info < (3, 11) and traceback is not None:  # there a bare raise puts the first frame, ours, back
        traceback.tb_next = error.__traceback__


def without_ours(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the recorder's frames, nor the two by which a function of torch's comes to it and so to itself."""
    kept: list[TracebackType] = []
    while traceback is not None:
        if not _ours(traceback.tb_frame):
            codes = [entry.tb_frame.f_code for entry in kept[-2:]]
            if codes == [traceback.tb_frame.f_code, overrides.handle_torch_function.__code__]:
                del kept[-2:]
            kept.append(traceback)
        traceback = traceback.tb_next
    for entry in reversed(kept):
        traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return traceback


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_name == CALL or frame.f_code.co_filename.startswith(_HERE)


def hide_from_dynamo(*modules: Any) -> None:
    """Keep ``torch.compile`` from compiling the recorder: frames that run inside a compiled model are offered to it."""
    for module in (*modules, sys.modules[__name__], describing, events, source):
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
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _hide(constant)


def message(error: BaseException) -> str:
    """``Type: first line``, without trusting the exception's ``__str__``."""
    try:
        text = str(error).strip().split("\n")[0][:300]
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


_TOLD = (int, float, str, bool)
_VIEWS = {"T", "mT", "H", "mH", "data", "real", "imag", "grad"}
_METADATA = {
    "size", "dim", "numel", "nelement", "stride", "is_contiguous", "data_ptr", "__len__", "__repr__", "__str__", "__format__",
    "__hash__", "type", "element_size", "storage_offset", "is_floating_point", "is_complex", "get_device", "untyped_storage",
    "storage", "__dir__", "ndimension",
}  # fmt: skip


def _inplace_dunder(name: str) -> bool:
    return name.startswith("__i") and name.endswith("__") and name not in ("__index__", "__int__", "__invert__")


def _target(func: Any) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__"):
        return f"torch.Tensor.{getattr(func.__self__, '__name__', name)}"
    owner = getattr(func, "__objclass__", None)
    if owner is not None:
        return f"torch.Tensor.{name}"
    module = getattr(func, "__module__", None) or "torch"
    return f"torch.Tensor.{name}" if module == "torch._tensor" else f"{module.replace('torch._C._nn', 'torch')}.{name}"


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
