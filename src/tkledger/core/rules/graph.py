"""TK3xx, graph: links lead somewhere, and no task waits for itself in the end.

Here are links and cycles; how far the ledger may grow is in `growth`. Each rule looks at the part
of the ledger in reach of what changed, visits nothing twice, and leaves out what was so in a parent
already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from tkledger.core.change import Change
from tkledger.core.graph import Kinds, cycles, may_loop
from tkledger.core.layout import path_of
from tkledger.core.rules.rule import Finding, newly, rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task


@rule("TK301")
def unknown_parent(change: Change) -> Iterator[Finding]:
    """A task's parent does not exist.

    Why: budgets and depth are counted along parents; a missing one would set the task free.

    Remedy: create the parent first, or in the same commit; or `tk edit ID --parent ID`.
    """
    mend = "tk edit {} --parent ID"
    return _unknown(change, "parent", lambda task: [task.parent] if task.parent else [], mend)


@rule("TK302")
def unknown_dependency(change: Change) -> Iterator[Finding]:
    """A task depends on one that does not exist.

    Why: it could never be started.

    Remedy: `tk edit ID --no-depends-on DEP`.
    """
    mend = "tk edit {} --no-depends-on {}"
    return _unknown(change, "dependency", lambda task: task.depends_on, mend)


@rule("TK303")
def unknown_origin(change: Change) -> Iterator[Finding]:
    """A task names as its origin one that does not exist.

    Why: where work came from is counted along origins.

    Remedy: name the task whose work discovered this one, or none.
    """
    return _unknown(change, "origin", lambda task: [task.origin] if task.origin else [])


def _unknown(
    change: Change, what: str, links: Callable[[Task], Iterable[str]], mend: str = ""
) -> Iterator[Finding]:
    def standing(snapshot: Snapshot) -> Iterator[Finding]:
        for key in change.touched:
            task = snapshot.task(key)
            for other in links(task) if task else ():
                if other not in snapshot.entries:
                    fact = f"its {what} {other} does not exist"
                    yield Finding(key, fact, "tk list", mend.format(key, other))

    return newly(change, standing)


@rule("TK313", since=2)
def reopened_before_its_end(change: Change) -> Iterator[Finding]:
    """A new task names in `reopens` one that does not exist, or that has not ended; or it names an
    origin as well.

    What it reopens is what it came out of, and so takes the place of an origin.

    Why: a task that is still open is not begun a second time; and what reopens an ended one may be like
    it, which TK310 refuses otherwise.

    Remedy: `tk reopen ID`, once the task has ended; until then continue the task itself.
    """
    for task in change.created():
        if task.reopens is None:
            continue
        old = change.after.task(task.reopens)
        if old is None:
            there = task.reopens in change.after.entries
            what = "cannot be read" if there else "does not exist"
            yield Finding(task.id, f"reopens {task.reopens}, which {what}", "tk list --all")
        elif not old.ended:
            fact, remedy = still_open(old)
            yield Finding(task.id, f"reopens {old.id}, which {fact}", remedy)
        if task.origin is not None:
            yield Finding(
                task.id,
                "has an origin and reopens a task",
                f"take 'origin' out of {path_of(task.id)}",
            )


def still_open(old: Task) -> tuple[str, str]:
    """What is to be said of a task that is reopened and has not ended: the fact and the remedy."""
    return f"is {old.state.value}: only a task that has ended is reopened", f"tk why {old.id}"


@rule("TK304")
def parent_cycle(change: Change) -> Iterator[Finding]:
    """Parents form a cycle.

    In a merge only open tasks count: two branches may have ended their tasks so, and what has ended
    can no longer be moved.

    Why: such a task has no root, no depth and no budget above it, and can never be ended.

    Remedy: give one task on the path another parent, `tk edit ID --parent ID`, or none.
    """

    def parents(snapshot: Snapshot, task_id: str) -> Iterable[str]:
        task = snapshot.task(task_id)
        if task is None or task.parent is None or (change.is_merge and task.ended):
            return ()
        return (task.parent,)

    for path in _new_cycles(change, parents, Snapshot.children):
        remedy = f"tk edit {path[-1]} --parent ''"
        yield Finding(path[0], f"its parents lead back to it: {_shown(path)}", remedy, remedy)


@rule("TK305")
def dependency_cycle(change: Change) -> Iterator[Finding]:
    """Dependencies form a cycle.

    Those of tasks that have ended hold nothing up, and do not count.

    Why: none of them could ever be started.

    Remedy: take one of the dependencies on the path out: `tk edit ID --no-depends-on DEP`.
    """

    def dependencies(snapshot: Snapshot, task_id: str) -> Iterable[str]:
        task = snapshot.task(task_id)
        return task.depends_on if task and not task.ended else ()

    for path in _new_cycles(change, dependencies, Snapshot.dependants):
        remedy = f"tk edit {path[-1]} --no-depends-on {path[0]}"
        yield Finding(path[0], f"its dependencies lead back to it: {_shown(path)}", remedy, remedy)


@rule("TK306")
def deadlock(change: Change) -> Iterator[Finding]:
    """Tasks wait for each other by parents and dependencies together.

    A parent cannot finish before its children, a task not before its dependencies. A child that
    depends on its own parent is the shortest case. Links out of tasks that have ended hold
    nothing up. Of tasks each of which leads to each, links of both kinds are there.

    Why: none of them could ever be finished, though no single kind of link forms a cycle.

    Remedy: take one link on the path out: `tk edit ID --no-depends-on DEP` or `--parent ID`.
    """

    def waits_for(snapshot: Snapshot, task_id: str) -> tuple[str, ...]:
        task = snapshot.task(task_id)
        if task is None or task.ended:
            return ()
        return task.depends_on + snapshot.children(task_id)

    def waiting(snapshot: Snapshot, task_id: str) -> tuple[str, ...]:
        parent = snapshot.parent(task_id)
        return (*([parent] if parent else []), *snapshot.dependants(task_id))

    def kinds(node: str, other: str) -> int:
        task = change.after.task(node)
        needs = task is not None and other in task.depends_on
        return needs + 2 * (change.after.parent(other) == node)

    for path in _new_cycles(change, waits_for, waiting, kinds):
        found = [link for link in zip(path, (*path[1:], path[0])) if kinds(*link) & 1]
        node, other = min(found, key=lambda link: kinds(*link))  # rather one to no child
        yield Finding(
            path[0],
            f"waits for itself by parents and dependencies: {_shown(path)}",
            remedy := f"tk edit {node} --no-depends-on {other}",
            remedy,
        )


def _new_cycles(
    change: Change,
    links: Callable[[Snapshot, str], Iterable[str]],
    back: Callable[[Snapshot, str], Iterable[str]],
    kinds: Kinds | None = None,
) -> list[tuple[str, ...]]:
    """A cycle for each knot of ``links``, with all ``kinds`` of them, that none of the parents had with all
    its links; ``back`` is at least the links the other way round.
    """
    starts, edges = change.once(_relinked), partial(links, change.after)
    if not starts or (
        len(starts) == 1 and not may_loop(starts[0], edges, partial(back, change.after))
    ):
        return []  # a new loop goes through what has new links
    known = [partial(links, parent) for parent in change.parents]
    return cycles(starts, edges, known, kinds)


def _relinked(change: Change) -> list[str]:
    """The touched tasks that have other links than in some parent, or whose links hold again, since they
    are open again; only these make a cycle.
    """

    def differ(old: Task | None, new: Task | None) -> bool:
        if old is None or new is None:
            return old is not new
        again = old.ended and not new.ended
        return again or (old.parent, old.depends_on) != (new.parent, new.depends_on)

    return sorted(
        key
        for key in change.touched
        if not change.parents
        or any(differ(parent.task(key), change.after.task(key)) for parent in change.parents)
    )


def _shown(path: tuple[str, ...]) -> str:
    shown = path if len(path) <= 12 else (*path[:6], f"({len(path) - 12} more)", *path[-6:])
    return " -> ".join((*shown, path[0]))
