"""`tk show`: everything about one task; what the file does not say comes in ready-made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.task import RESOLUTIONS, Task
from tkledger.views.style import BAD, DIM, ID, STRONG, urgency
from tkledger.views.text_layout import Frame, Line, Lines, Span, cells, pad, safe, safe_lines, wrap
from tkledger.views.words import badge, duration, minute, wait_reason

MEASURES = {"steps": "steps", "seconds": "seconds_active", "tokens": "tokens", "cost": "cost"}
"""What a budget limits, and the derived value that says how much of it is used."""

TIMES = {"created": "created_at", "started": "started_at", "updated": "updated_at"}
INSET = "  "

Fact = tuple[str, Sequence[Span]]
"""A name and the lines of its value."""


def card(task: Task, derived: Mapping[str, object] | None = None) -> Lines:
    """``task`` in full. ``derived`` has the names of `tk show --json`; what is absent is left out.

    Times are ISO text or seconds since 1970; ``children`` map ids to states, or are ids, tasks
    or maps with ``id``, ``state`` and ``title``; ``legal`` holds verbs, or maps with ``event``.
    """
    known = {} if derived is None else derived

    def draw(frame: Frame) -> Iterator[Line]:
        for text in wrap(safe(task.title), frame.width):
            yield ((text, STRONG),)
        yield _status(task)
        for facts in (_links(task, known), _work(task, known), _history(task, known)):
            yield from _grid([fact for fact in facts if fact[1]], frame)
        yield from _children(known.get("children"))
        yield from _text("description", task.description, frame)
        yield from _entries("concerns", [_concern(task, one) for one in task.concerns], frame)
        yield from _entries("notes", [(note, "") for note in task.notes], frame)

    return Lines(draw)


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


def _links(task: Task, known: Mapping[str, object]) -> Iterator[Fact]:
    failure = ": ".join(part for part in task.error if part)
    yield "waiting", _lines(wait_reason(task), BAD)
    yield "error", _lines(failure, BAD)
    yield "parent", _lines(task.parent, ID)
    yield "origin", _lines(task.origin, ID)
    yield "depends on", _lines(", ".join(task.depends_on), ID)
    yield "waits for", _lines(_words(known.get("blocked_by")), "yellow")
    yield "labels", _lines(", ".join(task.labels))
    yield "branch", _lines(task.branch)
    yield "base", _lines(task.base)
    yield "pr", _lines(task.pr)
    yield "agent", _lines(task.agent)


def _concern(task: Task, words: str) -> Span:
    return (f"{words} (settled)", DIM) if words in task.settled else (words, BAD)


def _work(task: Task, known: Mapping[str, object]) -> Iterator[Fact]:
    """What the work may cost and has cost, and why it is wanted."""
    for name, key in MEASURES.items():
        used = known.get(key, getattr(task.spent, name))
        limit = getattr(task.budget, name)
        if used or limit is not None:
            amount = _amount(name, 0 if used is None else used)
            of = "" if limit is None else f" of {_amount(name, limit)}"
            yield ("active" if name == "seconds" else name), _lines(amount + of)
    if task.budget.depth is not None:
        yield "depth limit", _lines(str(task.budget.depth))
    for name, value in task.admission._asdict().items():
        yield name.replace("_", " "), _lines(value)
    for name, value in task.x.items():
        yield f"x.{name}", _lines(_words(value))


def _history(task: Task, known: Mapping[str, object]) -> Iterator[Fact]:
    yield "creator", _lines(task.creator)
    for name, key in TIMES.items():
        at = known.get(key)
        yield name, _lines(minute(at) if isinstance(at, int) else _words(at))
    yield "depth", _lines(_words(known.get("depth") or None))
    yield "claim", _lines(_words(known.get("claim")))
    verbs = known.get("legal")
    if isinstance(verbs, (list, tuple)):
        yield "legal now", _lines(", ".join(map(_verb, verbs)) or "nothing")


def _verb(raw: object) -> str:
    return _words(raw["event"] if isinstance(raw, Mapping) and "event" in raw else raw)


def _amount(name: str, value: object) -> str:
    if name == "cost":
        return f"${_words(value)}"
    if not isinstance(value, int):
        return _words(value)
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


def _grid(facts: Sequence[Fact], frame: Frame) -> Iterator[Line]:
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


def _children(raw: object) -> Iterator[Line]:
    if isinstance(raw, Mapping):
        raw = [{"id": name, "state": state} for name, state in raw.items()]
    if not isinstance(raw, (list, tuple)) or not raw:
        return
    yield ()
    rows = [_child(child) for child in raw]
    width = max(cells(mark[0]) for mark, _, _ in rows)
    done = sum(mark == badge(State.DONE) for mark, _, _ in rows)
    counted = f"{done} of {len(rows)} done" if width else f"{len(rows)}"
    yield (("children", STRONG), (f"  {counted}", DIM))
    for (mark, colour), name, title in rows:
        lead = pad(mark, width) + INSET if width else ""
        yield ((INSET, ""), (lead, colour), (name, ID), (INSET + title if title else "", ""))


def _child(raw: object) -> tuple[Span, str, str]:
    """Its state, id and title, as far as they are known."""
    if isinstance(raw, Task):
        return badge(raw.state), raw.id, safe(raw.title)
    if isinstance(raw, Mapping):
        state = raw.get("state")
        mark = badge(State(state)) if state is not None else ("", "")
        return mark, _words(raw.get("id")), _words(raw.get("title"))
    return ("", ""), _words(raw), ""


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
