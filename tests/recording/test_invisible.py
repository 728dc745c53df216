"""Recording changes nothing: values, exceptions, tracebacks, warnings, lifetimes, and nnsight and torch themselves."""

from __future__ import annotations

import gc
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from nnsight import NNsight
from torch.overrides import TorchFunctionMode, _get_current_function_mode_stack

import nnsight_graphwidget as ngw
from nnsight_graphwidget import record
from nnsight_graphwidget.errors import IncompleteGraphWarning
from nnsight_graphwidget.generations.run import v08
from nnsight_graphwidget.recording import lanes, observe
from tests.models import tiny_net


@pytest.fixture
def model() -> Any:
    return tiny_net()


@pytest.fixture
def x() -> torch.Tensor:
    torch.manual_seed(1)
    return torch.rand(1, 5)


def seams() -> list[Any]:
    return [vars(owner)[name] for owner, name, _ in v08._seams.all]


@pytest.fixture(autouse=True)
def unpatched() -> Any:
    """Nothing is patched before or after a test."""
    before, stack = seams(), len(_get_current_function_mode_stack())
    yield
    assert [a is b for a, b in zip(seams(), before)] == [True] * len(before)
    assert len(_get_current_function_mode_stack()) == stack
    assert lanes.current() is None


def test_seams_are_patched_only_while_recording(model: Any, x: torch.Tensor) -> None:
    before = seams()
    with record():
        assert all(a is not b for a, b in zip(seams(), before))
    assert all(a is b for a, b in zip(seams(), before))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_everything_is_restored_when_a_recording_ends_in(error: type[BaseException], model: Any, x: torch.Tensor) -> None:
    with pytest.raises(error), record():
        with model.trace(x):
            hidden = model.layer1.output + 1
            raise error("stop")
    assert not _get_current_function_mode_stack()
    with model.trace(x):
        hidden = model.layer1.output.save()
    assert hidden.shape == (1, 10)


def raised(run: Callable[[], Any]) -> BaseException:
    with pytest.raises(Exception) as caught:
        run()
    return caught.value


def fails_in_operation(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        hidden = model.layer1.output
        hidden @ hidden


def fails_in_python(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        model.layer1.output.save()
        {}["missing"]


def fails_in_model(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        model.layer1.output = model.layer1.output[:, :3]


def fails_out_of_order(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        model.layer2.output.save()
        model.layer1.output.save()


def fails_in_torch(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        torch.nn.functional.softmax(model.layer1.output, dim=7)  # Python, which asks for function modes by itself


def fails_in_session(model: Any, x: torch.Tensor) -> None:
    with model.session():
        with model.trace(x):
            hidden = model.layer1.output
        hidden.view(3, 3)


def fails_in_backward(model: Any, x: torch.Tensor) -> None:
    with model.trace(x):
        with model.output.sum().backward():
            pass


FAILURES = [
    fails_in_operation, fails_in_python, fails_in_model, fails_out_of_order, fails_in_torch, fails_in_session,
    fails_in_backward,
]  # fmt: skip


@pytest.mark.parametrize("fails", FAILURES)
def test_exceptions_and_tracebacks_are_those_without_recording(fails: Any, model: Any, x: torch.Tensor) -> None:
    def recorded() -> None:
        with record():
            fails(model, x)

    plain, seen = raised(lambda: fails(model, x)), raised(recorded)
    assert type(seen) is type(plain) and seen.args == plain.args
    assert seen.__context__ is None and seen.__cause__ is None and plain.__context__ is None
    frames = [traceback.extract_tb(error.__traceback__) for error in (plain, seen)]
    names = [
        [(frame.filename, frame.lineno) for frame in found if frame.name not in ("raised", "<lambda>", "recorded")]
        for found in frames
    ]
    assert names[0] == names[1]
    assert not any("nnsight_graphwidget" in frame.filename for frame in frames[1])


def test_an_exception_caught_in_the_block_goes_on(model: Any, x: torch.Tensor) -> None:
    with record() as recording, model.trace(x):
        hidden = model.layer1.output
        try:
            hidden @ hidden
        except RuntimeError:
            hidden = hidden * 2
        kept = hidden.save()
    assert kept.shape == (1, 10)
    assert [node.label for node in recording.graph.nodes if node.status == "failed"] == ["matmul"]


def shown(act: Callable[[], Any]) -> list[tuple[str, int | None, str]]:
    """The frames of what ``act`` raises, as the code around it sees them."""
    try:
        act()
    except Exception as error:
        assert error.__context__ is None and sys.exc_info()[2] is error.__traceback__
        return [(frame.filename, frame.lineno, frame.name) for frame in traceback.extract_tb(error.__traceback__)]
    raise AssertionError("nothing was raised")


def caught_in_block(model: Any, x: torch.Tensor) -> list[Any]:
    found: list[Any] = []
    with model.trace(x.clone().requires_grad_()):
        hidden = model.layer1.output
        found.append(shown(lambda: hidden @ hidden))  # in C++
        found.append(shown(lambda: hidden + "one"))
        found.append(shown(lambda: torch.cat([hidden, hidden], dim=7)))
        found.append(shown(lambda: model.layer2(hidden[:, :3])))
        with model.output.sum().backward():
            found.append(shown(lambda: setattr(hidden, "grad", hidden.grad @ hidden)))
    return found


@pytest.mark.skipif(sys.version_info < (3, 11), reason="3.10 puts one frame back")
def test_an_exception_seen_in_the_block_has_the_same_frames(model: Any, x: torch.Tensor) -> None:
    plain = caught_in_block(model, x)
    with record():
        assert caught_in_block(model, x) == plain


@pytest.mark.parametrize("action", ["always", "default"])
def test_warnings_are_those_without_recording(action: Any, model: Any, x: torch.Tensor) -> None:
    def run() -> list[tuple[str, type, str, int]]:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter(action)
            with model.trace(x):
                for _ in range(2):
                    warnings.warn("mine", UserWarning, stacklevel=1)
                    torch.nn.functional.softmax(
                        model.layer1.output
                    )  # torch warns that the dim is implicit, in its caller's name
                    _ = model.layer1.output.reshape(10, 1, 1).T  # and that .T of three dimensions is deprecated, from C++
        return [(str(warning.message), warning.category, warning.filename, warning.lineno) for warning in seen]

    run()  # C++ warns once a process
    plain = run()
    with record():
        assert run() == plain
    assert len(plain) >= 2 and all(filename == __file__ for _, _, filename, _ in plain)


def test_random_state_and_gradients(model: Any, x: torch.Tensor) -> None:
    def run() -> tuple[Any, ...]:
        torch.manual_seed(7)
        leaf = x.clone().requires_grad_()
        with model.trace(leaf):
            hidden = model.layer1.output
            loss = (model.output * torch.rand(1, 2)).sum()
            with loss.backward():
                gradient = hidden.grad.save()
        return gradient, leaf.grad, torch.rand(1)

    plain = run()
    with record(values=True):
        seen = run()
    assert all(torch.equal(a, b) for a, b in zip(plain, seen))


def alive(fails: bool, x: torch.Tensor) -> list[bool]:
    """What is still there, without any garbage collection, when its last name is gone."""
    kept: list[weakref.ref[Any]] = []
    model = tiny_net()

    def keep(*values: Any) -> None:
        kept.extend(map(weakref.ref, values))

    def run(model: Any) -> None:
        with model.session() as session:
            keep(session)
            with model.trace(x) as tracer:
                hidden = model.layer1.output
                doubled = hidden * 2
                keep(tracer, hidden, doubled, *[doubled + 1])
                if fails:
                    hidden @ hidden

    keep(model, model._module, model.layer1, model.layer1._module)
    try:
        run(model)
    except RuntimeError:
        pass
    del model
    return [ref() is not None for ref in kept]


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_lives_longer(fails: bool, x: torch.Tensor) -> None:
    gc.collect()
    gc.disable()
    try:
        plain = alive(fails, x)
        with record() as recording:
            seen = alive(fails, x)
            assert recording.graph.nodes
            assert len(seen) == 9 and seen == plain == [False] * 9
    finally:
        gc.enable()


def test_nested_recordings_each_see_their_own_part(model: Any, x: torch.Tensor) -> None:
    with record() as outer:
        with model.trace(x):
            before = model.layer1.output.save()
        with record() as inner:
            with model.trace(x):
                both = (model.layer1.output + before).save()
        with model.trace(x):
            model.layer2.output.save()
    assert [len(recording.graph.groups) for recording in (outer, inner)] == [3, 1]
    add = next(node for node in inner.graph.nodes if node.label == "add")
    assert sorted(edge.source.rpartition("/")[2].partition("@")[0] for edge in inner.graph.edges if edge.target == add.id) == [
        "before",
        "layer1.output",
    ]
    assert both.shape == (1, 10)


def test_threads_record_their_own(x: torch.Tensor) -> None:
    graphs: dict[int, Any] = {}
    ready = threading.Barrier(3)

    def work(number: int) -> None:
        model = tiny_net()
        ready.wait()
        if number == 2:  # this one does not record
            with model.trace(x):
                model.layer1.output.save()
            return
        with record() as recording:
            for _ in range(number + 1):
                with model.trace(x):
                    (model.layer1.output * number).save()
        graphs[number] = recording.graph

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sum(group.kind == "Tracer" for group in graphs[number].groups) for number in (0, 1)] == [1, 2]


def test_users_function_modes_keep_their_places(model: Any, x: torch.Tensor) -> None:
    """Each mode, and their order: an inner one sees a call before the one around it."""
    seen: list[tuple[str, str]] = []

    class Mode(TorchFunctionMode):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            seen.append((self.name, getattr(func, "__name__", "")))
            return func(*args, **(kwargs or {}))

    def run() -> list[tuple[str, str]]:
        seen.clear()
        with model.trace(x):
            with Mode("outer"), Mode("inner"):
                hidden = model.layer1.output
                (hidden + 1).save()
                model.layer2.output.save()
                (hidden * 2).save()
            assert not any(isinstance(mode, Mode) for mode in _get_current_function_mode_stack())
        return list(seen)

    plain = run()
    names = [name for name, function in plain if function == "mul"]
    assert names == ["inner", "outer"]
    with record():
        assert run() == plain


def test_when_the_recorder_errs_the_trace_goes_on(model: Any, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError("broken on purpose")

    monkeypatch.setattr(observe.Observer, "argument", broken)
    with pytest.warns(IncompleteGraphWarning, match="ZeroDivisionError: broken on purpose") as warned, record() as recording:
        with model.trace(x):
            hidden = (model.layer1.output * 2).save()
    assert hidden.shape == (1, 10) and len(warned) == 1
    assert not recording.graph.complete and "broken on purpose" in (recording.graph.reason or "")


class Rude:
    """Raises whatever is done to it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    __repr__ = __str__ = __len__ = __iter__ = __bool__ = __hash__ = __format__ = lambda *args: 1 / 0  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")


class Tagged(torch.Tensor):
    """A tensor subclass with a mind of its own."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return super().__torch_function__(func, types, args, kwargs or {})


def consumed(items: Any) -> list[Any]:
    return list(items)


def test_awkward_values(model: Any, x: torch.Tensor) -> None:
    rude = Rude()
    numbers = (number for number in (1.0, 2.0))
    sparse = torch.eye(10).to_sparse()
    tagged = torch.ones(1, 10).as_subclass(Tagged)
    nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    quantised = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)
    with record(values=True) as recording:
        with model.trace(x):
            hidden = model.layer1.output
            first = torch.sparse.mm(sparse, hidden.T).save()
            second = (tagged + hidden).save()
            third = (nested * 2).save()
            fourth = quantised.dequantize().save()
            fifth = (hidden.sum() * torch.tensor(2.0)).save()
            sixth = torch.empty(2, device="meta").add(1).save()
            seventh = consumed(numbers)
            kept = [rude, hidden].save()
            nnsight_saved = hidden.new_tensor(seventh).save()
    assert kept[0] is rude and nnsight_saved.tolist() == [1.0, 2.0]
    assert first.shape == (10, 1) and type(second) is Tagged and third.is_nested and fourth.shape == (2,)
    assert fifth.dim() == 0 and sixth.is_meta
    assert recording.graph.complete, recording.graph.reason
    ngw.Graph.from_dict(recording.graph.to_dict())


def test_compiled_model(x: torch.Tensor) -> None:
    inner = torch.nn.Sequential(torch.nn.Linear(5, 10), torch.nn.Linear(10, 2)).requires_grad_(False)

    def run() -> tuple[list[str], torch.Tensor]:
        torch._dynamo.reset()  # compiles anew, and warns anew
        model = NNsight(torch.compile(inner, backend="eager"))
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            with model.trace(x):
                (model.get("_orig_mod.0").output * 2).save()
                output = model.output.save()
        return [str(warning.message) for warning in seen], output

    warned, plain = run()
    with record() as recording:
        seen = run()
    assert torch.equal(plain, seen[1]) and recording.graph.complete, recording.graph.reason
    assert seen[0] == warned
    assert [node.label for node in recording.graph.nodes if node.kind != "Value"] == [
        "x", "_orig_mod.0.output", "mul", "save", "output", "save",
    ]  # fmt: skip


def test_statistics_only_when_asked(model: Any, x: torch.Tensor) -> None:
    with record() as plain, model.trace(x):
        model.layer1.output.save()
    with record(values=True) as counted, model.trace(x):
        hidden = model.layer1.output.save()
    assert all(node.statistics is None for node in plain.graph.nodes)
    found = next(node for node in counted.graph.nodes if node.kind == "InterventionProtocol").statistics
    assert found is not None and found["max"] == pytest.approx(hidden.max().item()) and found["nan"] == 0


def test_run_false_runs_nothing(model: Any, x: torch.Tensor) -> None:
    ran = []
    model._module.layer1.register_forward_hook(lambda *args: ran.append(1))
    with record(run=False) as recording:
        with model.trace(x):
            hidden = model.layer1.output.save()
            model.layer1.output = hidden * 2
    assert ran == [] and "hidden" not in locals()
    assert [(node.kind, node.status) for node in recording.graph.nodes if node.kind != "Input"] == [
        ("InterventionProtocol", "planned"),
        ("LockProtocol", "planned"),
        ("Operation", "planned"),
        ("SwapProtocol", "planned"),
    ]


def test_code_without_lines(model: Any, x: torch.Tensor) -> None:
    """As a generated function may be: the user's run goes on, whatever a frame can say of where it is."""
    names: dict[str, Any] = {}
    exec("def double(t):\n    return t * 2\n", names)
    code = names["double"].__code__
    lines = {"co_linetable": b"\xff" * (len(code.co_code) // 2)} if sys.version_info >= (3, 11) else {"co_linetable": b""}
    names["double"].__code__ = code.replace(**lines)
    with record() as recording:
        with model.trace(x):
            out = names["double"](model.layer1.output).save()
    assert out.shape == (1, 10)
    assert "mul" in [node.label for node in recording.graph.nodes]


def test_a_metaclass_that_raises(model: Any, x: torch.Tensor) -> None:
    """Whatever it is asked for: only its own owner may ask it."""

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError(name)

        def __instancecheck__(cls, other: Any) -> bool:
            raise RuntimeError("instance")

        def __repr__(cls) -> str:
            raise RuntimeError("repr")

        def __hash__(cls) -> int:
            raise RuntimeError("hash")

    class Odd(metaclass=Meta):
        pass

    def helper(t: Any, odd: Any) -> Any:
        return t * 2

    def run() -> Any:
        with model.trace(x):
            Odd()
            out = helper(model.layer1.output, Odd).save()
        return out

    plain = run()
    with record() as recording:
        out = run()
    assert torch.equal(plain, out)
    assert recording.graph.complete, recording.graph.reason
