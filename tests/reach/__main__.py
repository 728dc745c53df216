"""``python -m tests.reach N [--seed S] [--show K]``: N random programs, what their writes reach, and what the graph says."""

from __future__ import annotations

import argparse
import warnings

from .perturb import Table, batched, compare, program


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.reach")
    parser.add_argument("programs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batched", action="store_true", help="invokes and generations of a tiny GPT-2")
    parser.add_argument("--show", type=int, default=3)
    chosen = parser.parse_args()
    table = Table()
    for seed in range(chosen.seed, chosen.seed + chosen.programs):
        compare(batched if chosen.batched else program, seed, table)
    may = f"{table.may} may ({table.may_reached} of them reached)"
    print(f"{table.pairs} pairs, {table.reached} reached: {table.proven} proven, {may}")
    print(f"{len(table.false)} proven and not reached, {len(table.missed)} reached and not said")
    for title, texts in (("proven and not reached", table.false), ("reached and not said", table.missed)):
        for text in texts[: chosen.show]:
            print(f"-- {title}: {text}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
