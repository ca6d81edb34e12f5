"""`tk tree`: the forest of parents and children, whole even where the links are broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.views.style import BAD, DIM, GOOD, ID, LOOKS, title_colour, urgency
from tkledger.views.text_layout import Frame, Line, Lines, Span, cells, cut, cut_line, joined, safe
from tkledger.views.tree_shape import TreeLine, on_show, tree_lines
from tkledger.views.words import badge, glyph, hindrance

DEEPEST = 40
"""How many levels are drawn at most; a terminal shows fewer, so that titles keep their room."""
BAR = 5
TITLE_ROOM = 40
ROOMY, LEAST = 48, 16
"""The title's cells beyond which it may be cut, and those it keeps, whatever follows it."""


def tree(
    ledger: Overview, root: str | None = None, show_ended: bool = False, show_all: bool = False
) -> Lines:
    """All tasks below ``root``, or the whole forest; ``root`` itself is always shown.

    Without ``show_ended`` what has ended is left out, unless something open lies below it; with it,
    mistakes are left out. ``show_all`` leaves nothing out.
    A task whose parent is unknown, or in a circle of parents, is shown as a root and says so.
    """

    def draw(frame: Frame) -> Iterable[Line]:
        wanted = None if show_all else on_show(ledger, root, ended=show_ended)
        levels = DEEPEST if frame.piped else max(2, min(DEEPEST, (frame.width - TITLE_ROOM) // 3))
        drawn = tree_lines(ledger, root, wanted, levels)
        if frame.piped:
            return (line for node in drawn for line in _drawn(node, ledger, frame))
        return _with_legend(drawn, ledger, frame)

    return Lines(draw)


def _drawn(node: TreeLine, ledger: Overview, frame: Frame) -> Iterator[Line]:
    """A task's line; in a narrow terminal who has it and what it waits for go on the next."""
    if node.task is None:
        yield ((node.guides, DIM), (f"… {node.deeper:,} deeper (tk tree {node.mark})", DIM))
        return
    task = node.task
    state = badge(task.state) if frame.piped else glyph(task.state)
    head: list[Span] = [(node.guides, DIM), state, (" ", ""), (task.id, ID), (" ", "")]
    head += [urgency(task.urgency), (" ", "")]
    title, colour = safe(task.title), title_colour(task.state)
    progress, details = _rollup(task, ledger), _details(node, task, ledger, frame.piped)
    room = frame.width - _size(head) - _size(progress)
    if _size(details) + min(cells(title), ROOMY) <= room:
        yield [*head, (cut(title, room - _size(details)), colour), *progress, *details]
    else:
        yield cut_line([*head, (cut(title, max(room, LEAST)), colour), *progress], frame.width)
        if details:
            yield cut_line([(node.under, DIM), *details], frame.width)


def _size(line: Line) -> int:
    return sum(cells(text) for text, _ in line)


def _details(node: TreeLine, task: TaskRow, ledger: Overview, piped: bool) -> list[Span]:
    why = hindrance(task, ledger, briefly=not piped)
    blocked = task.state is State.BLOCKED
    parts = [
        (safe(task.owner), "magenta"),
        (f"blocked: {why}" if blocked and why else why, BAD if blocked else "yellow"),
        (node.mark, BAD),
    ]
    return [span for part in parts if part[0] for span in (("  ", ""), part)]


def _rollup(task: TaskRow, ledger: Overview) -> list[Span]:
    """``▰▰▰▱▱ 3/5 done`` of the children that are not cancelled."""
    children = ledger.children(task.id)
    if not children:
        return []
    states = Counter(child.state for child in children)
    total = sum(states.values()) - states[State.CANCELLED]
    if not total:
        return []
    done = states[State.DONE]
    full = done * BAR // total
    return [
        ("  " + "▰" * full, GOOD),
        ("▱" * (BAR - full) + " ", DIM),
        (f"{done}/{total} done", ""),
    ]


def _with_legend(drawn: Iterable[TreeLine], ledger: Overview, frame: Frame) -> Iterator[Line]:
    """The tasks, and how many there are of each state, which also tells what a glyph means."""
    states: Counter[State] = Counter()
    for node in drawn:
        states.update([node.task.state] if node.task else [])
        yield from _drawn(node, ledger, frame)
    parts = [
        f"{look.glyph} {states[state]:,} {look.label}"
        for state, look in LOOKS.items()
        if states[state]
    ]
    if parts:
        yield ()
    for text in joined(parts or [_nothing(ledger)], frame.width):
        yield ((text, DIM),)


def _nothing(ledger: Overview) -> str:
    if not ledger.rows:
        return "no tasks yet (tk new TITLE)"
    return "nothing open (tk tree --all)"
