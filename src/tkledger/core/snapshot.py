"""All tasks of one tree by id, and the questions one asks of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tkledger.core.entries import (
    NAMES_NONE,
    Entries,
    Links,
    Named,
    differing,
    relinked,
)
from tkledger.core.graph import reachable, walk
from tkledger.core.layout import POLICY_PATH, is_task_key
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple


class Flaw(NamedTuple):
    """Something in the tree that cannot be read as what its place asks for.

    ``code`` is that of the form rule it breaks, ``subject`` the path or the task's id,
    ``mark`` what tells it from another flaw in the same place (the object's id and mode).
    """

    code: str
    subject: str
    message: str
    remedy: str
    mark: str = ""


class Pending(NamedTuple):
    """A task file not read yet: its path and the id of its bytes."""

    path: str
    oid: str


class Elsewhere(NamedTuple):
    """Where a task is that is further on another branch: the branch by the name that git takes, and
    its commit.

    own: whether it is the branch that the task has for itself, not that of a claim alone
    lapsed: whether the claim that names it holds no longer
    copied: whether it is git's copy of a remote's branch
    """

    branch: str
    tip: str
    own: bool = False
    lapsed: bool = False
    copied: bool = False


Entry = Task | Flaw | Policy | Pending
Loader = Callable[[Sequence[Pending]], "Iterable[Task | Flaw]"]


def _unloadable(pending: Sequence[Pending]) -> Iterable[Task | Flaw]:
    raise AssertionError(f"nothing can load {pending}")


class Snapshot:
    """The ledger of one tree. Never changes, but reads a task's file only when asked for it.

    Entries are keyed by task id, and by path for any other file. ``policy`` is the one in force:
    that of the policy's file or, if that is gone or cannot be read, the last one that could be
    read. ``commit`` is that in which it was read, if it was. ``elsewhere`` says of which tasks, by id,
    another branch's version is shown here, and which branch.
    """

    __slots__ = ("_confirmed", "_links", "_load", "commit", "elsewhere", "entries", "policy")

    def __init__(
        self,
        entries: dict[str, Entry] | Entries | None = None,
        policy: Policy | None = None,
        load: Loader = _unloadable,
    ) -> None:
        self.entries = {} if entries is None else entries
        self.policy = policy
        self._load = load
        self.elsewhere: Mapping[str, Elsewhere] = {}
        self.commit = ""
        self._links: Links | None = None
        self._confirmed = True

    @property
    def begun(self) -> bool:
        """Whether it is a ledger: a policy is in force, or one that cannot be read lies there."""
        return self.policy is not None or POLICY_PATH in self.entries

    def entry(self, key: str) -> Task | Flaw | Policy | None:
        """What is at ``key``: a task, a flaw, the policy, or nothing."""
        entry = self.entries.get(key)
        if isinstance(entry, Pending):
            (entry,) = self._load([entry])
            self.entries[key] = entry
        return entry

    def task(self, task_id: str) -> Task | None:
        """The task with that id; None if it does not exist or cannot be read."""
        entry = self.entries.get(task_id)
        if type(entry) is Task:  # first, since nothing is asked as often
            return entry
        if type(entry) is Pending:
            entry = self.entry(task_id)
            return entry if type(entry) is Task else None
        return None

    def ids(self) -> Iterator[str]:
        """The ids of all task files, readable or not, in order."""
        return (key for key in sorted(self.entries) if is_task_key(key))

    def _load_all(self) -> None:
        if isinstance(self.entries, Entries):
            self.entries = dict(self.entries)  # all of them are asked for, and a dict is faster
        self._read(self.entries)

    def _read(self, keys: Iterable[str]) -> None:
        """Read the files of these entries at once, unless they were read."""
        known = ((key, self.entries.get(key)) for key in keys)
        waiting = {key: entry for key, entry in known if isinstance(entry, Pending)}
        if waiting:
            for key, entry in zip(waiting, self._load([*waiting.values()])):
                self.entries[key] = entry

    def tasks(self, keys: Iterable[str] | None = None) -> Iterator[Task]:
        """All readable tasks, by id; or those of some ids, in the order of these."""
        if keys is None:
            self._load_all()
            keys = self.ids()
        else:
            keys = [*keys]
            self._read(keys)
        for key in keys:
            task = self.task(key)
            if task is not None:
                yield task

    def flaws(self) -> Iterator[Flaw]:
        """Everything that cannot be read, by key."""
        self._load_all()
        for key in sorted(self.entries):
            entry = self.entry(key)
            if isinstance(entry, Flaw):
                yield entry

    def evolve(self, changes: Mapping[str, Entry | None]) -> Snapshot:
        """This ledger with other entries; None takes one away."""
        policy = changes.get(POLICY_PATH)
        evolved = Snapshot(
            _evolved(self.entries, changes),
            policy if isinstance(policy, Policy) else self.policy,
            self._load,
        )
        if self._links is not None:
            evolved._confirmed = self._confirmed
            evolved._links = relinked(
                self._links, ((key, self._named(key), evolved._named(key)) for key in changes)
            )
        return evolved

    def put(self, *tasks: Task) -> Snapshot:
        """This ledger with these tasks as they are now."""
        return self.evolve({task.id: task for task in tasks})

    def parent(self, key: str) -> str | None:
        """The id of the task's parent, whether or not that exists."""
        task = self.task(key) if is_task_key(key) else None
        return task.parent if task else None

    def children(self, task_id: str) -> tuple[str, ...]:
        """The ids of the task's children, in order. The first call reads every task, unless it is
        remembered which name what, as in the next three.
        """
        return self._naming(task_id, "parent")

    def offspring(self, task_id: str) -> tuple[str, ...]:
        """The ids of the tasks that came out of this one."""
        return self._naming(task_id, "origin")

    def dependants(self, task_id: str) -> tuple[str, ...]:
        """The ids of the tasks that depend on this one."""
        return self._naming(task_id, "dependencies")

    def imported_as(self, source: str) -> tuple[str, ...]:
        """The ids of the tasks that were imported as this."""
        return self._naming(source, "imported")

    def _naming(self, task_id: str, place: str) -> tuple[str, ...]:
        if self._links is None:
            self._links = self._found_links()
        found = self._links.at(place).get(task_id, ())
        if self._confirmed or not found:
            return found
        self._read(found)
        return tuple(key for key in found if task_id in getattr(self._named(key), place))

    def _found_links(self) -> Links:
        """The links between the tasks: remembered ones, which are confirmed by the files that they
        name whenever they are asked for, or those in all files.
        """
        entries = self.entries
        known = entries.folder.links() if isinstance(entries, Entries) else None
        if known is None or not isinstance(entries, Entries):
            return Links((task.id, names(task)) for task in self.tasks())
        self._confirmed = False
        stored = Snapshot(Entries(entries.folder, {}), None, self._load)
        changes = sorted(entries.changed)
        return relinked(known, ((key, stored._named(key), self._named(key)) for key in changes))

    def _named(self, key: str) -> Named:
        task = self.task(key) if is_task_key(key) else None
        return names(task) if task else NAMES_NONE

    def successors(self, task_id: str) -> list[Task]:
        """The tasks that reopen this one, by id."""
        found = [task for task in map(self.task, self.offspring(task_id)) if task is not None]
        return [task for task in found if task.reopens == task_id]

    def latest(self, task_id: str) -> Task | None:
        """The task that continues one: itself, unless it was reopened; an open one, if any is."""
        last = None
        for key in reachable([task_id], lambda key: [one.id for one in self.successors(key)]):
            task = self.task(key)
            if task is not None and not task.ended:
                return task
            last = task or last
        return last

    def ancestors(self, task_id: str) -> Iterator[str]:
        """The ids above a task, nearest first; stops at a cycle or an unknown one."""
        return walk(task_id, self.parent)

    def descendants(self, task_id: str) -> Iterator[str]:
        """The ids below a task, each once, even if the links form a cycle."""
        return (other for other in reachable([task_id], self.children) if other != task_id)

    def depth(self, task_id: str) -> int:
        """How many ancestors a task has."""
        return sum(1 for _ in self.ancestors(task_id))

    def blocked_by(self, task: Task) -> tuple[str, ...]:
        """The dependencies of a task that are not done."""
        return tuple(other for other in task.depends_on if not self._is_done(other))

    def open_children(self, task_id: str) -> tuple[str, ...]:
        """The children of a task that are neither done nor cancelled."""
        return tuple(child for child in self.children(task_id) if not self._has_ended(child))

    def _is_done(self, task_id: str) -> bool:
        task = self.task(task_id)
        return task is not None and task.state is State.DONE and task_id not in self.elsewhere

    def _has_ended(self, task_id: str) -> bool:
        task = self.task(task_id)
        return task is not None and self.is_over(task)

    def is_over(self, task: Task) -> bool:
        """Whether a task has ended here: an end on another branch is still to be merged."""
        return task.ended and task.id not in self.elsewhere

    def matching(self, prefix: str) -> list[str]:
        """The ids that begin with ``prefix``; an exact match comes alone."""
        if prefix in self.entries:
            return [prefix] if is_task_key(prefix) else []
        if isinstance(self.entries, Entries):
            return self.entries.starting(prefix)
        return [key for key in self.ids() if key.startswith(prefix)]


def names(task: Task) -> Named:
    """What a task names."""
    parent, origin, imported = task.parent, task.came_from, task.imported
    if parent is None and origin is None and imported is None and not task.depends_on:
        return NAMES_NONE
    return Named(_one(parent), _one(origin), task.depends_on, _one(imported))


def _one(name: str | None) -> tuple[str, ...]:
    return (name,) if name is not None else ()


def _evolved(
    entries: dict[str, Entry] | Entries, changes: Mapping[str, Entry | None]
) -> dict[str, Entry] | Entries:
    if isinstance(entries, Entries):
        return entries.evolve(changes)
    found = {**entries, **changes}
    for key, entry in changes.items():
        if entry is None:
            del found[key]
    return found  # type: ignore[return-value]


EMPTY = Snapshot()


def in_order(keys: Iterable[str]) -> AbstractSet[str]:
    """The keys as a set that is gone through in their order: what is said of them never hangs on a hash."""
    return dict.fromkeys(sorted(keys)).keys()


def touched(befores: Iterable[Snapshot], after: Snapshot) -> AbstractSet[str]:
    """The keys at which ``after`` differs from any of ``befores``, in order."""
    keys: set[str] = set()
    for before in befores:
        for key in differing(before.entries, after.entries):
            old, new = before.entries.get(key), after.entries.get(key)
            if old is not new and old != new and before.entry(key) != after.entry(key):
                keys.add(key)
    return in_order(keys)


def governing(parents: tuple[Snapshot, ...], after: Snapshot) -> Policy | None:
    """The policy that judges a commit: its parent's, for a merge the highest version of its
    parents'; for the commit that begins the ledger, the one it brings, or the default if that
    cannot be read.
    """
    inherited = [parent.policy for parent in parents if parent.policy is not None]
    if inherited:
        return max(inherited, key=lambda policy: policy.version)
    return after.policy or DEFAULT if POLICY_PATH in after.entries else None
