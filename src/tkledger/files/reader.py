"""From what git stores under ``.tasks/`` to the entries of a Snapshot, flaws included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core import flaws
from tkledger.core.entries import NAMES_NONE, Entries, Links
from tkledger.core.field import is_id
from tkledger.core.layout import (
    FOLDER,
    POLICY_NAME,
    POLICY_PATH,
    SUFFIX,
    is_task_key,
    key_of,
    path_of,
)
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import TooNew
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Entry, Flaw, Pending, names
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import TkError, too_old, unusable
from tkledger.files import codec
from tkledger.files.folder import PlainFolder, task_files
from tkledger.files.look_alikes import alike, look_alike, skeleton
from tkledger.files.roots import Root, roots
from tkledger.git.objects import FOLDER_MODE, Oid, PlainFiles, TreeEntry, is_in_order, read_tree
from tkledger.git.repo import Repo

if TYPE_CHECKING:  # only views have one, and a move does without it
    from tkledger.local.task_cache import TaskCache

PLAIN_FILE = "100644"
_MODES = {
    "100644": "a file",
    "120000": "a symbolic link",
    "160000": "a submodule",
    "100755": "executable",
    FOLDER_MODE: "a folder",
}
_WORTH_CACHING = 100
"""So many files are read again by each command before they go into the cache."""

_WORTH_KEEPING = 32
"""So many files are read again by each command before what they name is kept."""

_MANY_NAMES = 64
"""So many names are found faster in the list of a folder's files than one by one."""

_MOST_STRAYS = 10_000
"""A few trees that hold each other can name more files than there is time to read."""

_MAX_CACHED = 4_000
"""Task files kept in memory by the id of their bytes; about 1 KB each."""


class TreeReader:
    """Reads the ledger's part of trees; remembers files by their ids, so each is read once.

    With a ``cache`` it remembers across commands, too: good for looking, never for judging. ``links`` is the
    common git folder if it may find there which tasks name others.
    """

    def __init__(
        self, repo: Repo, cache: TaskCache | None = None, links: str | None = None
    ) -> None:
        self._repo = repo
        self._cache = cache
        self._linked_in = links
        self._known: dict[Pending, Task | Flaw] = {}
        # not the folder, which has functions of this reader: both would live until garbage is collected
        self._folders: dict[Oid, PlainFiles] = {}
        self._last_links: tuple[Oid, Links | None] | None = None

    def entries(self, tree: str) -> dict[str, Entry] | Entries:
        """All entries of the ledger in the tree that ``tree`` names."""
        found: dict[str, Entry] = {}
        folder: PlainFolder | None = None
        answer = self._repo.read(tree)
        root = read_tree(answer[2], len(answer[0])) if answer and answer[1] == "tree" else []
        if answer and not is_in_order(root):
            found.update(disorder(answer[0]))
        places = [entry for entry in root if entry.name == FOLDER]
        for place in places:
            if place.mode != FOLDER_MODE:
                found.update(self.entry(FOLDER, place.mode, place.oid))
            elif len(places) > 1 or not (folder := self._plain(place.oid)):
                found.update(self._folder(place.oid))
        for name in alike(root):
            found.update(look_alike(name))
        return found if folder is None else Entries(folder, found)

    def _plain(self, oid: Oid) -> PlainFolder | None:
        """The folder of this tree; None if something is in it that has to be looked at."""
        files = self._folders.pop(oid, None)
        if files is None:
            found = self._repo.tree_bytes(oid)
            beside = next(reversed(self._folders.values()), None)
            files = task_files(found[1], len(oid), beside) if found is not None else None
            if files is None:
                return None
        while len(self._folders) > 1:  # the two of a change are asked for by turns
            del self._folders[next(iter(self._folders))]
        self._folders[oid] = files
        return PlainFolder(oid, files, self._plain_file, self._all, self._links)

    def _plain_file(self, path: str, oid: Oid) -> Entry:
        (entry,) = self.entry(path, PLAIN_FILE, oid).values()
        return entry

    def _links(self, folder: PlainFolder) -> Links | None:
        """The links of a folder, as they were found for the last one that was asked for."""
        if self._last_links is None or self._last_links[0] != folder.oid:
            self._last_links = folder.oid, self._found_links(folder)
        return self._last_links[1]

    def _found_links(self, folder: PlainFolder) -> Links | None:
        """The links of a folder, by what is remembered of its files; those of others are read."""
        if self._linked_in is None:
            return None
        from tkledger.local.link_cache import LinkCache  # few changes ask

        cache = LinkCache(self._linked_in)
        known = cache.read()
        files = list(folder.files())
        missing = [Pending(path_of(key), oid.hex()) for key, oid in files if oid not in known]
        for pending, task in zip(missing, self.load(missing)):
            oid = bytes.fromhex(pending.oid)
            known[oid] = names(task) if isinstance(task, Task) else NAMES_NONE
        if len(missing) >= _WORTH_KEEPING:
            few = len(known) <= 2 * len(files)  # of other branches, too
            cache.write(known if few else {oid: known[oid] for _, oid in files})
        return Links((key, known[oid]) for key, oid in files)

    def roots(self, trees: Sequence[str]) -> Iterator[Root]:
        """The root folders that ``trees`` name, in their order."""
        return roots(self._repo, trees)

    def _folder(self, oid: Oid) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for path, mode, blob in self._files(oid):
            for key, entry in self.entry(path, mode, blob).items():
                found[key] = twice(path) if key in found else entry
        return found

    def _files(self, oid: Oid) -> Iterator[tuple[str, str, Oid]]:
        """The files of the ledger's folder and of the folders in it."""
        folders = []
        for entry in self._tree(FOLDER, oid):
            path = f"{FOLDER}/{entry.name}"
            if entry.mode == FOLDER_MODE:
                folders.append((path, entry.oid))
            else:
                yield path, entry.mode, entry.oid
        yield from self.files(folders)

    def files(self, folders: Iterable[tuple[str, Oid]]) -> Iterator[tuple[str, str, Oid]]:
        """The files of folders in the ledger's folder, all of which are stray. Raises if there are
        more than `_MOST_STRAYS`; a long path counts as several.
        """
        waiting, count = list(folders), 0
        while waiting:
            folder, tree = waiting.pop()
            for entry in self._tree(folder, tree):
                below = f"{folder}/{entry.name}"
                count += 1 + len(below) // 100
                if count > _MOST_STRAYS:
                    raise _too_many(below)
                if entry.mode == FOLDER_MODE:
                    waiting.append((below, entry.oid))
                else:
                    yield below, entry.mode, entry.oid

    def _tree(self, path: str, oid: Oid) -> list[TreeEntry]:
        found = self._repo.tree(oid)
        if found is None:
            raise unusable("missing-object", f"{path}, tree {oid}, is missing", "git fsck --full")
        return found

    def entry(self, path: str, mode: str, oid: Oid) -> dict[str, Entry]:
        """The entry, by its key, of one file that git lists."""
        key = key_of(path)
        if mode != PLAIN_FILE or path == FOLDER:
            what = _MODES.get(mode, f"of mode {mode}")
            return {
                key: Flaw(
                    flaws.NOT_A_PLAIN_FILE,
                    path,
                    f"is {what}",
                    f"commit {path} as " + ("a folder" if path == FOLDER else "an ordinary file"),
                    f"{mode} {oid}",
                )
            }
        if key == POLICY_PATH:
            return {key: self._policy(oid)}
        if is_task_key(key):
            return {key: Pending(path, oid)}
        return {key: _misnamed(path, oid)}

    def task(self, path: str, mode: str, oid: Oid) -> Task | None:
        """The task in a file that git lists; None for anything else."""
        if mode != PLAIN_FILE or not is_task_key(key_of(path)):
            return None
        (found,) = self.load([Pending(path, oid)])
        return found if isinstance(found, Task) else None

    def task_at(self, commit: Oid, task_id: str) -> Task | None:
        """A task in a commit; None if it has none of that id that can be read."""
        path = path_of(task_id)
        found = self._repo.read(f"{commit}:{path}", limit=codec.MAX_BYTES)
        return self.task(path, PLAIN_FILE, found[0]) if found and found[1] == "blob" else None

    def named(self, folder: Root, ids: Sequence[str]) -> set[str]:
        """Those of ``ids`` that name a file in a ledger's folder."""
        known = [one for one in ids if is_id(one)] if folder.mode == FOLDER_MODE else []
        if len(known) > _MANY_NAMES:
            there = {entry.name for entry in self._tree(FOLDER, folder.oid)}
            return {one for one in known if f"{one}{SUFFIX}" in there}
        names = [f"{folder.oid}:{one}{SUFFIX}" for one in known]
        return {one for one, found in zip(known, self._repo.read_many(names, limit=0)) if found}

    def _policy(self, oid: Oid) -> Policy | Flaw:
        data = self._bytes([oid])[0]
        try:
            return codec.load_policy(data)
        except codec.FormError as error:
            return _flaw(POLICY_PATH, POLICY_PATH, oid, error)
        except TooNew as error:
            raise too_old(str(error)) from None

    def load(self, waiting: Sequence[Pending]) -> Iterable[Task | Flaw]:
        """The tasks of files not read yet, or what is wrong with them."""
        new = [pending for pending in waiting if pending not in self._known]
        if len(self._known) + len(new) > max(_MAX_CACHED, len(waiting)):
            self._known.clear()
            new = list(waiting)
        for pending, data in zip(new, self._bytes([pending.oid for pending in new])):
            self._known[pending] = read_task(pending, data)
        return [self._known[pending] for pending in waiting]

    def _all(self, folder: PlainFolder) -> dict[str, Entry]:
        """The files of a folder: tasks that the cache has, the others unread, unless there are many."""
        if self._cache is None:
            return folder.unread()
        known, found = self._cache.read(), dict[str, Entry]()
        for key, oid in folder.files():
            task = known.get(oid)
            found[key] = task if task and task.id == key else Pending(path_of(key), oid.hex())
        waiting = [one for one in found.values() if isinstance(one, Pending)]
        if len(waiting) > _WORTH_CACHING:
            found.update(zip((key_of(one.path) for one in waiting), self.load(waiting)))
            tasks = ((oid, found[key]) for key, oid in folder.files())
            self._cache.write({oid: one for oid, one in tasks if isinstance(one, Task)})
        return found

    def _bytes(self, oids: Sequence[Oid]) -> list[bytes]:
        found = []
        for oid, answer in zip(oids, self._repo.read_many(oids, limit=codec.MAX_BYTES)):
            if answer is None:
                raise unusable("missing-object", f"object {oid} is missing", "git fsck --full")
            found.append(answer[2])
        return found


def _too_many(path: str) -> TkError:
    top = "/".join(path.split("/", 2)[:2])[:99]
    return unusable(
        "too-many-files",
        f"{top} holds more than {_MOST_STRAYS:,} files, which is more than is read",
        f"move it out of {FOLDER}/",
    )


def read_task(pending: Pending, data: bytes) -> Task | Flaw:
    """The task in a file's bytes, or what is wrong with it."""
    stem = key_of(pending.path)
    try:
        task = codec.load_task(data)
    except codec.FormError as error:
        return _flaw(stem, pending.path, pending.oid, error)
    if task.id == stem:
        return task
    return Flaw(
        flaws.WRONG_NAME,
        stem,
        f"the file {pending.path} holds the id {task.id}",
        f"name the file {path_of(task.id)}, or write 'id: {stem}' in it",
        pending.oid,
    )


def _flaw(subject: str, path: str, oid: Oid, error: codec.FormError) -> Flaw:
    if error.code == flaws.NOT_CANONICAL:
        remedy = "tk fmt, then commit again"
    elif error.remedy:
        remedy = error.remedy
    else:
        remedy = f"put it right in {quoted(path)}" + (f", line {error.line}" if error.line else "")
        if error.code == flaws.CONFLICT_MARKERS:
            remedy = f"tk resolve, or {remedy}"
    return Flaw(error.code, subject, str(error), remedy, oid)


def _misnamed(path: str, oid: Oid) -> Flaw:
    name = path[len(FOLDER) + 1 :]
    stem = name[: -len(SUFFIX)]
    plain = skeleton(name)
    if plain != name and (
        key_of(f"{FOLDER}/{plain}") != f"{FOLDER}/{plain}" or plain == POLICY_NAME
    ):
        return Flaw(flaws.LOOK_ALIKE, path, f"looks like {plain}", f"name it {plain}", oid)
    if name.endswith(SUFFIX) and "/" not in name:
        return Flaw(
            flaws.WRONG_NAME,
            path,
            f"{stem!r} is not an id (a-z, 0-9, _ and -, at most 63)",
            "name the file after the id in it, in small letters and digits",
            oid,
        )
    return Flaw(
        flaws.STRAY_FILE, path, "is neither a task nor the policy", f"move it out of {FOLDER}/", oid
    )


DISORDER = f"{FOLDER}//"
"""The key of a root folder that git would not write."""


def disorder(tree: Oid) -> dict[str, Entry]:
    """The entry of such a root folder: what it holds depends on who reads it."""
    message = "the root folder names something twice, out of order or by a path"
    return {DISORDER: Flaw(flaws.NOT_A_PLAIN_FILE, FOLDER, message, "git fsck --full", tree)}


def twice(path: str) -> Flaw:
    """The flaw of a path that is in a tree twice, which git itself never writes."""
    return Flaw(flaws.NOT_A_PLAIN_FILE, path, "is in the tree twice", "git fsck --full", "twice")
