"""Each asyncio task, thread, executor and context sees its own traces, and all of them; install() may come and go meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

import nnsight_graphwidget as ngw
from nnsight_graphwidget.recording import lanes
from tests.models import tiny_net


def traced(model: Any, by: float = 2.0) -> torch.Tensor:
    with model.trace(torch.ones(1, 5)):
        out = (model.layer1.output * by).save()
    return out  # type: ignore[no-any-return]


def muls(recording: ngw.Recording) -> int:
    return sum(node.label == "mul" for node in recording.graph.nodes)


async def recorded(traces: int, nested: bool = False) -> ngw.Recording:
    model = tiny_net()
    with ngw.record() as recording:
        for number in range(traces):
            traced(model, number)
            await asyncio.sleep(0)
        if nested:
            inner = await recorded(2)
            assert muls(inner) == 2
    return recording


def test_tasks_that_record() -> None:
    async def main() -> list[ngw.Recording]:
        return await asyncio.gather(*(recorded(1 + number, nested=number == 2) for number in range(5)))

    assert [muls(recording) for recording in asyncio.run(main())] == [1, 2, 5, 4, 5]
    assert lanes.current() is None


def test_tasks_inside_a_recording() -> None:
    """They are part of it, and have recordings of their own all the same; loops of two tasks are two loops."""

    async def main() -> tuple[ngw.Recording, list[ngw.Recording]]:
        with ngw.record() as whole:
            own = await asyncio.gather(*(recorded(3) for _ in range(2)))
            traced(tiny_net())
        return whole, own

    whole, own = asyncio.run(main())
    assert muls(whole) == 7
    assert [muls(recording) for recording in own] == [3, 3]
    for recording in (whole, *own):
        assert recording.graph.complete
        if sys.version_info >= (3, 11):  # 3.10 cannot tell where in a coroutine its callees are
            loops = [group.count for group in recording.graph.groups if group.kind == "Iterator"]
            assert loops == ([3, 3] if recording is whole else [3])


def test_a_task_that_outlives_the_recording_that_it_began_in() -> None:
    async def main() -> tuple[ngw.Recording, ngw.Recording]:
        model = tiny_net()
        go = asyncio.Event()

        async def late() -> ngw.Recording:
            with ngw.record() as own:
                traced(model)
                await go.wait()
                traced(model)
            traced(model)  # in no recording
            return own

        with ngw.record() as whole:
            task = asyncio.ensure_future(late())
            await asyncio.sleep(0)
        go.set()
        return whole, await task

    whole, own = asyncio.run(main())
    assert (muls(whole), muls(own)) == (1, 2)


def test_a_recording_that_ends_in_another_task() -> None:
    """As that of an asynchronous fixture does."""

    async def main() -> ngw.Recording:
        recording = ngw.record()

        async def begin() -> None:
            recording.__enter__()
            traced(tiny_net())

        async def end() -> None:
            recording.__exit__(None, None, None)

        await asyncio.create_task(begin())
        await asyncio.create_task(end())
        traced(tiny_net())
        return recording

    assert muls(asyncio.run(main())) == 1


def test_contexts() -> None:
    """What is opened in a context stays there."""
    recording = ngw.record()
    context = contextvars.copy_context()
    context.run(recording.__enter__)
    model = tiny_net()
    traced(model)
    context.run(traced, model)
    context.run(recording.__exit__, None, None, None)
    assert muls(recording) == 1


def test_threads_and_executors() -> None:
    def work(traces: int) -> int:
        model = tiny_net()
        with ngw.record() as recording:
            for number in range(traces):
                traced(model, number)
        return muls(recording)

    with ngw.record() as outside, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(12))) == list(range(12))
    assert not outside.graph.nodes


def test_what_another_thread_traces_for_a_recording_is_said_to_be_missing() -> None:
    async def main() -> ngw.Recording:
        model = tiny_net()
        with ngw.record() as recording:
            await asyncio.to_thread(traced, model)
        return recording

    graph = asyncio.run(main()).graph
    assert not graph.complete
    assert "another thread" in (graph.reason or "")


def test_install_in_tasks_and_threads() -> None:
    def labels(by: float) -> list[str]:
        model = tiny_net()  # nnsight runs a model in one thread at a time
        with model.trace(torch.ones(1, 5)) as tracer:
            (model.layer1.output * by).save()
        return [node.label for node in ngw.read(tracer).nodes if node.kind == "Operation"]

    async def task(by: float) -> list[str]:
        await asyncio.sleep(0)
        return await asyncio.to_thread(labels, by) + labels(by)

    async def main() -> list[list[str]]:
        return await asyncio.gather(*map(task, range(5)))

    ngw.install()
    try:
        assert asyncio.run(main()) == [["mul", "mul"]] * 5
    finally:
        ngw.uninstall()


@pytest.mark.parametrize("other", [ngw.uninstall, ngw.install])
def test_install_toggled_while_traces_run(other: Callable[[], None]) -> None:
    """Traces of other threads, and the one that it is called in, run on and give what they give."""
    model = tiny_net()
    plain = traced(model)
    failures: list[BaseException] = []
    stop = threading.Event()

    def work(own: Any) -> None:
        try:
            while not stop.is_set():
                assert torch.equal(traced(own), plain)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(tiny_net(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        ngw.install()
        other()
    ngw.uninstall()
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    ngw.install()
    with model.trace(torch.ones(1, 5)):
        other()
        out = (model.layer1.output * 2.0).save()
    assert torch.equal(out, plain)
    ngw.install()
    with model.trace(torch.ones(1, 5)) as tracer:
        (model.layer1.output * 2.0).save()
    assert len(ngw.read(tracer).groups) == 1
    ngw.uninstall()
    assert lanes.current() is None


def test_ending_twice_or_elsewhere_is_one_clear_error() -> None:
    recording = ngw.record()
    with pytest.raises(RuntimeError, match="has not begun"):
        recording.__exit__(None, None, None)
    raised: list[BaseException] = []

    def end() -> None:
        try:
            recording.__exit__(None, None, None)
        except RuntimeError as error:
            raised.append(error)

    with recording:
        thread = threading.Thread(target=end, name="another")
        thread.start()
        thread.join()
        assert "began in MainThread and must end there; this is another" in str(raised[0])
        traced(tiny_net())
    assert muls(recording) == 1
    with pytest.raises(RuntimeError, match="has ended already"):
        recording.__exit__(None, None, None)
    with pytest.raises(RuntimeError, match="was used before"), recording:
        pass
