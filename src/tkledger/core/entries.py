"""The entries of one tree by key, found when one is asked for; it does not know where a folder is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from tkledger.core.layout import is_task_key
from tkledger.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tkledger.core.snapshot import Entry


class Named(NamedTuple):
    """What one task names: its parent, what it came out of, what it depends on, and where it was imported from."""

    parent: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()


Index = Mapping[str, tuple[str, ...]]


class Links:
    """Which tasks name something, by that: as `Named`, the other way round. The ids are in order. Most
    questions are of one kind, so what is named at one place is gone through when it is first asked for.
    """

    __slots__ = ("_indexes", "_tasks")

    def __init__(self, tasks: Iterable[tuple[str, Named]], *indexes: Index) -> None:
        self._tasks = list(tasks)
        self._indexes = dict(zip(Named._fields, indexes))

    def at(self, place: str) -> Index:
        """The tasks by what they name at a place, which is a field of `Named`."""
        if place not in self._indexes:
            at, found = Named._fields.index(place), dict[str, list[str]]()
            for key, named in self._tasks:
                if named is not NAMES_NONE:
                    for other in named[at]:
                        found.setdefault(other, []).append(key)
            self._indexes[place] = {
                other: (keys[0],) if len(keys) == 1 else tuple(sorted({*keys}))
                for other, keys in found.items()
            }
        return self._indexes[place]


NAMES_NONE = Named()


def relinked(known: Links, changes: Iterable[tuple[str, Named, Named]]) -> Links:
    """The links after tasks came to name others: their ids, whom they named and whom they name."""
    changes = [change for change in changes if change[1] != change[2]]
    if not changes:
        return known
    indexes = [dict(known.at(place)) for place in Named._fields]
    for key, old, new in changes:
        for index, gone, come in zip(indexes, old, new):
            for other in {*gone}.difference(come):
                index[other] = tuple(one for one in index.get(other, ()) if one != key)
            for other in {*come}.difference(gone):
                index[other] = tuple(sorted({*index.get(other, ()), key}))
    return Links((), *indexes)


class Folder(Protocol):
    """A stored folder of task files, of which one can be found without looking at all of them."""

    def find(self, key: str) -> Entry | None:
        """The entry with this key; None if there is none."""

    def all(self) -> dict[str, Entry]:
        """All entries by key."""

    def count(self) -> int:
        """How many entries there are."""

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The ids of tasks, and of their files as bytes."""

    def starting(self, prefix: str) -> list[str]:
        """The keys of tasks that begin so, in order."""

    def differing(self, other: Folder) -> set[str]:
        """The keys of the entries that are in one of two folders only, or not the same in both."""

    def links(self) -> Links | None:
        """Which of its tasks name which, by what is remembered of their files; None if nothing is."""


class Entries(Mapping[str, "Entry"]):
    """The entries of a folder, with changes: as a dict of all of them would be, but one that is asked
    for is found alone. Only to go through all takes reading all names.
    """

    def __init__(self, folder: Folder, changes: Mapping[str, Entry | None]) -> None:
        self.folder = folder
        self.changed = frozenset(changes)
        self._found: dict[str, Entry | None] = dict(changes)
        self._complete = False
        self._count: int | None = None

    def get(self, key: str, default: object = None) -> Entry | None:  # type: ignore[override]
        """The entry with this key; None if there is none."""
        if key in self._found or self._complete:
            return self._found.get(key)
        entry = self._found[key] = self.folder.find(key)
        return entry

    def __getitem__(self, key: str) -> Entry:
        entry = self.get(key)
        if entry is None:
            raise KeyError(key)
        return entry

    def __setitem__(self, key: str, entry: Entry) -> None:
        """Keep what was read of an entry; it changes nothing."""
        self._found[key] = entry

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        if self._count is None:
            there = sum(self.folder.find(key) is not None for key in self.changed)
            self._count = self.folder.count() - there + sum(key in self for key in self.changed)
        return self._count

    def __bool__(self) -> bool:
        return len(self) > 0

    def _all(self) -> dict[str, Entry | None]:
        if not self._complete:
            found = {**self.folder.all(), **self._found}
            self._found = {key: entry for key, entry in found.items() if entry is not None}
            self._complete = True
        return self._found

    def evolve(self, changes: Mapping[str, Entry | None]) -> Entries:
        """These entries with others in their place; None takes one away."""
        evolved = Entries(self.folder, {**self._found, **changes})
        evolved.changed = self.changed.union(changes)
        more = ((one is not None) - (key in self) for key, one in changes.items())
        evolved._count = len(self) + sum(more)  # a long walk would count all changes each time
        if self._complete:
            evolved._found = {k: one for k, one in evolved._found.items() if one is not None}
            evolved._complete = True
        return evolved

    def starting(self, prefix: str) -> list[str]:
        """The keys of tasks that begin so, in order."""
        found = {key for key in self.changed if key.startswith(prefix) and is_task_key(key)}
        return sorted(key for key in found.union(self.folder.starting(prefix)) if key in self)


def differing(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> Collection[str]:
    """The keys that may differ in two sets of entries, the same or not."""
    if one is other:
        return ()
    if isinstance(one, Entries) and isinstance(other, Entries):
        changed = one.changed | other.changed
        return changed | (
            set() if one.folder is other.folder else one.folder.differing(other.folder)
        )
    return one.keys() | other.keys()
