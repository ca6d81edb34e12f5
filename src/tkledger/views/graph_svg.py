"""The graph of tasks as an SVG picture, by a small layout of its own: columns from left to right, in which a
task is to the right of all that comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

from tkledger.core.task_graph import layers
from tkledger.core.typing import NamedTuple
from tkledger.views.graph_formats import CRITICAL, PAINTS, Drawn, words_of
from tkledger.views.text_layout import cut, safe

WIDE, HIGH = 220, 46
"""The size of a box, in pixels as all that follows."""
ACROSS, DOWN = 70, 14
"""The room between columns, and between the boxes of one."""
EDGE = 20
CELLS = 28
"""The cells of text that a box has room for."""

_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" \
font-family="sans-serif" font-size="12">
<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="context-stroke"/></marker></defs>
<rect width="{width}" height="{height}" fill="#ffffff"/>"""


class Cell(NamedTuple):
    """A place for a box: columns from left to right, rows from top to bottom, both from 0."""

    column: int
    row: int


class Spot(NamedTuple):
    """The upper left corner of a box."""

    x: int
    y: int


def svg(drawn: Drawn) -> str:
    """The picture: whole lines for what comes before, dashed ones for parts, the longest chain in red."""
    spots = _spots(drawn)
    width = max((spot.x for spot in spots.values()), default=0) + WIDE + EDGE
    height = max((spot.y for spot in spots.values()), default=0) + HIGH + EDGE
    parts = [_HEAD.format(width=width, height=height)]
    parts += [_curve(spots[source], spots[target], *how) for source, target, *how in drawn.links]
    parts += [_box(drawn, key, spot) for key, spot in spots.items()]
    return "\n".join([*parts, "</svg>"])


def _spots(drawn: Drawn) -> dict[str, Spot]:
    return {
        key: Spot(EDGE + column * (WIDE + ACROSS), EDGE + row * (HIGH + DOWN))
        for key, (column, row) in cells(drawn).items()
    }


def cells(drawn: Drawn) -> dict[str, Cell]:
    """Where each box is; in a column, as high as what it is tied to on average."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target, *_ in drawn.links:
        if source != target:
            before.setdefault(target, []).append(source)
            after.setdefault(source, []).append(target)
    columns: dict[int, list[str]] = {}
    for key, layer in layers([*drawn.rows], before).items():
        columns.setdefault(layer, []).append(key)
    rank = {key: float(number) for keys in columns.values() for number, key in enumerate(keys)}
    for sides, backwards in ((before, False), (after, True), (before, False)):
        for layer in sorted(columns, reverse=backwards):
            columns[layer].sort(key=partial(_mean, rank, sides))
            rank.update(zip(columns[layer], map(float, range(len(rank)))))
    return {
        key: Cell(layer, number)
        for layer, keys in sorted(columns.items())
        for number, key in enumerate(keys)
    }


def _mean(rank: Mapping[str, float], sides: Mapping[str, Sequence[str]], key: str) -> float:
    """How high on average what a box is tied to on one side is; without any, as high as it is itself."""
    there = sides.get(key)
    return sum(rank[one] for one in there) / len(there) if there else rank[key]


def _curve(source: Spot, target: Spot, before: bool, step: bool) -> str:
    x1, y1, x2, y2 = source.x + WIDE, source.y + HIGH // 2, target.x, target.y + HIGH // 2
    bend = max(ACROSS // 2, (x2 - x1) // 3)
    colour, wide = (CRITICAL, 2) if step else ("#888888", 1)
    dashes = "" if before else ' stroke-dasharray="4 3"'
    return (
        f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" fill="none" '
        f'stroke="{colour}" stroke-width="{wide}"{dashes} marker-end="url(#end)"/>'
    )


def _box(drawn: Drawn, key: str, spot: Spot) -> str:
    row = drawn.rows[key]
    fill, line = PAINTS[row.state]
    stroke, wide = (CRITICAL, 2) if key in drawn.critical else (line, 1)
    head, title = words_of(row, drawn.unblocks.get(key, 0))
    x, y = spot.x + 10, spot.y
    text = 'fill="#222222" unicode-bidi="plaintext"'
    return (
        f"<g><title>{escape(f'{key}: {safe(row.title)}')}</title>"
        f'<rect x="{spot.x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{wide}"/>'
        f'<text x="{x}" y="{y + 18}" font-weight="bold" {text}>{escape(cut(head, CELLS))}</text>'
        f'<text x="{x}" y="{y + 35}" {text}>{escape(cut(title, CELLS))}</text></g>'
    )
