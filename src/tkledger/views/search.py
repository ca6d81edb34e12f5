"""`tk search`: tasks with the line that was found; it neither searches nor ranks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.ledger.recall import Hit, Hits
from tkledger.report import visible
from tkledger.views.style import DIM, ID, STRONG, title_colour, urgency
from tkledger.views.text_layout import Frame, Line, Lines, Span, cut_line, piped_table, safe, wrap
from tkledger.views.words import badge, glyph

MOST = 200
"""The letters of a line that are shown at most."""
BEFORE = 30
"""The letters that are shown before the first word at most, where a line is cut."""
INDENT = 4


def results(found: Hits) -> Lines:
    """Each task, and below it the line and its field; through a pipe a line a task: state, id, priority, title,
    field and line, two blanks between.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return piped_table([*zip(*map(_row, found.found))])
        return _drawn(found, frame.width)

    return Lines(draw)


def _row(hit: Hit) -> tuple[str, ...]:
    text = "" if hit.line.field == "title" else "".join(text for text, _ in _line(hit, MOST))
    task = hit.task
    head = (badge(task.state)[0], task.id, urgency(task.urgency)[0], safe(task.title))
    return (*head, f"{hit.line.field}: {text}" if text else "")


def _drawn(found: Hits, width: int) -> Iterator[Line]:
    for hit in found.found:
        task = hit.task
        in_title = hit.line.field == "title"
        colour = title_colour(task.state)
        title = _line(hit, MOST) if in_title else [(safe(task.title), colour)]
        head: list[Span] = [glyph(task.state), (" ", ""), (task.id, ID), (" ", "")]
        yield cut_line([*head, urgency(task.urgency), (" ", ""), *title], width)
        if not in_title:
            start = f"{' ' * INDENT}{hit.line.field}: "
            yield cut_line([(start, DIM), *_line(hit, max(width - len(start) - 2, BEFORE))], width)
    yield ()
    shown, more = f"{len(found.found):,}", "more than " if found.more else ""
    whole = f"{shown} of {more}{found.total:,}" if len(found.found) < found.total or more else shown
    for text in wrap(f"{whole} {'task' if whole == '1' else 'tasks'} with these words", width):
        yield ((text, DIM),)


def _line(hit: Hit, most: int) -> list[Span]:
    """The part of a line where the words are, these in bold."""
    text, spans = hit.line.text, hit.spans
    first = spans[0][0] if spans else 0
    begin = max(0, min(first - min(BEFORE, most // 4), len(text) - most)) if len(text) > most else 0
    end = begin + most
    parts: list[Span] = [("…", DIM)] if begin else []
    at = begin
    for start, stop in spans:
        if at <= start < end:
            parts += [(visible(text[at:start]), ""), (visible(text[start:stop]), STRONG)]
            at = stop
    return [*parts, (visible(text[at:end]), ""), *([("…", DIM)] if end < len(text) else [])]
