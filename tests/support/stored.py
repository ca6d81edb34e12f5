"""A folder of tasks in memory, of which one is found by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tkledger.core.entries import Entries, Folder, Links
from tkledger.core.snapshot import Entry, Flaw, Pending, Snapshot, names
from tkledger.core.task import Task


class Stored:
    """A folder in memory, with links that say too much, but nothing too little."""

    def __init__(self, tasks: Mapping[str, Task], lies: Sequence[tuple[str, str]] = ()) -> None:
        self.tasks = tasks
        self.lies = lies
        self.asked: list[list[str]] = []

    def find(self, key: str) -> Entry | None:
        return Pending(key, repr(self.tasks[key])) if key in self.tasks else None

    def all(self) -> dict[str, Entry]:
        return {key: Pending(key, repr(task)) for key, task in self.tasks.items()}

    def count(self) -> int:
        return len(self.tasks)

    def starting(self, prefix: str) -> list[str]:
        return sorted(key for key in self.tasks if key.startswith(prefix))

    def differing(self, other: Folder) -> set[str]:
        here, there = self.all(), other.all()
        return {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}

    def links(self) -> Links:
        named = {key: names(task) for key, task in self.tasks.items()}
        for key, to in self.lies:
            named[key] = named[key]._replace(parent=tuple({*named[key].parent, to}))
        return Links(named.items())

    def snapshot(self, changes: Mapping[str, Entry | None]) -> Snapshot:
        return Snapshot(Entries(self, changes), None, self.load)

    def load(self, waiting: Sequence[Pending]) -> Sequence[Task | Flaw]:
        self.asked.append([one.path for one in waiting])
        return [self.tasks[one.path] for one in waiting]
