"""Draws lines over two logarithmic scales as an SVG file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP = 720, 420, 70, 20
COLOURS = ("#0b6e99", "#b5472f", "#4a7c2f", "#7a4ea3", "#96731a", "#5c5c5c", "#c2478a")

Line = Mapping[float, float]


def plot(path: Path, lines: Mapping[str, Line], across: str, up: str) -> None:
    """Write the picture of some lines, each as its points; ``across`` and ``up`` say what the scales are of."""
    points = [point for line in lines.values() for point in line.items()]
    xs, ys = (_decades(values) for values in zip(*points))
    right, bottom = WIDTH - 190, HEIGHT - 50

    def place(x: float, y: float) -> tuple[float, float]:
        along = (math.log10(x) - xs[0]) / (xs[-1] - xs[0])
        above = (math.log10(y) - ys[0]) / (ys[-1] - ys[0])
        return LEFT + along * (right - LEFT), bottom - above * (bottom - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="13"'
        ' font-family="sans-serif">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for x in xs:
        at = place(10**x, 10 ** ys[0])[0]
        parts.append(f'<path d="M{at:.0f} {TOP}V{bottom}" stroke="#dddddd"/>')
        parts.append(f'<text x="{at:.0f}" y="{bottom + 18}" text-anchor="middle">{10**x:,}</text>')
    for y in ys:
        at = place(10 ** xs[0], 10**y)[1]
        parts.append(f'<path d="M{LEFT} {at:.0f}H{right}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.0f}" text-anchor="end">{10**y:g}</text>')
    parts.append(
        f'<text x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>'
    )
    middle = (TOP + bottom) / 2
    parts.append(
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        found = [place(x, y) for x, y in sorted(line.items())]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in found)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in found]
        key = TOP + 10 + 20 * number
        parts.append(f'<path d="M{right + 16} {key - 4}h18" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{right + 40}" y="{key}">{escape(name)}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _decades(values: tuple[float, ...]) -> range:
    """The powers of ten around these values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return range(low, max(high, low + 1) + 1)
