"""What views of many tasks show of each, and the questions that they ask of all; made of a Snapshot or of
what is remembered of one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from tkledger.core.lifecycle import State
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.snapshot import Elsewhere, Flaw


class TaskRow(NamedTuple):
    """A task as such views show it.

    oid: the id of its file's bytes; empty if it is not known
    owner: empty for none
    waits, briefly: what it waits for, in words; all of it, and at most a few of its dependencies
    held: whether a dependency is not done
    limited: whether it has a budget of its own
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

    @property
    def ended(self) -> bool:
        """Whether the task is done or cancelled."""
        return self.state is State.DONE or self.state is State.CANCELLED


def rank(row: TaskRow) -> tuple[bool, int, str]:
    """The order in which tasks are shown: open ones first, the most urgent first."""
    return row.ended, row.urgency, row.id


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
        self.flaws = flaws
        self.limits = limits
        self.elsewhere: Mapping[str, Elsewhere] = {}
        self.remarks: Mapping[str, str] = {}

    @cached_property
    def rows(self) -> Sequence[TaskRow]:
        """The rows."""
        columns = [*map(self.column, TaskRow._fields)]
        columns[_STATE] = [STATES[word] for word in columns[_STATE]]
        return list(map(partial(tuple.__new__, TaskRow), zip(*columns)))

    def column(self, name: str) -> Column:
        """All that the rows have in a field."""
        return self._column(name) if self._column else [getattr(row, name) for row in self.rows]

    def __len__(self) -> int:
        return len(self.column("id"))

    @cached_property
    def open(self) -> int:
        """How many tasks, the first ones, have not ended."""
        ended = (State.DONE, State.CANCELLED)
        return bisect_left(self.column("state"), True, key=lambda word: word in ended)

    @cached_property
    def _by_id(self) -> dict[str, TaskRow]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _children(self) -> dict[str, list[TaskRow]]:
        found: dict[str, list[TaskRow]] = {}
        for row in self.rows:
            if row.parent is not None:
                found.setdefault(row.parent, []).append(row)
        return found

    def task(self, task_id: str) -> TaskRow | None:
        """The task with that id; None if it does not exist or cannot be read."""
        return self._by_id.get(task_id)

    def parent(self, task_id: str) -> str | None:
        """The id of the task's parent, whether or not that exists."""
        row = self._by_id.get(task_id)
        return row.parent if row else None

    def children(self, task_id: str) -> Sequence[TaskRow]:
        """The tasks right below one, in their order."""
        return self._children.get(task_id, ())

    def open_children(self, task_id: str) -> list[TaskRow]:
        """Those of them that have not ended."""
        return [row for row in self.children(task_id) if not self.is_over(row)]

    def is_over(self, row: TaskRow) -> bool:
        """Whether a task has ended here: an end on another branch is still to be merged."""
        return row.ended and row.id not in self.elsewhere

    def is_ready(self, row: TaskRow) -> bool:
        """Whether a task can be started now."""
        return row.state is State.TODO and not row.held

    def ready(self) -> list[TaskRow]:
        """The tasks that can be started now."""
        return list(filter(self.is_ready, self.rows))

    def changed(self, rows: Iterable[TaskRow], gone: Iterable[str] = ()) -> Overview:
        """This overview with other rows, and without those of some ids."""
        known = {**self._by_id, **{row.id: row for row in rows}}
        for key in gone:
            del known[key]
        found = Overview(sorted(known.values(), key=rank), self.flaws, limits=self.limits)
        found.elsewhere, found.remarks = self.elsewhere, self.remarks
        return found


def picked(column: Column, places: Sequence[int]) -> Column:
    """What a column has at these places, in their order."""
    if isinstance(places, range):
        return column[places.start : places.stop]
    return list(map(column.__getitem__, places))


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
