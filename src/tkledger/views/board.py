"""`tk board`: one column a state, as many side by side as the terminal holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, picked
from tkledger.core.quoting import many
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.views.style import BAD, DIM, ID, LOOKS, PERSON, STRONG, title_colour, urgency
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    aligned,
    cells,
    cut,
    joined,
    line_cells,
    pad,
    piped_table,
    safe,
    wrap,
)
from tkledger.views.words import (
    NO_ONE,
    Ages,
    age,
    all_safe,
    badge,
    each,
    glyph,
    hindrance,
    hindrance_colour,
    hindrances,
    out_of,
    short_names,
)

if TYPE_CHECKING:
    from tkledger.views.fields import Texts

SHOWN = tuple(state for state in LOOKS if state is not State.CANCELLED)
LEAST, MOST = 22, 44
"""The narrowest and the widest a column may be, in cells."""
CARDS, DONE_CARDS = 8, 3
"""How many tasks of a state, and how many that are done, are shown where the height is not known."""
GUTTER = 2
MOST_NAMES = 3
"""The lines for the names of columns that the height has no room for."""
LEAST_BAND = 9
"""The lines that a band of columns has at least: its head, a task or two, and how many more there are."""


class Column(NamedTuple):
    """A column: its name and colour, the places of its tasks, how many there are without filters, how many are
    shown at most, and how many there may be.
    """

    name: str
    colour: str
    stack: Sequence[int]
    whole: int
    limit: int | None = None
    most: int | None = None
    few: int = CARDS

    @property
    def shown(self) -> Sequence[int]:
        """Those that are shown where there is room for all."""
        return self.stack[: self.limit]

    @property
    def number(self) -> str:
        """How many there are, of how many, and how many there may be."""
        number = out_of(len(self.stack), self.whole)
        return f"{number}, limit {self.most}" if self.most is not None else number

    @property
    def style(self) -> str:
        """The colour of its name: that of what is wrong if there are too many."""
        over = self.most is not None and self.whole > self.most
        return f"{STRONG} {BAD if over else self.colour}".strip()


def board(
    ledger: Overview,
    found: Sequence[int],
    whole: Sequence[int],
    limit: int | None = None,
    texts: Texts | None = None,
    *,
    ages: Ages = dict,
    most: Callable[[], int | None] = lambda: None,
    reordered: bool = False,
) -> Lines:
    """The tasks at the places ``found``, in that order, by state; of the ``whole`` that there are without filters.

    A terminal shows of each state what its height has room for, or up to ``limit``, and how many more there are;
    what is done has the newest first unless the tasks were put in another order. Anything else gets all, or up to
    that, one task a line. ``texts`` are shown of the tasks instead, by their places. ``most`` says how many may be
    in progress, if that is limited.
    """
    states = ledger.column("state")
    counts = Counter(picked(states, whole))
    stacks: dict[State, list[int]] = {state: [] for state in LOOKS}
    for place in found:
        stacks[states[place]].append(place)

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            shown = (stacks[state][:limit] for state in SHOWN)
            return _piped([place for some in shown for place in some], ledger, texts)
        old = ages()
        if not reordered:
            ids = ledger.column("id")
            stacks[State.DONE].sort(key=lambda place: old.get(ids[place], _UNKNOWN))
        columns = [
            Column(
                *(*badge(state), stacks[state], counts[state], limit),
                most() if state is State.IN_PROGRESS else None,
                DONE_CARDS if state is State.DONE else CARDS,
            )
            for state in SHOWN
            if stacks[state]
        ]
        gone = len(stacks[State.CANCELLED]), counts[State.CANCELLED]
        cards = _Cards(ledger, texts, old, short_names(ledger.column("owner")))
        return _drawn(columns, gone, bool(whole), cards, frame)

    return Lines(draw)


_UNKNOWN = 1 << 60


def board_by(
    ledger: Overview,
    groups: Mapping[str, Sequence[int]],
    by: str,
    limit: int | None = None,
    texts: Texts | None = None,
    *,
    ages: Ages = dict,
    most: Callable[[], int | None] = lambda: None,
) -> Lines:
    """The same by something else than states: a column each for the tasks at the places of a group, the largest
    first, and last the group without a name. ``most`` is how many one owner may have in progress.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        order = sorted(groups, key=lambda name: (not name, -len(groups[name]), name))
        if frame.piped:
            places = [place for name in order for place in groups[name][:limit]]
            names = [safe(name) or "-" for name in order for _ in groups[name][:limit]]
            lines = _piped(places, ledger, texts)
            return (f"{name}  {line}" for name, line in zip(_padded(names), lines))
        names_of = short_names(ledger.column("owner"))
        states, limited = ledger.column("state"), most()
        columns = []
        for name in order:
            stack = groups[name]
            words = names_of.get(name) if by == "owner" else None
            title = (words or safe(name)) if name else NO_ONE[by]
            begun = sum(states[place] == State.IN_PROGRESS for place in stack)
            if name and limited is not None and by == "owner":
                title = f"{title}: {begun} of {limited} in progress,"
            columns.append(Column(title, "", stack, len(stack), limit))
        return _drawn(
            columns, (0, 0), bool(ledger), _Cards(ledger, texts, ages(), names_of, True), frame
        )

    return Lines(draw)


def _padded(names: Sequence[str]) -> list[str]:
    width = max(map(cells, names), default=0)
    return [pad(name, width) for name in names]


def _piped(places: Sequence[int], ledger: Overview, texts: Texts | None) -> Iterable[str]:
    if texts is not None:
        return piped_table([*zip(*map(texts.__getitem__, places))])

    def column(name: str) -> Sequence[Any]:
        return picked(ledger.column(name), places)

    return piped_table(
        [
            each(column("state"), lambda state: badge(state)[0]),
            column("id"),
            each(column("urgency"), lambda value: urgency(value)[0]),
            each(column("owner"), safe),
            hindrances(ledger, places),
            all_safe(column("title")),
        ]
    )


def _drawn(
    columns: Sequence[Column], gone: tuple[int, int], there: bool, cards: _Cards, frame: Frame
) -> Iterator[Line]:
    """Columns side by side, in as many bands below each other as the width asks for and the height allows."""
    cancelled, every = gone
    if not columns and not cancelled:
        yield from (((text, DIM),) for text in wrap(nothing(there=there), frame.width))
    ended = f"{out_of(cancelled, every)} cancelled (tk list --all)" if cancelled else ""
    below = wrap(ended, frame.width) if ended else []
    if columns:
        left = frame.height - 1 - (1 + len(below) if below else 0) if frame.height else 0
        yield from _bands(columns, cards, frame.width, left)
    if columns and below:
        yield ()
    yield from (((text, DIM),) for text in below)


def nothing(*, there: bool) -> str:
    """What to say in place of a board that is empty, whether or not ``there`` are tasks."""
    return "no task matches (tk board)" if there else "nothing on the board (tk new TITLE)"


def _bands(columns: Sequence[Column], cards: _Cards, width: int, height: int) -> Iterator[Line]:
    beside = max(1, (width + GUTTER) // (LEAST + GUTTER))
    bands = -(-len(columns) // beside)
    most = max(1, (height + 1) // (LEAST_BAND + 1)) if height else bands
    more = columns[most * beside :] if columns[0].limit is None else ()
    names: list[str] = []
    if more:
        way = f"--limit {DONE_CARDS} shows all"
        names = joined([*(f"{one.name} {one.number}" for one in more), way], width)
        if len(names) > MOST_NAMES or height - 1 - len(names) < LEAST_BAND:
            names = joined([f"… {many(len(more), 'more column')}", way], width)
        bands, columns, height = most, columns[: most * beside], height - 1 - len(names)
    per_band = -(-len(columns) // bands)
    size = max(1, min(MOST, (width + GUTTER) // per_band - GUTTER)) if per_band > 1 else width
    for number in range(bands):
        if number:
            yield ()
        room = (height + 1) // (bands - number) - 1 if height else 0
        some = columns[number * per_band : (number + 1) * per_band]
        drawn = [[*_column(one, cards, size, room)] for one in some]
        for row in zip_longest(*drawn, fillvalue=()):
            yield _beside(row, size)
        height -= max(map(len, drawn), default=0) + 1 if height else 0
    if names:
        yield ()
        yield from (((text, DIM),) for text in names)


def _beside(row: Sequence[Line], size: int) -> Line:
    """The same line of each column, next to each other."""
    spans: list[Span] = []
    for line in row:
        used = line_cells(line)
        spans += [*line, (" " * (size - used + GUTTER), "")]
    while spans and not spans[-1][0].strip():
        spans.pop()
    return spans


def _column(column: Column, cards: _Cards, size: int, room: int) -> Iterator[Line]:
    """The lines of a column, at most as many as there is ``room`` for; 0 if that is not known."""
    yield ((cut(f"{column.name} {column.number}", size), column.style),)
    yield (("─" * size, column.colour or DIM),)
    stack = column.shown if column.limit or room else column.stack[: column.few]
    used, shown = 2, 0
    for place in stack:
        lines = [*cards.card(place, size)]
        needed = len(lines) + (shown > 0)
        rest = 2 if shown + 1 < len(column.stack) else 0
        if shown and room and not column.limit and used + needed + rest > room:
            break
        if shown:
            yield ()
        yield from lines
        used, shown = used + needed, shown + 1
    left = len(column.stack) - shown
    if left:
        yield ()
        yield ((cut(f"… {left:,} more", size), DIM),)


class _Cards(NamedTuple):
    """What is shown of each task; with its state if the column does not say that."""

    ledger: Overview
    texts: Texts | None
    ages: Mapping[str, int]
    names: Mapping[str, str]
    stated: bool = False

    def card(self, place: int, size: int) -> Iterator[Line]:
        """The lines of one, in so many cells."""
        if self.texts is None:
            row = self.ledger.at(place)
            old = self.ages.get(row.id)
            sign = (glyph(row.state), (" ", "")) if self.stated else ()
            shown = row._replace(owner=self.names[row.owner])
            yield from card_of(shown, self.ledger, size, "" if old is None else age(old), sign)
            return
        for text in filter(None, self.texts[place]):
            yield from (((line, ""),) for line in wrap(text, size, 2))


def card_of(
    row: TaskRow, ledger: Overview, size: int, old: str = "", sign: Line = ()
) -> Iterator[Line]:
    """The lines of one task, in so many cells; with how ``old`` its state is, and a ``sign`` before them."""
    used = line_cells(sign)
    key = cut(row.id, size - used)
    left = size - used - cells(key) - 6 - (len(old) + 2 if old else 0)
    head: Line = ((key, ID), urgency(row.urgency), (old, DIM), (cut(safe(row.owner), left), PERSON))
    yield (
        [*sign, *aligned(head, [cells(text) for text, _ in head])]
        if left > -6
        else [
            *sign,
            (key, ID),
        ]
    )
    for text in wrap(safe(row.title), size, 2):
        yield ((text, title_colour(row.state)),)
    why = hindrance(row, ledger)
    if why:
        colour = hindrance_colour(row.state)
        for text in wrap(why, size, 2):
            yield ((text, colour),)
