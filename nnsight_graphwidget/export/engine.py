"""Runs the JavaScript core (``static/headless.js``) without a browser.

V8 runs in a process of its own, started at the first picture and kept for the next ones: it has no part in the caller's
event loops, threads and forks, an out-of-memory in it cannot take the caller's kernel down, and its memory is given back.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import ExportError

SCRIPT = Path(__file__).parent.parent / "static" / "headless.js"
MAX_SECONDS = 120.0
MAX_MEMORY = 2 * 2**30
#: A worker that has had nothing to do for so long ends; the next picture pays a cold start.
IDLE_SECONDS = 120.0


def render(request: dict[str, Any], seconds: float = MAX_SECONDS) -> dict[str, Any]:
    """The answer of ``ngw.render`` (see ``js/src/headless.ts``) to ``request``.

    Arguments:
        request: as JSON goes.
        seconds: after which it is given up.

    Raises:
        ExportError: there is no V8, a limit was reached, or the JavaScript failed.
    """
    payload = json.dumps(request).encode("ascii")
    with _lock:
        for attempt in (1, 2):
            worker, used_before = _worker()
            answer = _ask(worker, payload, seconds)
            if answer is not None:
                break
            _stop()
            if not (used_before and attempt == 1):  # a worker that went idle between two pictures is no failure
                raise ExportError("the drawing engine ended without an answer (out of memory?); save a part with only=")
    assert answer is not None
    if "error" in answer:
        raise ExportError(f"the picture could not be made: {answer['error']}")
    return answer


_lock = threading.RLock()
_process: subprocess.Popen[bytes] | None = None


def _worker() -> tuple[subprocess.Popen[bytes], bool]:
    """The running worker and whether it has worked before."""
    global _process
    if _process is not None and _process.poll() is None:
        return _process, True
    found = find_spec("py_mini_racer")
    if found is None or found.origin is None:
        raise ExportError(
            "pictures need V8: pip install mini-racer (wheels for Windows, macOS and Linux on x64 and arm64)."
            " Without it .json, .cyjs, .graphml, .gexf, .dot and .mmd can be saved, and the notebook's own download works"
        )
    command = [
        sys.executable, "-I", str(Path(__file__).with_name("worker.py")), str(Path(found.origin).parent.parent), str(SCRIPT),
        str(MAX_MEMORY), str(IDLE_SECONDS),
    ]  # fmt: skip
    try:
        _process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise ExportError(f"the drawing engine could not be started: {error}") from error
    return _process, False


def _ask(process: subprocess.Popen[bytes], payload: bytes, seconds: float) -> dict[str, Any] | None:
    """One frame there and one back; None if the worker is gone."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(struct.pack("<Q", len(payload)) + payload)
        process.stdin.flush()
        header = process.stdout.read(8)
        content = process.stdout.read(struct.unpack("<Q", header)[0]) if len(header) == 8 else b""
    except BrokenPipeError:
        content = b""
    except BaseException:
        _stop()  # interrupted between question and answer: the next question must not get this answer
        raise
    finally:
        timer.cancel()
    if late.is_set():
        _stop()
        raise ExportError(
            f"the layout took more than {seconds:g} s; close sub-graphs with expanded=, or save a part with only="
        )
    if not content:
        return None
    answer: dict[str, Any] = json.loads(content)
    return answer


def _stop() -> None:
    global _process
    process, _process = _process, None
    if process is not None:
        process.kill()
        process.communicate()


def _forget() -> None:
    """In a forked child: the worker is the parent's, and a thread of the parent may have held the lock."""
    global _process, _lock
    if _process is not None:
        _process.returncode = 0  # not ours to wait for
    _process, _lock = None, threading.RLock()


atexit.register(_stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
