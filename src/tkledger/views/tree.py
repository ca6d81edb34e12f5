"""`tk tree`: the forest of parents and children, whole even where the links are broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import add

from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, TaskRow, picked, turns
from tkledger.core.typing import TYPE_CHECKING
from tkledger.views.style import BAD, DIM, GOOD, ID, LOOKS, PERSON, title_colour, urgency
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    Span,
    beside,
    cut_line,
    joined,
    plain,
    safe,
)
from tkledger.views.tree_shape import TreeLine, tree_lines, under_each
from tkledger.views.words import (
    all_safe,
    badge,
    counts,
    done_of,
    each,
    glyph,
    hindrance,
    hindrance_colour,
    hindrances,
    short_names,
    total,
)

if TYPE_CHECKING:
    from tkledger.views.fields import Texts

DEEPEST = 40
"""How many levels are drawn at most; a terminal shows fewer, so that titles keep their room."""
BAR = 5
TITLE_ROOM = 40


class _Forest:
    """The tasks of a tree, and which of them it is about: any other is there for what is below it."""

    def __init__(
        self, ledger: Overview, chosen: Chosen, root: str | None, texts: Texts | None
    ) -> None:
        self.ledger = ledger
        self.chosen = chosen
        self.texts = texts
        self._root = root
        self.own = {*picked(ledger.column("id"), chosen.places)}
        self._wanted: set[str] | None = None
        if len(self.own) < len(ledger):
            self._wanted = ledger.with_ancestors(self.own) | ({root} if root else set())

    def lines(self, levels: int) -> Iterator[TreeLine]:
        """The lines, so many levels deep."""
        turn = turns(self.ledger, self.chosen)
        return tree_lines(self.ledger, self._root, self._wanted, levels, turn)

    @cached_property
    def _under(self) -> tuple[Counter[int | None], Counter[int | None]]:
        return under_each(self.ledger)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The short name of each owner."""
        return short_names(self.ledger.column("owner"))

    def rollup(self, place: int) -> Line:
        """``▰▰▰▱▱ 3/5 done`` of all tasks below one that are not cancelled, if there are any."""
        every = self._under[0][place]
        if not every:
            return ()
        done = self._under[1][place]
        full = done * BAR // every
        return [
            ("▰" * full, GOOD),
            ("▱" * (BAR - full) + " ", DIM),
            (done_of(done, every), ""),
        ]

    def left_out(self, task_id: str) -> str:
        """``(+3 done)`` of the tasks right below one that are left out since they have ended."""
        if self._wanted is None or self.chosen.is_cut:
            return ""
        states, places = self.ledger.column("state"), self.ledger.places
        below = self.ledger.children(task_id)
        ended = Counter(states[places[key]] for key in below if key not in self._wanted)
        return f"(+{counts(ended)})" if ended else ""

    @property
    def shows_some(self) -> bool:
        """Whether it is about some tasks only."""
        return self.chosen.is_cut or self.texts is not None

    def is_above(self, task_id: str) -> bool:
        """Whether a task does not match itself."""
        return self.shows_some and task_id not in self.own

    @property
    def inner(self) -> Iterator[int]:
        """The places of the tasks that have others below them."""
        return (place for place in self._under[0] if place is not None)


def tree(
    ledger: Overview,
    chosen: Chosen,
    root: str | None = None,
    texts: Texts | None = None,
    depth: int = DEEPEST,
) -> Lines:
    """The chosen tasks, all of which are below ``root`` if that is given, and those above them; ``root`` itself
    is always shown. Of some tasks only, the title of one that just leads to them is in parentheses.

    ``texts`` are shown of the tasks instead, by their places. A task whose parent is unknown, or in a circle of
    parents, is shown as a root and says so. No more than ``depth`` levels are below the first.
    """
    forest = _Forest(ledger, chosen, root, texts)

    def draw(frame: Frame) -> Iterable[Line | str]:
        drawn = forest.lines(min(depth, levels(frame)))
        return _piped(drawn, forest) if frame.piped else _with_legend(drawn, forest, frame)

    return Lines(draw)


def levels(frame: Frame) -> int:
    """How many levels are drawn: in a terminal so many that titles keep their room."""
    return DEEPEST if frame.piped else max(2, min(DEEPEST, (frame.width - TITLE_ROOM) // 3))


def _piped(drawn: Iterable[TreeLine], forest: _Forest) -> Iterator[str]:
    """One line a task, made of texts that are found for all tasks at once."""
    places, texts = forest.ledger.places, _whole_lines(forest)
    other = _other_lines(forest)
    for node in drawn:
        guides, _, task, mark, _ = node
        if task is None:
            yield plain(_deeper(node))
        elif task in other:
            yield guides + other[task]
        elif mark:
            yield f"{guides}{texts[places[task]]}  {mark}"
        else:
            yield guides + texts[places[task]]


def _whole_lines(forest: _Forest) -> list[str]:
    """What stands after the guides of each task."""
    heads, tails = _heads(forest.ledger), _tails(forest.ledger)
    for place in forest.inner:
        done = "".join([text for text, _ in forest.rollup(place)])
        heads[place] += f"{GAP}{done}" if done else ""
    return list(map(add, heads, tails))


def _other_lines(forest: _Forest) -> dict[str, str]:
    """What stands there in place of that, by id: of tasks that only lead to others, and of fields that were
    asked for.
    """
    ledger, texts = forest.ledger, forest.texts or {}
    ids = ledger.column("id")
    found = {ids[place]: GAP.join(text or "-" for text in texts[place]) for place in texts}
    if forest.shows_some:
        rows = zip(ids, ledger.column("state"), all_safe(ledger.column("title")))
        above = (row for row in rows if row[0] not in forest.own)
        found |= {key: f"{badge(state)[0]} {key} ({title})" for key, state, title in above}
    return found


def _heads(ledger: Overview) -> list[str]:
    """State, id, priority and title of each task."""
    badges = each(ledger.column("state"), lambda state: badge(state)[0])
    urgencies = each(ledger.column("urgency"), lambda value: urgency(value)[0])
    columns = (badges, ledger.column("id"), urgencies, all_safe(ledger.column("title")))
    return list(map(" ".join, zip(*columns)))


def _tails(ledger: Overview) -> list[str]:
    """Who has each task, and what it waits for."""
    owners = each(ledger.column("owner"), lambda owner: f"  {safe(owner)}" if owner else "")
    states = each(
        ledger.column("state"), lambda state: "  blocked: " if state == State.BLOCKED else "  "
    )
    waits = hindrances(ledger, range(len(owners)))
    return [
        owner + state + why if why else owner for owner, state, why in zip(owners, states, waits)
    ]


def _deeper(node: TreeLine) -> Line:
    return ((node.guides, DIM), (f"… {node.deeper:,} deeper (tk tree {node.mark})", DIM))


def _drawn(node: TreeLine, forest: _Forest, frame: Frame) -> Iterator[Line]:
    """A task's line; in a narrow terminal who has it and what it waits for go on the next."""
    ledger = forest.ledger
    task = ledger.task(node.task) if node.task is not None else None
    if task is None:
        yield cut_line(_deeper(node), frame.width)
        return
    if forest.is_above(task.id):
        shown = f"{LOOKS[task.state].glyph} {task.id} ({safe(task.title)})"
        yield cut_line([(node.guides, DIM), (shown, DIM)], frame.width)
        return
    place = ledger.places[task.id]
    if forest.texts is not None and place in forest.texts:
        shown = GAP.join(filter(None, forest.texts[place]))
        yield cut_line([(node.guides, DIM), (shown, "")], frame.width)
        return
    head: list[Span] = [(node.guides, DIM), glyph(task.state), (" ", ""), (task.id, ID), (" ", "")]
    head += [urgency(task.urgency), (" ", "")]
    title, colour = safe(task.title), title_colour(task.state)
    left_out = forest.left_out(task.id)
    progress: list[Line] = [one for one in (forest.rollup(place),) if one]
    progress += [[(left_out, DIM)]] if left_out else []
    details: list[Line] = [[part] for part in _details(node, task, forest) if part[0]]
    yield from beside(head, (title, colour), progress, details, (node.under, DIM), frame.width)


def _details(node: TreeLine, task: TaskRow, forest: _Forest) -> Sequence[Span]:
    why = hindrance(task, forest.ledger)
    blocked = task.state is State.BLOCKED
    return (
        (forest.names[task.owner], PERSON),
        (f"blocked: {why}" if blocked and why else why, hindrance_colour(task.state)),
        (node.mark, BAD),
    )


def _with_legend(drawn: Iterable[TreeLine], forest: _Forest, frame: Frame) -> Iterator[Line]:
    """The tasks, and how many there are of each state, which also tells what a glyph means."""
    states: Counter[State] = Counter()
    chosen, ledger = forest.chosen, forest.ledger
    words = ledger.column("state")
    for node in drawn:
        if node.task and not forest.is_above(node.task):
            states.update([words[ledger.places[node.task]]])
        yield from _drawn(node, forest, frame)
    parts = [
        f"{look.glyph} {states[state]:,} {look.label}"
        for state, look in LOOKS.items()
        if states[state]
    ]
    if parts:
        yield ()
    if parts and chosen.is_cut:
        parts = [total(chosen, "tasks"), *parts]
    for text in joined(parts or [nothing(ledger, chosen)], frame.width):
        yield ((text, DIM),)


def nothing(ledger: Overview, chosen: Chosen) -> str:
    """What to say in place of a tree that is empty."""
    if not len(ledger):
        return "no tasks yet (tk new TITLE)"
    if chosen.filtered:
        return "no task matches (tk tree --all)"
    return "nothing open (tk tree --all)"
