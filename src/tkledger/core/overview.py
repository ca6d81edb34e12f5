"""What views of many tasks show of each, and the questions that they ask of all; made of a Snapshot or of
what is remembered of one.
"""

from __future__ import annotations

from _bisect import bisect_left, bisect_right  # bisect itself is one module more
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from tkledger.core.lifecycle import TERMINAL, State
from tkledger.core.pattern import pattern
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.snapshot import Elsewhere, Flaw
    from tkledger.core.task import Task


class TaskRow(NamedTuple):
    """A task as such views show it.

    oid: the id of its file's bytes; empty if it is not known
    owner: empty for none
    waits, briefly: what it waits for, in words; all of it, and at most a few of its dependencies, with states
    held: whether a dependency is not done
    limited: whether it has a budget of its own
    due_from: from when on what it waits for is over, in seconds since 1970; None if no time ends that
    awaits: the tasks whose end it waits for; stream: empty for none; due: a date, empty for none
    """

    id: str
    oid: bytes
    state: State
    urgency: int
    kind: str
    title: str
    owner: str
    labels: tuple[str, ...]
    parent: str | None
    depends_on: tuple[str, ...]
    waits: str
    briefly: str
    held: bool
    is_mistake: bool
    limited: bool
    due_from: int | None = None
    awaits: tuple[str, ...] = ()
    stream: str = ""
    due: str = ""

    @property
    def ended(self) -> bool:
        """Whether the task is done or cancelled."""
        return self.state is State.DONE or self.state is State.CANCELLED


Natural = tuple[list[str | int], str]


def natural(task_id: str) -> Natural:
    """What ids are put in order by: their numbers count as numbers, so that kid2 comes before kid10."""
    parts: list[str | int] = [*_NUMBER.split(task_id)]
    parts[1::2] = map(int, parts[1::2])
    return parts, task_id


_NUMBER = pattern("([0-9]+)")


Rank = tuple[bool, int, Natural]


def rank(task: Task | TaskRow) -> Rank:
    """The order in which tasks are shown: open ones first, the most urgent first."""
    return _rank(task.state, task.urgency, task.id)


def _rank(state: str, urgency: int, task_id: str) -> Rank:
    return state in TERMINAL, urgency, natural(task_id)


class Chosen(NamedTuple):
    """Tasks that are shown, by their places in an overview.

    places: in the order in which they are shown, as many as were asked for; matching: how many would be
    whole: how many there are without filters; filtered: whether there are any
    reordered: whether the order is not that of the overview
    """

    places: Sequence[int]
    matching: int
    whole: int
    filtered: bool = False
    reordered: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether there are others that are not shown."""
        return self.filtered or len(self.places) < self.whole


Column = Sequence[Any]
"""What all rows have in one field, in their order; states are words."""

STATES = {state.value: state for state in State}
_STATE = TaskRow._fields.index("state")


class Overview:
    """All tasks of one ledger, in the order in which they are shown: as rows, or as columns, which a long list
    is drawn of. It never changes. The place of a task is its number in this order.

    flaws: what cannot be read; limits: whether any limit of the policy or of a task may hold
    elsewhere: of which tasks another branch's version is shown, and which branch
    remarks: words on tasks that are not in the tree
    """

    def __init__(
        self,
        rows: Sequence[TaskRow] = (),
        flaws: Sequence[Flaw] = (),
        *,
        limits: bool = False,
        column: Callable[[str], Column] | None = None,
    ) -> None:
        if column is None:
            self.rows = rows
        self._column = column
        self._columns: dict[str, Column] = {}
        self.flaws = flaws
        self.limits = limits
        self.elsewhere: Mapping[str, Elsewhere] = {}
        self.remarks: Mapping[str, str] = {}

    @cached_property
    def rows(self) -> Sequence[TaskRow]:
        """The rows."""
        return self.some(range(len(self)))

    def some(self, places: Sequence[int]) -> list[TaskRow]:
        """The rows of the tasks at these places."""
        columns = [picked(self.column(name), places) for name in TaskRow._fields]
        columns[_STATE] = [STATES[word] for word in columns[_STATE]]
        return list(map(partial(tuple.__new__, TaskRow), zip(*columns)))

    def column(self, name: str) -> Column:
        """All that the rows have in a field; a tree asks for it at each of its lines."""
        if self._column:
            return self._column(name)
        if name not in self._columns:
            self._columns[name] = _shared(getattr(row, name) for row in self.rows)
        return self._columns[name]

    def at(self, place: int) -> TaskRow:
        """The row of the task at a place."""
        if self._column is None or "rows" in self.__dict__:
            return self.rows[place]
        values = [self.column(name)[place] for name in TaskRow._fields]
        values[_STATE] = STATES[values[_STATE]]
        return tuple.__new__(TaskRow, values)

    def __len__(self) -> int:
        return len(self.column("id"))

    @cached_property
    def open(self) -> int:
        """How many tasks, the first ones, have not ended."""
        return bisect_left(self.column("state"), True, key=TERMINAL.__contains__)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each task by its id."""
        return {key: place for place, key in enumerate(self.column("id"))}

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, parent in zip(self.column("id"), self.column("parent")):
            if parent is not None:
                found.setdefault(parent, []).append(key)
        return found

    def task(self, task_id: str) -> TaskRow | None:
        """The task with that id; None if it does not exist or cannot be read."""
        place = self.places.get(task_id)
        return None if place is None else self.at(place)

    def parent(self, task_id: str) -> str | None:
        """The id of the task's parent, whether or not that exists."""
        place = self.places.get(task_id)
        found: str | None = None if place is None else self.column("parent")[place]
        return found

    def children(self, task_id: str) -> Sequence[str]:
        """The ids of the tasks right below one, in their order."""
        return self._children.get(task_id, ())

    def with_ancestors(self, keys: Iterable[str]) -> set[str]:
        """These tasks and all above them that exist."""
        known = {*keys}
        parents, places = self.column("parent"), self.places
        for node in {parents[places[key]] for key in known}:
            while node is not None and node not in known and node in places:
                known.add(node)
                node = parents[places[node]]
        return known

    @cached_property
    def open_parents(self) -> frozenset[str | None]:
        """What tasks that have not ended name as their parent: ids, and None."""
        parents, ids = self.column("parent"), self.column("id")
        elsewhere = (at for at in range(self.open, len(self)) if ids[at] in self.elsewhere)
        late = elsewhere if self.elsewhere else ()
        return frozenset((*parents[: self.open], *map(parents.__getitem__, late)))

    def has_open_children(self, task_id: str) -> bool:
        """Whether any task right below one has not ended."""
        return task_id in self.open_parents

    def is_over(self, row: TaskRow) -> bool:
        """Whether a task has ended here: an end on another branch is still to be merged."""
        return row.ended and row.id not in self.elsewhere

    def in_states(self, *states: State) -> list[str]:
        """The ids of the tasks in these states, but for mistakes."""
        columns = zip(*map(self.column, ("id", "state", "is_mistake")))
        return [key for key, state, mistake in columns if state in states and not mistake]

    def ready(self) -> list[int]:
        """The places of the tasks that can be started now."""
        todo = zip(self.column("state")[: self.open], self.column("held"))
        return [
            place for place, (state, held) in enumerate(todo) if state == State.TODO and not held
        ]

    def due(self, now: int) -> list[int]:
        """The places of the blocked tasks that can be taken up at ``now``: their wait is over."""
        dated = zip(self.column("due_from")[: self.open], self.column("held"))
        return [
            place
            for place, (since, held) in enumerate(dated)
            if since is not None and since <= now and not held
        ]

    def changed(self, rows: Iterable[TaskRow], gone: Collection[str] = ()) -> Overview:
        """This overview with other rows, and without those of some ids; the other rows are not made."""
        new = {row.id: row for row in rows}
        columns = {name: [*self.column(name)] for name in TaskRow._fields}
        places = (self.places.get(key) for key in {*new, *gone})
        for place in sorted((place for place in places if place is not None), reverse=True):
            for column in columns.values():
                del column[place]
        ids, states, urgencies = (columns[name] for name in ("id", "state", "urgency"))

        def rank_at(place: int) -> Rank:
            return _rank(states[place], urgencies[place], ids[place])

        for row in new.values():
            place = bisect_right(range(len(ids)), rank(row), key=rank_at)
            for name, value in zip(TaskRow._fields, row):
                columns[name].insert(place, _word(value))
        found = Overview((), self.flaws, limits=self.limits, column=columns.__getitem__)
        found.elsewhere, found.remarks = self.elsewhere, self.remarks
        return found


def _shared(values: Iterable[Any]) -> Column:
    """A column in which each value is there once, however often it comes."""
    known: dict[Any, Any] = {}
    return [known.setdefault(value, value) for value in map(_word, values)]


def _word(value: Any) -> Any:
    return value.value if isinstance(value, State) else value


def picked(column: Column, places: Sequence[int]) -> Column:
    """What a column has at these places, in their order."""
    if isinstance(places, range):
        return column[places.start : places.stop]
    return list(map(column.__getitem__, places))


def turns(ledger: Overview, chosen: Chosen) -> dict[str, int]:
    """The number of each chosen task in their order, by its id; empty if that is the overview's."""
    ids = ledger.column("id")
    return {ids[place]: n for n, place in enumerate(chosen.places)} if chosen.reordered else {}


def in_turn(keys: Sequence[str], turn: Mapping[str, int]) -> Sequence[str]:
    """Tasks by such numbers; those that have none come last."""
    return sorted(keys, key=lambda key: turn.get(key, len(turn))) if turn else keys


class Remarks(Mapping[str, str]):
    """Words on tasks; found when the first is asked for, since that may count all history."""

    def __init__(self, find: Callable[[], Mapping[str, str]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> Mapping[str, str]:
        return self._find()

    def __getitem__(self, key: str) -> str:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
