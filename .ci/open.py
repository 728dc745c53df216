"""Opens a notebook in JupyterLab where there is a screen, and says where it is where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(notebook: str) -> None:
    screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not screen or os.environ.get("CI"):
        print(f"No screen here. The notebook: {Path(notebook).resolve()}")
        print(f"To open it elsewhere: {Path(sys.executable).parent / 'jupyter'} lab --no-browser {notebook}")
        return
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", notebook])


main(sys.argv[1])
