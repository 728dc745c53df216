"""Runs the JavaScript core (``static/headless.js``) without a browser, and turns its pictures into pixels.

V8 and PDFium run in a process of their own, started at the first picture and kept for the next ones: they have no part in
the caller's event loops, threads and forks, an out-of-memory in them cannot take the caller's kernel down, and their memory
is given back.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import ExportError
from .formats import FORMATS
from .worker import received, send

SCRIPT = Path(__file__).parent.parent / "static" / "headless.js"
MAX_SECONDS = 120.0
MAX_MEMORY = 2 * 2**30
_OUT_OF_MEMORY = ("JSOOM", "JSTerminated")  # as V8's binding says it
#: A worker that has had nothing to do for so long ends; the next picture pays a cold start.
IDLE_SECONDS = 120.0


def start() -> None:
    """Starts the process, if there is none: the fifth of a second that takes passes while the graph is read. Raises nothing."""
    with suppress(ExportError), _lock:
        _worker()


def render(request: dict[str, Any], seconds: float = MAX_SECONDS) -> dict[str, Any]:
    """The answer of ``ngw.render`` (see ``js/src/entry/headless.ts``) to ``request``; raises as :func:`file` does."""
    return _answered("render", request, seconds)[0]


def file(kind: str, request: dict[str, Any], seconds: float = MAX_SECONDS) -> tuple[bytes, dict[str, Any]]:
    """A drawing as a file, and what is to be said of it.

    Arguments:
        kind: ``pdf``: what ``ngw.pdf`` makes of its request; ``png``: a ``drawing``, as ``ngw.render`` takes it, with the
            ``scale`` or ``width`` wanted or None, ``exact`` if no other will do, ``dpi`` or None, the limits ``fine_pixels``,
            ``most_pixels`` and ``most_side``, and ``fonts``, the paths of the bundled ones.
        request: as JSON goes.
        seconds: after which it is given up.

    Raises:
        ExportError: there is no V8, a limit was reached, or the JavaScript failed.
    """
    said, content = _answered(kind, request, seconds)
    return content, said


def _answered(task: str, request: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
    global _has_worked
    payload = json.dumps(request).encode("ascii")
    with _lock:
        for attempt in (1, 2):
            worker, has_worked = _worker(), _has_worked
            answer = _ask(worker, task.encode("ascii"), payload, seconds)
            if answer is not None:
                _has_worked = True
                if answer[0].get("error", "").startswith(_OUT_OF_MEMORY):
                    _stop()  # it would keep what it took
                    raise ExportError(
                        f"the picture takes more than {MAX_MEMORY / 2**30:.1f} GB of memory; close sub-graphs with expanded=,"
                        " or save a part with only="
                    )
                break
            _stop()
            if not (has_worked and attempt == 1):  # a worker that went idle between two pictures is no failure
                raise ExportError("the drawing engine ended without an answer (out of memory?); save a part with only=")
    assert answer is not None
    if "error" in answer[0]:
        raise ExportError(f"the picture could not be made: {answer[0]['error']}")
    return answer


_lock = threading.RLock()
_process: subprocess.Popen[bytes] | None = None
_has_worked = False  # this process, since it started


def _worker() -> subprocess.Popen[bytes]:
    """The running worker, or a new one."""
    global _process, _has_worked
    if _process is not None and _process.poll() is None:
        return _process
    if find_spec("py_mini_racer") is None:
        others = " ".join(suffix for suffix, format_ in FORMATS.items() if not format_.drawn)
        raise ExportError(
            "pictures need V8: pip install mini-racer (wheels for Windows, macOS and Linux on x64 and arm64)."
            f" Without it {others} can be saved, and the notebook's own download works"
        )
    limits = (str(MAX_MEMORY), str(IDLE_SECONDS))
    command = [
        sys.executable or "python3",
        "-I",
        "-S",
        str(Path(__file__).with_name("worker.py")),
        str(SCRIPT),
        *limits,
        *_folders(),
    ]
    try:
        _process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise ExportError(f"the drawing engine could not be started: {error}") from error
    _has_worked = False
    return _process


def _folders() -> set[str]:
    """Where the libraries that the worker needs are."""
    found = filter(None, map(find_spec, ("py_mini_racer", "pypdfium2", "pypdfium2_raw", "resvg_py")))
    return {str(Path(spec.origin).parent.parent) for spec in found if spec.origin}


def _ask(process: subprocess.Popen[bytes], task: bytes, payload: bytes, seconds: float) -> tuple[dict[str, Any], bytes] | None:
    """One request there and one answer back; None if the worker is gone."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None and process.stdout is not None
        send(process.stdin, task, payload)
        answer = received(process.stdout)
    except BrokenPipeError:
        answer = None
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
    if answer is None or not answer[0]:
        return None
    said, content = answer
    return json.loads(said), content


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
