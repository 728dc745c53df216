"""The headless engine: what notebooks, servers and test runners do to it, and its limits."""

from __future__ import annotations

import asyncio
import importlib.util
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from samples import chain, dag, seed

from nnsight_graphwidget import save
from nnsight_graphwidget.errors import ExportError
from nnsight_graphwidget.export import engine
from nnsight_graphwidget.export.formats import FORMATS
from nnsight_graphwidget.export.picture import drawn, request


@pytest.fixture(scope="module")
def expected() -> str:
    return str(drawn(seed())["svg"])


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_picture_is_one_request(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    ask = engine._ask

    def noted(process: subprocess.Popen[bytes], task: bytes, payload: bytes, seconds: float) -> Any:
        asked.append(task)
        return ask(process, task, payload, seconds)

    monkeypatch.setattr(engine, "_ask", noted)
    save(seed(), tmp_path / f"g{suffix}", title="漢字" if suffix == ".png" else "plain")
    assert len(asked) == 1, "the drawing goes over the pipe once"


def test_event_loops_that_open_and_close(expected: str) -> None:
    async def inside() -> str:
        return str(drawn(seed())["svg"])

    assert [asyncio.run(inside()) for _ in range(3)] == [expected] * 3


def test_threads(expected: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: drawn(seed())["svg"], range(8))) == [expected] * 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_while_a_picture_is_drawn(expected: str) -> None:
    busy = threading.Thread(target=lambda: drawn(chain(400)))
    busy.start()
    time.sleep(0.05)  # the lock is held by a thread that the child will not have
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        assert pool.map(_draw, range(2)) == [expected] * 2
    busy.join()
    assert drawn(seed())["svg"] == expected


def _draw(_: int) -> str:
    return str(drawn(seed())["svg"])


def test_spawned_process(expected: str) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(_draw, range(1)) == [expected]


def test_time_limit_and_after_it(expected: str) -> None:
    with pytest.raises(ExportError, match=r"more than 0\.05 s; close sub-graphs with expanded=, or save a part with only="):
        engine.render(_big(), seconds=0.05)
    assert drawn(seed())["svg"] == expected


def _big() -> dict[str, object]:
    """A request that keeps elkjs busy for about a second."""
    return request(dag(250), expanded="all", most=1000)


def test_memory_limit_ends_the_worker_not_the_caller(expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_MEMORY", 20 * 2**20)
    engine._stop()
    with pytest.raises(
        ExportError, match=r"more than 0\.0 GB of memory; close sub-graphs with expanded=, or save a part with only="
    ):
        engine.render(_big())
    assert engine._process is None  # it would keep what it took
    monkeypatch.undo()
    assert drawn(seed())["svg"] == expected


def test_a_worker_that_went_idle_is_replaced(expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0.3)
    engine._stop()
    assert drawn(seed())["svg"] == expected
    first = engine._process
    assert first is not None
    assert first.wait(10) == 0
    assert drawn(seed())["svg"] == expected
    assert engine._process is not first
    engine._stop()


def test_an_interrupt_does_not_mix_up_answers(expected: str) -> None:
    drawn(seed())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, such as a CI's, is born deaf to it
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        engine.render(_big())
    assert drawn(seed())["svg"] == expected


def test_an_error_in_the_script_is_told() -> None:
    with pytest.raises(ExportError, match="the picture could not be made: "):
        engine.render({"elements": 3})


def test_without_v8_all_that_needs_no_drawing_can_be_saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing: list[tuple[str, str]] = []
    engine._stop()
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == "py_mini_racer" else importlib.util.find_spec(name))
    for suffix in FORMATS:
        try:
            assert save(seed(), tmp_path / f"g{suffix}").stat().st_size
        except ExportError as error:
            missing.append((suffix, str(error)))
    assert [suffix for suffix, _ in missing] == [".svg", ".png", ".pdf"]
    for _, said in missing:
        assert "pip install mini-racer" in said
        assert re.findall(r" (\.\w+)", said) == [".html", ".json", ".cyjs", ".graphml", ".gexf", ".dot", ".mmd", ".txt", ".md"]


def test_the_worker_ends_with_the_process() -> None:
    program = """
import os, sys
sys.path[:0] = sys.argv[1:]
from samples import seed
from nnsight_graphwidget.export import engine, picture
picture.drawn(seed())
print(engine._process.pid, flush=True)
os._exit(0)  # as if killed: no atexit
"""
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
