"""nnsight 0.8: the seams that a recorder listens at, and the only file that names its private attributes.

Everything is patched when the first recording begins and restored when the last ends. A patched function asks for the observer
of its thread; without one it calls the original and nothing else.
"""

from __future__ import annotations

import ast
import functools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import nnsight
from greenlet import GreenletExit, getcurrent
from nnsight.intervention import backward, editing, envoy, eproperty, interleaver, iterator, tracer
from nnsight.intervention.backends.remote import RemoteBackend
from nnsight.intervention.barrier import Barrier
from nnsight.tracing import tracer as tracing
from nnsight.tracing import util

from ..describe import short
from .events import Event, Link, Scope
from .observe import NOTHING, Frames, Observer, State, Tracker, hide_from_dynamo, message, ours
from .source import Shift

SUPPORTS = ((0, 8), (0, 9))

_NNSIGHT = os.path.dirname(nnsight.__file__) + os.sep
_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_local = threading.local()


def observer() -> Observer | None:
    return getattr(_local, "observer", None)


class Run:
    """What is known of one thread's runs besides its observer: which scope each worker and edit belongs to."""

    def __init__(self) -> None:
        self.states: weakref.WeakKeyDictionary[Any, State] = weakref.WeakKeyDictionary()
        self.scopes: weakref.WeakKeyDictionary[Any, tuple[Scope, CodeType]] = weakref.WeakKeyDictionary()
        self.reads: weakref.WeakKeyDictionary[Any, dict[tuple[str, str, int], Event]] = weakref.WeakKeyDictionary()
        self.swaps: weakref.WeakKeyDictionary[Any, dict[str, Event]] = weakref.WeakKeyDictionary()
        self.barriers: weakref.WeakKeyDictionary[Any, list[Event]] = weakref.WeakKeyDictionary()
        self.saved: list[tuple[int, Event]] = []
        self.invokes: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


#: Scopes of edits by their mediator: an edit outlives the recording that saw it made.
_edits: weakref.WeakKeyDictionary[Any, Scope] = weakref.WeakKeyDictionary()

#: The classes of tracers, sessions, invokers, iterators …
TRACERS = (tracing.Tracer,)

_patched: list[tuple[Any, str, Any]] = []
_lock = threading.Lock()
_users = 0


def begin(opened: Callable[[Any, Scope], None]) -> Observer:
    """Start observing this thread.

    Arguments:
        opened: called with each tracer and its scope.
    """
    global _users
    watch = Observer()
    watch.hidden = (_NNSIGHT, _HERE)
    run = Run()

    def state() -> State:
        mediator = getattr(getcurrent(), "mediator", None)
        live = None if mediator is None else mediator()
        return watch.root if live is None else run.states.get(live, watch.root)

    watch.state, watch.text = state, _text
    with _lock:
        if _users == 0:
            try:
                _patch()
            except BaseException:
                _restore()
                raise
        _users += 1
    _local.observer, _local.run, _local.opened = watch, run, opened
    return watch


def _text(value: Any) -> str:
    """A loop variable's value: a module is named by where it is."""
    path = value.__dict__.get("path") if isinstance(value, envoy.Envoy) else None
    return path.partition(".")[2] or path if type(path) is str else short(value)


def end() -> None:
    """Stop observing this thread."""
    global _users
    watch = _local.observer
    _local.observer = _local.run = _local.opened = None
    watch.switch(False)
    with _lock:
        _users -= 1
        if _users == 0:
            _restore()


def around_each_trace(begin: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
    """Call ``begin`` and ``end`` around every trace and session, inner ones too; what this returns puts it back."""
    inc, dec = tracing.inc, tracing.dec

    def before() -> None:
        begin()
        inc()

    def after() -> None:
        dec()
        end()

    tracing.inc, tracing.dec = before, after

    def restore() -> None:
        tracing.inc, tracing.dec = inc, dec

    return restore


def _patch() -> None:
    hide_from_dynamo(sys.modules[__name__])
    for owner, name, make in SEAMS:
        original = vars(owner)[name]
        _patched.append((owner, name, original))
        setattr(owner, name, make(original))


def _restore() -> None:
    while _patched:
        owner, name, original = _patched.pop()
        setattr(owner, name, original)


def _seam(original: Any, hook: Callable[..., Any]) -> Any:
    """``original``, or ``hook(observer, original, …)`` in a thread that is observed."""

    @functools.wraps(original)
    def seam(*args: Any, **kwargs: Any) -> Any:
        watch = observer()
        if watch is None:
            return original(*args, **kwargs)
        return hook(watch, original, *args, **kwargs)

    seam._torchdynamo_disable = True  # type: ignore[attr-defined]  # a compiled caller must not compile it in
    return seam


def _hooked(hook: Callable[..., Any]) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        if isinstance(original, classmethod):
            return classmethod(_seam(original.__func__, hook))
        return _seam(original, hook)

    return make


# -- scopes --------------------------------------------------------------------------------------------------------------------


def _open(watch: Observer, tracer_: Any, code: CodeType | None, kind: str) -> Scope | None:
    """Note that a tracer begins to run its block; without ``code``, that it sends it away."""
    try:
        state = watch.state()
        parent = state.scopes[-1] if state.scopes else None
        node = tracer_.node
        frame = tracer_.info.frame
        scope = Scope(kind, parent, watch.next(), node=node)
        if isinstance(frame, FrameType) and node is not None:
            file = watch.sources.file(frame.f_code.co_filename)
            scope.file = file.name
            actual = file.with_at(node.lineno)
            if actual is not None:
                if code is not None:
                    watch.block(code, Shift(actual.col_offset - node.col_offset))  # type: ignore[attr-defined]
                scope.node, scope.site = actual, file.site(actual)  # type: ignore[assignment]
                scope.variable = _variable(actual)
            scope.place = _place(watch, state, frame, scope)
        for name, value in _inputs(tracer_):
            _input(watch, scope, name, value)
        watch.events.append(scope)
        _local.opened(tracer_, scope)
        return scope
    except Exception as error:
        watch.err(error)
        return None


def _place(watch: Observer, state: State, frame: FrameType, scope: Scope) -> Any:
    """Where in the structure of its parent block a ``with`` is."""
    if scope.site is None:
        return ()
    if not state.codes:
        return _around(watch, frame, scope.site)
    at: FrameType | None = frame
    inner: FrameType | None = None
    while at is not None and at.f_code is not state.codes[-1]:
        inner, at = at, at.f_back
    if at is None:
        return ()
    outer = scope.site if at is frame else watch.sources.site(at.f_code, at.f_lasti, watch.shift(at.f_code))
    if outer.order < 0:
        return ()
    names = at.f_locals
    around = watch.around(outer, scope.parent)
    place, began = state.trackers[-1].place(outer, around, names, inner, at is frame)
    watch.began(scope.parent, place, began, names)
    return place


def _around(watch: Observer, frame: FrameType, site: Any) -> Any:
    """The plain loops around an outermost trace, in its own function and in its callers up to where recording began."""
    frames = [frame]
    while frames[-1].f_code is not watch.begun and frames[-1].f_back is not None:
        frames.append(frames[-1].f_back)
    if frames[-1].f_code is not watch.begun:  # recording began elsewhere: only the trace's own function is known
        del frames[1:]
    whole: Any = ()
    for at, inner in zip(reversed(frames), [*reversed(frames[:-1]), None]):
        code = at.f_code
        outer = site if inner is None else watch.sources.site(code, at.f_lasti)
        if code.co_filename.startswith(watch.hidden) or outer.order < 0:
            continue
        around = tuple(step for step in watch.around(outer, None) if not isinstance(step[0], ast.If))
        if not around and inner is not None:
            continue
        tracker = watch.around_traces.setdefault((whole, code), Tracker())
        place, began = tracker.place(outer, around, at.f_locals if around else None, inner, inner is None)
        watch.began(None, place, began, at.f_locals if around else None, whole)
        whole += place
    return whole


def _variable(node: Any) -> str | None:
    for item in node.items:
        target = item.optional_vars
        if isinstance(target, ast.Name):
            return target.id
        if isinstance(target, ast.Tuple) and target.elts and isinstance(target.elts[0], ast.Name):
            return target.elts[0].id
    return None


def _inputs(tracer_: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of what a run is given."""
    if isinstance(tracer_, backward.BackwardTracer):
        yield "tensor", tracer_.tensor
    for index, value in enumerate(getattr(tracer_, "args", ())):
        yield "input" if index == 0 else str(index), value
    yield from getattr(tracer_, "kwargs", {}).items()


def _input(watch: Observer, scope: Scope, name: str, value: Any) -> None:
    carrier = Event(-1, "", "", None)
    watch.argument(carrier, name, value)
    scope.inputs.extend(carrier.links)


def _execute(kind: str | None) -> Callable[[Any], Any]:
    """Wraps a tracer's ``execute``: the scope is open, and torch watched, while it runs the block in place."""

    def hook(watch: Observer, original: Any, self: Any, code: CodeType) -> Any:
        state = watch.state()
        if _local.__dict__.get("executing") is self:  # a subclass's execute has opened it already
            return original(self, code)
        scope = _open(watch, self, code, kind or _kind(self))
        if scope is None:
            return original(self, code)
        if not watch.run:
            scope.planned = True
            return None
        outer, _local.executing = _local.__dict__.get("executing"), self
        state.push(scope, code)
        before = watch.switch(not isinstance(self, (tracer.Invoker, editing.EditingTracer, backward.BackwardTracer)))
        try:
            result = original(self, code)
            scope.finished = kind != "Edit" and not scope.stopped
            scope.planned = kind == "Edit"
        except BaseException as error:
            _end(watch, scope, code, error)
            raise
        finally:
            watch.switch(before)
            state.pop()
            _local.executing = outer
        _register(watch, self, scope, code)
        return result

    return _hooked(hook)


def _end(watch: Observer, scope: Scope, code: CodeType, error: BaseException) -> None:
    """Note how a block broke off, and where."""
    at = error.__traceback__
    while at is not None and scope.at is None:
        if at.tb_frame.f_code is code:
            scope.at = watch.sources.site(code, at.tb_lasti, watch.shift(code))
        at = at.tb_next
    if isinstance(error, interleaver.EarlyStopException):
        scope.stopped = True
    elif not scope.stopped:
        scope.status, scope.error = "failed", message(error)


def _kind(self: Any) -> str:
    if isinstance(self, tracer.ScanningTracer):
        return "Scan"
    if isinstance(self, tracer.InterleavingTracer):
        name = self.fn if isinstance(self.fn, str) else getattr(self.fn, "__name__", "")
        return "Generator" if name == "generate" else "Tracer"
    return "Session" if type(self) is tracing.Tracer else "Subgraph"


def _register(watch: Observer, self: Any, scope: Scope, code: CodeType) -> None:
    """Remember whose block the worker is that a tracer has left to run later."""
    try:
        if isinstance(self, tracer.Invoker):
            run: Run = _local.run
            scope.index = run.invokes.get(self.tracer, 0)
            run.invokes[self.tracer] = scope.index + 1
            run.scopes[self.tracer.envoy.interleaver.mediators[-1]] = (scope, code)
            scope.finished = False
        elif isinstance(self, editing.EditingTracer):
            _edits[self.envoy._edits[-1]] = scope
    except Exception as error:
        watch.err(error)


# -- workers -------------------------------------------------------------------------------------------------------------------


def _start(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        _started(watch, self)
    except Exception as error:
        watch.err(error)
    return original(self, *args, **kwargs)


def _started(watch: Observer, mediator: Any) -> None:
    run: Run = _local.run
    state = watch.state()
    scope, code = run.scopes.get(mediator, (None, mediator.code))
    if scope is None and state.scopes and not mediator.copy:
        scope = state.scopes[-1]  # the block of the trace that is running
    elif scope is None:
        origin = _edits.get(mediator)
        scope = Scope("Edit", state.scopes[-1] if state.scopes else None, watch.next(), origin=origin)
        if origin is not None:
            scope.node, scope.site, scope.file, scope.variable = origin.node, origin.site, origin.file, origin.variable
        watch.events.append(scope)
    fresh = State()
    fresh.push(scope, code)
    run.states[mediator] = fresh


def _run(watch: Observer, original: Any, self: Any) -> Any:
    """The worker's own body: how it ended, and what the containers that it saved hold."""
    state = watch.state()
    scope = state.scopes[0] if state.scopes else None
    try:
        result = original(self)
        if scope is not None:
            scope.finished = True
        return result
    except GreenletExit:  # unwound because the run failed: what was not reached is told from the last event
        raise
    except BaseException as error:
        if scope is not None:
            _end(watch, scope, state.codes[0], error)
        raise
    finally:
        _containers(watch, self.lcls)


def _containers(watch: Observer, names: Any) -> None:
    """Link what a saved list or dict holds by now to its save."""
    try:
        run: Run = _local.run
        if not run.saved:
            return
        by_id = {id(value): value for value in dict.values(names)}
        for key, event in run.saved:
            if key in by_id:
                carrier = Event(-1, "", "", None)
                watch.argument(carrier, "", by_id[key])
                event.links[:] = [link for link in carrier.links if link.event is not None] or event.links
    except Exception as error:
        watch.err(error)


def _switch(watch: Observer, original: Any, self: Any, *args: Any) -> Any:
    before = watch.switch(True)
    try:
        return original(self, *args)
    finally:
        watch.switch(before)


def _enter(watch: Observer, original: Any, self: Any) -> Any:
    """The model begins to run: its own torch operations are not the user's."""
    stack = _local.__dict__.setdefault("paused", [])
    before = watch.switch(False)
    try:
        result = original(self)
    except BaseException:
        watch.switch(before)
        raise
    stack.append(before)
    return result


def _exit(watch: Observer, original: Any, self: Any, *args: Any) -> Any:
    try:
        return original(self, *args)
    finally:
        stack = _local.__dict__.get("paused")
        if stack:
            watch.switch(stack.pop())


# -- reads and writes ----------------------------------------------------------------------------------------------------------


def _worker() -> Any:
    mediator = getattr(getcurrent(), "mediator", None)
    return None if mediator is None else mediator()


def _get(watch: Observer, original: Any, self: Any, obj: Any, owner: Any = None) -> Any:
    mediator = None if obj is None else _worker()
    if mediator is None:
        return original(self, obj, owner)
    location = self._location(obj)
    occurrence = mediator.wanted(location)
    try:
        value = original(self, obj, owner)
    except BaseException as error:
        _read_failed(watch, mediator, obj, self.name, location, occurrence, error)
        raise
    try:
        _read(watch, mediator, obj, self.name, location, occurrence, value)
    except Exception as error:
        watch.err(error)
    return value


def _read(watch: Observer, mediator: Any, obj: Any, name: str, location: str, occurrence: int, value: Any) -> None:
    frames = watch.frames(sys._getframe(3), through=True)
    if frames is None:
        return
    reads = _local.run.reads.setdefault(mediator, {})
    key = (location, name, occurrence)
    swap = _local.run.swaps.setdefault(mediator, {}).get(location)
    before: Event | None = reads.get(key)
    if before is not None and (swap is None or swap.seq < before.seq):
        changes = watch.changed(value, before)
        if not changes:
            state = watch.state()
            site, place = watch.where(frames, state.trackers[-1], state.scopes[-1])
            if place == before.place:
                before.again += (site,)
                watch.bind(value, before)
                return
    event = Event(-1, "InterventionProtocol", _label(obj, name, location), None, target=_full(obj, name, location))
    event.iteration = occurrence
    if swap is not None and (before is None or swap.seq > before.seq) and swap.iteration == occurrence:
        event.links.append(Link("0", swap, None, ""))
    elif before is not None:
        event.links.extend(Link("0", change, None, "") for change in watch.changed(value, before))
    event.same = watch.elsewhere(value, event.target or "")
    watch.add(event, frames, value)
    watch.bind(value, event)
    watch.served(value)
    reads[key] = event


def _read_failed(
    watch: Observer, mediator: Any, obj: Any, name: str, location: str, occurrence: int, error: BaseException
) -> None:
    try:
        if isinstance(error, GreenletExit):
            return  # unwound because the run is over
        if isinstance(error, interleaver.OutOfOrderError) and mediator.iteration != 0:
            scope = watch.state().scopes[0]  # a loop that outran the run: it ends so, and is no failure
            scope.stopped, frames = True, watch.frames(sys._getframe(3), through=True)
            if frames is not None:
                site = watch.sources.site(frames.block.f_code, frames.block.f_lasti, watch.shift(frames.block.f_code))
                scope.at = next((site.source.site(loop) for loop, _ in watch.around(site, scope) if site.source), site)
            return
        event = Event(-1, "InterventionProtocol", _label(obj, name, location), None, target=_full(obj, name, location))
        event.iteration = occurrence
        passed = max((read for read in _local.run.reads.get(mediator, {}).values()), key=lambda read: read.seq, default=None)
        watch.fail(event, error, watch.frames(sys._getframe(3)))
        if passed is not None and isinstance(error, interleaver.OutOfOrderError):
            where = f" (line {passed.site.line})" if passed.site is not None else ""
            event.error = f"{event.error}; asked for {event.label} after {passed.label}{where}"
    except Exception as own:
        watch.err(own)


def _set(watch: Observer, original: Any, self: Any, obj: Any, value: Any) -> Any:
    mediator = _worker()
    if mediator is None:
        return original(self, obj, value)
    location = self._location(obj)
    event = Event(-1, "SwapProtocol", _label(obj, self.name, location), None, target=_full(obj, self.name, location))
    event.changes, event.iteration = True, mediator.wanted(location)
    try:
        watch.argument(event, "value", value)
    except Exception as error:
        watch.err(error)
    try:
        original(self, obj, value)
    except BaseException as error:
        if not isinstance(error, GreenletExit):
            watch.fail(event, error, watch.frames(sys._getframe(2), through=True))
        raise
    try:
        watch.add(event, watch.frames(sys._getframe(2), through=True), value)
        _local.run.swaps.setdefault(mediator, {})[location] = event
    except Exception as error:
        watch.err(error)


def _label(obj: Any, name: str, location: str) -> str:
    """A location as a person writes it, without the model's own name: ``layer1.output``."""
    path = getattr(obj, "path", "") or ""
    full = f"{path}.{name}" if path else name
    return (
        full.partition(".")[2] if "." in path else (full if not path else name if "." not in full else full.partition(".")[2])
    )


def _full(obj: Any, name: str, location: str) -> str:
    path = getattr(obj, "path", "") or ""
    return f"{path}.{name}" if path else name


def _skip(watch: Observer, original: Any, cls: Any, location: str, value: Any) -> Any:
    event = Event(-1, "SkipProtocol", location.partition(".")[2] or location, None, target=location, changes=True)
    return _acted(watch, event, ("value", value), 4, original, cls, location, value)


def _acted(watch: Observer, event: Event, argument: Any, depth: int, original: Any, *args: Any) -> Any:
    """Run ``original`` as one event that gives nothing."""
    frames: Frames | None = None
    try:
        frames = watch.frames(sys._getframe(depth))
        if argument is not None:
            watch.argument(event, *argument)
    except Exception as error:
        watch.err(error)
    try:
        result = original(*args)
    except BaseException as error:
        if not isinstance(error, GreenletExit) and frames is not None:
            watch.fail(event, error, frames)
        raise
    try:
        if frames is not None:
            watch.add(event, frames, NOTHING if argument is None else argument[1])
    except Exception as error:
        watch.err(error)
    return result


def _stop(watch: Observer, original: Any, self: Any) -> Any:
    try:
        watch.add(Event(-1, "EarlyStopProtocol", "stop", None, changes=True), watch.frames(sys._getframe(2)))
    except Exception as error:
        watch.err(error)
    return original(self)


def _mark(watch: Observer, original: Any, value: Any) -> Any:
    result = original(value)
    try:
        frames = watch.frames(sys._getframe(3))
        if frames is not None:
            event = Event(-1, "LockProtocol", "save", None)
            watch.argument(event, "0", value)
            if type(value) in (list, dict, set, tuple):
                event.links[:] = [link for link in event.links if link.event is not None]
                _local.run.saved.append((id(value), event))
            watch.add(event, frames, value)
    except Exception as error:
        watch.err(error)
    return result


def _call(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """A module called inside a block: one event, not its operations."""
    if not watch.on or _worker() is None:
        return original(self, *args, **kwargs)
    event = Event(-1, "ApplyModuleProtocol", self.path.partition(".")[2] or self.path, None, target=self.path)
    frames: Frames | None = None
    try:
        frames = watch.frames(sys._getframe(2))
        for index, value in enumerate(args):
            watch.argument(event, str(index), value)
        for name, value in kwargs.items():
            if name != "hook":
                watch.argument(event, name, value)
    except Exception as error:
        watch.err(error)
    before = watch.switch(False)
    try:
        result = original(self, *args, **kwargs)
    except BaseException as error:
        if frames is not None and not isinstance(error, GreenletExit):
            watch.fail(event, error, frames)
        raise
    finally:
        watch.switch(before)
    try:
        if frames is not None:
            watch.add(event, frames, result)
            watch.bind(result, event)
    except Exception as error:
        watch.err(error)
    return result


def _cache(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    result = original(self, *args, **kwargs)
    try:
        modules = kwargs.get("modules", args[0] if args else None)
        event = Event(-1, "CacheProtocol", "cache", None, target="tracer.cache")
        names = "every module" if modules is None else ", ".join(m if isinstance(m, str) else m.path for m in modules)
        event.arguments.append(("modules", names))
        watch.add(event, watch.frames(sys._getframe(2)))
    except Exception as error:
        watch.err(error)
    return result


def _barrier(watch: Observer, original: Any, self: Any) -> Any:
    try:
        event = watch.add(Event(-1, "BarrierProtocol", "barrier", None), watch.frames(sys._getframe(2)))
        waiting = _local.run.barriers.setdefault(self, [])
        waiting.append(event)
        if len(waiting) >= self.n:  # the last to arrive lets the others go on
            for other in waiting[:-1]:
                other.after += (event,)
            waiting.clear()
    except Exception as error:
        watch.err(error)
    return original(self)


def _grad(watch: Observer, original: Any, *args: Any) -> Any:
    """Gradients of one backward pass: nnsight makes a property for them, which is wrapped here."""
    made = original(*args)
    getter, setter = made.fget, made.fset

    def get(tensor: Any) -> Any:
        current = observer()
        if current is None:
            return getter(tensor)
        event = Event(-1, "GradProtocol", "grad", None)
        return _gradient(current, event, tensor, None, getter, tensor)

    def set_(tensor: Any, value: Any) -> None:
        current = observer()
        if current is None:
            setter(tensor, value)
            return
        event = Event(-1, "SwapProtocol", "grad", None, changes=True)
        _gradient(current, event, tensor, ("value", value), setter, tensor, value)

    return property(get, set_)


def _gradient(watch: Observer, event: Event, tensor: Any, argument: Any, original: Any, *args: Any) -> Any:
    frames: Frames | None = None
    try:
        frames = watch.frames(sys._getframe(2))
        watch.argument(event, "0", tensor)
        if argument is not None:
            watch.argument(event, *argument)
    except Exception as error:
        watch.err(error)
    before = watch.switch(False)  # registering the hook is nnsight's business
    try:
        result = original(*args)
    except BaseException as error:
        if not isinstance(error, GreenletExit) and frames is not None:
            watch.fail(event, error, frames)
        raise
    finally:
        watch.switch(before)
    try:
        if frames is not None:
            maker = event.links[0].event if event.links else None
            name = maker.label if maker is not None and maker.label else "tensor"
            event.label = f"{name}.grad"
            watch.add(event, frames, result if argument is None else argument[1])
            if argument is None:
                watch.bind(result, event)
    except Exception as error:
        watch.err(error)
    return result


def _remote(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """A block that is sent away: what it will ask for can be read from its source."""
    tracer_ = kwargs.get("tracer", args[0] if args else None)
    if isinstance(tracer_, tracing.Tracer):
        scope = _open(watch, tracer_, None, _kind(tracer_))
        if scope is not None:
            scope.planned = True
    return original(self, *args, **kwargs)


def _push_result(watch: Observer, original: Any, frame: Any, variables: dict[str, Any]) -> Any:
    _containers(watch, variables)
    return original(frame, variables)


def _indices(watch: Observer, original: Any, self: Any) -> Iterator[int]:
    """The steps of a ``with tracer.iter[…]`` block: each is a pass."""
    for step in original(self):
        try:
            state = watch.state()
            if state.scopes and state.scopes[-1].kind == "Iterator":
                scope = state.scopes[-1]
                assert scope.node is not None
                scope.passes[((), scope.node, scope.index)] = {"step": short(step)}
                scope.index += 1
                state.trackers[-1] = Tracker()
        except Exception as error:
            watch.err(error)
        yield step


def _clean(original: Any) -> Any:
    """nnsight drops its own frames from the tracebacks that users see; ours go with them."""

    @functools.wraps(original)
    def clean_traceback(traceback: Any) -> Any:
        return util.filter_traceback(original(traceback), lambda frame: not ours(frame))

    return clean_traceback


#: (owner, attribute, original → replacement)
SEAMS: list[tuple[Any, str, Callable[[Any], Any]]] = [
    (tracing.Tracer, "execute", _execute(None)),
    (tracer.InterleavingTracer, "execute", _execute(None)),
    (tracer.ScanningTracer, "execute", _execute("Scan")),
    (tracer.Invoker, "execute", _execute("Invoke")),
    (backward.BackwardTracer, "execute", _execute("Backward")),
    (editing.EditingTracer, "execute", _execute("Edit")),
    (iterator.Iterations, "execute", _execute("Iterator")),
    (iterator.Iterations, "_indices", _hooked(_indices)),
    (interleaver.Mediator, "start", _hooked(_start)),
    (interleaver.Mediator, "_run", _hooked(_run)),
    (interleaver.Mediator, "switch", _hooked(_switch)),
    (interleaver.Mediator, "skip", _hooked(_skip)),
    (interleaver.Interleaver, "__enter__", _hooked(_enter)),
    (interleaver.Interleaver, "__exit__", _hooked(_exit)),
    (eproperty.eproperty, "__get__", _hooked(_get)),
    (eproperty.eproperty, "__set__", _hooked(_set)),
    (tracer.InterleavingTracer, "stop", _hooked(_stop)),
    (tracer.InterleavingTracer, "cache", _hooked(_cache)),
    (Barrier, "__call__", _hooked(_barrier)),
    (RemoteBackend, "__call__", _hooked(_remote)),
    (envoy.Envoy, "__call__", _hooked(_call)),
    (backward, "_grad_property", _hooked(_grad)),
    (tracing, "mark", _hooked(_mark)),
    (tracing, "push_result", _hooked(_push_result)),
    (tracer, "push_result", _hooked(_push_result)),
    (iterator, "push_result", _hooked(_push_result)),
    (backward, "push_result", _hooked(_push_result)),
    (tracing, "clean_traceback", _clean),
    (tracer, "clean_traceback", _clean),
]
