"""Other nnsights, each in its own process: ``run(version, program)`` gives what the program's functions returned.

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
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
CACHE = ROOT / ".generations"

#: Every version that is tested, oldest first; the adapters read the first ones, the recorder records the others.
READ = ("0.3.7", "0.4.0", "0.4.11")
RECORDED = ("0.5.15", "0.6.3", "0.7.0", "0.8.1")
OWN = "0.8.1"

#: What the older ones import and the environment lacks. nnsight itself asks for much more than it imports.
NEEDED = (
    "accelerate==1.15.0", "astor==0.8.1", "bidict==0.24.1", "dill==0.4.1", "einops==0.8.2", "markdown-it-py==4.3.0",
    "mdurl==0.1.2", "msgspec==0.22.0", "pillow==13.0.0", "pygments==2.21.0", "python-engineio==4.15.1",
    "python-socketio==5.18.1", "rich==15.0.0", "toml==0.10.2",
)  # fmt: skip


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
    own = () if version == OWN else (f"nnsight=={version}",)
    folders = [
        *(_unpacked(requirement) for requirement in (*own, *needs)),
        _unpacked(*NEEDED),
        ROOT,
        ROOT / "tests",
        HERE / "programs",
    ]
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, HERE / "runner.py", HERE / "programs" / f"{program}.py", result],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(map(str, folders)),
                "PYTHONDONTWRITEBYTECODE": "1",
                "NO_COLOR": "1",
            },
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode != 0:
            pytest.fail(f"{program} under nnsight {version} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        outcome: dict[str, Any] = json.loads(result.read_text("utf-8"))
    assert outcome.pop("nnsight") == version
    return outcome


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
    if stamp.exists() and stamp.read_text("utf-8").split() == list(requirements):
        return folder
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
    return folder
