"""Some fields of tasks or entries, as text and as a table; which ones there are is not known here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.typing import Any
from tkledger.views.style import DIM, ID
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    aligned,
    cells,
    cut,
    cut_line,
    pad,
    piped_table,
    safe,
    wrap,
)

LEAST = 8
"""The least cells of a column that is cut."""

Texts = Mapping[int, Sequence[str]]
"""Some fields of tasks as texts, by their places in an overview."""


def field_text(value: Any) -> str:
    """A value out of JSON in one line; empty for one that is absent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={field_text(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(field_text, value))
    return safe(str(value))


def texts(fields: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """The text of each of some fields."""
    return [field_text(values.get(name)) for name in fields]


def table(fields: Sequence[str], found: Iterable[Mapping[str, Any]], foot: str = "") -> Lines:
    """Rows of some fields below their names; where they do not fit side by side, a line for each that says
    something. Through a pipe it is the rows alone: two blanks between, ``-`` for nothing.
    """
    rows = [texts(fields, values) for values in found]

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return piped_table([*zip(*rows)])
        return _drawn(fields, rows, foot, frame.width)

    return Lines(draw)


def _drawn(
    fields: Sequence[str], rows: Sequence[Sequence[str]], foot: str, width: int
) -> Iterator[Line]:
    widths = _fitted([max(map(cells, column)) for column in zip(fields, *rows)], width)
    if widths:
        yield aligned([(name, DIM) for name in fields], widths)
        for row in rows:
            yield aligned([(text, _colour(name)) for name, text in zip(fields, row)], widths)
    else:
        yield from _stacked(fields, rows, width)
    if foot:
        yield ()
        yield from (((text, DIM),) for text in wrap(foot, width))


def _fitted(natural: Sequence[int], width: int) -> list[int] | None:
    """The widths of columns that fit beside each other, the widest ones cut; None if they do not."""
    widths = list(natural)
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while over > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= LEAST:
            return None
        widths[widest] -= 1
        over -= 1
    return widths


def _stacked(fields: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    start = min(max(map(cells, fields)), max(width // 2 - len(GAP), 1)) + len(GAP)
    for number, row in enumerate(rows):
        if number:
            yield ()
        for name, text in zip(fields, row):
            head = pad(cut(name, start - len(GAP)), start)
            for line in wrap(text, max(width - start, 2)) if text else ():
                yield cut_line([(head, DIM), (line, _colour(name))], width)
                head = " " * start


def _colour(name: str) -> str:
    return ID if name == "id" else ""
