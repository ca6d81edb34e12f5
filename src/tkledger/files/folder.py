"""The ledger's folder as git stores it, if there are plain files of tasks in it alone; it reads none of them."""

from __future__ import annotations

from _bisect import bisect_left  # bisect itself is one module more
from collections.abc import Callable, Iterator

from tkledger.core.entries import Folder, Links
from tkledger.core.field import DEVICES, ID, is_id
from tkledger.core.layout import FOLDER, POLICY_NAME, POLICY_PATH, SUFFIX, path_at, path_of
from tkledger.core.snapshot import Entry, Pending
from tkledger.git.objects import Oid, PlainFiles, plain_files, plain_name, shared

_BEGIN, _END = len(plain_name("")) - 1, -len(SUFFIX) - 1
"""Where in an entry the id of its task is."""


_NAME = rf"[a-z0-9][a-z0-9_-]{{0,62}}\{SUFFIX}".encode()
"""The name of the file of a task, or of the policy."""

_DEVICES = frozenset(plain_name(f"{name}{SUFFIX}") for name in DEVICES)


class PlainFolder:
    """The ledger's folder, if there is nothing in it but files of tasks and the policy.

    oid: its tree; entry: what a file is, by its path and id; tasks: all files of tasks in a folder;
    remembered: the links of a folder, by what is remembered of its files
    """

    def __init__(
        self,
        oid: Oid,
        files: PlainFiles,
        entry: Callable[[str, Oid], Entry],
        tasks: Callable[[PlainFolder], dict[str, Entry]],
        remembered: Callable[[PlainFolder], Links | None],
    ) -> None:
        self.oid = oid
        self._files = files
        self._entry = entry
        self._tasks = tasks
        self._remembered = remembered
        self._links: Links | None = None

    def find(self, key: str) -> Entry | None:
        """The entry with this key; None if there is none."""
        if key != POLICY_PATH and not is_id(key):
            return None
        path = path_at(key)
        at, end = self._files.place(plain_name(path[len(FOLDER) + 1 :]))
        return self._entry(path, self._oid_at(at).hex()) if at < end else None

    def _oid_at(self, at: int) -> bytes:
        return self._files.entries[at][len(self._files.names[at]) :]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The ids of tasks, and of their files as bytes."""
        names, entries = self._files
        width = len(entries[0]) - len(names[0]) if names else 0
        ids = b"".join(names).decode().replace("100644 ", "").split(f"{SUFFIX}\0")
        policy = POLICY_NAME[: -len(SUFFIX)]
        return ((key, entry[-width:]) for key, entry in zip(ids, entries) if key != policy)

    def unread(self) -> dict[str, Entry]:
        """All files of tasks by key, none of which is read."""
        return {key: Pending(path_of(key), oid.hex()) for key, oid in self.files()}

    def all(self) -> dict[str, Entry]:
        """All entries by key."""
        found, policy = self._tasks(self), self.find(POLICY_PATH)
        return {**found, POLICY_PATH: policy} if policy is not None else found

    def count(self) -> int:
        """How many entries there are."""
        return len(self._files.names)

    def starting(self, prefix: str) -> list[str]:
        """The keys of tasks that begin so, in order."""
        if ID.match(prefix) is None:
            return []
        begin, names = plain_name(prefix)[:-1], self._files.names
        first, last = (bisect_left(names, one) for one in (begin, begin + b"\xff"))
        found = (name[_BEGIN:_END].decode() for name in names[first:last])
        return sorted(filter(is_id, found))

    def differing(self, other: Folder) -> set[str]:
        """The keys of the entries that are in one of two folders only, or not the same in both."""
        assert isinstance(other, PlainFolder)
        if self.oid == other.oid:
            return set()
        one, two = self._files.entries, other._files.entries
        same = shared(one, two)
        end = shared(one[same:][::-1], two[same:][::-1])
        files = {*one[same : len(one) - end]}.symmetric_difference(two[same : len(two) - end])
        keys = {one[: one.index(b"\0") + 1][_BEGIN:_END].decode() for one in files}
        return {key if is_id(key) else POLICY_PATH for key in keys}

    def links(self) -> Links | None:
        """Which of its tasks name which, by what is remembered of their files; None if nothing is."""
        if self._links is None:
            self._links = self._remembered(self)
        return self._links


def task_files(data: bytes, width: int, beside: PlainFiles | None = None) -> PlainFiles | None:
    """The files of such a folder, found faster ``beside`` those of one that is much the same; None if
    there is anything else in it.
    """
    files = plain_files(data, width, _NAME, beside)
    return files if files and _DEVICES.isdisjoint(files.names) else None
