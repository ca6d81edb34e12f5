"""TK2xx, lifecycle: a task moves along one edge at a time and keeps what it must keep.

What a merge may do is in its own module; of these rules it has to keep those that look at the
result alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tkledger.core.change import Change
from tkledger.core.layout import path_of
from tkledger.core.lifecycle import (
    INITIAL,
    TERMINAL,
    Lifecycle,
    State,
    Transition,
    is_terminal,
)
from tkledger.core.policy import Policy
from tkledger.core.rules.rule import Finding, newly, rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import FROZEN, LOGS, OPEN_WHEN_ENDED, RESOLUTIONS, Spent, Task

if TYPE_CHECKING:
    from decimal import Decimal


def _way(policy: Policy, source: State, target: State) -> tuple[Transition, ...] | None:
    """The edges a commit may take from ``source`` to ``target``; None if it may not."""
    edge = policy.lifecycle.event_between(source, target)
    if edge is not None:
        return (edge,)
    if policy.squash == "path":
        return policy.lifecycle.path(source, target, unguarded=True)
    return None


def _birth_way(policy: Policy, state: State) -> tuple[Transition, ...] | None:
    """The edges a commit may take a new task along to ``state``; None if it may not."""
    if state in INITIAL:
        return ()
    return _way(policy, State.TODO, state) if policy.squash == "path" else None


def illegal(task: Task, target: State, lifecycle: Lifecycle) -> Finding:
    """What is to be said of a move that the lifecycle does not have."""
    return Finding(
        task.id,
        f"{task.state.value} -> {target.value} is not a transition",
        remedy_for(task, target, lifecycle),
    )


def remedy_for(task: Task, target: State, lifecycle: Lifecycle) -> str:
    """The next legal move for somebody who wanted the task in ``target``."""
    if is_terminal(task.state):
        return f"tk new --from {task.id} TITLE"
    way = lifecycle.path(task.state, target)
    if not way:
        return f"tk why {task.id}"
    return f"tk {way[0].event.value} {task.id}"


@rule("TK201")
def illegal_transition(change: Change) -> Iterator[Finding]:
    """A task's state changed along an edge that the lifecycle does not have.

    Why: the lifecycle is what the states mean. `done` without `in_progress` says that work was
    finished which nobody began.

    Remedy: take the edges one by one; `tk why ID` lists those that are legal now. What has ended
    stays ended: new work is a new task, `tk new --from ID TITLE`. A squashed branch passes where
    the policy says `squash: path`.
    """
    for old, new in change.edits():
        if old.state is not new.state and _way(change.law, old.state, new.state) is None:
            yield illegal(old, new.state, change.law.lifecycle)


@rule("TK202")
def born_in_wrong_state(change: Change) -> Iterator[Finding]:
    """A new task stands in another state than `todo` or `backlog`.

    Why: it would have a past that no commit shows.

    Remedy: create it in `todo`, then move it.
    """
    for task in change.births():
        if _birth_way(change.law, task.state) is None:
            yield Finding(
                task.id,
                f"is born {task.state.value}; a task begins in todo or backlog",
                f"commit it as 'state: todo' first, then tk start {task.id}"
                " (for a squashed branch: tk config set squash path)",
            )


@rule("TK203")
def born_with_a_past(change: Change) -> Iterator[Finding]:
    """A new task already has something spent, or a second attempt.

    Why: nothing can be used up before there is a task.

    Remedy: leave `spent` and `attempt` out of a new file.
    """
    for task in change.births():
        if task.spent != Spent() or task.tries > 1:
            yield Finding(
                task.id,
                "is born with something spent or a later attempt",
                "take 'spent' and 'attempt' out of the new file",
            )


@rule("TK204")
def deleted(change: Change) -> Iterator[Finding]:
    """A task's file is gone.

    Why: a ledger that forgets cannot be trusted; and a task deleted and made again has all its
    budget back.

    Remedy: restore the file from the parent commit, and `tk cancel ID` what is not wanted.
    """
    for key in change.touched:
        if "/" not in key and key not in change.after.entries:
            yield Finding(
                key,
                "its file is deleted",
                f"git restore --staged --worktree {path_of(key)} (once committed: with --source COMMIT~1)",
            )


@rule("TK205")
def qualifier_missing(change: Change) -> Iterator[Finding]:
    """A blocked task does not say what it waits for.

    Why: a task that waits for nothing in particular waits for ever.

    Remedy: `tk block ID --reason REASON`, or a `wait:` with a `reason:` in the file.
    """
    for task in change.present():
        if task.state is State.BLOCKED and task.wait.reason is None:
            yield Finding(
                task.id,
                "is blocked without a reason",
                f"tk block {task.id} --reason other -m TEXT (in the file: 'wait:', '  reason: other')",
            )


@rule("TK206")
def qualifier_out_of_place(change: Change) -> Iterator[Finding]:
    """A field stands in a state where it means nothing: `wait` outside of blocked, `error` outside
    of blocked and cancelled, `resolution` outside of done and cancelled or one of the other's.

    Why: what is left over from an earlier state misleads the reader.

    Remedy: take the field out in the same commit that changes the state; the verbs do so.
    """
    for task in change.present():
        for name, home in _misplaced(task):
            yield Finding(
                task.id,
                f"{name} belongs to {home}, the task is {task.state.value}",
                f"take '{name}' out of {path_of(task.id)}",
            )


def _misplaced(task: Task) -> Iterator[tuple[str, str]]:
    if any(task.wait) and task.state is not State.BLOCKED:
        yield "wait", "blocked"
    if any(task.error) and task.state not in (State.BLOCKED, State.CANCELLED):
        yield "error", "blocked and cancelled"
    if task.resolution and task.resolution not in RESOLUTIONS.get(task.state, ()):
        home = next(state for state, words in RESOLUTIONS.items() if task.resolution in words)
        yield f"resolution {task.resolution}", home.value


@rule("TK207")
def frozen_field_changed(change: Change) -> Iterator[Finding]:
    """A task's `creator` or `origin` changed after its birth.

    Why: who asked for the work, and out of which work it came, is fact.

    Remedy: put the old value back.
    """
    for old, new in change.edits():
        for name in FROZEN:
            if getattr(old, name) != getattr(new, name):
                yield Finding(
                    new.id,
                    f"{name} is frozen at birth",
                    f"put back '{name}: {getattr(old, name)}'"
                    if getattr(old, name)
                    else f"take '{name}' out again",
                )


@rule("TK208")
def ended_task_edited(change: Change) -> Iterator[Finding]:
    """A task that is done or cancelled changed in more than its notes, concerns, labels and `x`.

    Why: what was finished is a record.

    Remedy: `tk note ID TEXT` adds to it; new work is `tk new --from ID TITLE`.
    """
    for old, new in change.edits():
        if old.ended and old.state is new.state:
            names = [
                name
                for name in Task._fields
                if name not in OPEN_WHEN_ENDED and getattr(old, name) != getattr(new, name)
            ]
            if names:
                yield Finding(
                    new.id,
                    f"is {old.state.value}: {', '.join(names)} can no longer change",
                    f"tk note {new.id} TEXT, or tk new --from {new.id} TITLE",
                )


@rule("TK209")
def mark_fell(change: Change) -> Iterator[Finding]:
    """`attempt` or a mark under `spent` is lower than before.

    Why: they remember what rewritten history forgets; a mark that falls is a refund.

    Remedy: put the higher value back.
    """
    for old, new in change.edits():
        if new.tries < old.tries:
            yield Finding(
                new.id, f"attempt fell from {old.tries}", f"put back 'attempt: {old.tries}'"
            )
        for name in Spent._fields:
            was, now = getattr(old.spent, name), getattr(new.spent, name)
            if was is not None and (now is None or _amount(now) < _amount(was)):
                yield Finding(
                    new.id,
                    f"spent {name} fell from {was}",
                    f"put back '{name}: {was}' under 'spent'",
                )


def _amount(mark: int | str) -> Decimal:
    from decimal import Decimal  # only a task with marks needs it

    return Decimal(mark)


@rule("TK210")
def notes_rewritten(change: Change) -> Iterator[Finding]:
    """A note, a concern or the settling of one was changed or taken away; all three are only added,
    at the end.

    Why: they are what agents and people told each other, in that order.

    Remedy: put the old ones back as they were and add a new one: `tk note ID TEXT`, or
    `tk concern ID TEXT`.
    """
    for old, new in change.edits():
        for name in LOGS:
            was = getattr(old, name)
            if getattr(new, name)[: len(was)] != was:
                yield Finding(
                    new.id,
                    f"{_ENTRIES[name]} was changed or taken away",
                    f"put the old {name} back, then tk note {new.id} TEXT",
                )


_ENTRIES = {"notes": "a note", "concerns": "a concern", "settled": "a settled concern"}


@rule("TK211")
def started_with_open_dependencies(change: Change) -> Iterator[Finding]:
    """A task entered `in_progress` while a task that it depends on is not done.

    Why: that is what depending means. A dependency that was cancelled will never be done: take it
    out of the task.

    Remedy: finish the dependency, or `tk edit ID --no-depends-on DEP`.
    """
    for task in entered_work(change):
        waiting = change.after.blocked_by(task)
        if waiting:
            yield Finding(
                task.id,
                f"cannot be worked on: {some(list(waiting))} {'is' if len(waiting) == 1 else 'are'}"
                " not done",
                f"tk why {waiting[0]}, or tk edit {task.id} --no-depends-on {waiting[0]}",
            )


def entered_work(change: Change) -> Iterator[Task]:
    """The tasks that came into in_progress, also on the way of a squashed jump."""
    for old, new in change.edits():
        if old.state is not new.state and _works(new, _way(change.law, old.state, new.state)):
            yield new
    for task in change.births():
        if _works(task, _birth_way(change.law, task.state)):
            yield task


def _works(task: Task, way: tuple[Transition, ...] | None) -> bool:
    steps = [task.state] if way is None else [edge.target for edge in way]
    return State.IN_PROGRESS in steps


@rule("TK212")
def ended_with_open_children(change: Change) -> Iterator[Finding]:
    """A task ended while a child of it is still open.

    Why: a whole is not finished before its parts; and a child of an ended task is work that nobody
    will look for.

    Remedy: end the children first, or give them another parent: `tk edit CHILD --parent ID`.
    """
    left: dict[str, list[str]] = {}
    for parent, child in _orphans(change):
        if not change.before.task(parent) or not _ended(change.before, parent):
            left.setdefault(parent, []).append(child)
    for parent, children in left.items():
        first = min(children)
        one = len(children) == 1
        yield Finding(
            parent,
            f"cannot end: its child{'' if one else 'ren'} {some(sorted(children))} {'is' if one else 'are'} open",
            f"tk why {first}, or tk edit {first} --parent ID",
        )


@rule("TK213")
def opened_under_ended_parent(change: Change) -> Iterator[Finding]:
    """An open task came under a parent that is done or cancelled.

    Why: the parent said that there was nothing left to do.

    Remedy: choose an open parent, or none; work discovered later is `tk new --from PARENT TITLE`.
    """
    for parent, child in _orphans(change):
        if _ended(change.before, parent):
            yield Finding(
                child,
                f"is open under {parent}, which has ended",
                f"tk edit {child} --parent ID, or tk new --from {parent} TITLE",
            )


@rule("TK214")
def ended_with_open_concerns(change: Change) -> Iterator[Finding]:
    """A task became `done` while a design concern about it is open.

    Whether by FINISH, APPROVE or a squashed jump. Concerns about operations stand in nobody's way,
    and what is cancelled leaves its concerns open. A merge does not answer for a concern that one
    side had while the other finished: it stays open, for all to see, and can be settled still.

    Why: who approves says that the design is right, over the head of somebody who has said that it
    is not.

    Remedy: settle it, and say how: `tk concern ID TEXT --settle N`; or `tk reject ID`.
    """
    moved = [new for old, new in change.edits() if old.state is not new.state]
    for task in (*moved, *change.births()):
        concerns = task.open_concerns("design") if task.state is State.DONE else ()
        if concerns:
            number = task.concerns.index(concerns[0]) + 1
            more = f" and {len(concerns) - 1} more" if len(concerns) > 1 else ""
            yield Finding(
                task.id,
                f"cannot be done: its concern {number} is open{more} ({concerns[0]})",
                f"tk concern {task.id} TEXT --settle {number}",
            )


@rule("TK215")
def settled_without_a_concern(change: Change) -> Iterator[Finding]:
    """A task has a concern settled that nobody has raised.

    An entry of `settled` repeats that of `concerns` which it settles, word for word, so that both
    lists merge as they are.

    Why: it would settle beforehand what somebody is about to say.

    Remedy: `tk concern ID TEXT --settle N`, or write the concern's own words.
    """
    for task in change.present():
        for one in task.settled:
            if one not in task.concerns:
                yield Finding(
                    task.id,
                    f"settled names no concern of it: {one}",
                    f"tk show {task.id}, then tk concern {task.id} TEXT --settle N",
                )


def some(ids: list[str], most: int = 6) -> str:
    """A few of many ids, for a message."""
    more = len(ids) - most
    return ", ".join(ids[:most]) + (f" and {more} more" if more > 0 else "")


def _orphans(change: Change) -> Iterator[tuple[str, str]]:
    """The pairs of an ended task and its open child that the change brings about."""

    def standing(snapshot: Snapshot) -> Iterator[Finding]:
        for key in change.touched:
            task = snapshot.task(key)
            if task is None:
                continue
            if task.state in TERMINAL:
                for child in snapshot.open_children(key):
                    yield Finding(key, child, "")
            elif task.parent and _ended(snapshot, task.parent):
                yield Finding(task.parent, key, "")

    for parent, child, _ in newly(change, standing):
        yield parent, child


def _ended(snapshot: Snapshot, task_id: str) -> bool:
    task = snapshot.task(task_id)
    return task is not None and task.ended
