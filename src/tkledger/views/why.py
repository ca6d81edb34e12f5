"""`tk why`: the moves that are legal now, and what prevents the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.quoting import few
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.views.style import BAD, DIM, GOOD, ID, STRONG
from tkledger.views.text_layout import Frame, Line, Lines, aligned, columns, led, safe, wrap
from tkledger.views.words import age, badge

if TYPE_CHECKING:
    from tkledger.core.causes import Cause

Legal = tuple[str, State, str]
"""The event's verb, where it leads, and the sentence that says what it means."""

Obstacle = tuple[str, str, str]
"""Code, message and remedy of each hindrance."""

Hindered = tuple[str, State, Sequence[Obstacle]]

INSET = "  "


class Onward(NamedTuple):
    """What goes on with an ended task: those that reopen it, and the next command."""

    reopened_as: Sequence[str]
    remedy: str


def moves(
    task: Task,
    legal: Sequence[Legal],
    hindered: Sequence[Hindered],
    elsewhere: Sequence[str] = (),
    onward: Onward | None = None,
    there: tuple[str, str] | None = None,
    left: str = "",
    nearest: Sequence[str] = (),
) -> Lines:
    """What may happen to ``task`` now; for each other move every obstacle and its remedy.

    ``elsewhere`` are the verbs that do not begin at its state at all, ``onward`` is the way on from a
    task that has ended. ``there`` says that it is shown as on another branch, and the way on from here;
    ``left`` says why nobody works on one in progress, ``nearest`` in words what it comes down to waiting for.
    """

    def draw(frame: Frame) -> Iterable[Line]:
        for text in wrap(safe(task.title), frame.width):
            yield ((text, STRONG),)
        yield (badge(task.state), (INSET, ""), (task.id, ID))
        for text in wrap(safe(": ".join(there or ())), frame.width) if there else ():
            yield ((text, BAD),)
        if left:
            way = there[1] if there else f"tk start {task.id}"
            for text in wrap(safe(f"{left}: {way} takes it up"), frame.width):
                yield ((text, ""),)
        for number, words in enumerate(nearest):
            yield from _nearest(words, frame, first=not number)
        yield ()
        if legal:
            yield (("legal there" if there else "legal now", STRONG),)
            yield from _legal(task, legal, frame)
        elif task.ended:
            yield ((f"nothing: {task.state.value} is final", STRONG),)
            if onward and onward.reopened_as:
                yield ((f"{INSET}reopened as {', '.join(onward.reopened_as)}", ""),)
            if onward:
                yield ((f"{INSET}remedy: {onward.remedy}", ""),)
        else:
            yield (("nothing is legal now", STRONG),)
        if hindered:
            yield ()
            yield (("not now", STRONG),)
            for verb, target, obstacles in hindered:
                yield ((INSET + verb, BAD), (f" -> {target.value}", DIM))
                yield from _obstacles(obstacles, frame)
        if elsewhere and not task.ended:
            yield ()
            yield ((f"not from {task.state.value}: ", STRONG), (", ".join(elsewhere), ""))

    return Lines(draw)


def _remedy(blank: str, words: str, frame: Frame) -> Iterator[Line]:
    lead = "remedy: "
    lines = wrap(words, max(frame.width - len(blank) - len(lead), 20))
    for line in led([(lead, DIM)], [((text, ""),) for text in lines]):
        yield ((blank, ""), *line)


def in_words(found: Cause, now: int) -> list[str]:
    """What a task comes down to waiting for, and by way of which others."""
    one, since = found.task, found.since
    state = one.state.value if one.state else "unknown"
    long = f" {age(now - since)}" if since is not None else ""
    where = f" on {one.branch}, not merged" if one.branch else ""
    parts = [one.id, f"{state}{long}{where}", found.reason, one.owner]
    words = ", ".join(safe(part) for part in parts if part)
    return [words, *([f"by way of {few(found.way, MOST_ON_THE_WAY)}"] if found.way else [])]


MOST_ON_THE_WAY = 8
"""How many of the tasks on the way are named."""


def _nearest(words: str, frame: Frame, *, first: bool) -> Iterator[Line]:
    lead = "nearest: " if first else " " * len("nearest: ")
    lines = wrap(words, max(frame.width - len(lead), 16))
    yield from led([(lead, STRONG)], [((line, "" if first else DIM),) for line in lines])


def _legal(task: Task, legal: Sequence[Legal], frame: Frame) -> Iterator[Line]:
    rows = [
        ((f"{INSET}tk {verb} {task.id}", GOOD), (f"-> {target.value}", DIM), (reason, ""))
        for verb, target, reason in legal
    ]
    widths = columns(rows)
    if not frame.piped and sum(widths) + 2 * len(widths) > frame.width:
        widths = [*widths[:2], 0]
    return (aligned(row, widths) for row in rows)


def _obstacles(obstacles: Sequence[Obstacle], frame: Frame) -> Iterator[Line]:
    for code, message, remedy in obstacles:
        lead = f"{INSET * 2}{code}" + "  " * bool(code)
        lines = wrap(safe(message), max(frame.width - len(lead), 20))
        yield from led([(lead, DIM)], [((line, ""),) for line in lines])
        if remedy:
            yield from _remedy(" " * len(lead), safe(remedy), frame)
