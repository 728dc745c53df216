"""Every release of nnsight from 0.3.0 on: ``python tests/generations/releases.py`` tries each and writes the README's table.

Each is tried with the seed's session, a patch and a generation, in a process of its own, some at a time. It works if it draws
what the newest of its kind draws, every node with its line, and the values are those without us.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

import harness

PROGRAMS = ("session", "patching", "generation")
HEAD = "| nnsight | the seed's session | a patch | a generation |\n|---|---|---|---|\n"
BEGIN, END = "<!-- releases -->", "<!-- /releases -->"

#: What the graph of a release must be, by its first two numbers: that of the newest release with the same words for things.
NEWEST = {harness.minor(of): of for of in harness.READ} | {harness.minor(of): harness.OWN for of in harness.RECORDED}


def released() -> list[str]:
    """Every release that the registry has, oldest first."""
    pip = [sys.executable, "-m", "pip", "index", "versions", "nnsight", "--disable-pip-version-check"]
    said = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    listed = next(line for line in said.splitlines() if line.startswith("Available versions:")).partition(":")[2]
    known = [version for version in map(str.strip, listed.split(",")) if number(version) >= (0, 3)]
    return sorted(known, key=number)


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def tried(version: str) -> list[str]:
    """A cell of the table for each program."""
    ours, newest = harness.run(version, "release"), harness.run(NEWEST[harness.minor(version)], "release")
    return [verdict(ours[program], newest[program]["returned"]) for program in PROGRAMS]


def verdict(ours: dict[str, Any], newest: dict[str, Any]) -> str:
    if "raised" in ours:
        return ours["raised"].strip().splitlines()[-1]
    found = ours["returned"]
    if "nnsight" in found:
        return f"nnsight itself: {found['nnsight']}"
    wrong = [what for what in ("graph", "groups", "edges", "without line", "same", "complete") if found[what] != newest[what]]
    return f"other: {', '.join(wrong)}" if wrong else "yes"


def table(versions: Sequence[str], cells: Sequence[list[str]]) -> str:
    """A row for each run of releases with the same cells."""
    rows = []
    for same, run in groupby(zip(versions, cells), key=lambda pair: pair[1]):
        names = [version for version, _ in run]
        rows.append(" | ".join([names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)})", *same]))
    return HEAD + "\n".join(f"| {row} |" for row in rows)


def main() -> None:
    versions = released()
    for version in dict.fromkeys(NEWEST.values()):  # first, so that no two try it at once
        harness.run(version, "release")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = table(versions, list(pool.map(tried, versions)))
    readme = harness.ROOT / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", "utf-8")
    print(made)


if __name__ == "__main__":
    main()
