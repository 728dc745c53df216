"""``python -m tests.truth 10000 --seed 1``: compare the graphs of that many random programs with the oracle; say each disagreement.

Prints how many programs agree, each sort of disagreement with its count, and for each of the most common ones the smallest program
that was found to show it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random
from time import monotonic

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.errors import Flaky, NoSuchExample

from .check import check
from .compare import Difference
from .generate import HEAD, programs


def explored(count: int, start: int) -> list[tuple[str, list[Difference]]]:
    """Programs with their disagreements."""
    found: list[tuple[str, list[Difference]]] = []

    @seed(start)
    @settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(programs())
    def explore(text: str) -> None:
        found.append((text, check(text)))

    explore()
    return found


def smallest(sort: str, text: str, seconds: float) -> str:
    """The smallest program that a search of so many seconds finds for this sort of disagreement; at first ``text``."""
    best, end = text, monotonic() + seconds

    def shows(each: str) -> bool:
        nonlocal best
        if monotonic() > end:
            return False
        found = any(difference.sort == sort for difference in check(each))
        if found and (each.count("\n"), len(each)) < (best.count("\n"), len(best)):
            best = each
        return found

    try:
        find(
            programs(),
            shows,
            settings=settings(deadline=None, database=None, suppress_health_check=list(HealthCheck)),
            random=Random(0),
        )
    except (NoSuchExample, Flaky):  # none was met, or the time was over
        pass
    return best


def numbered(text: str) -> str:
    """The block of a program, each line with its number."""
    first = HEAD.count("\n")
    return "\n".join(f"{number:4}  {line}" for number, line in enumerate(text.splitlines(), 1) if number > first)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    parser.add_argument("count", type=int, help="how many programs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--show", type=int, default=10, metavar="N", help="show the smallest program of the N most common sorts"
    )
    parser.add_argument("--seconds", type=float, default=20, help="how long to search for each of these")
    asked = parser.parse_args()
    found = explored(asked.count, asked.seed)
    agreed = sum(not differences for _, differences in found)
    print(
        f"{len(found)} programs, {len({text for text, _ in found})} of them different; {agreed} agree ({agreed / len(found):.1%})"
    )
    sorts = Counter(sort for _, differences in found for sort in {difference.sort for difference in differences})
    for sort, count in sorts.most_common():
        print(f"{count:6}  {sort}")
    for sort, _ in sorts.most_common(asked.show):
        shortest = min(
            (text for text, differences in found if any(difference.sort == sort for difference in differences)),
            key=lambda text: (text.count("\n"), len(text)),
        )
        text = smallest(sort, shortest, asked.seconds)
        print(f"\n== {sort}\n{numbered(text)}")
        print("\n".join(f"  {difference}" for difference in check(text)))
    return int(agreed < len(found))


if __name__ == "__main__":
    sys.exit(main())
