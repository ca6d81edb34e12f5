"""TK3xx, graph: links lead somewhere, and no task waits for itself in the end.

Each rule looks at the part of the ledger in reach of what changed, visits nothing twice, and
leaves out what stood so in a parent already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice

from tkledger.core.change import Change
from tkledger.core.graph import cycles, reachable
from tkledger.core.rules.rule import Finding, newly, rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task

_BETWEEN_WORDS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n")


@rule("TK301")
def unknown_parent(change: Change) -> Iterator[Finding]:
    """A task's parent does not exist.

    Why: budgets and depth are counted along parents; a missing one would set the task free.

    Remedy: create the parent first, or in the same commit; or `tk edit ID --parent ID`.
    """
    return _unknown(change, "parent", lambda task: [task.parent] if task.parent else [])


@rule("TK302")
def unknown_dependency(change: Change) -> Iterator[Finding]:
    """A task depends on one that does not exist.

    Why: it could never be started.

    Remedy: `tk edit ID --no-depends-on DEP`.
    """
    return _unknown(change, "dependency", lambda task: task.depends_on)


@rule("TK303")
def unknown_origin(change: Change) -> Iterator[Finding]:
    """A task names as its origin one that does not exist.

    Why: where work came from is counted along origins.

    Remedy: name the task whose work discovered this one, or none.
    """
    return _unknown(change, "origin", lambda task: [task.origin] if task.origin else [])


def _unknown(
    change: Change, what: str, links: Callable[[Task], Iterable[str]]
) -> Iterator[Finding]:
    def standing(snapshot: Snapshot) -> Iterator[Finding]:
        for key in change.touched:
            task = snapshot.task(key)
            for other in links(task) if task else ():
                if other not in snapshot.entries:
                    yield Finding(
                        task.id if task else key, f"its {what} {other} is no task", "tk list"
                    )

    return newly(change, standing)


@rule("TK304")
def parent_cycle(change: Change) -> Iterator[Finding]:
    """Tasks are each other's parents, round in a circle.

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

    for path in _new_cycles(change, parents):
        remedy = f"tk edit {path[-1]} --parent ''"
        yield Finding(path[0], f"its parents lead back to it: {_shown(path)}", remedy)


@rule("TK305")
def dependency_cycle(change: Change) -> Iterator[Finding]:
    """Tasks depend on each other, round in a circle.

    Why: none of them could ever be started.

    Remedy: take one of the dependencies on the path out: `tk edit ID --no-depends-on DEP`.
    """

    def dependencies(snapshot: Snapshot, task_id: str) -> Iterable[str]:
        task = snapshot.task(task_id)
        return task.depends_on if task and not task.ended else ()

    for path in _new_cycles(change, dependencies):
        remedy = f"tk edit {path[-1]} --no-depends-on {path[0]}"
        yield Finding(path[0], f"its dependencies lead back to it: {_shown(path)}", remedy)


@rule("TK306")
def deadlock(change: Change) -> Iterator[Finding]:
    """Tasks wait for each other by parents and dependencies together.

    A parent cannot finish before its children, a task not before its dependencies. A child that
    depends on its own parent is the shortest case. Links out of tasks that have ended hold
    nothing up.

    Why: none of them could ever be finished, though no single kind of link runs in a circle.

    Remedy: take one link on the path out: `tk edit ID --no-depends-on DEP` or `--parent ID`.
    """

    def waits_for(snapshot: Snapshot, task_id: str) -> tuple[str, ...]:
        task = snapshot.task(task_id)
        if task is None or task.ended:
            return ()
        return task.depends_on + snapshot.children(task_id)

    for path in _new_cycles(change, waits_for):
        found = _dependencies(path, change.after)
        if found and _has_child(path, change.after):
            node, other = max(found, key=lambda link: change.after.parent(link[1]) != link[0])
            yield Finding(
                path[0],
                f"waits for itself by parents and dependencies: {_shown(path)}",
                f"tk edit {node} --no-depends-on {other}",
            )


def _new_cycles(
    change: Change, links: Callable[[Snapshot, str], Iterable[str]]
) -> list[tuple[str, ...]]:
    """A cycle for each knot of ``links`` that none of the parents had with all its links."""
    starts, edges = _relinked(change), partial(links, change.after)
    if len(starts) == 1 and starts[0] not in reachable(edges(starts[0]), edges):
        return []  # a new loop goes through what has new links; a walk is a third of the price
    known = [partial(links, parent) for parent in change.parents]
    return cycles(starts, edges, known)


def _links(path: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(path, (*path[1:], path[0])))


def _has_child(path: tuple[str, ...], snapshot: Snapshot) -> bool:
    """Whether a link of a cycle leads from a parent to its child."""
    return any(snapshot.parent(to) == node for node, to in _links(path))


def _dependencies(path: tuple[str, ...], snapshot: Snapshot) -> list[tuple[str, str]]:
    """The links of a cycle that are dependencies; they may lead to a child as well."""
    return [
        (node, to)
        for node, to in _links(path)
        if (task := snapshot.task(node)) is not None and to in task.depends_on
    ]


def _relinked(change: Change) -> list[str]:
    """The touched tasks that have other links than in some parent; only these make a cycle."""

    def links(snapshot: Snapshot, key: str) -> tuple[object, ...]:
        task = snapshot.task(key)
        return (task.parent, task.depends_on) if task else (None, ())

    return sorted(
        key
        for key in change.touched
        if "/" not in key
        and (
            not change.parents
            or any(links(parent, key) != links(change.after, key) for parent in change.parents)
        )
    )


def _shown(path: tuple[str, ...]) -> str:
    shown = path if len(path) <= 12 else (*path[:6], f"({len(path) - 12} more)", *path[-6:])
    return " -> ".join((*shown, path[0]))


@rule("TK307")
def too_deep(change: Change) -> Iterator[Finding]:
    """A task stands deeper in the tree than the policy, or the budget of an ancestor, allows.

    A root stands at depth 0. The depth is counted along the parents, never believed, and the
    least of the limits above a task holds. Of a merge it is asked for open tasks only: what has
    ended on two branches can no longer be moved.

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
        for key in reachable([key for key in moved if "/" not in key], snapshot.children):
            task = snapshot.task(key)
            if task is not None and not (change.is_merge and task.ended):
                depth, limit = _depth_and_limit(snapshot, key, change.law.depth, known)
                if depth > limit:
                    yield Finding(
                        key,
                        f"stands at depth {depth}, the limit is {limit}",
                        f"tk edit {key} --parent ID",
                    )

    return newly(change, standing)


def _depth_facts(snapshot: Snapshot, key: str) -> tuple[object, ...]:
    task = snapshot.task(key) if "/" not in key else None
    return (task.parent, task.budget.depth) if task else ()


def _depth_and_limit(
    snapshot: Snapshot, key: str, most: int, known: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    """Depth of a task and the least limit above it; ``known`` remembers what was walked."""
    unknown = []
    depth, limit = -1, most
    for node in chain((key,), snapshot.ancestors(key)):
        if node in known:
            depth, limit = known[node]
            break
        unknown.append(node)
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

    Not asked of a merge: two honest branches may break it together.

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

    Asked only where the policy's `loops` has `identity`, and of whoever owns the parent; with
    `ancestors`, of whoever owns any task above.

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

    Looked for along origins, where the policy's `loops` has `respawn`. Titles are compared
    without case, blanks and punctuation.

    Why: work that discovers itself again never ends.

    Remedy: go on with the first one, or say in the title what is new.
    """
    if not change.law.refuses("respawn"):
        return
    for task in change.births():
        for other in _origins(change.after, task):
            if other.kind == task.kind and _plain(other.title) == _plain(task.title):
                yield Finding(
                    task.id, f"is {other.id} again, which it came out of", f"tk show {other.id}"
                )
                break


@rule("TK311")
def origin_chain_too_long(change: Change) -> Iterator[Finding]:
    """A task came out of work that came out of work, more often in a row than the policy's `chain`.

    Why: each step away from what was asked for is harder to tell from running away.

    Remedy: finish what was discovered so far, or have somebody ask for it: a task without origin.
    """
    most = change.law.chain
    if most is None or not change.law.refuses("chain"):
        return
    for task in change.births():
        path = [task.id, *(other.id for other in _origins(change.after, task))]
        if len(path) - 1 > most:
            shown = " <- ".join(path[:6]) + (f" ({len(path) - 6} more)" if len(path) > 6 else "")
            yield Finding(
                task.id,
                f"is {len(path) - 1} discoveries away from what was asked for,"
                f" the limit is {most}: {shown}",
                f"tk show {path[1]}, or tk new TITLE without --from",
            )


@rule("TK312")
def too_much_discovered(change: Change) -> Iterator[Finding]:
    """More tasks came out of one, directly and indirectly, than the policy's `discovered` allows.

    Why: one task that breeds hundreds is a loop laid out flat, whether or not it is their parent.

    Remedy: finish some first, or have somebody ask for the rest: tasks without origin.
    """
    most = change.law.discovered
    if most is None or not change.law.refuses("discovered"):
        return
    roots: dict[str, str] = {}
    for task in change.births():
        for other in _origins(change.after, task):
            roots[task.id] = other.id
    for root in sorted(set(roots.values())):
        count = sum(1 for _ in reachable([root], change.after.offspring)) - 1
        if count > most:
            first = min(task for task, one in roots.items() if one == root)
            yield Finding(
                first,
                f"is one of {count} tasks that came out of {root}, the limit is {most}",
                f"tk show {root}, or tk new TITLE without --from",
            )


def _origins(snapshot: Snapshot, task: Task) -> Iterator[Task]:
    seen = {task.id}
    while task.origin and task.origin not in seen:
        seen.add(task.origin)
        earlier = snapshot.task(task.origin)
        if earlier is None:
            return
        yield earlier
        task = earlier


def _plain(title: str) -> str:
    """A title without case, blanks and punctuation; by ASCII's, which no version of Python
    changes.
    """
    return "".join(letter for letter in title.casefold() if letter not in _BETWEEN_WORDS)
