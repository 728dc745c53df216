"""nnsight 0.8: the seams that a recorder listens at, and the only file that names its private attributes.

Intervention code runs in a greenlet, a worker, that parks on a location of the model; its ``mediator`` tells whose it is.
"""

from __future__ import annotations

import functools
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

from .. import check

#: What of nnsight's own this file uses.
PRIVATE = """
    greenlet: GreenletExit getcurrent
    nnsight.intervention.backends.remote: RemoteBackend.__call__
    nnsight.intervention.backward: BackwardTracer.execute _grad_property push_result
    nnsight.intervention.barrier: Barrier.__call__
    nnsight.intervention.batching: Batcher.batching Batcher.narrow Batcher.widen
    nnsight.intervention.editing: EditingTracer.execute
    nnsight.intervention.envoy: Envoy.__call__
    nnsight.intervention.eproperty: eproperty.__get__ eproperty.__set__
    nnsight.intervention.interleaver: EarlyStopException OutOfOrderError Interleaver.__enter__ Interleaver.__exit__
    nnsight.intervention.interleaver: Mediator._run Mediator.skip Mediator.start Mediator.switch
    nnsight.intervention.iterator: Iterations._indices Iterations.execute push_result
    nnsight.intervention.tracer: InterleavingTracer.cache InterleavingTracer.execute InterleavingTracer.stop
    nnsight.intervention.tracer: Invoker.execute ScanningTracer.execute clean_traceback push_result
    nnsight.tracing.tracer: SOURCES Tracer.execute clean_traceback dec inc mark push_result
"""
check(PRIVATE)  # before the imports, so that all that is missing is said at once

import nnsight
from greenlet import GreenletExit, getcurrent
from nnsight.intervention import backward, batching, editing, envoy, eproperty, interleaver, iterator, tracer
from nnsight.intervention.backends.remote import RemoteBackend
from nnsight.intervention.barrier import Barrier
from nnsight.tracing import tracer as tracing

from ...recording import events
from ...recording.describe import short
from ...recording.events import Event, Scope
from ...recording.frames import without_ours
from ...recording.observe import NOTHING, Frames, Observer, State, hide_from_dynamo
from ...recording.source import Shift
from .patching import (
    Seams,
    act,
    applied,
    containers,
    give,
    gradient,
    meet,
    out_of_order,
    outran,
    read,
    save,
    scope_of,
    served,
    skipped,
    watches,
)
from .patching import end as ended

_HIDDEN = tuple(os.path.dirname(file) + os.sep for file in (nnsight.__file__, __file__, events.__file__))


def contexts() -> tuple[type, ...]:
    """The class of tracers, sessions, invokers, iterators …"""
    return (tracing.Tracer,)


#: Scopes of edits by their mediator: an edit outlives the recording that saw it made.
_edits: weakref.WeakKeyDictionary[Any, Scope] = weakref.WeakKeyDictionary()


def _worker() -> Any:
    mediator = getattr(getcurrent(), "mediator", None)
    return None if mediator is None else mediator()


def _place(value: Any) -> str | None:
    """Where in the model a module is."""
    path = value.__dict__.get("path") if isinstance(value, envoy.Envoy) else None
    return path.partition(".")[2] or path if type(path) is str else None


def _group(mediator: Any) -> tuple[int, int] | None:
    """The rows of its batch that a worker has."""
    batcher = mediator.interleaver.batcher
    group = None if batcher is None or not batcher.batching else mediator.batch_group
    return None if group is None else (group[0], group[1])


_seams = Seams(_HIDDEN, _worker, _place, _group, tracing.SOURCES.get)
watch, begin, end = _seams.watch, _seams.begin, _seams.end


def around_each_trace(begin: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
    """Call ``begin`` and ``end`` around every trace and session, inner ones too; what this returns puts it back."""
    inc, dec = tracing.inc, tracing.dec

    def before() -> None:
        begin()
        try:
            inc()
        except BaseException:  # an interrupt: the trace does not run, so nothing calls dec()
            end()
            raise

    def after() -> None:
        try:
            dec()
        finally:
            end()

    tracing.inc, tracing.dec = before, after

    def restore() -> None:
        tracing.inc, tracing.dec = inc, dec

    return restore


# -- scopes --------------------------------------------------------------------------------------------------------------------


def _open(watch: Observer, tracer_: Any, code: CodeType | None, kind: str) -> Scope | None:
    """Note that a tracer begins to run its block; without ``code``, that it sends it away."""
    try:
        frame, node = tracer_.info.frame, tracer_.node
        actual = None
        if isinstance(frame, FrameType) and node is not None:
            actual = watch.sources.of(frame.f_code).with_at(node.lineno)
        scope = scope_of(watch, kind, actual, frame)
        if code is not None:
            _map(watch, code, node, actual)
        give(watch, scope, _inputs(tracer_), frame)
        watch.events.append(scope)
        watch.opened(tracer_, scope)
        return scope
    except Exception as error:
        watch.err(error)
        return None


def _map(watch: Observer, code: CodeType, node: Any, actual: Any) -> None:
    """Say by how many columns a block was dedented before it was compiled."""
    if node is not None and actual is not None:
        watch.block(code, Shift(actual.col_offset - node.col_offset))


def _inputs(tracer_: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of what a run is given."""
    if isinstance(tracer_, backward.BackwardTracer):
        yield "tensor", tracer_.tensor
    for index, value in enumerate(getattr(tracer_, "args", ())):
        yield "input" if index == 0 else str(index), value
    yield from getattr(tracer_, "kwargs", {}).items()


def _execute(kind: str | None) -> Callable[..., Any]:
    """For a tracer's ``execute``: the scope is open, and torch watched, while it runs the block in place."""

    def hook(watch: Observer, original: Any, self: Any, code: CodeType) -> Any:
        if getattr(_seams.local, "executing", None) is self:  # a subclass's execute has opened it already
            return original(self, code)
        scope = _open(watch, self, code, kind or _kind(self))
        if scope is None:
            return original(self, code)
        if not watch.run:
            scope.planned = True
            return None
        kept = code
        code = watch.marked(scope, code)
        state = watch.state()
        outer, _seams.local.executing = getattr(_seams.local, "executing", None), self
        state.push(scope, code)
        before = watch.switch(kind not in ("Invoke", "Edit", "Backward"))  # those leave their block to a worker
        try:
            result = original(self, kept if kind == "Edit" else code)  # an edit outlives the recording
            scope.planned = kind == "Edit"
            scope.finished = kind not in ("Invoke", "Edit") and not scope.stopped
        except BaseException as error:
            _end(watch, scope, code, error)
            raise
        finally:
            watch.switch(before)
            state.pop()
            _seams.local.executing = outer
        _register(watch, self, scope, code)
        return result

    return hook


def _end(watch: Observer, scope: Scope, code: CodeType, error: BaseException) -> None:
    ended(watch, scope, code, error, isinstance(error, interleaver.EarlyStopException))


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
            run = watch.runs
            scope.index = run.invokes.get(self.tracer, 0)
            run.invokes[self.tracer] = scope.index + 1
            run.scopes[self.tracer.envoy.interleaver.mediators[-1]] = (scope, code)
        elif isinstance(self, editing.EditingTracer):
            _edits[self.envoy._edits[-1]] = scope
    except Exception as error:
        watch.err(error)


def _indices(watch: Observer, original: Any, self: Any) -> Iterator[int]:
    """The steps of a ``with tracer.iter[…]`` block: each is a pass."""
    for step in original(self):
        try:
            state = watch.state()
            scope = state.scopes[-1] if state.scopes else None
            if scope is not None and scope.kind == "Iterator" and scope.node is not None:
                state.step(short(step))
        except Exception as error:
            watch.err(error)
        yield step


def _remote(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """A block that is sent away: what it will ask for can be read from its source."""
    sent = kwargs.get("tracer", args[0] if args else None)
    if isinstance(sent, tracing.Tracer):
        scope = _open(watch, sent, None, _kind(sent))
        if scope is not None:
            scope.planned = True
    return original(self, *args, **kwargs)


# -- workers -------------------------------------------------------------------------------------------------------------------


def _start(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        _started(watch, self)
    except Exception as error:
        watch.err(error)
    return original(self, *args, **kwargs)


def _started(watch: Observer, mediator: Any) -> None:
    run, state = watch.runs, watch.state()
    around = state.scopes[-1] if state.scopes else None
    scope, code = run.scopes.get(mediator, (None, mediator.code))
    if scope is None and around is not None and not mediator.copy:
        scope = around  # the block of the trace that is running
    elif scope is None:
        origin = _edits.get(mediator)
        scope = Scope("Edit", around, watch.next(), origin=origin)
        if origin is not None:
            scope.node, scope.site, scope.file, scope.variable = origin.node, origin.site, origin.file, origin.variable
        _map(watch, code, mediator.node, scope.node)
        watch.events.append(scope)
    fresh = State()
    fresh.push(scope, watch.marked(scope, code))
    run.states[mediator] = fresh


def _run(watch: Observer, original: Any, self: Any) -> Any:
    """The worker's own body: how it ended, and what the containers that it saved hold."""
    state = watch.state()
    kept = self.code
    if state.codes:
        self.code = state.codes[0]
    try:
        result = original(self)
        if state.scopes:
            state.scopes[0].finished = True
        return result
    except GreenletExit:  # unwound because the run failed: what was not reached is told from the last event
        raise
    except BaseException as error:
        if state.scopes:
            _end(watch, state.scopes[0], state.codes[0], error)
        raise
    finally:
        self.code = kept
        containers(watch, watch.runs, self.lcls)


def _switch(watch: Observer, original: Any, self: Any, *args: Any) -> Any:
    before = watch.switch(True)
    try:
        return original(self, *args)
    finally:
        watch.switch(before)


def _push_result(watch: Observer, original: Any, frame: Any, variables: dict[str, Any]) -> Any:
    containers(watch, watch.runs, variables)
    return original(frame, variables)


# -- reads and writes ----------------------------------------------------------------------------------------------------------


def _get(watch: Observer, original: Any, self: Any, obj: Any, owner: Any = None) -> Any:
    mediator = None if obj is None else _worker()
    if mediator is None:
        return original(self, obj, owner)
    location = self._location(obj)
    frames = _frames(watch)
    label, target = _names(watch, frames, obj, self.name)
    what = (label, target, location, self.name, mediator.wanted(location))
    try:
        value = original(self, obj, owner)
    except BaseException as error:
        _read_failed(watch, mediator, frames, what, error)
        raise
    try:
        read(watch, watch.runs, mediator, frames, what, value)
    except Exception as error:
        watch.err(error)
    return value


def _frames(watch: Observer) -> Frames | None:
    """The user's frames under a property, which nnsight may ask for the user (``model.get("layer1.output")``)."""
    try:
        return watch.frames(sys._getframe(3), through=True)
    except Exception as error:
        watch.err(error)
        return None


def _read_failed(
    watch: Observer, mediator: Any, frames: Frames | None, what: tuple[str, str, str, str, int], error: BaseException
) -> None:
    try:
        if isinstance(error, GreenletExit):
            return  # unwound because the run is over
        if isinstance(error, interleaver.OutOfOrderError) and mediator.iteration != 0:
            return outran(watch, frames)
        event = Event(-1, "InterventionProtocol", what[0], None, target=what[1])
        event.iteration = what[4]
        watch.fail(event, error, frames)
        if isinstance(error, interleaver.OutOfOrderError):
            out_of_order(event, watch.runs, mediator)
    except Exception as own:
        watch.err(own)


def _set(watch: Observer, original: Any, self: Any, obj: Any, value: Any) -> Any:
    mediator = _worker()
    if mediator is None:
        return original(self, obj, value)
    location = self._location(obj)
    frames = _frames(watch)
    label, target = _names(watch, frames, obj, self.name)
    event = Event(-1, "SwapProtocol", label, None, target=target, changes=True)
    event.iteration = mediator.wanted(location)
    result = _act(watch, frames, event, [("value", value)], lambda: original(self, obj, value), value)
    try:
        watch.runs.swapped(watch, mediator, location, value, event)
    except Exception as error:
        watch.err(error)
    return result


def _names(watch: Observer, frames: Frames | None, obj: Any, name: str) -> tuple[str, str]:
    """A location as a person writes it, without the model's own name (``layer1.output``), and in full.

    Where modules have other names (``rename=``), it is called as the source spells it.
    """
    full = ".".join(part for part in (getattr(obj, "path", "") or "", name) if part)
    label = full.partition(".")[2] or full
    if frames is not None and getattr(obj, "_rename", None):
        label = watch.flow.naming.spelt(frames.site_frame) or label
    return label, full


def _act(
    watch: Observer,
    frames: Frames | None,
    event: Event,
    arguments: list[tuple[str, Any]],
    call: Callable[[], Any],
    value: Any = NOTHING,
) -> Any:
    return act(watch, frames, event, arguments, call, GreenletExit, value)


def _skip(watch: Observer, original: Any, cls: Any, location: str, value: Any) -> Any:
    event = Event(-1, "SkipProtocol", location.partition(".")[2] or location, None, target=location, changes=True)
    result = _act(watch, _seams.caller(watch), event, [("value", value)], lambda: original(cls, location, value), value)
    try:
        skipped(watch, watch.runs, _worker(), event, f"{location.removesuffix('.skip')}.output", value)
    except Exception as error:
        watch.err(error)
    return result


def _stop(watch: Observer, original: Any, self: Any) -> Any:
    try:
        watch.add(Event(-1, "EarlyStopProtocol", "stop", None, changes=True), _seams.caller(watch))
    except Exception as error:
        watch.err(error)
    return original(self)


def _mark(watch: Observer, original: Any, value: Any) -> Any:
    result = original(value)
    try:
        save(watch, watch.runs, _seams.caller(watch), value)
    except Exception as error:
        watch.err(error)
    return result


def _call(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """A module called inside a block: one event, not its operations."""
    if not watch.on or _worker() is None:
        return original(self, *args, **kwargs)
    event, given = applied(self.path, args, kwargs)
    return _act(watch, _seams.caller(watch, past=0), event, given, lambda: original(self, *args, **kwargs))


def _cache(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    result = original(self, *args, **kwargs)
    try:
        watches(watch, watch.runs, _seams.caller(watch), result)
    except Exception as error:
        watch.err(error)
    return result


def _barrier(watch: Observer, original: Any, self: Any) -> Any:
    try:
        meet(watch, watch.runs, _seams.caller(watch), self, self.n)
    except Exception as error:
        watch.err(error)
    return original(self)


def _grad(watch: Observer, original: Any, *args: Any) -> Any:
    """Gradients of one backward pass: nnsight makes a property for them, which is wrapped here."""
    made = original(*args)

    def get(watch: Observer, original: Any, tensor: Any) -> Any:
        return gradient(watch, _seams.caller(watch), tensor, None, lambda: original(tensor), GreenletExit)

    def put(watch: Observer, original: Any, tensor: Any, value: Any) -> None:
        gradient(watch, _seams.caller(watch), tensor, ("value", value), lambda: original(tensor, value), GreenletExit)

    return property(_seams.seam(made.fget, get), _seams.seam(made.fset, put))


def _clean(original: Any) -> Any:
    """nnsight drops its own frames from the tracebacks that users see; ours go with them."""

    @functools.wraps(original)
    def clean_traceback(traceback: Any) -> Any:
        return without_ours(original(traceback))

    return clean_traceback


for _owner, _name, _hook in (
    (tracing.Tracer, "execute", _execute(None)),
    (tracer.InterleavingTracer, "execute", _execute(None)),
    (tracer.ScanningTracer, "execute", _execute("Scan")),
    (tracer.Invoker, "execute", _execute("Invoke")),
    (backward.BackwardTracer, "execute", _execute("Backward")),
    (editing.EditingTracer, "execute", _execute("Edit")),
    (iterator.Iterations, "execute", _execute("Iterator")),
    (iterator.Iterations, "_indices", _indices),
    (interleaver.Mediator, "start", _start),
    (interleaver.Mediator, "_run", _run),
    (interleaver.Mediator, "switch", _switch),
    (interleaver.Mediator, "skip", _skip),
    (interleaver.Interleaver, "__enter__", _seams.model_begins),
    (interleaver.Interleaver, "__exit__", _seams.model_ends),
    (eproperty.eproperty, "__get__", _get),
    (eproperty.eproperty, "__set__", _set),
    (batching.Batcher, "narrow", served(lambda self, value, group: value, lambda result, *args: result)),
    (batching.Batcher, "widen", served(lambda self, value, *args: value, lambda result, value, group, edited: edited)),
    (tracer.InterleavingTracer, "stop", _stop),
    (tracer.InterleavingTracer, "cache", _cache),
    (Barrier, "__call__", _barrier),
    (RemoteBackend, "__call__", _remote),
    (envoy.Envoy, "__call__", _call),
    (backward, "_grad_property", _grad),
    (tracing, "mark", _mark),
    (tracing, "push_result", _push_result),
    (tracer, "push_result", _push_result),
    (iterator, "push_result", _push_result),
    (backward, "push_result", _push_result),
):
    _seams.hook(_owner, _name, _hook)
_seams.all += [(tracing, "clean_traceback", _clean), (tracer, "clean_traceback", _clean)]
hide_from_dynamo(sys.modules[__name__], sys.modules[Seams.__module__])
