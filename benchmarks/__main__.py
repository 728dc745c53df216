"""``python -m benchmarks [--quick] [part …]``: runs the parts side by side with their peers and shows what they found."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from .figures import Figure, machine, merged, table, write
from .plot import plot

RESULTS = Path(__file__).parent / "results"
PARTS = ("recording", "reading", "export", "weight", "browser", "scale")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds; nothing is written")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {min(unknown)!r}; there are {', '.join(PARTS)}")
    measured: dict[str, list[Figure]] = {}
    for part in options.parts or PARTS:
        figures = measured.setdefault(part, [])
        for figure in import_module(f".{part}", __package__).measure(options.quick):
            figures.append(figure)
            print(*list(table([figure]))[2:], flush=True, file=sys.stderr)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(*table(figure for figures in measured.values() for figure in figures), sep="\n")
    if not options.quick:
        everything = merged(RESULTS, measured)
        write(RESULTS, everything, {"opening": opening(everything)})


def opening(figures: list[Figure]) -> str:
    """Cell run → picture over the size of the graph, beside the peer."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for figure in figures:
        if figure.part != "cell run → picture" or figure.what not in ("as opened", "all open") or not figure.size:
            continue
        if not isinstance(figure.value, str):
            lines.setdefault(f"show(), {figure.what}", []).append((figure.size, figure.value))
        if figure.what == "as opened" and isinstance(figure.peer, (int, float)):
            lines.setdefault("ipycytoscape", []).append((figure.size, figure.peer))
    return plot("From running the cell to the picture", "nodes in the graph", "ms", lines)


if __name__ == "__main__":
    main()
