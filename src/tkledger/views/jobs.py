"""`tk run --jobs` while it runs: a line for each job, drawn again and again on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tkledger.core.lifecycle import State
from tkledger.core.typing import NamedTuple, TextIO
from tkledger.views.style import DIM, ID, console
from tkledger.views.text_layout import Frame, Line, Lines, Span, safe, table
from tkledger.views.words import badge, duration

_STATES = {state.value: state for state in State}


class Job(NamedTuple):
    """What a job is at: its task, the state of that or another word, for how long, its last words."""

    task: str
    state: str
    seconds: int
    last: str = ""


class Screen(NamedTuple):
    """A part of the terminal that is drawn again: ``draw`` it, or ``say`` something above it."""

    draw: Callable[[Lines], None]
    say: Callable[[str], None]


def jobs(rows: Sequence[Job]) -> Lines:
    """A line for each job."""

    def draw(frame: Frame) -> Iterator[Line | str]:
        yield from table([_row(number, job) for number, job in enumerate(rows, 1)], frame)

    return Lines(draw)


def _row(number: int, job: Job) -> Sequence[Span]:
    state = _STATES.get(job.state)
    return (
        *((str(number), DIM), badge(state) if state else (safe(job.state), DIM)),
        *((job.task, ID), (duration(job.seconds), ""), (safe(job.last), DIM)),
    )


@contextmanager
def live(stream: TextIO) -> Iterator[Screen]:
    """A screen on a terminal, which keeps what was drawn last."""
    from rich.live import Live

    shown = console(stream)
    with Live(
        console=shown, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
    ) as drawn:
        yield Screen(
            lambda view: drawn.update(view, refresh=True),
            lambda text: shown.print(text, soft_wrap=True),
        )
