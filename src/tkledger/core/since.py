"""What became of tasks between two ledgers, as values; where the ledgers and the commits between them come from
is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tkledger.core.history import HistoryEntry, field_changes
from tkledger.core.lifecycle import State
from tkledger.core.overview import natural
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple

FINISHED, MOVED, BLOCKED, NEW = "finished", "moved", "blocked", "new"
REPARENTED, EDITED, CANCELLED, GONE = "re-parented", "edited", "cancelled", "gone"
KINDS = (FINISHED, MOVED, BLOCKED, NEW, REPARENTED, EDITED, CANCELLED, GONE)
"""What may have become of a task, in the order in which it is shown; the first that is so leads."""

_BY_STATE = {
    State.DONE: FINISHED,
    State.CANCELLED: CANCELLED,
    State.BLOCKED: BLOCKED,
}
_BORN = (State.TODO, State.BACKLOG)


class TaskChange(NamedTuple):
    """A task that is not as it was: ``old`` is None if it was not there, ``new`` if it is not any more; both,
    if it cannot be read.

    kinds: what became of it, the leading one first
    fields: those that differ, but for texts that are only added to, and for what moves set
    by: who changed it, by the names of the policy; who made it what it is comes first
    """

    id: str
    old: Task | None
    new: Task | None
    kinds: tuple[str, ...]
    fields: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def task(self) -> Task | None:
        """The task as it is, or as it was before it went."""
        return self.new or self.old

    @property
    def has_moved(self) -> bool:
        """Whether its state is another one."""
        return bool(self.old and self.new and self.old.state is not self.new.state)


def task_change(key: str, old: Task | None, new: Task | None) -> TaskChange:
    """What became of one task; of a mistake that came and went, it is nothing that is shown."""
    fields = tuple(one.name for one in field_changes(old, new)) if new is not None else ()
    kinds = {*_kinds(old, new, fields)}
    return TaskChange(key, old, new, tuple(one for one in KINDS if one in kinds), fields)


def _kinds(old: Task | None, new: Task | None, fields: Sequence[str]) -> Iterable[str]:
    if new is None:
        yield GONE
        return
    if old is None:
        yield NEW
    moved = old.state is not new.state if old else new.state not in _BORN
    if moved:
        yield _BY_STATE.get(new.state, MOVED)
    if "parent" in fields:
        yield REPARENTED
    if {*fields} - {"parent"} or not (old is None or moved or fields):
        yield EDITED  # without a field that is named, more was said


def is_noise(change: TaskChange) -> bool:
    """Whether a task came and was taken away as a mistake, so that there is nothing to tell."""
    return change.old is None and (change.new is None or change.new.is_mistake)


def credited(
    changes: Iterable[TaskChange], entries: Iterable[HistoryEntry], name: Callable[[str], str]
) -> list[TaskChange]:
    """The changes with who made them, by the ``entries`` of the commits between, oldest first; ``name`` is what an
    actor is called. Who brought a task to its state leads, or else who changed it last.
    """
    changes = [*changes]
    said: dict[str, list[HistoryEntry]] = {one.id: [] for one in changes}
    for entry in entries:
        if entry.task in said:
            said[entry.task].append(entry)
    return [one._replace(by=_by(one, said[one.id], name)) for one in changes]


def _by(
    change: TaskChange, entries: Sequence[HistoryEntry], name: Callable[[str], str]
) -> tuple[str, ...]:
    newest = entries[::-1]
    if change.new is not None and (change.has_moved or change.old is None):
        state = change.new.state
        movers = [one for one in newest if one.target is state and one.source is not state]
        newest = [*movers[:1], *newest]
    return tuple(dict.fromkeys(name(one.actor) for one in newest))


def ordered(changes: Iterable[TaskChange]) -> list[TaskChange]:
    """The changes by what leads, then by ids."""
    return sorted(changes, key=lambda one: (KINDS.index(one.kinds[0]), natural(one.id)))


def by_person(changes: Iterable[TaskChange]) -> dict[str, list[TaskChange]]:
    """The changes by who leads, in the order of names; those that no commit says anything of come last, by ""."""
    found: dict[str, list[TaskChange]] = {}
    for one in ordered(changes):
        found.setdefault(one.by[0] if one.by else "", []).append(one)
    return dict(sorted(found.items(), key=lambda row: (not row[0], row[0].casefold())))
