"""Other nnsights, each in its own process: ``run(version, program)`` gives what the program's functions returned.

A process of a version is kept for its next program, which it forks for: importing torch and transformers takes seconds. Workers
of pytest-xdist share what the programs returned, so that each runs once.

Wheels are unpacked into ``.generations/`` at the root of the repository (some 60 MB, seconds), and put before the environment's
own packages on ``PYTHONPATH``. 0.8.1 is the environment's own.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
CACHE = ROOT / ".generations"

#: Every version that is tested, oldest first; the adapters read the first ones, the recorder records the others.
READ = ("0.3.7", "0.4.0", "0.4.11")
RECORDED = ("0.5.15", "0.6.3", "0.7.0", "0.8.1")
OWN = "0.8.1"


def minor(version: str) -> str:
    """The first two numbers of a version."""
    return ".".join(version.split(".")[:2])


#: What the older ones import and the environment lacks. nnsight itself asks for much more than it imports.
NEEDED = (
    "accelerate==1.15.0", "astor==0.8.1", "bidict==0.24.1", "dill==0.4.1", "einops==0.8.2", "markdown-it-py==4.3.0",
    "mdurl==0.1.2", "msgspec==0.22.0", "pillow==13.0.0", "pygments==2.21.0", "python-engineio==4.15.1",
    "python-socketio==5.18.1", "rich==15.0.0", "toml==0.10.2",
)  # fmt: skip


#: Where workers of pytest-xdist keep what programs returned; set by ``conftest.py``.
SHARED: Path | None = None


@functools.cache
def run(version: str, program: str, *needs: str) -> dict[str, Any]:
    """Calls every public function of ``programs/<program>.py`` under that nnsight.

    Arguments:
        version: one of :data:`READ` or :data:`RECORDED`.
        program: name of the file.
        needs: further requirements, unpacked without their dependencies.

    Returns:
        ``{"returned": …}`` or ``{"raised": traceback}`` for each function, by name.
    """
    if SHARED is None:
        return _run(version, program, needs)
    kept = SHARED / f"{version}-{program}.json"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            kept.write_text(json.dumps(_run(version, program, needs)), "utf-8")
    outcome: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return outcome


def _run(version: str, program: str, needs: tuple[str, ...]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        result, output = Path(folder) / "result.json", Path(folder) / "output.txt"
        work = Path(folder) / "work"
        work.mkdir()
        status = _Runner.of(version, needs).run(HERE / "programs" / f"{program}.py", result, output, work)
        if status != 0:
            said = output.read_text("utf-8", "replace") if output.exists() else ""
            pytest.fail(f"{program} under nnsight {version} ended with {status}:\n{said}")
        outcome: dict[str, Any] = json.loads(result.read_text("utf-8"))
    assert outcome.pop("nnsight") == version
    return outcome


class _Runner:
    """The process of a version (``runner.py``)."""

    def __init__(self, version: str, needs: tuple[str, ...]) -> None:
        own = () if version == OWN else (f"nnsight=={version}",)
        unpacked = (_unpacked(requirement) for requirement in (*own, *needs))
        folders = [*unpacked, _unpacked(*NEEDED), ROOT, ROOT / "tests", HERE / "programs"]
        path = {"PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
        self.said = tempfile.TemporaryFile()  # noqa: SIM115  # for as long as the process
        self.process = subprocess.Popen(
            [sys.executable, HERE / "runner.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            env={**os.environ, **path}, text=True,
        )  # fmt: skip

    @classmethod
    def of(cls, version: str, needs: tuple[str, ...]) -> _Runner:
        """The thread's process of that version; only the last one of others is kept."""
        kept: dict[tuple[str, ...], _Runner] = vars(_thread).setdefault("runners", {})
        runner = kept.pop((version, *needs), None)
        if runner is None or runner.process.poll() is not None:
            runner = cls(version, needs)
        while len(kept) > 1:
            kept.pop(next(iter(kept))).end()
        kept[(version, *needs)] = runner
        return runner

    def run(self, *paths: Path) -> int | str:
        """Runs a program, and gives the status that it ended with."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(list(map(str, paths))) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return int(line)
        self.said.seek(0)
        return f"{self.process.wait()}, before it could run:\n{self.said.read().decode(errors='replace')}"

    def end(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.said.close()


_thread = threading.local()


def returned(version: str, program: str, function: str, *needs: str) -> Any:
    """What one function of a program returned; fails with its traceback if it raised."""
    outcome = run(version, program, *needs)[function]
    if "raised" in outcome:
        pytest.fail(f"{program}.{function} under nnsight {version}:\n{outcome['raised']}", pytrace=False)
    return outcome["returned"]


@functools.cache
def _unpacked(*requirements: str) -> Path:
    """The folder with these wheels. Skips, or fails in continuous integration, if the registry cannot be reached."""
    name = requirements[0].replace("==", "-") if len(requirements) == 1 else "needed"
    folder = CACHE / name
    stamp = folder / ".complete"
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / f"{name}.lock"):
        _unpack(folder, stamp, requirements)
    return folder


def _unpack(folder: Path, stamp: Path, requirements: tuple[str, ...]) -> None:
    if stamp.exists() and stamp.read_text("utf-8").split() == list(requirements):
        return
    shutil.rmtree(folder, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--target",
        str(folder),
    ]
    done = subprocess.run([*pip, *requirements], capture_output=True, text=True)
    if done.returncode != 0:
        message = f"no wheels of {', '.join(requirements)}: pip says {done.stderr.strip()[-400:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    stamp.write_text("\n".join(requirements), "utf-8")
