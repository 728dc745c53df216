"""nnsight 0.5 to 0.7: the seams that a recorder listens at, and the only place that names their private attributes.

A block is compiled as a function of its own, in a file named ``<nnsight …>``, with lines around it; intervention code runs in
a thread of its own, and takes turns with the model.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
import weakref
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType
from typing import Any

from .. import check, missing

#: What of nnsight's own this file uses.
PRIVATE = """
    nnsight.intervention.backends.editing: EditingBackend.__call__
    nnsight.intervention.backends.execution: wrap_exception
    nnsight.intervention.backends.remote: RemoteBackend.__call__
    nnsight.intervention.batching: Batcher.narrow Batcher.swap
    nnsight.intervention.envoy: Envoy.__call__ Envoy.skip
    nnsight.intervention.interleaver: Cancelation EarlyStopException Interleaver.__enter__ Interleaver.__exit__
    nnsight.intervention.interleaver: Mediator.OutOfOrderError Mediator.end Mediator.exception Mediator.request Mediator.start
    nnsight.intervention.interleaver: Mediator.stop Mediator.swap Thread get_non_nnsight_frame wrap_exception
    nnsight.intervention.tracing.backwards: BackwardsTracer.execute wrap_grad
    nnsight.intervention.tracing.base: Tracer.__exit__ Tracer.execute get_non_nnsight_frame
    nnsight.intervention.tracing.globals: Object.save
    nnsight.intervention.tracing.invoker: Invoker.compile Invoker.execute
    nnsight.intervention.tracing.iterator: IteratorTracer.execute
    nnsight.intervention.tracing.tracer: Barrier.__call__ InterleavingTracer.cache InterleavingTracer.compile
    nnsight.intervention.tracing.tracer: InterleavingTracer.execute InterleavingTracer.stop ScanningTracer.execute
    nnsight.intervention.tracing.util: get_non_nnsight_frame wrap_exception
"""

#: What a model gives is read through one descriptor in 0.7, and through properties before.
DESCRIPTOR = "nnsight.intervention.interleaver: eproperty.__get__ eproperty.__set__"
PROPERTIES = """
    nnsight.intervention.envoy: Envoy.input Envoy.inputs Envoy.output
    nnsight.intervention.envoy: OperationEnvoy.input OperationEnvoy.inputs OperationEnvoy.output
"""
PRIVATE += PROPERTIES if missing(DESCRIPTOR) else DESCRIPTOR
check(PRIVATE)  # before the imports, so that all that is missing is said at once

import nnsight
from nnsight.intervention import batching, envoy, interleaver
from nnsight.intervention.backends import editing, execution, remote
from nnsight.intervention.tracing import backwards, base, invoker, iterator, util
from nnsight.intervention.tracing import globals as saving
from nnsight.intervention.tracing import tracer as tracing

from ...recording import events
from ...recording.describe import short
from ...recording.events import Event, Scope
from ...recording.frames import conceal
from ...recording.lanes import running
from ...recording.observe import Observer, State
from ...recording.source import Shift
from .patching import (
    Run,
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
_UNWOUND = (interleaver.Cancelation, SystemExit)
_MISSED = (interleaver.Mediator.OutOfOrderError, getattr(interleaver.Mediator, "MissedProviderError", ()))


def contexts() -> tuple[type, ...]:
    """The class of tracers, sessions, invokers, iterators …"""
    return (base.Tracer,)


#: Scopes of edits by their mediator: an edit outlives the recording that saw it made.
_edits: weakref.WeakKeyDictionary[Any, Scope] = weakref.WeakKeyDictionary()

#: What a tracer was given, until it runs: it forgets it when it compiles its block.
_given: weakref.WeakKeyDictionary[Any, list[tuple[str, Any]]] = weakref.WeakKeyDictionary()


def _place(value: Any) -> str | None:
    """Where in the model a module is."""
    path = value.__dict__.get("path") if isinstance(value, envoy.Envoy) else None
    return path.partition(".")[2] or path if type(path) is str else None


def _group(mediator: Any) -> tuple[int, int] | None:
    """The rows of its batch that a worker has."""
    batcher = mediator.interleaver.batcher
    group = mediator.batch_group if batcher.needs_batching else None
    if isinstance(group, int):  # up to 0.5.12
        group = batcher.batch_groups[group]
    return None if group is None or group[0] == -1 else (group[0], group[1])


_seams: Seams = Seams(_HIDDEN, lambda: getattr(_seams.local, "mediator", None), _place, _group)
watch, begin, end = _seams.watch, _seams.begin, _seams.end


def around_each_trace(begin: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
    """Call ``begin`` and ``end`` around every trace and session, inner ones too; what this returns puts it back."""
    original = base.Tracer.__exit__

    def __exit__(self: Any, exc_type: Any, exc_value: Any, traceback: Any) -> Any:
        if _seams.worker() is not None:  # inside a trace, in its worker's thread
            return original(self, exc_type, exc_value, traceback)
        begin()
        try:
            return original(self, exc_type, exc_value, traceback)
        finally:
            end()

    base.Tracer.__exit__ = __exit__

    def restore() -> None:
        base.Tracer.__exit__ = original

    return restore


# -- scopes --------------------------------------------------------------------------------------------------------------------


def _open(watch: Observer, tracer: Any, code: CodeType | None, kind: str, info: Any) -> Scope | None:
    """Note that a tracer begins to run its block; without ``code``, that it sends it away."""
    try:
        scope = scope_of(watch, kind, _with(watch, info), info.frame)
        if code is not None:
            _map(watch, code, info, scope)
        give(watch, scope, iter(_given.pop(tracer, [])), info.frame)
        watch.events.append(scope)
        watch.opened(tracer, scope)
        return scope
    except Exception as error:
        watch.err(error)
        return None


def _with(watch: Observer, info: Any) -> Any:
    """The ``with`` statement in the user's file whose end a tracer is at."""
    frame = info.frame
    if not isinstance(frame, FrameType):
        return None
    shift = watch.shift(frame.f_code)
    return watch.sources.of(frame.f_code, shift).with_at(frame.f_lineno + shift.lines)


def _map(watch: Observer, code: CodeType, info: Any, scope: Scope) -> None:
    """Say where in the user's file a compiled block is: its first statement is the ``with`` statement's first."""
    if scope.node is None or scope.file is None or watch.shift(code).file is not None:
        return
    made: Any = ast.parse("".join(info.source)).body[0]
    body = made.body[1:]
    first = body[0].body[0] if isinstance(body[0], ast.Try) else body[0]
    actual = scope.node.body[0]
    watch.block(code, Shift(actual.col_offset - first.col_offset, actual.lineno - first.lineno, scope.file))


#: In the source of a trace that has left its block to an invoke of its own.
_LEFT = "].info.frame = "


def _marked(watch: Observer, scope: Scope, fn: Any, info: Any) -> Any:
    """The function of a block with marks in it."""
    code = fn.__code__
    text = "".join(info.source)
    if scope.node is None or _LEFT in text:
        return fn
    made = ast.parse(text)
    function: Any = made.body[0]
    inner = function.body[1] if len(function.body) > 1 else None
    marked = watch.marked(scope, code, made, inner.body if isinstance(inner, ast.Try) else function.body)
    if marked is code:
        return fn
    return FunctionType(marked, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)


def _inputs(tracer: Any) -> list[tuple[str, Any]]:
    given = [("input" if index == 0 else str(index), value) for index, value in enumerate(tracer.args)]
    if isinstance(tracer, backwards.BackwardsTracer):
        given.insert(0, ("tensor", tracer.tensor))
    named = [(name, value) for name, value in tracer.kwargs.items() if name != "hook"]  # nnsight's own, on 0.5
    return [*given, *named]


def _compile(watch: Observer, original: Any, self: Any) -> Any:
    _given[self] = _inputs(self)
    before = watch.switch(False)  # preparing the input is nnsight's business
    try:
        return original(self)
    finally:
        watch.switch(before)


def _execute(watch: Observer, original: Any, self: Any, fn: Any) -> Any:
    """A tracer's ``execute``: the scope is open, and torch watched, while it runs the block in place."""
    if getattr(_seams.local, "executing", None) is self:  # a subclass's execute has opened it already
        return original(self, fn)
    kind = _kind(self)
    if kind == "Invoke":
        return _invoke(watch, original, self, fn)
    code, state = fn.__code__, watch.state()
    scope = _open(watch, self, code, kind, self.info)
    if scope is None:
        return original(self, fn)
    if not watch.run:
        scope.planned = True
        return None
    outer, _seams.local.executing = getattr(_seams.local, "executing", None), self
    fn = _marked(watch, scope, fn, self.info)
    code = fn.__code__
    state.push(scope, code)
    before = watch.switch(kind != "Backward")
    try:
        result = original(self, _counted(watch, fn) if kind == "Iterator" else fn)
        scope.finished = not scope.stopped
        return result
    except BaseException as error:
        if not scope.stopped:
            _end(watch, scope, code, error)
        raise
    finally:
        watch.switch(before)
        state.pop()
        _seams.local.executing = outer


def _invoke(watch: Observer, original: Any, self: Any, fn: Any) -> Any:
    """An invoke's block is left to its mediator. One that a trace makes for its own input is the trace's block."""
    before = watch.switch(False)  # so is batching it
    try:
        result = original(self, fn)
    finally:
        watch.switch(before)
    state = watch.state()
    if state.scopes and getattr(_seams.local, "executing", None) is self.tracer:
        scope = _open(watch, self, fn.__code__, "Invoke", self.info)
        if scope is not None:
            run: Run = watch.runs
            tracer: Any = self.tracer
            scope.index = run.invokes.get(tracer, 0)
            run.invokes[tracer] = scope.index + 1
            run.scopes[tracer.mediators[-1]] = (scope, fn.__code__)
    return result


def _counted(watch: Observer, fn: Any) -> Any:
    """The body of a ``with tracer.iter[…]`` block: each call is a pass. Up to 0.5.10 each is a worker of its own."""
    text = short

    def step(mediator: Any, info: Any, number: int) -> Any:
        watch.state().step(text(number))
        return fn(mediator, info, number)

    # nnsight copies a body's globals: they must be the user's.
    counted: Any = FunctionType(step.__code__, fn.__globals__, fn.__name__, None, step.__closure__)
    counted.__wrapped__ = fn
    return counted


def _kind(self: Any) -> str:
    if isinstance(self, backwards.BackwardsTracer):
        return "Backward"
    if isinstance(self, invoker.Invoker):
        return "Invoke"
    if isinstance(self, iterator.IteratorTracer):
        return "Iterator"
    if isinstance(self, tracing.ScanningTracer):
        return "Scan"
    if isinstance(self, tracing.InterleavingTracer):
        name = self.fn if isinstance(self.fn, str) else getattr(self.fn, "__name__", "")
        return "Generator" if name in ("generate", "__nnsight_generate__") else "Tracer"
    return "Session"


def _end(watch: Observer, scope: Scope, code: CodeType, error: BaseException) -> None:
    if scope.status == "ok":
        error = getattr(error, "original", error)  # nnsight wraps what it raises in another of the same type
        ended(watch, scope, code, error, isinstance(error, interleaver.EarlyStopException))


def _edit(watch: Observer, original: Any, self: Any, tracer: Any) -> Any:
    result = original(self, tracer)
    mediator = tracer.model._default_mediators[-1]
    scope = _open(watch, tracer, mediator.intervention.__code__, "Edit", mediator.info)
    if scope is not None:
        scope.planned, _edits[mediator] = True, scope
    return result


def _remote(watch: Observer, original: Any, self: Any, tracer: Any = None) -> Any:
    """A block that is sent away: what it will ask for can be read from its source."""
    if tracer is not None:
        _given[tracer] = _inputs(tracer)
        scope = _open(watch, tracer, None, _kind(tracer), tracer.info)
        if scope is not None:
            scope.planned = True
    return original(self, tracer)


# -- workers -------------------------------------------------------------------------------------------------------------------


def _start(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    plain = self.intervention
    try:
        _started(watch, self)
    except Exception as error:
        watch.err(error)
    outer, _seams.local.starting = getattr(_seams.local, "starting", None), self
    try:
        return original(self, *args, **kwargs)
    finally:
        _seams.local.starting = outer
        self.intervention = plain  # its thread has taken the marked one


def _started(watch: Observer, mediator: Any) -> None:
    run, state = watch.runs, watch.state()
    code = inspect.unwrap(mediator.intervention).__code__
    scope, _ = run.scopes.get(mediator, (None, code))
    origin = _edits.get(mediator)
    if scope is None and origin is not None:
        scope = Scope("Edit", state.scopes[-1] if state.scopes else None, watch.next(), origin=origin)
        scope.node, scope.site, scope.file, scope.variable = origin.node, origin.site, origin.file, origin.variable
        watch.events.append(scope)
    elif scope is None and state.scopes:
        scope = state.scopes[-1]  # the block of the trace that is running
    if scope is None:
        return
    _map(watch, code, mediator.info, scope)
    if not hasattr(mediator.intervention, "__wrapped__"):  # a pass of a loop is marked already
        mediator.intervention = _marked(watch, scope, mediator.intervention, mediator.info)
        code = mediator.intervention.__code__
    fresh = State()
    fresh.push(scope, code)
    run.states[mediator] = fresh


def _thread(watch: Observer, original: Any, target: Any, args: Any = (), **kwargs: Any) -> Any:
    """A mediator's thread, which is observed as the one that starts it is."""
    lane, mediator = running.lane, _seams.local.starting

    def body(*args: Any) -> None:
        running.lane = lane
        _seams.local.mediator = mediator
        watch.switch(True)
        try:
            target(*args)
        finally:
            watch.switch(False)

    return original(target=body, args=args, **kwargs)


def _finish(watch: Observer, original: Any, self: Any) -> Any:
    """A mediator's block came to its end."""
    _left(watch, self, None)
    return original(self)


def _failure(watch: Observer, original: Any, self: Any, exception: BaseException) -> Any:
    """A mediator's block raised."""
    _left(watch, self, exception)
    return original(self, exception)


def _left(watch: Observer, mediator: Any, error: BaseException | None) -> None:
    try:
        state = watch.runs.states.get(mediator)
        if state is None:
            return
        scope, code = state.scopes[0], state.codes[0]
        frame: FrameType | None = mediator.frame
        if frame is not None and frame.f_code is code:
            containers(watch, watch.runs, dict(frame.f_locals))
        if error is None:
            scope.finished = True
        elif not isinstance(error, _UNWOUND):
            _end(watch, scope, code, error)
    except Exception as own:
        watch.err(own)


# -- reads and writes ----------------------------------------------------------------------------------------------------------


def _requested(watch: Observer, original: Any, self: Any, requester: str, *args: Any) -> Any:
    _seams.local.requested = requester
    return original(self, requester, *args)


def _property(name: str) -> Callable[..., Any]:
    """A property of an envoy: read with one argument, written with two."""

    def hook(watch: Observer, original: Any, self: Any, *value: Any) -> Any:
        return (
            _write(watch, lambda: original(self, *value), self, name, value[0])
            if value
            else _read(watch, lambda: original(self), self, name)
        )

    return hook


def _get(watch: Observer, original: Any, self: Any, obj: Any, owner: Any = None) -> Any:
    if obj is None:
        return original(self, obj, owner)
    return _read(watch, lambda: original(self, obj, owner), obj, self.name)


def _set(watch: Observer, original: Any, self: Any, obj: Any, value: Any) -> Any:
    return _write(watch, lambda: original(self, obj, value), obj, self.name, value)


def _read(watch: Observer, call: Callable[[], Any], obj: Any, name: str) -> Any:
    mediator = _seams.worker()
    if mediator is None or getattr(_seams.local, "asking", False):  # one property may ask another
        return call()
    frames = _seams.caller(watch, past=0)
    _seams.local.requested, _seams.local.asking = None, True
    try:
        value = call()
    except BaseException as error:
        _read_failed(watch, mediator, frames, obj, name, error)
        raise
    finally:
        _seams.local.asking = False
    try:
        if _seams.local.requested is not None:
            read(watch, watch.runs, mediator, frames, _what(obj, name), value)
    except Exception as error:
        watch.err(error)
    return value


def _read_failed(watch: Observer, mediator: Any, frames: Any, obj: Any, name: str, error: BaseException) -> None:
    try:
        if isinstance(error, _UNWOUND) or _seams.local.requested is None:
            return
        if isinstance(error, _MISSED) and mediator.iteration not in (0, None):
            return outran(watch, frames)
        label, target, _, _, occurrence = _what(obj, name)
        event = Event(-1, "InterventionProtocol", label, None, target=target)
        event.iteration = occurrence
        watch.fail(event, error, frames)
        if isinstance(error, _MISSED):
            out_of_order(event, watch.runs, mediator)
    except Exception as own:
        watch.err(own)


def _write(watch: Observer, call: Callable[[], Any], obj: Any, name: str, value: Any) -> Any:
    mediator = _seams.worker()
    if mediator is None or getattr(_seams.local, "asking", False):
        return call()
    event = Event(-1, "SwapProtocol", "", None, changes=True)
    frames = _seams.caller(watch)
    _seams.local.requested, _seams.local.asking = None, True
    try:
        watch.argument(event, "value", value)
    except Exception as error:
        watch.err(error)
    try:
        call()
    except BaseException as error:
        if not isinstance(error, _UNWOUND) and frames is not None:
            event.label, event.target = f"{_path(obj)}.{name}", f"{_path(obj)}.{name}"
            watch.fail(event, error, frames)
        raise
    finally:
        _seams.local.asking = False
    try:
        if frames is not None and _seams.local.requested is not None:
            event.label, event.target, location, _, event.iteration = _what(obj, name)
            watch.add(event, frames, value)
            watch.runs.swapped(watch, mediator, location, value, event)
    except Exception as error:
        watch.err(error)


def _what(obj: Any, name: str) -> tuple[str, str, str, str, int]:
    """Label, full name, location, property and occurrence of what was just asked for."""
    location, dot, occurrence = _seams.local.requested.rpartition(".i")
    if not dot or not occurrence.isdigit():
        location, occurrence = _seams.local.requested, "0"
    path = _path(obj)
    full = f"{path}.{name}" if path else name
    label = full.partition(".")[2] if "." in path else name
    return label, full, location, name, int(occurrence)


def _path(obj: Any) -> str:
    path: str = getattr(obj, "path", None) or getattr(obj, "name", None) or ""
    if type(obj).__name__ == "OperationEnvoy":  # an operation inside a module's own code
        module, _, operation = path.rpartition(".")
        return f"{module}.source.{operation}"
    return path


def _skip(watch: Observer, original: Any, self: Any, value: Any) -> Any:
    if _seams.worker() is None:
        return original(self, value)
    full = f"{self.path}.skip"
    event = Event(-1, "SkipProtocol", full.partition(".")[2], None, target=full, changes=True)
    result = act(watch, _seams.caller(watch, 0), event, [("value", value)], lambda: original(self, value), _UNWOUND, value)
    try:
        skipped(watch, watch.runs, _seams.worker(), event, f"{self.path}.output", value)
    except Exception as error:
        watch.err(error)
    return result


def _stop(watch: Observer, original: Any, self: Any) -> Any:
    try:
        event = Event(-1, "EarlyStopProtocol", "stop", None, changes=True)
        frames = _seams.caller(watch, 2)
        if frames is not None:
            watch.add(event, frames)
            watch.state().scopes[0].stopped = True
    except Exception as error:
        watch.err(error)
    return original(self)


def _save(watch: Observer, original: Any, value: Any) -> Any:
    result = original(value)
    try:
        save(watch, watch.runs, _seams.caller(watch), value)
    except Exception as error:
        watch.err(error)
    return result


def _call(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """A module called inside a block: one event, not its operations."""
    frames = _seams.caller(watch, 0) if watch.on and _seams.worker() is not None else None
    if frames is None:
        return original(self, *args, **kwargs)
    event, given = applied(self.path, args, kwargs)
    return act(watch, frames, event, given, lambda: original(self, *args, **kwargs), _UNWOUND)


def _cache(watch: Observer, original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    result = original(self, *args, **kwargs)
    try:
        watches(watch, watch.runs, _seams.caller(watch, 0), result)
    except Exception as error:
        watch.err(error)
    return result


def _barrier(watch: Observer, original: Any, self: Any) -> Any:
    try:
        frames = _seams.caller(watch, 0)
        if frames is not None:
            meet(watch, watch.runs, frames, self, self.n_participants)
    except Exception as error:
        watch.err(error)
    return original(self)


def _grad(watch: Observer, original: Any, *args: Any) -> Any:
    """Gradients of one backward pass: nnsight makes a property for them, which is wrapped here."""
    made = original(*args)

    def get(watch: Observer, original: Any, tensor: Any) -> Any:
        if _seams.worker() is None:
            return original(tensor)
        return gradient(watch, _seams.caller(watch, 0), tensor, None, lambda: original(tensor), _UNWOUND)

    def put(watch: Observer, original: Any, tensor: Any, value: Any) -> None:
        if _seams.worker() is None:
            original(tensor, value)
        else:
            gradient(watch, _seams.caller(watch, 0), tensor, ("value", value), lambda: original(tensor, value), _UNWOUND)

    return property(_seams.seam(made.fget, get), _seams.seam(made.fset, put))


def _frame(original: Any) -> Any:
    """nnsight takes the first frame that is not its own for the user's; ours are under it."""

    @functools.wraps(original)
    def get_non_nnsight_frame() -> Any:
        frame = original()
        while frame.f_code.co_filename.startswith(_HIDDEN):
            frame = frame.f_back
        return frame

    return get_non_nnsight_frame


def _wrap(original: Any) -> Any:
    """nnsight shows the frames of an exception that are not its own; ours go with them."""

    @functools.wraps(original)
    def wrap_exception(exception: BaseException, *args: Any) -> Any:
        conceal(exception)
        return original(exception, *args)

    return wrap_exception


def _listen() -> None:
    """The seams of the version that is installed."""
    hook = _seams.hook
    for tracer in (base.Tracer, tracing.InterleavingTracer, tracing.ScanningTracer, invoker.Invoker, backwards.BackwardsTracer):
        hook(tracer, "execute", _execute)
    hook(iterator.IteratorTracer, "execute", _execute)
    hook(tracing.InterleavingTracer, "compile", _compile)
    hook(invoker.Invoker, "compile", _compile)
    hook(editing.EditingBackend, "__call__", _edit)
    hook(remote.RemoteBackend, "__call__", _remote)
    hook(interleaver, "Thread", _thread)
    for module in (util, base, interleaver):
        _seams.all.append((module, "get_non_nnsight_frame", _frame))
    for module in (util, execution, interleaver):
        _seams.all.append((module, "wrap_exception", _wrap))
    for name, seam in (("start", _start), ("end", _finish), ("exception", _failure), ("stop", _stop)):
        hook(interleaver.Mediator, name, seam)
    for name in ("request", "swap"):
        hook(interleaver.Mediator, name, _requested)
    hook(interleaver.Interleaver, "__enter__", _seams.model_begins)
    hook(interleaver.Interleaver, "__exit__", _seams.model_ends)
    if hasattr(interleaver, "eproperty"):  # 0.7
        hook(interleaver.eproperty, "__get__", _get)
        hook(interleaver.eproperty, "__set__", _set)
    else:
        for owner in (envoy.Envoy, envoy.OperationEnvoy):
            for name in ("output", "inputs", "input"):
                hook(owner, name, _property(name))
        if "result" in vars(tracing.InterleavingTracer):  # from 0.5.8 on
            hook(tracing.InterleavingTracer, "result", _property("result"))
    hook(
        batching.Batcher,
        "narrow",
        served(lambda self, *args: (*args, self.current_value)[1 if len(args) > 1 else -1], lambda result, *args: result),
    )
    hook(batching.Batcher, "swap", served(lambda self, *args: self.current_value, lambda result, group, value: value))
    hook(envoy.Envoy, "skip", _skip)
    hook(envoy.Envoy, "__call__", _call)
    hook(tracing.InterleavingTracer, "cache", _cache)
    hook(tracing.Barrier, "__call__", _barrier)
    hook(backwards, "wrap_grad", _grad)
    if "save" in vars(saving):
        hook(saving, "save", _save)
        hook(nnsight, "save", _save)
    else:  # before 0.5.13 there is only the method, which is mounted on every object while a trace runs
        hook(saving.Object, "save", _save)


_listen()
