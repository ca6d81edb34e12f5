"""TK3xx, graph: how far the ledger may grow: depth, children, and tasks that come out of tasks.

Asked of new tasks and of those moved in the tree: a limit that is lowered makes nothing illegal.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, islice

from tkledger.core.change import Change
from tkledger.core.field import bare
from tkledger.core.graph import reachable, walk
from tkledger.core.layout import is_task_key
from tkledger.core.rules.rule import Finding, elsewhere, newly, rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task


@rule("TK307")
def too_deep(change: Change) -> Iterator[Finding]:
    """A task is deeper in the tree than the policy, its own budget or that of an ancestor allows.

    A root is at depth 0. The depth is counted along the parents, never believed: a file that cannot be
    read counts, and ends the way; on a circle all others are above. The least of the limits holds. Of a
    merge it is asked for open tasks only: what has ended on two branches can no longer be moved.

    Why: work that only makes more work below itself is how agents run away.

    Remedy: hang the task higher up: `tk edit ID --parent ID`.
    """
    moved = [
        key
        for key in change.touched
        if any(
            _depth_facts(parent, key) != _depth_facts(change.after, key)
            for parent in change.parents
        )
        or not change.parents
    ]

    def standing(snapshot: Snapshot) -> Iterator[Finding]:
        known: dict[str, tuple[int, int]] = {}
        for key in reachable(moved, snapshot.children):
            task = snapshot.task(key)
            if task is not None and not (change.is_merge and task.ended):
                depth, limit = _depth_and_limit(snapshot, key, change.law.depth, known)
                if depth > limit:
                    fact = f"is at depth {depth}, the limit is {limit}"
                    yield Finding(key, fact, *elsewhere(change, key))

    return newly(change, standing)


def _depth_facts(snapshot: Snapshot, key: str) -> tuple[object, ...]:
    task = snapshot.task(key) if is_task_key(key) else None
    return (task.parent, task.budget.depth) if task else ()


def _depth_and_limit(
    snapshot: Snapshot, key: str, most: int, known: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    """Depth of a task and the least limit above it; ``known`` remembers what was walked.

    All tasks of a cycle are at one depth, wherever the walk began: each has all others above it.
    """
    unknown: list[str] = []
    for node in chain((key,), snapshot.ancestors(key)):
        if node in known:
            depth, limit = known[node]
            break
        unknown.append(node)
    else:
        above = snapshot.parent(unknown[-1])
        ring = unknown[unknown.index(above) :] if above in unknown else []
        tasks = (snapshot.task(node) for node in ring)
        own = [task.budget.depth for task in tasks if task and task.budget.depth is not None]
        depth, limit = len(ring) - 1, min([most, *own])
        known.update(dict.fromkeys(ring, (depth, limit)))
        del unknown[len(unknown) - len(ring) :]
    for node in reversed(unknown):
        if node in snapshot.entries:
            depth += 1
        task = snapshot.task(node)
        known[node] = (depth, limit)
        if task is not None and task.budget.depth is not None:
            limit = min(limit, task.budget.depth)
            known[node] = (depth, limit)
    return known[key]


@rule("TK308")
def too_many_children(change: Change) -> Iterator[Finding]:
    """A task has more children than the policy's `children` allows.

    Asked of each commit that gives it another one; those that have ended count. Not asked of a merge: two
    honest branches may break it together.

    Why: one task that spawns hundreds is a loop laid out flat.

    Remedy: finish some first, or gather them under tasks of their own.
    """
    most = change.law.children
    if most is None or change.is_merge or not change.law.refuses("children"):
        return
    grown = {
        task.parent
        for task in change.present()
        if task.parent and change.before.parent(task.id) != task.parent
    }
    for parent in sorted(grown):
        count = len(change.after.children(parent))
        if count > most:
            yield Finding(parent, f"has {count} children, the limit is {most}", f"tk tree {parent}")


@rule("TK309")
def identity_loop(change: Change) -> Iterator[Finding]:
    """An agent made a task of the type it is working on, under the very task it is working on.

    Checked only if the policy's `loops` has `identity`, against the owner of the parent; with
    `ancestors`, against the owner of every task above, whatever its state. Who made a new task is its `creator`
    and its `owner`.

    Why: an agent that hands its own task to itself has stopped working on it.

    Remedy: do the work in the parent, or choose the type that the part really has.
    """
    far = change.law.refuses("ancestors")
    if not far and not change.law.refuses("identity"):
        return
    for task in change.births():
        agents = {change.law.actor(name) for name in (task.creator, task.owner) if name}
        for ancestor in islice(change.after.ancestors(task.id), None if far else 1):
            above = change.after.task(ancestor)
            if (
                above is not None
                and above.owner
                and above.kind == task.kind
                and change.law.actor(above.owner) in agents
            ):
                yield Finding(
                    task.id,
                    f"{above.owner} makes a {task.kind} for itself under its own {above.id}",
                    f"tk why {above.id}, or another type: --type TYPE",
                )
                break


@rule("TK310")
def respawned(change: Change) -> Iterator[Finding]:
    """A task has the title and the type of one that it came out of.

    Looked for along `origin` and `reopens`, where the policy's `loops` has `respawn`. Titles are
    compared without case (folded as Unicode says), blanks, newlines, tabs and the punctuation of ASCII. The ended
    tasks that it reopens, and those that they reopened, may be alike.

    Why: work that discovers itself again never ends.

    Remedy: continue the first one, or say in the title what is new. If it has ended,
    `tk reopen ID`.
    """
    if not change.law.refuses("respawn"):
        return
    for task in change.births():
        reopened = set(walk(task.id, partial(_link, change.after, "reopens")))
        for other in _forerunners(change.after, task):
            if other.id in reopened and other.ended:
                continue
            if other.kind == task.kind and bare(other.title) == bare(task.title):
                yield Finding(
                    task.id, f"is {other.id} again, which it came out of", f"tk show {other.id}"
                )
                break


@rule("TK311")
def origin_chain_too_long(change: Change) -> Iterator[Finding]:
    """A task came out of work that came out of work, more often in a row than the policy's `chain`.

    Asked of new tasks, and counted along `reopens` or, where a task has none, `origin`.

    Why: each step away from what was asked for is harder to tell from running away.

    Remedy: finish what was discovered so far, or make it requested work: a task without origin.
    """
    most = change.law.chain
    if most is None or not change.law.refuses("chain"):
        return
    for task in change.births():
        path = [task.id, *(other.id for other in _forerunners(change.after, task))]
        if len(path) - 1 > most:
            shown = " <- ".join(path[:6]) + (f" ({len(path) - 6} more)" if len(path) > 6 else "")
            yield Finding(
                task.id,
                f"is {len(path) - 1} tasks away from what was asked for,"
                f" the limit is {most}: {shown}",
                f"tk show {path[1]}, or tk new TITLE (without --from)",
            )


@rule("TK312")
def too_much_discovered(change: Change) -> Iterator[Finding]:
    """A task has more discovered descendants than the policy's `discovered` allows.

    Asked of new tasks, for the first task from which they came, and reported for the first of them in the
    order of their ids.

    Why: one task that breeds hundreds is a loop laid out flat, whether or not it is their parent.

    Remedy: finish some first, or make the rest requested work: tasks without origin.
    """
    most = change.law.discovered
    if most is None or not change.law.refuses("discovered"):
        return
    roots: dict[str, str] = {}
    for task in change.births():
        for other in _forerunners(change.after, task):
            roots[task.id] = other.id
    for root in sorted(set(roots.values())):
        count = sum(1 for _ in reachable([root], change.after.offspring)) - 1
        if count > most:
            first = min(task for task, one in roots.items() if one == root)
            yield Finding(
                first,
                f"is one of {count} tasks that came out of {root}, the limit is {most}",
                f"tk show {root}, or tk new TITLE (without --from)",
            )


def _forerunners(snapshot: Snapshot, task: Task) -> Iterator[Task]:
    """The tasks that this one came out of, the nearest first."""
    for key in walk(task.id, partial(_link, snapshot, "came_from")):
        found = snapshot.task(key)
        if found is not None:
            yield found


def _link(snapshot: Snapshot, name: str, key: str) -> str | None:
    return getattr(snapshot.task(key), name, None)
