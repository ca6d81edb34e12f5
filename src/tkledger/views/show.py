"""`tk show`: everything about one task; what the file does not say comes in ready-made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.budget import KINDS, amount
from tkledger.core.history import Details, HistoryEntry, entered
from tkledger.core.rows import wait_reason
from tkledger.core.task import Task
from tkledger.core.task_parts import RESOLUTIONS, Spec
from tkledger.core.time import iso, seconds_of
from tkledger.views.style import BAD, DIM, GOOD, ID, LOOKS, PERSON, STRONG, urgency
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    aligned,
    cells,
    columns,
    cut,
    cut_line,
    joined,
    line_cells,
    lines_of,
    pad,
    safe,
    wrap,
    wrapped,
)
from tkledger.views.words import (
    UNSHALLOW,
    Names,
    age,
    badge,
    duration,
    local_minute,
    minute,
    short_names,
)

TIMES = {"created": "created_at", "started": "started_at", "updated": "updated_at"}
INSET = "  "
SHORT = 12
"""The cells of a name where there is little room."""
EVENTS = 5
"""How many of the last events are shown."""

LISTS = (
    *("criteria", "checklist", "verdicts", "evidence", "attempts", "decisions"),
    *("lessons", "tried", "artifacts", "concerns", "notes"),
)
"""What a task's file lists."""

Labelled = tuple[str, Sequence[Span]]
"""A name and the lines of its value."""


def card(task: Task, details: Details | None = None) -> Lines:
    """``task`` in full; without ``details`` only what its file says."""
    known = details or Details()

    def draw(frame: Frame) -> Iterator[Line]:
        names = _names(known, frame)
        for text in wrap(safe(task.title), frame.width):
            yield ((text, STRONG),)
        yield from _flowing(_facts(task, known), frame.width)
        for facts in (_links(task, known), _work(task, details), _history(task, known, frame)):
            yield from _grid([fact for fact in facts if fact[1]], frame)
        if known.depends_on or known.needed_by or known.children:
            from tkledger.views.related import around

            yield from around(task, known, names, frame)
        yield from _paragraph("description", task.description, frame)
        yield from _grid(_short_spec(task.spec), frame)
        for name, text in _long_spec(task.spec):
            yield from _paragraph(name, text, frame)
        if known.gates or any(getattr(task, name) for name in LISTS):
            from tkledger.views.records import records  # most tasks have none

            yield from records(task, known, names, frame)
        yield from _steps(task, known, names, frame)
        yield from _output(known, frame)
        yield from _events(task, known, names, frame)
        yield from _next(task, known, frame)

    return Lines(draw)


def facts(task: Task) -> Iterator[Labelled]:
    """What a task's file says in short, each with its name; without what a card begins with."""
    yield "depends on", lines_of(", ".join(task.depends_on), ID)
    yield "due", lines_of(task.due)
    yield from _links(task, Details())
    yield from _work(task, None)
    yield "creator", lines_of(task.creator)
    yield from _short_spec(task.spec)


def texts(task: Task) -> Iterator[tuple[str, str]]:
    """The texts of several lines that a task's file has, each with its name."""
    if task.description:
        yield "description", task.description
    yield from _long_spec(task.spec)


def listed(task: Task) -> Iterator[Labelled]:
    """The lists that a task's file has, each with its name; in the order in which they are shown."""
    from tkledger.views.records import lists

    for name, found in lists(task, Details()):
        yield name, [(one.text, one.style) for one in found]


def _facts(task: Task, known: Details) -> list[Span]:
    """What is to be known of a task first, each a few words."""
    resolution = (task.resolution or RESOLUTIONS[task.state][0]) if task.ended else ""
    state, colour = badge(task.state)
    since = entered(known.entries) if known.at else None
    long = f" {age(known.at - since.at)}{' ago' if task.ended else ''}" if since else ""
    parts: list[Span] = [
        (state + long, colour),
        (resolution, DIM),
        (task.id, ID),
        urgency(task.urgency),
        (task.kind, DIM),
        (safe(task.owner or ""), PERSON),
        (f"attempt {task.tries}" if task.tries > 1 else "", ""),
        _due(task, known),
    ]
    return [part for part in parts if part[0]]


def _due(task: Task, known: Details) -> Span:
    """When a task is due, and how long that is from now, if it is known what time it is."""
    if not task.due or task.ended or not known.at:
        return f"due {task.due}" if task.due else "", ""
    from datetime import date  # few tasks are due

    left = (date.fromisoformat(task.due) - date.fromtimestamp(known.at)).days
    long = age(abs(left) * 86_400)
    when = f"in {long}" if left > 0 else f"{long} overdue" if left else "today"
    return f"due {task.due}, {when}", BAD if left < 0 else "" if left else STRONG


def _flowing(parts: Sequence[Span], width: int) -> Iterator[Line]:
    """Parts side by side, in as many lines as they take."""
    line: list[Span] = []
    for part in parts:
        if line and line_cells(line) + len(INSET) + cells(part[0]) > width:
            yield line
            line = []
        line += [*([(INSET, "")] if line else []), (cut(part[0], width), part[1])]
    yield line


def _links(task: Task, known: Details) -> Iterator[Labelled]:
    failure = ": ".join(part for part in task.error if part)
    count = known.approvals
    if count is not None:
        more = "" if count.enough else f"; {count.others} runs tk approve {task.id}"
        yield "approvals", lines_of(count.words + more)
    yield "waiting", lines_of(safe(wait_reason(task)), BAD)
    yield "error", lines_of(failure, BAD)
    yield "parent", _parent(task, known)
    yield "origin", lines_of(task.origin, ID)
    yield "reopens", lines_of(task.reopens, ID)
    yield "imported", lines_of(safe(f"{task.imported}, not judged") if task.imported else "")
    yield "reopened as", lines_of(", ".join(known.reopened_as), ID)
    yield "estimate", lines_of(duration(task.estimate) if task.estimate else "")
    yield "stream", lines_of(task.stream)
    yield "labels", lines_of(", ".join(task.labels))
    yield "links", [(link, "") for link in task.links]
    yield "place", lines_of(": ".join(known.place or ()), BAD)
    yield "branch", lines_of(task.branch)
    yield "base", lines_of(task.base)
    yield "pr", lines_of(task.pr)
    yield "agent", lines_of(task.agent)


def _parent(task: Task, known: Details) -> list[Span]:
    """The task that it is a part of, with its title."""
    one = known.parent
    if one is None:
        return lines_of(task.parent, ID)
    state = f"{one.state.value}  " if one.state else "unknown"
    return lines_of(f"{one.id}  {state}{safe(one.title)}", ID)


def _paragraph(name: str, text: str | None, frame: Frame) -> Iterator[Line]:
    """A text below its name."""
    if text:
        yield ()
        yield ((name, STRONG),)
        for line, _ in wrapped(lines_of(text), frame.width - len(INSET)):
            yield ((INSET + line if line else "", ""),)


def _short_spec(spec: Spec) -> list[Labelled]:
    """What the work is given, as far as it is short."""
    lists = {name: ", ".join(getattr(spec, name)) for name in ("inputs", "paths")}
    short = {name: getattr(spec, name) for name in ("goal", "role", "model")} | lists
    return [(name, lines_of(text)) for name, text in short.items() if text]


def _long_spec(spec: Spec) -> Iterator[tuple[str, str]]:
    """What the work is given in texts of several lines."""
    for name in ("constraints", "output"):
        if text := getattr(spec, name):
            yield name, text


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
            yield ("active" if name == "seconds" else name), lines_of(words)
    if task.budget.depth is not None:
        yield "depth limit", lines_of(str(task.budget.depth))
    for name, value in task.admission._asdict().items():
        yield name.replace("_", " "), lines_of(value)
    for name, value in task.x.items():
        yield f"x.{name}", lines_of(_words(value))


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


def _history(task: Task, known: Details, frame: Frame) -> Iterator[Labelled]:
    creator = f", by {safe(task.creator)}" if task.creator else ""
    if task.creator and not known.created_at:
        yield "creator", lines_of(task.creator)
    for name, key in TIMES.items():
        at = getattr(known, key)
        by = creator if name == "created" else ""
        yield name, lines_of(None if at is None else f"{_time(at, known.at, frame)}{by}")
    yield "claim", lines_of(_claim(known.claim, known.at) if known.claim else None)
    if known.shallow:
        yield "shallow", lines_of(f"older history is not in this clone: {UNSHALLOW}", BAD)
    if known.run and known.run.run:
        yield "last run", _said_by(known.run, known.run.run.words)
    for one in known.overrides:
        yield "set aside", _said_by(one, one.override)
    for words in known.held_back:
        yield "no start", lines_of(words, BAD)


def _time(at: int, now: int, frame: Frame) -> str:
    """A time, and how long ago that is: on a terminal by its own clock, else in UTC."""
    shown = iso(at) if frame.piped else local_minute(at)
    return f"{shown}, {age(now - at)} ago" if now else shown


def _claim(claim: Mapping[str, object], now: int) -> str:
    """Who holds a task, where, for how long, and until when."""
    words = safe(str(claim["holder"]))
    if branch := claim.get("branch"):
        words += f" on {safe(str(branch))}"
    if final := claim.get("final"):
        return f"{words}: {safe(str(final))}, not merged"
    since, until = (seconds_of(str(claim[name])) for name in ("since", "until"))
    left = f"{age(until - now)} left" if until > now else "lapsed"
    return f"{words} for {age(now - since)}, {left}"


def _said_by(entry: HistoryEntry, words: str) -> list[Span]:
    """What a commit says, when it was, and who made it."""
    return lines_of(safe(f"{minute(entry.at)}  {entry.actor}: {words}  ({entry.commit[:8]})"))


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


def _output(known: Details, frame: Frame) -> Iterator[Line]:
    """The end of what the last run said."""
    run = known.run.run if known.run else None
    yield from _paragraph("output of the last run", run.output if run else None, frame)


def _events(task: Task, known: Details, names: Names, frame: Frame) -> Iterator[Line]:
    """The last events, the newest first, and how many more there are."""
    if not known.entries:
        return
    rows = [
        (
            *((f"{age(known.at - one.at)} ago", DIM), (names(one.actor), PERSON)),
            *((safe(one.event), LOOKS[one.target].colour), (safe(one.said), "")),
        )
        for one in known.entries[: -EVENTS - 1 : -1]
    ]
    yield from _newest("events", f"tk log {task.id}", rows, len(known.entries), 1, frame)


def _newest(
    name: str, way: str, rows: Sequence[Line], every: int, who: int, frame: Frame
) -> Iterator[Line]:
    """Rows below their name and the command that shows all, cut on a terminal: first the column that says ``who``;
    and how many more there are of ``every`` one.
    """
    yield ()
    yield ((name, STRONG), (INSET + way, DIM))
    widths = columns(rows)
    if not frame.piped:
        over = sum(widths) + len(INSET) * len(widths) - frame.width
        widths[who] = min(widths[who], max(widths[who] - max(over, 0), SHORT))
    for row in rows:
        line = [(INSET, ""), *aligned(row, widths)]
        yield line if frame.piped else cut_line(line, frame.width)
    if every > len(rows):
        yield ((f"{INSET}and {every - len(rows):,} more", DIM),)


def _next(task: Task, known: Details, frame: Frame) -> Iterator[Line]:
    """The commands that go on from here."""
    if known.legal is None:
        return
    way = [known.place[1]] if known.place else [f"tk {verb} {task.id}" for verb in known.legal]
    way += [known.onward] if known.onward else []
    yield ()
    yield (("next", STRONG),)
    for text in joined(map(safe, (*way, f"tk why {task.id}")), frame.width - len(INSET)):
        yield ((INSET, ""), (text, GOOD))


def _grid(facts: Sequence[Labelled], frame: Frame) -> Iterator[Line]:
    """Names and values in two columns, after a blank line."""
    if facts:
        yield ()
    start = len(INSET) + 14
    for name, lines in facts:
        for number, (text, style) in enumerate(wrapped(lines, frame.width - start)):
            lead = INSET + pad("" if number else safe(name), start - 2 * len(INSET)) + INSET
            yield ((lead, DIM), (text, style))


def _names(known: Details, frame: Frame) -> Names:
    """What stands for a name in a list: on a terminal what is short."""
    if frame.piped:
        return safe
    owners = (one.owner for one in (*known.depends_on, *known.needed_by, *known.children))
    actors = (*(one.actor for one in known.entries), *(one.actor for one in known.work))
    short = short_names((*owners, *actors))
    return lambda name: short[name]


def _steps(task: Task, known: Details, names: Names, frame: Frame) -> Iterator[Line]:
    """The commits of work, the newest first, and how many more there are."""
    if not known.work:
        return
    when = minute if frame.piped else local_minute
    rows = [
        (
            *((when(one.at), DIM), (one.commit[:8], DIM)),
            *((names(one.actor), PERSON), (safe(one.subject), "")),
        )
        for one in known.work
    ]
    yield from _newest("commits", f"tk diff {task.id}", rows, known.steps_in_all, 2, frame)
