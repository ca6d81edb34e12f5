"""When open tasks may all be done, as a range: what if each week to come is like one of the latest weeks?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.flow import at_most
from tkledger.core.typing import NamedTuple

LATEST = 12
"""The whole weeks that are drawn from, at most: what was before says less of what comes."""

LEAST = 3
"""The whole weeks without which nothing is said."""

RUNS = 1_000
MOST_WEEKS = 260
"""A run that is not over after five years ends there."""

PERCENT = (50, 85, 95)


class Forecast(NamedTuple):
    """After how many weeks so many open tasks are all done in 50, 85 and 95 % of the runs, drawn from these
    numbers of tasks that were done in a week; none if that cannot be known.
    """

    open: int
    sample: tuple[int, ...]
    weeks: tuple[int, ...]


def forecast(done: Sequence[int], open_: int) -> Forecast:
    """The range for so many open tasks, by how many were done in each whole week, oldest first. It is a function
    of these numbers: no clock and no chance is asked.
    """
    sample = tuple(done[-LATEST:])
    if len(sample) < LEAST or not any(sample) or not open_:
        return Forecast(open_, sample, ())
    numbers = _numbers(len(sample))
    runs = sorted(_run(sample, open_, numbers) for _ in range(RUNS))
    return Forecast(open_, sample, tuple(at_most(runs, percent) for percent in PERCENT))


def _run(sample: Sequence[int], left: int, numbers: Iterator[int]) -> int:
    """The weeks until nothing is left, if each is like one that is drawn."""
    for week, number in enumerate(numbers, 1):
        left -= sample[number]
        if left <= 0 or week == MOST_WEEKS:
            return week
    raise AssertionError("numbers do not end")


def _numbers(below: int) -> Iterator[int]:
    """Numbers as if by chance, always the same ones (Knuth's MMIX generator, by its upper bits)."""
    state = 1
    while True:
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
        yield (state >> 33) * below >> 31
