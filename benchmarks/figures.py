"""What a benchmark found, and how it is shown: a table, a JSON file, a plot."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Arguments:
        part: the part of the suite it is of.
        what: was measured, in words.
        value: the number; a text says why there is none.
        unit: of ``value`` and ``peer``.
        size: nodes of the graph, where it depends on that.
        aim: the most that ``value`` may be, in the same unit.
        peer: the same of ``beside``, measured in the same run.
        beside: who the peer is.
    """

    part: str
    what: str
    value: float | str
    unit: str
    size: int | None = None
    aim: float | None = None
    peer: float | str | None = None
    beside: str | None = None

    @property
    def ratio(self) -> float | None:
        """How many times less than the peer it is."""
        if isinstance(self.value, str) or isinstance(self.peer, str) or self.peer is None or not self.value:
            return None
        return self.peer / self.value


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def high(values: Iterable[float], share: float = 0.95) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, Any]:
    """What the numbers were measured on, as far as it explains them."""
    names = ("torch", "nnsight", "jupyterlab", "ipycytoscape", "anywidget")
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = named[0] if named else model
    return {
        "date": date.today().isoformat(),
        "processor": model,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield "| | what | nodes | measured | aim | beside | ratio |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    part = None
    for figure in figures:
        peer = "" if figure.peer is None else f"{figure.beside}: {_number(figure.peer, figure.unit)}"
        cells = [
            figure.part if figure.part != part else "",
            figure.what,
            "" if figure.size is None else f"{figure.size:,}",
            _number(figure.value, figure.unit),
            "" if figure.aim is None else f"≤ {_number(figure.aim, figure.unit)}{_verdict(figure)}",
            peer,
            "" if figure.ratio is None else f"{figure.ratio:.2g}×" if figure.ratio < 10 else f"{figure.ratio:,.0f}×",
        ]
        part = figure.part
        yield f"| {' | '.join(cells)} |"


def _verdict(figure: Figure) -> str:
    if figure.aim is None or isinstance(figure.value, str):
        return ""
    return " ✓" if figure.value <= figure.aim else " ✗"


def _number(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".strip()


def merged(folder: Path, measured: dict[str, list[Figure]]) -> list[Figure]:
    """Writes the figures of some parts into ``results.json``, beside those of the other parts that are in it.

    Arguments:
        folder: of the results.
        measured: part → its figures.

    Returns:
        The figures of all parts.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "results.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    known |= {
        part: {"machine": machine(), "figures": [asdict(figure) for figure in figures]} for part, figures in measured.items()
    }
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return [Figure(**figure) for part in known.values() for figure in part["figures"]]


def write(folder: Path, figures: list[Figure], plots: dict[str, str]) -> None:
    """The figures as a table in ``README.md``, and the plots beside it."""
    about = machine()
    on = f"{about['processor']}, {about['cores']} cores, {about['system']}, Python {about['python']}, {about['date']}"
    pictures = [f"![{name}]({name}.svg)" for name in plots]
    lines = ["# Benchmarks", "", f"Made by `make bench`. {on}.", "", *pictures, "", *table(figures), ""]
    (folder / "README.md").write_text("\n".join(lines), "utf-8")
    for name, plot in plots.items():
        (folder / f"{name}.svg").write_text(plot, "utf-8")
