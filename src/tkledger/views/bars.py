"""Bars, lines of bars and stacked columns of block characters; what they show is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.views.style import DIM
from tkledger.views.text_layout import Line, Span, cells

FULL = "█"
_PARTS = "▏▎▍▌▋▊▉"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def bar(value: float, most: float, width: int) -> str:
    """A bar of up to so many cells, in eighths of a cell; something is never nothing."""
    if value <= 0 or most <= 0:
        return ""
    eighths = max(round(value * width * 8 / most), 1)
    whole, rest = divmod(min(eighths, width * 8), 8)
    return FULL * whole + (_PARTS[rest - 1] if rest else "")


def sparkline(values: Sequence[int]) -> str:
    """A column of one cell for each value, a blank for none."""
    most = max(values, default=0)
    if not most:
        return " " * len(values)
    return "".join(
        _HEIGHTS[max(-(-value * 8 // most), 1) - 1] if value > 0 else " " for value in values
    )


class Layer(list[int]):
    """The values of one part of stacked columns, and how it looks."""

    def __init__(self, values: Sequence[int], sign: str, colour: str) -> None:
        super().__init__(values)
        self.sign, self.colour = sign, colour


def stacked(layers: Sequence[Layer], height: int) -> Iterator[Line]:
    """Columns of layers upon each other, the first at the bottom, with the highest sum and 0 before them."""
    sums = [sum(values) for values in zip(*layers)]
    most = max(sums, default=0)
    label = f"{most:,}"
    for row in reversed(range(height)):
        at = (row + 0.5) * most / height
        head = label if row == height - 1 else "0" if row == 0 else ""
        yield [(f"{head:>{cells(label)}} ", DIM), *_row(layers, at)]


def _row(layers: Sequence[Layer], at: float) -> Iterator[Span]:
    """The signs of the layers that the columns have at a height; neighbours of one layer in one span."""
    text, colour = "", ""
    for values in zip(*layers):
        sign, own = " ", ""
        base = 0
        for layer, value in zip(layers, values):
            base += value
            if at < base:
                sign, own = layer.sign, layer.colour
                break
        if own != colour and text:
            yield text, colour
            text = ""
        text, colour = text + sign, own
    yield text, colour
