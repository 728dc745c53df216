"""A log-log line plot as SVG: few lines of code, nothing to install."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 44, 48
COLORS = ("#2e7d32", "#1565c0", "#c62828", "#6a1b9a", "#e65100", "#00838f")


def plot(title: str, across: str, up: str, lines: Mapping[str, list[tuple[float, float]]]) -> str:
    """An SVG picture of points joined by lines, both axes logarithmic.

    Arguments:
        title, across, up: texts above, below and at the side.
        lines: name → points, all positive; a name is written at its last point.
    """
    points = [point for line in lines.values() for point in line]
    (left, right), (low, high) = (_decades(values) for values in zip(*points))

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (log10(x) - left) / (right - left) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="24" font-size="14">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for decade in range(left, right + 1):
        x, y = at(10**decade, 10**low)
        parts.append(f'<path d="M{x:.1f} {TOP}V{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{10**decade:,g}</text>')
    for decade in range(low, high + 1):
        x, y = at(10**left, 10**decade)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{10**decade:,g}</text>')
    for color, (name, line) in zip(COLORS, lines.items()):
        places = [at(*point) for point in line]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{color}">{escape(name)}</text>')
    return "".join([*parts, "</svg>\n"])


def _decades(values: tuple[float, ...]) -> tuple[int, int]:
    """The powers of ten around positive values."""
    first, last = floor(log10(min(values))), ceil(log10(max(values)))
    return first, max(last, first + 1)
