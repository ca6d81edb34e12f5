"""`tk run --jobs` while it runs: a line for each job, drawn again and again on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tkledger.core.lifecycle import State
from tkledger.core.quoting import many
from tkledger.core.run import AttemptEnd
from tkledger.core.typing import NamedTuple, TextIO
from tkledger.views.style import DIM, ID, STRONG, console
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    cut,
    joined,
    safe,
    table,
    wrap,
)
from tkledger.views.words import badge, counts, duration, glyph

WIDEST, SHORT = 24, 12
"""The most cells of an id on a terminal, and on a narrow one."""

OVER = "ended"
"""The state of a job that takes no other task."""

_STATES = {state.value: state for state in State}


class Job(NamedTuple):
    """What a job is at: its task, the state of that or another word, for how long, its last words, and how many
    seconds it may take; 0 for as many as it likes.
    """

    task: str
    state: str
    seconds: int
    last: str = ""
    limit: float = 0


class Screen(NamedTuple):
    """A part of the terminal that is drawn again: ``draw`` it, or ``say`` something above it."""

    draw: Callable[[Lines], None]
    say: Callable[[str], None]


def jobs(rows: Sequence[Job], ended: Sequence[AttemptEnd] = (), seconds: int = 0) -> Lines:
    """How much has ended in how many seconds, and a line for each job."""

    def draw(frame: Frame) -> Iterator[Line | str]:
        at_work = sum(job.state != OVER for job in rows)
        parts = (f"{at_work} at work", _totals(_by_task(ended)), duration(seconds))
        for text in joined((part for part in parts if part), frame.width):
            yield ((text, STRONG),)
        yield from table([_row(number, job, frame) for number, job in enumerate(rows, 1)], frame)

    return Lines(draw)


def closing(ended: Sequence[AttemptEnd], seconds: int) -> Lines:
    """What became of each task that was run, how long that took, and of all together."""
    tasks = _by_task(ended)

    def draw(frame: Frame) -> Iterator[Line | str]:
        if not tasks:
            return
        count = f"{many(len(tasks), 'task')} in {duration(seconds)}"
        for text in wrap(f"{count}: {_totals(tasks)}", frame.width):
            yield ((text, STRONG),)
        yield from table([_end(attempts, frame) for attempts in tasks.values()], frame)

    return Lines(draw)


Attempts = Mapping[str, Sequence[AttemptEnd]]
"""The attempts at each task, in their order."""


def _by_task(ended: Sequence[AttemptEnd]) -> Attempts:
    found: dict[str, list[AttemptEnd]] = {}
    for one in ended:
        found.setdefault(one.task, []).append(one)
    return found


def _totals(tasks: Attempts) -> str:
    states = Counter(_STATES.get(attempts[-1].state) for attempts in tasks.values())
    return counts({state: number for state, number in states.items() if state is not None})


def _end(attempts: Sequence[AttemptEnd], frame: Frame) -> Sequence[Span]:
    last = attempts[-1]
    words = last.words if last.words != last.state else ""
    tries = f"{len(attempts)} attempts" if len(attempts) > 1 else ""
    said = ", ".join(part for part in (tries, words.partition("\n")[0]) if part)
    long = duration(sum(one.seconds for one in attempts))
    return (_state(last.state, frame), _id(last.task, frame), (long, ""), (safe(said), DIM))


def _row(number: int, job: Job, frame: Frame) -> Sequence[Span]:
    of = f" of {duration(int(job.limit))}" if job.limit else ""
    long = "" if job.state == OVER else f"{duration(job.seconds)}{of}"
    over = bool(job.limit) and job.seconds * 10 >= job.limit * 9
    return (
        *((str(number), DIM), _state(job.state, frame)),
        *(_id(job.task, frame), (long, STRONG if over else ""), (safe(job.last), DIM)),
    )


def _state(word: str, frame: Frame) -> Span:
    """A state, as its sign alone where there is little room."""
    state = _STATES.get(word)
    if state is None:
        return safe(word), DIM
    return glyph(state) if frame.narrow else badge(state)


def _id(task: str, frame: Frame) -> Span:
    return (task if frame.piped else cut(task, SHORT if frame.narrow else WIDEST)), ID


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
