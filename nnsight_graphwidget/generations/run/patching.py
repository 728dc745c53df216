"""What hooks share: patching, whose turn it is, and turning what they see into events. Names nothing of nnsight's own."""

from __future__ import annotations

import ast
import functools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, Generic, TypeVar

import torch

from ...recording.arguments import INPUTS, argument, call_of, opener
from ...recording.describe import Description, describe, in_words, short, tensors
from ...recording.events import Event, Link, Region, Scope
from ...recording.frames import conceal
from ...recording.lanes import current, running, surely
from ...recording.observe import NOTHING, Frames, Observer, State, message
from ...recording.reach import Place, Rows
from ...recording.source import LOOPS, Site

_HERE = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep

T = TypeVar("T")
_NO: Any = object()

#: (owner, attribute, original → replacement)
Seam = tuple[Any, str, Callable[[Any], Any]]


class Weakly(Generic[T]):
    """Something about each of some objects, as long as they live.

    The dead are swept out now and then: the callback of a weak reference, as Python's own such dictionary has it, would swallow
    a Ctrl-C that meets it.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[weakref.ref[Any], T]] = {}
        self._most = 100

    def get(self, key: Any, default: T | None = None) -> T | Any:
        ref, value = self._held.get(id(key), (None, default))
        return value if ref is not None and ref() is key else default

    def __setitem__(self, key: Any, value: T) -> None:
        self._held[id(key)] = (weakref.ref(key), value)
        if len(self._held) > self._most:
            self._held = {at: each for at, each in self._held.items() if each[0]() is not None}
            self._most = 2 * len(self._held) + 100

    def setdefault(self, key: Any, value: T) -> T:
        if self.get(key, _NO) is _NO:
            self[key] = value
        return self.get(key)

    def values(self) -> Iterator[T]:
        return (value for ref, value in list(self._held.values()) if ref() is not None)


class Run:
    """What is known of one thread's runs besides its observer: which scope each worker and edit belongs to.

    Arguments:
        group: the rows of a batch that a worker has, None for all.
    """

    def __init__(self, group: Callable[[Any], Rows]) -> None:
        self._group = group
        #: whether what the model gave a worker last was all rows, as what it has computed does not tell them apart
        self.whole = False
        self.states: Weakly[State] = Weakly()
        self.scopes: Weakly[tuple[Scope, CodeType]] = Weakly()
        self.reads: Weakly[dict[tuple[str, str, int], Event]] = Weakly()
        self.swaps: Weakly[dict[str, Event]] = Weakly()
        self.barriers: Weakly[list[Event]] = Weakly()
        self.saved: list[tuple[int, Event]] = []
        #: by location: what other workers of the run wrote there, and the value that they wrote or changed
        self.placed: dict[str, list[tuple[weakref.ref[Any], Event]]] = {}
        #: what caches hold, until the block that made them has ended
        self.caches: list[tuple[Event, Any]] = []
        self.invokes: Weakly[int] = Weakly()

    def rows(self, worker: Any) -> Rows:
        """The rows of a batch that a worker was given last."""
        return None if self.whole else self._group(worker)

    def swapped(self, watch: Observer, worker: Any, location: str, value: Any, event: Event) -> None:
        """Say that ``event`` put a value into a location."""
        self.swaps.setdefault(worker, {})[location] = event
        for _, tensor in tensors(value):
            self.placed.setdefault(location, []).append((weakref.ref(tensor), event))
        event.wrote = event.label.removesuffix(".skip") + ".output" if event.kind == "SkipProtocol" else event.label
        watch.reach.swapped(event, value, Place(location, event.wrote, event.iteration or 0, self.rows(worker)))

    def writes(self, location: str, value: Any) -> list[Event]:
        """What put the tensors in ``value``, as they are, into a location."""
        held = {id(tensor): tensor for _, tensor in tensors(value)}
        placed = self.placed.get(location, ())
        last = [event for ref, event in placed if (tensor := ref()) is not None and held.get(id(tensor)) is tensor]
        return last[-1:]


class Seams:
    """The seams of one nnsight. They are patched when the first recording begins and restored when the last ends; a patched
    function asks which recordings are open where it runs, and without any calls the original and nothing else.

    Arguments:
        hidden: folders whose frames are not the user's.
        worker: the worker whose code the current thread runs, or None.
        place: where in the model a module is, None for anything else.
        group: the rows of a batch that a worker has, None for all.
        text: what nnsight has read of a file and compiles blocks from, if it keeps that.
    """

    def __init__(
        self,
        hidden: tuple[str, ...],
        worker: Callable[[], Any],
        place: Callable[[Any], str | None],
        group: Callable[[Any], Rows],
        text: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        self.hidden, self.worker, self._place, self._group, self._text = hidden, worker, place, group, text
        #: what hooks note with their thread, until the trace that it runs has ended
        self.local = threading.local()
        self.all: list[Seam] = []
        self._patched: list[tuple[Any, str, Any]] = []
        self._lock = threading.Lock()
        self._users: set[Any] = set()

    def watch(self) -> Observer:
        """A new observer."""
        watch, run = Observer(), Run(self._group)

        def state() -> State:
            worker = self.worker()
            return watch.outer if worker is None else run.states.get(worker, watch.outer)

        watch.hidden, watch.runs, watch.state, watch.place = self.hidden, run, state, self._place
        watch.sources.kept = self._text
        return watch

    def begin(self, user: Any) -> None:
        """Patch the seams, if no other user has."""
        with self._lock:
            self._users.add(user)
            if not self._patched:
                self._patch()

    def end(self, user: Any) -> None:
        """Restore the seams, if there is no other user; to do so again does no harm."""
        with self._lock:
            self._users.discard(user)
            if not self._users:
                self._restore()

    def model_begins(self, watch: Observer, original: Any, interleaver: Any) -> Any:
        """A hook: the model begins to run, and its own torch operations are not the user's."""
        before = watch.switch(False)
        try:
            result = original(interleaver)
        except BaseException:
            watch.switch(before)
            raise
        watch.reach.begin()
        self.local.__dict__.setdefault("paused", []).append(before)
        return result

    def model_ends(self, watch: Observer, original: Any, interleaver: Any, *error: Any) -> Any:
        """A hook: the model has run."""
        try:
            return original(interleaver, *error)
        finally:
            watch.reach.end()
            paused = self.local.__dict__.get("paused")
            if paused:
                watch.switch(paused.pop())

    def hook(self, owner: Any, name: str, hook: Callable[..., Any]) -> None:
        """Call ``hook(observer, original, …)`` in place of a function, in threads that are observed."""

        def make(original: Any) -> Any:
            if isinstance(original, property):
                return property(*(None if part is None else self.seam(part, hook) for part in (original.fget, original.fset)))
            if isinstance(original, classmethod):
                return classmethod(self.seam(original.__func__, hook))
            return self.seam(original, hook)

        self.all.append((owner, name, make))

    def seam(self, original: Any, hook: Callable[..., Any]) -> Any:
        """``original``, or ``hook`` in its place where a recording is open; what either raises shows no frame of ours.

        What runs inside is in one trace: the outermost call takes note of what is open for its thread, and puts back at its
        end whatever hooks have noted and switched on there, also if they were interrupted.
        """
        opens = getattr(original, "__name__", "") == "execute"

        @functools.wraps(original)
        def seam(*args: Any, **kwargs: Any) -> Any:
            inside = running.lane
            lane = inside or current(opens)
            try:
                if lane is None:
                    return original(*args, **kwargs)
                if inside is None:
                    running.lane = lane
                return hook(lane.watch, original, *args, **kwargs)
            except BaseException as error:
                conceal(error)
                raise
            finally:
                if inside is None and lane is not None:
                    running.lane = None
                    self.local.__dict__.clear()
                    surely(lane.watch.rest)

        seam._torchdynamo_disable = True  # type: ignore[attr-defined]  # a compiled caller must not compile it in
        return seam

    def _patch(self) -> None:
        for owner, name, make in self.all:
            original = vars(owner)[name]
            self._patched.append((owner, name, original))
            setattr(owner, name, make(original))

    def _restore(self) -> None:
        while self._patched:
            owner, name, original = self._patched[-1]
            setattr(owner, name, original)
            self._patched.pop()

    def caller(self, watch: Observer, past: int = 1) -> Frames | None:
        """The user's frames under the patched function that runs, past the frames of nnsight's own that lead to it.

        Arguments:
            past: how many frames of nnsight's may stand between; more means that nnsight calls for itself.
        """
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_HERE):
            frame = frame.f_back
        for _ in range(past):
            if frame is not None and frame.f_code.co_filename.startswith(self.hidden):
                frame = frame.f_back
        return watch.frames(frame)


def scope_of(watch: Observer, kind: str, node: Any, frame: Any) -> Scope:
    """A new scope for a tracer's block.

    Arguments:
        node: the ``with`` statement in the user's file, if it is known.
        frame: where the tracer was made.
    """
    state = watch.state()
    if not state.scopes:
        watch.begins()
    scope = Scope(kind, state.scopes[-1] if state.scopes else None, watch.next(), node=node)
    if node is not None and isinstance(frame, FrameType):
        shift = watch.shift(frame.f_code)
        file = watch.sources.of(frame.f_code, shift)
        scope.file, scope.site, scope.variable = file.name, file.site(node), variable(node, kind)
        scope.place = scope.region.parent = _place(watch, state, frame, scope)
    return scope


def _place(watch: Observer, state: State, frame: FrameType, scope: Scope) -> Region | None:
    """The region of its parent block that a ``with`` is in."""
    if scope.site is None:
        return None
    if not state.codes:
        region = watch.outside.region(frame, scope.site)
        watch.flow.values.carrying |= region is not watch.outside.root  # what a loop around binds is a source too
        return region
    return watch.flow.regions.region(frame, watch.flow.records.site(frame))


def loop_of(scope: Scope, site: Site) -> Site:
    """The outermost loop of a block that a place in it is in, or the place itself."""
    outer = len(scope.site.around) if scope.site is not None else 0
    loops = [node for node, _ in site.around[outer:] if isinstance(node, LOOPS)]
    return site.source.site(loops[0]) if loops and site.source is not None else site


def variable(node: ast.With | ast.AsyncWith, kind: str) -> str | None:
    """The first name that the ``with`` which opens a scope binds to it."""
    target = opener(node, kind).optional_vars
    if isinstance(target, ast.Tuple) and target.elts:
        target = target.elts[0]
    return target.id if isinstance(target, ast.Name) else None


def give(watch: Observer, scope: Scope, given: Iterator[tuple[str, Any]], frame: Any) -> None:
    """Note what a run is given, from the frame that opens it."""
    call = call_of(scope)
    for name, value in given:
        carrier = Event(-1, "", "", None)
        watch.argument(carrier, name, value, frame, argument(call, name, INPUTS))
        scope.inputs.extend(carrier.links)
        if scope.given is None and scope.kind != "Backward":
            scope.given = in_words(value)


def end(watch: Observer, scope: Scope, code: CodeType, error: BaseException, stopped: bool) -> None:
    """Note how a block broke off, and where."""
    at = error.__traceback__
    while at is not None and scope.at is None:
        if at.tb_frame.f_code is code:
            scope.at = watch.sources.site(code, at.tb_lasti)
        at = at.tb_next
    if stopped:
        scope.stopped = True
    elif not scope.stopped:
        scope.status, scope.error = "failed", message(error)


def containers(watch: Observer, run: Run, names: Any) -> None:
    """Link what a saved list or dict holds by now to its save, and note what caches hold."""
    cached(watch, run)
    try:
        if not run.saved:
            return
        by_id = {id(value): value for value in dict.values(names)}
        for key, event in run.saved:
            if key in by_id:
                carrier = Event(-1, "", "", None)
                watch.argument(carrier, "", by_id[key])
                held = [link for link in carrier.links if link.event is not None]
                spelt = [
                    link
                    for link in event.links
                    if link.text and (link.name.removeprefix("0"), link.event) not in {(each.name, each.event) for each in held}
                ]  # numbers that only the source could tell
                event.links[:] = [*held, *spelt] or event.links
                event.value = describe(by_id[key])
    except Exception as error:
        watch.err(error)


def read(
    watch: Observer, run: Run, worker: Any, frames: Frames | None, what: tuple[str, str, str, str, int], value: Any
) -> None:
    """Note that a value of the model was read.

    Arguments:
        worker: the mediator whose code read it.
        what: label, full name, location, name of the property, and which call of the module it is from.
    """
    if frames is None:
        return
    label, target, location, name, occurrence = what
    reads = run.reads.setdefault(worker, {})
    key = (location, name, occurrence)
    swap = run.swaps.setdefault(worker, {}).get(location)
    before: Event | None = reads.get(key)
    if before is not None and (swap is None or swap.seq < before.seq) and not watch.changed(value, before):
        site, place = watch.where(frames)
        if place is before.place:
            before.again += (site,)
            watch.bind(value, before)
            return
    event = Event(-1, "InterventionProtocol", label, None, target=target)
    event.iteration = occurrence
    if swap is not None and (before is None or swap.seq > before.seq) and swap.iteration == occurrence:
        event.links.append(Link("0", swap, None, ""))
    elif before is not None:
        event.links.extend(Link("0", change, None, "") for change in watch.changed(value, before))
    else:
        event.links.extend(Link("0", write, None, "") for write in run.writes(location, value) or watch.changers(value))
    event.same = watch.elsewhere(value, target)
    watch.add(event, frames, value)
    watch.bind(value, event)
    watch.served(value, event, Place(location, label, occurrence, run.rows(worker)))
    reads[key] = event


def out_of_order(event: Event, run: Run, worker: Any) -> None:
    """Say of a read that came too late which location the block had come to before."""
    seen = (*run.reads.get(worker, {}).values(), *run.swaps.get(worker, {}).values())
    passed = max(seen, key=lambda event: event.seq, default=None)
    if passed is not None:
        where = f" (line {passed.site.line})" if passed.site is not None else ""
        event.error = f"{event.error}; asked for {event.label} after {passed.label}{where}"


def applied(path: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Event, list[tuple[str, Any]]]:
    """The event of a module that is called inside a block, and what it is given."""
    given = [(str(index), value) for index, value in enumerate(args)]
    given += [(name, value) for name, value in kwargs.items() if name != "hook"]  # nnsight's own
    return Event(-1, "ApplyModuleProtocol", path.partition(".")[2] or path, None, target=path), given


def served(full: Callable[..., Any], part: Callable[..., Any]) -> Callable[..., Any]:
    """For what gives a worker its rows of a value, or puts them back: note whether these are all rows there are.

    Arguments:
        full, part: the whole value and the worker's part, from what the function is given (and, first, what it returns).
    """

    def hook(watch: Observer, original: Any, self: Any, *args: Any) -> Any:
        try:
            whole = full(self, *args)
        except Exception as error:
            watch.err(error)
        result = original(self, *args)
        try:
            with torch._C.DisableTorchFunction():  # a user's mode must not see it
                rows = zip(tensors(whole), tensors(part(result, *args)))
                watch.runs.whole = any(all_.shape[:1] == own.shape[:1] for (_, all_), (_, own) in rows)
        except Exception as error:
            watch.err(error)
        return result

    return hook


def skipped(watch: Observer, run: Run, worker: Any, event: Event, location: str, value: Any) -> None:
    """Note that a module was skipped, and a value put in the place of its output."""
    run.whole, event.iteration = False, event.iteration or 0
    run.swapped(watch, worker, location, value, event)


def outran(watch: Observer, frames: Frames | None) -> None:
    """Note that a loop asked for a step that the run did not make: it ends so, and is no failure."""
    scope = watch.state().scopes[0]
    scope.stopped = True
    if frames is not None:
        code = frames.block.f_code
        scope.at = loop_of(scope, watch.sources.site(code, frames.block.f_lasti))
        watch.flow.regions.unmade(watch.where(frames)[1])


def watches(watch: Observer, run: Run, frames: Frames | None, cache: Any) -> None:
    """Note that a cache was asked for."""
    if frames is not None:
        run.caches.append((watch.add(Event(-1, "CacheProtocol", "cache", None, target="tracer.cache"), frames), cache))


def cached(watch: Observer, run: Run) -> None:
    """Note what caches have come to hold: each module's output, its shape, and the read that gave the same."""
    try:
        for event, cache in run.caches:
            entries = cache.items() if isinstance(cache, dict) else [(path, cache[path]) for path in list(cache.keys())]
            for path, entry in entries:
                for each in entry if isinstance(entry, list) else [entry]:
                    value = getattr(each, "output", None)
                    event.arguments.append((path.partition(".")[2] or path, short(value)))
                    read = next(
                        (r for reads in run.reads.values() for r in reads.values() if r.target == f"{path}.output"), None
                    )
                    if read is not None and read.scope is event.scope:
                        event.links.append(Link(read.label, read, None, ""))
            count = len(event.arguments)
            event.value = Description(text=f"{count} module{'s' if count != 1 else ''}")
        run.caches.clear()
    except Exception as error:
        watch.err(error)


def save(watch: Observer, run: Run, frames: Frames | None, value: Any) -> None:
    """Note that a value was saved."""
    if frames is None:
        return
    event = Event(-1, "LockProtocol", "save", None)
    watch.given(event, "0", value, frames)
    if type(value) in (list, dict, set, tuple):
        event.links[:] = [link for link in event.links if link.event is not None]
        run.saved.append((id(value), event))
    watch.add(event, frames, value)
    watch.kept(value, event)


def meet(watch: Observer, run: Run, frames: Frames | None, barrier: Any, count: int) -> None:
    """Note that a block is at a barrier; the last of ``count`` to arrive lets the others go on."""
    event = watch.add(Event(-1, "BarrierProtocol", "barrier", None), frames)
    waiting = run.barriers.setdefault(barrier, [])
    waiting.append(event)
    if len(waiting) >= count:
        for other in waiting[:-1]:
            other.after += (event,)
        waiting.clear()


def gradient(
    watch: Observer, frames: Frames | None, tensor: Any, setting: tuple[str, Any] | None, call: Callable[[], Any], unwound: Any
) -> Any:
    """Read or set a gradient as one event.

    Arguments:
        setting: name and value of what it is set to, or None for a read.
        call: does it.
        unwound: the exceptions that end a worker, and are no failure.
    """
    event = Event(-1, "GradProtocol" if setting is None else "SwapProtocol", "grad", None, changes=setting is not None)
    try:
        watch.argument(event, "0", tensor)
        if setting is not None:
            watch.given(event, *setting, frames)
    except Exception as error:
        watch.err(error)
    result = _unseen(watch, frames, event, call, unwound)  # registering the hook is nnsight's business
    try:
        if frames is not None:
            maker = event.links[0].event if event.links else None
            if isinstance(maker, Event) and maker.kind == "InterventionProtocol":
                event.label = f"{maker.label}.grad"  # of any other tensor, the source tells the name
            watch.add(event, frames, result if setting is None else setting[1])
            if setting is None:
                watch.bind(result, event)
    except Exception as error:
        watch.err(error)
    return result


def _unseen(watch: Observer, frames: Frames | None, event: Event, call: Callable[[], Any], unwound: Any) -> Any:
    """Do what an event does while torch is not watched, and note it if it fails."""
    before = watch.switch(False)
    try:
        return call()
    except BaseException as error:
        if frames is not None and not isinstance(error, unwound):
            watch.fail(event, error, frames)
        raise
    finally:
        watch.switch(before)


def act(
    watch: Observer,
    frames: Frames | None,
    event: Event,
    arguments: list[tuple[str, Any]],
    call: Callable[[], Any],
    unwound: Any,
    value: Any = NOTHING,
) -> Any:
    """Do something as one event, its own operations not seen.

    Arguments:
        value: what the event is worth; what ``call`` gives if it is not given.
        unwound: the exceptions that end a worker, and are no failure.
    """
    try:
        for name, argument in arguments:
            watch.given(event, name, argument, frames)
    except Exception as error:
        watch.err(error)
    result = _unseen(watch, frames, event, call, unwound)
    try:
        if frames is not None:
            watch.add(event, frames, result if value is NOTHING else value)
            if value is NOTHING:
                watch.bind(result, event)
    except Exception as error:
        watch.err(error)
    return result
