"""`tk show`: everything about one task; what the file does not say comes in ready-made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.budget import KINDS, amount
from tkledger.core.criteria import CHECKLIST, CRITERIA, Check, checks_of
from tkledger.core.history import Child, Details, HistoryEntry
from tkledger.core.lifecycle import State
from tkledger.core.rows import wait_reason
from tkledger.core.task import Task
from tkledger.core.task_parts import RESOLUTIONS, Spec
from tkledger.views.style import BAD, DIM, ID, STRONG, urgency
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    aligned,
    cells,
    columns,
    cut_line,
    pad,
    safe,
    safe_lines,
    wrap,
)
from tkledger.views.words import UNSHALLOW, badge, duration, minute

TIMES = {"created": "created_at", "started": "started_at", "updated": "updated_at"}
INSET = "  "

Labelled = tuple[str, Sequence[Span]]
"""A name and the lines of its value."""


def card(task: Task, details: Details | None = None) -> Lines:
    """``task`` in full; without ``details`` only what its file says."""
    known = details or Details()

    def draw(frame: Frame) -> Iterator[Line]:
        for text in wrap(safe(task.title), frame.width):
            yield ((text, STRONG),)
        yield _status(task)
        for facts in (_links(task, known), _work(task, details), _history(task, known)):
            yield from _grid([fact for fact in facts if fact[1]], frame)
        yield from _children(known.children)
        yield from _steps(task, known, frame)
        yield from _output(known, frame)
        yield from _text("description", task.description, frame)
        yield from _grid(_short_spec(task.spec), frame)
        for name, text in _long_spec(task.spec):
            yield from _text(name, text, frame)
        for name, entries in listed(task):
            yield from _entries(name, entries, frame)

    return Lines(draw)


def facts(task: Task) -> Iterator[Labelled]:
    """What a task's file says in short, each with its name; without what `_status` has."""
    yield from _links(task, Details())
    yield from _work(task, None)
    yield "creator", _lines(task.creator)
    yield from _short_spec(task.spec)


def texts(task: Task) -> Iterator[tuple[str, str]]:
    """The texts of several lines that a task's file has, each with its name."""
    if task.description:
        yield "description", task.description
    yield from _long_spec(task.spec)


def listed(task: Task) -> Iterator[Labelled]:
    """The lists that a task's file has, each with its name; in the order in which they are shown."""
    for kind in (CRITERIA, CHECKLIST):
        wanted = BAD if kind is CRITERIA else ""
        yield kind.name, [_check(one, wanted) for one in checks_of(task, kind)]
    yield "verdicts", _verdicts(task)
    yield "evidence", _evidence(task)
    yield "attempts", _attempts(task)
    yield "decisions", _decisions(task)
    yield "lessons", [(one, "") for one in task.lessons]
    yield "tried", [(one, "") for one in task.tried]
    yield "artifacts", _artifacts(task)
    yield "concerns", [_concern(task, one) for one in task.concerns]
    yield "notes", [(note, "") for note in task.notes]


def _status(task: Task) -> Line:
    resolution = (task.resolution or RESOLUTIONS[task.state][0]) if task.ended else ""
    parts: list[Span] = [
        badge(task.state),
        (resolution, DIM),
        (task.id, ID),
        urgency(task.urgency),
        (task.kind, DIM),
        (safe(task.owner or ""), "magenta"),
        (f"attempt {task.tries}" if task.tries > 1 else "", ""),
    ]
    return [span for part in parts if part[0] for span in (part, (INSET, ""))][:-1]


def _links(task: Task, known: Details) -> Iterator[Labelled]:
    failure = ": ".join(part for part in task.error if part)
    count = known.approvals
    if count is not None:
        more = "" if count.enough else f"; {count.others} runs tk approve {task.id}"
        yield "approvals", _lines(count.words + more)
    yield "waiting", _lines(safe(wait_reason(task)), BAD)
    yield "error", _lines(failure, BAD)
    yield "parent", _lines(task.parent, ID)
    yield "origin", _lines(task.origin, ID)
    yield "reopens", _lines(task.reopens, ID)
    yield "reopened as", _lines(", ".join(known.reopened_as), ID)
    yield "depends on", _lines(", ".join(task.depends_on), ID)
    yield "waits for", _lines(", ".join(known.blocked_by), "yellow")
    yield "due", _due(task, known)
    yield "estimate", _lines(duration(task.estimate) if task.estimate else "")
    yield "stream", _lines(task.stream)
    yield "labels", _lines(", ".join(task.labels))
    yield "links", [(link, "") for link in task.links]
    yield "place", _lines(": ".join(known.place or ()), BAD)
    yield "branch", _lines(task.branch)
    yield "base", _lines(task.base)
    yield "pr", _lines(task.pr)
    yield "agent", _lines(task.agent)


def _due(task: Task, known: Details) -> list[Span]:
    """When a task is due, in red if that is over; if it is known what time it is."""
    if not task.due or task.ended or not known.at:
        return _lines(task.due)
    from datetime import datetime  # few tasks are due

    over = task.due < str(datetime.fromtimestamp(known.at).date())
    return _lines(f"{task.due}, overdue" if over else task.due, BAD if over else "")


def _short_spec(spec: Spec) -> list[Labelled]:
    """What the work is given, as far as it is short."""
    listed = {name: ", ".join(getattr(spec, name)) for name in ("inputs", "paths")}
    short = {name: getattr(spec, name) for name in ("goal", "role", "model")} | listed
    return [(name, _lines(text)) for name, text in short.items() if text]


def _long_spec(spec: Spec) -> Iterator[tuple[str, str]]:
    """What the work is given in texts of several lines."""
    for name in ("constraints", "output"):
        if text := getattr(spec, name):
            yield name, text


def _check(one: Check, wanted: str) -> Span:
    why = f": {one.reason}" if one.reason else ""
    return f"{one.text} ({one.state}{why})", wanted if one.state == "open" else DIM


def _verdicts(task: Task) -> list[Span]:
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
        found.append((text, BAD if last else "" if current else DIM))
    return found


def _evidence(task: Task) -> list[Span]:
    """What gates came to, and who says so."""
    if not task.evidence:
        return []
    from tkledger.core.evidence import evidence, said_in

    lines = evidence(task.evidence)
    return [(f"{said_in(one)}, says {one.actor}", "" if one.passed else BAD) for one in lines]


def _attempts(task: Task) -> list[Span]:
    """How its earlier attempts ended."""
    if not task.attempts:
        return []
    from tkledger.core.attempt import attempts, said_in

    return [(f"{said_in(one)} (sent back by {one.actor})", "") for one in attempts(task.attempts)]


def _decisions(task: Task) -> list[Span]:
    """What was decided, and by whom."""
    if not task.decisions:
        return []
    from tkledger.core.decision import decisions, said_in

    return [(f"{said_in(one)} (by {one.actor})", "") for one in decisions(task.decisions)]


def _artifacts(task: Task) -> list[Span]:
    """The files that belong to it."""
    if not task.artifacts:
        return []
    from tkledger.core.artifact import artifacts

    return [(f"{one.name}  {one.size:,} bytes", "") for one in artifacts(task.artifacts)]


def _concern(task: Task, words: str) -> Span:
    return (f"{words} (settled)", DIM) if words in task.settled else (words, BAD)


def _work(task: Task, details: Details | None) -> Iterator[Labelled]:
    """What the work may cost and has cost, and why it is wanted."""
    limits = (
        {one.limit.kind: one for one in details.gauges if one.limit.holder == task.id}
        if details
        else {}
    )
    least = "at least " if details and details.shallow else ""
    for name in KINDS:
        gauge = limits.get(name)
        used = _used(task, details, name) if gauge is None else _said(name, gauge.used)
        limit = getattr(task.budget, name) if gauge is None else _said(name, gauge.limit.most)
        if used not in (None, 0, "0") or limit is not None:
            of = "" if limit is None else f" of {_amount(name, limit)}"
            words = least + _amount(name, used or 0) + of
            yield ("active" if name == "seconds" else name), _lines(words)
    if task.budget.depth is not None:
        yield "depth limit", _lines(str(task.budget.depth))
    for name, value in task.admission._asdict().items():
        yield name.replace("_", " "), _lines(value)
    for name, value in task.x.items():
        yield f"x.{name}", _lines(_words(value))


def _used(task: Task, details: Details | None, kind: str) -> int | str | None:
    """How much was used; what was not counted is as the file says."""
    counted: int = getattr(details.used, kind) if details else 0
    if counted:
        return _said(kind, counted)
    of_file: int | str | None = getattr(task.spent, kind)
    return 0 if details and kind == "seconds" else of_file


def _said(kind: str, value: int) -> int | str:
    """A count as the file has it: cost as a decimal."""
    return amount(kind, value) if kind == "cost" else value


def _history(task: Task, known: Details) -> Iterator[Labelled]:
    yield "creator", _lines(task.creator)
    for name, key in TIMES.items():
        yield name, _lines(getattr(known, key))
    yield "depth", _lines(str(known.depth or ""))
    yield "claim", _lines(_words(_for_people(known.claim or {})))
    if known.shallow:
        yield "shallow", _lines(f"older history is not in this clone: {UNSHALLOW}", BAD)
    if known.run and known.run.run:
        yield "last run", _said_by(known.run, known.run.run.words)
    for one in known.overrides:
        yield "set aside", _said_by(one, one.override)
    if known.legal is not None:
        on = f"nothing; to go on with it: {known.onward}" if known.onward else "nothing"
        yield "legal now", _lines(", ".join(known.legal) or on)
    for words in known.held_back:
        yield "no start", _lines(words, BAD)


def _said_by(entry: HistoryEntry, words: str) -> list[Span]:
    """What a commit says, when it was, and who made it."""
    return _lines(safe(f"{minute(entry.at)}  {entry.actor}: {words}  ({entry.commit[:8]})"))


def _output(known: Details, frame: Frame) -> Iterator[Line]:
    """The end of what the last run said."""
    run = known.run.run if known.run else None
    yield from _text("output of the last run", run.output if run else None, frame)


def _for_people(claim: Mapping[str, object]) -> Mapping[str, object]:
    """A claim without what only programs need."""
    return {name: value for name, value in claim.items() if name not in ("epoch", "token")}


def _amount(name: str, value: int | str) -> str:
    if name == "cost":
        return f"${safe(str(value))}"
    if isinstance(value, str):
        return safe(value)
    return duration(value) if name == "seconds" else f"{value:,}"


def _words(value: object) -> str:
    """Any value as one line: maps as ``name value``, lists by commas."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{safe(str(name))} {_words(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(str(value))


def _lines(text: str | None, style: str = "") -> list[Span]:
    return [(line, style) for line in safe_lines(text)] if text else []


def _grid(facts: Sequence[Labelled], frame: Frame) -> Iterator[Line]:
    """Names and values in two columns, after a blank line."""
    if facts:
        yield ()
    start = len(INSET) + 14
    for name, lines in facts:
        for number, (text, style) in enumerate(_wrapped(lines, frame.width - start)):
            lead = INSET + pad("" if number else safe(name), start - 2 * len(INSET)) + INSET
            yield ((lead, DIM), (text, style))


def _wrapped(lines: Sequence[Span], width: int) -> Iterator[Span]:
    for text, style in lines:
        for line in wrap(text, max(width, 16)):
            yield line, style


def _children(children: Sequence[Child]) -> Iterator[Line]:
    """The children, and how many are done of those that are not cancelled, as in a tree."""
    if not children:
        return
    yield ()
    marks = [badge(child.state) for child in children]
    width = max(cells(text) for text, _ in marks)
    wanted = [child.state for child in children if child.state is not State.CANCELLED]
    done = f"  {wanted.count(State.DONE)} of {len(wanted)} done" if wanted else ""
    yield (("children", STRONG), (done, DIM))
    for child, (text, colour) in zip(children, marks):
        lead = pad(text, width) + INSET
        title = INSET + safe(child.title) if child.title else ""
        yield ((INSET, ""), (lead, colour), (child.id, ID), (title, ""))


def _steps(task: Task, known: Details, frame: Frame) -> Iterator[Line]:
    """The commits of work, the newest first, and how many more there are."""
    if not known.work:
        return
    yield ()
    yield (("commits", STRONG), (f"  tk diff {task.id}", DIM))
    rows = [
        (
            *((minute(one.at), DIM), (one.commit[:8], "yellow")),
            *((safe(one.actor), "magenta"), (safe(one.subject), "")),
        )
        for one in known.work
    ]
    widths = columns(rows)
    for row in rows:
        line = [(INSET, ""), *aligned(row, widths)]
        yield line if frame.piped else cut_line(line, frame.width)
    left = known.steps_in_all - len(known.work)
    if left:
        yield ((f"{INSET}and {left:,} more", DIM),)


def _text(name: str, text: str | None, frame: Frame) -> Iterator[Line]:
    if text:
        yield ()
        yield ((name, STRONG),)
        for line, _ in _wrapped(_lines(text), frame.width - len(INSET)):
            yield ((INSET + line if line else "", ""),)


def _entries(name: str, entries: Sequence[Span], frame: Frame) -> Iterator[Line]:
    """A list with its numbers."""
    if entries:
        yield ()
        yield ((name, STRONG),)
    margin = len(str(len(entries)))
    for number, (entry, style) in enumerate(entries, 1):
        lead = f"{INSET}{number:>{margin}}  "
        for line, _ in _wrapped(_lines(entry), frame.width - len(lead)):
            yield ((lead, DIM), (line, style))
            lead = " " * len(lead)
