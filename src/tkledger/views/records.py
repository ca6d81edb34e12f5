"""What a task's file lists, and who wrote it: criteria, gates, verdicts, attempts, decisions, notes and so on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.criteria import CHECKLIST, CRITERIA, Check, checks_of
from tkledger.core.history import Details, HistoryEntry, noted
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.views.style import BAD, DIM, STRONG
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Span,
    cells,
    led,
    lines_of,
    safe,
    wrap,
    wrapped,
)
from tkledger.views.words import Names, age

INSET = "  "


class Record(NamedTuple):
    """One entry of a list: its text, how that looks, and who wrote it, and when."""

    text: str
    style: str = ""
    by: str = ""


def records(task: Task, known: Details, names: Names, frame: Frame) -> Iterator[Line]:
    """All lists of a task that are not empty; ``names`` has what stands for a name."""
    for name, found in lists(task, known, names):
        yield from _listed(name, found, frame)


def lists(task: Task, known: Details, names: Names = safe) -> Iterator[tuple[str, list[Record]]]:
    """The lists of a task, each with its name; in the order in which they are shown."""
    for kind in (CRITERIA, CHECKLIST):
        wanted = BAD if kind is CRITERIA else ""
        yield kind.name, [_check(one, wanted) for one in checks_of(task, kind)]
    yield "gates", _gates(task, known)
    yield "verdicts", _verdicts(task)
    yield "evidence", _evidence(task)
    yield "attempts", _attempts(task)
    yield "decisions", _decisions(task)
    yield "lessons", [*map(Record, task.lessons)]
    yield "tried", [*map(Record, task.tried)]
    yield "artifacts", _artifacts(task)
    yield "concerns", [_concern(task, one) for one in task.concerns]
    yield "notes", _notes(task, known, names)


def _listed(name: str, found: Sequence[Record], frame: Frame) -> Iterator[Line]:
    """A list with its numbers; who wrote an entry stands after it, or below where there is no room."""
    if found:
        yield ()
        yield ((name, STRONG),)
    margin = len(str(len(found)))
    for number, (entry, style, by) in enumerate(found, 1):
        lead = f"{INSET}{number:>{margin}}{INSET}"
        room = max(frame.width - len(lead), 16)
        rows: list[list[Span]] = [[(line, style)] for line, _ in wrapped(lines_of(entry), room)]
        if by and rows and cells(rows[-1][0][0]) + len(GAP) + cells(by) <= room:
            rows[-1] += [(GAP, ""), (by, DIM)]
        elif by:
            rows += [[(line, DIM)] for line in wrap(by, room)]
        yield from led([(lead, DIM)], rows)


def _notes(task: Task, known: Details, names: Names) -> list[Record]:
    """The notes, with who wrote each, and how long ago."""
    authors = noted(task.notes, known.entries)
    return [Record(note, "", _by(one, names, known.at)) for note, one in zip(task.notes, authors)]


def _by(entry: HistoryEntry | None, names: Names, now: int) -> str:
    return f"{names(entry.actor)}, {age(now - entry.at)} ago" if entry else ""


def _gates(task: Task, known: Details) -> list[Record]:
    """Where the gates stand that the task has to pass."""
    return [
        Record(f"{one.name} passed on this code", DIM)
        if one.passed
        else Record(
            f"{one.name} {one.why}",
            BAD if one.failed else "",
            f"tk gate {task.id} {one.name}",
        )
        for one in known.gates
    ]


def _check(one: Check, wanted: str) -> Record:
    why = f": {one.reason}" if one.reason else ""
    return Record(f"{one.text} ({one.state}{why})", wanted if one.state == "open" else DIM)


def _verdicts(task: Task) -> list[Record]:
    """What reviews came to, the present round's in colour."""
    if not task.verdicts:
        return []
    from tkledger.core.verdict import round_of, said_in, verdicts

    round = round_of(task.verdicts, task.tries)
    found = []
    for one in verdicts(task.verdicts):
        words = f"{'approved' if one.approved else 'rejected'} by {one.actor}"
        of = ", ".join(oid[:8] for oid in one.work) or "no work"
        said = said_in(one)
        text = f"{one.attempt}.{one.round} {words}, of {of}{': ' if said else ''}{said}"
        current = (one.attempt, one.round) == (task.tries, round)
        last = not one.approved and (one.attempt, one.round) == (task.tries, round - 1)
        found.append(Record(text, BAD if last else "" if current else DIM))
    return found


def _evidence(task: Task) -> list[Record]:
    """What gates came to, and who says so."""
    if not task.evidence:
        return []
    from tkledger.core.evidence import evidence, said_in

    lines = evidence(task.evidence)
    return [Record(f"{said_in(one)}, says {one.actor}", "" if one.passed else BAD) for one in lines]


def _attempts(task: Task) -> list[Record]:
    """How its earlier attempts ended."""
    if not task.attempts:
        return []
    from tkledger.core.attempt import attempts, said_in

    return [Record(f"{said_in(one)} (sent back by {one.actor})") for one in attempts(task.attempts)]


def _decisions(task: Task) -> list[Record]:
    """What was decided, and by whom."""
    if not task.decisions:
        return []
    from tkledger.core.decision import decisions, said_in

    return [Record(f"{said_in(one)} (by {one.actor})") for one in decisions(task.decisions)]


def _artifacts(task: Task) -> list[Record]:
    """The files that belong to it."""
    if not task.artifacts:
        return []
    from tkledger.core.artifact import artifacts

    return [Record(f"{one.name}  {one.size:,} bytes") for one in artifacts(task.artifacts)]


def _concern(task: Task, words: str) -> Record:
    return Record(f"{words} (settled)", DIM) if words in task.settled else Record(words, BAD)
