"""TK2xx, lifecycle: a task moves along one edge at a time and keeps what it must keep.

Here are the moves; what a task keeps is in `record`. What a merge may do is in `merge`; of these
rules it has to keep those that look at the result alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.change import Change
from tkledger.core.layout import path_of
from tkledger.core.lifecycle import (
    INITIAL,
    TERMINAL,
    Event,
    Lifecycle,
    State,
    Transition,
    edge_name,
    is_terminal,
)
from tkledger.core.policy import Policy
from tkledger.core.quoting import few
from tkledger.core.rules.rule import Finding, elsewhere, newly, rule, way_on
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple


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


def illegal(ledger: Snapshot, task: Task, target: State, policy: Policy) -> Finding:
    """What is to be said of a move that the lifecycle does not have."""
    return Finding(
        task.id,
        f"{task.state.value} -> {target.value} {_why_not(task.state, target, policy)}",
        remedy_for(ledger, task, target, policy),
    )


def _why_not(source: State, target: State, policy: Policy) -> str:
    """Why no edge leads there, as words that follow it."""
    if Lifecycle().event_between(source, target) is None:
        return "is not a transition"
    if edge_name(source, target) in policy.forbid:
        return "is not a transition here: the policy forbids it"
    return "is not a transition here: the policy requires a review"


def remedy_for(ledger: Snapshot, task: Task, target: State, policy: Policy) -> str:
    """The legal moves to ``target``, as commands."""
    if is_terminal(task.state):
        return way_on(ledger, task.id, policy)
    way = policy.lifecycle.path(task.state, target)
    if not way:
        return f"tk why {task.id}"
    asks = policy.approvals
    count = asks.count or 1
    if way[-1].event is Event.APPROVE and (asks.independent or count > 1):
        before = in_one_line(task.id, way[:-1])
        who = f"{count} actors run" if count > 1 else "another actor runs"
        approval = f"{who} {in_one_line(task.id, way[-1:])}"
        return f"{before}, then {approval}" if before else approval
    return in_one_line(task.id, way)


def in_one_line(task_id: str, way: Sequence[Transition]) -> str:
    """The commands that move a task along ``way``, as a line for a shell."""
    return " && ".join(f"tk {edge.event} {task_id}{_MORE.get(edge.event, '')}" for edge in way)


_MORE = {Event.BLOCK: " --reason other"}
"""What a move cannot do without."""


@rule("TK201")
def illegal_transition(change: Change) -> Iterator[Finding]:
    """A task's state changed along an edge that the lifecycle does not have.

    Since edition 2 of the law a file that could not be read, or was deleted, and is back, is compared
    with the last version that could be read, by this rule and every other.

    Why: the lifecycle is what the states mean. `done` without `in_progress` says that work was
    finished that was never begun.

    Remedy: take the edges one by one; `tk why ID` lists those that are legal now. What has ended
    stays ended: `tk reopen ID` makes a new task that continues it. A squashed branch passes
    where the policy says `squash: path`.
    """
    for old, new in change.edits():
        if old.state is not new.state and _way(change.law, old.state, new.state) is None:
            yield illegal(change.before, old, new.state, change.law)


@rule("TK202")
def born_in_wrong_state(change: Change) -> Iterator[Finding]:
    """A new task is in a state other than `todo` or `backlog`.

    Where the policy says `squash: path` it may be in any state that a jump from `todo` may lead to. Of a task
    with `imported` TK217 is asked instead, since edition 2 of the law.

    Why: it would have a past that no commit shows.

    Remedy: create it in `todo`, then move it.
    """
    for task in change.births():
        other = task.imported is not None and change.edition >= 2
        if _birth_way(change.law, task.state) is None and not other:
            yield Finding(
                task.id,
                f"is created as {task.state.value}; a task begins in todo or backlog",
                f"commit it as 'state: todo' first, then tk start {task.id}"
                " (for a squashed branch: tk config set squash path)",
            )


@rule("TK211")
def started_with_open_dependencies(change: Change) -> Iterator[Finding]:
    """A task entered `in_progress` while a task that it depends on is not done.

    Also if a squashed jump, or the birth of a task, only passes `in_progress`: then the shortest way counts,
    of several the first in the order of docs/lifecycle.md. A merge is not asked.

    Why: that is what depending means. A dependency that was cancelled will never be done: reopen it,
    or take it out of the task.

    Remedy: finish the dependency, `tk reopen DEP` if it was cancelled, or
    `tk edit ID --no-depends-on DEP`.
    """
    for task in entered_work(change):
        waiting = change.after.blocked_by(task)
        if waiting:
            first = waiting[0]
            over = _ended(change.after, first)
            way = way_on(change.after, first, change.law) if over else f"tk why {first}"
            out = f"tk edit {task.id} --no-depends-on {first}"
            yield Finding(
                task.id,
                f"cannot be worked on: {few(list(waiting))} {'is' if len(waiting) == 1 else 'are'}"
                " not done",
                f"{way}, or {out}",
                "" if task.ended else out,
            )


Arrival = tuple[Task | None, Task, tuple[State, ...]]


def entered_work(change: Change) -> Iterator[Task]:
    """The tasks that came into in_progress, also on the way of a squashed jump."""
    return (task for _, task, states in arrivals(change) if State.IN_PROGRESS in states)


def arrivals(change: Change) -> list[Arrival]:
    """The tasks that an ordinary commit brings into states, before and after, and those states: all on the
    way of a squashed jump. Before its birth a task is None.
    """
    return change.once(_arrivals)


def _arrivals(change: Change) -> list[Arrival]:
    found: list[Arrival] = []
    for old, new, way in ways(change):
        states = (new.state,) if way is None else tuple(edge.target for edge in way)
        first = new.state if new.state in INITIAL else State.TODO
        found.append((old, new, states if old else (first, *states)))
    return found


def ways(change: Change) -> Iterator[tuple[Task | None, Task, tuple[Transition, ...] | None]]:
    """The tasks that an ordinary commit moves or creates, before and after, and the edges that it takes
    them along: several for a squashed jump, None if no commit may go that way.
    """
    for old, new in change.edits():
        if old.state is not new.state:
            yield old, new, _way(change.law, old.state, new.state)
    for task in change.births():
        yield None, task, _birth_way(change.law, task.state)


@rule("TK212")
def ended_with_open_children(change: Change) -> Iterator[Finding]:
    """A task ended while a child of it is still open.

    Reported for the parent; if that had ended in the first parent commit already, it is TK213, of the child.

    Why: a whole is not finished before its parts; and a child of an ended task is work that no one
    will look for.

    Remedy: end the children first, or give them another parent: `tk edit CHILD --parent ID`. To cancel,
    `tk cancel ID --children cascade` ends them as well; with `wait` they end first, with `detach` they stay open.
    """
    left: dict[str, list[str]] = {}
    for parent, child in change.once(_orphans):
        if not change.before.task(parent) or not _ended(change.before, parent):
            left.setdefault(parent, []).append(child)
    for parent, several in left.items():
        children = sorted({*several})
        first = children[0]
        one = len(children) == 1
        way = f"tk why {first}"
        if _is_cancelled(change.after, parent):
            way = f"tk cancel {parent} --children cascade"
        yield Finding(
            parent,
            f"cannot end: its child{'' if one else 'ren'} {few(children)} {'is' if one else 'are'} open",
            f"{way}, or tk edit {first} --parent ID",
            f"tk edit {first} --parent ID",
        )


@rule("TK213")
def opened_under_ended_parent(change: Change) -> Iterator[Finding]:
    """An open task came under a parent that is done or cancelled.

    Why: the parent said that there was nothing left to do.

    Remedy: choose an open parent, or none; work discovered later is `tk new --from PARENT TITLE`.
    """
    for parent, child in change.once(_orphans):
        if _ended(change.before, parent):
            remedy, repair = elsewhere(change, child)
            fact = f"is open under {parent}, which has ended"
            yield Finding(child, fact, f"{remedy}, or tk new --from {parent} TITLE", repair)


@rule("TK214")
def ended_with_open_concerns(change: Change) -> Iterator[Finding]:
    """A task became `done` while a design concern about it is open.

    Whether by FINISH, APPROVE or a squashed jump. Concerns about operations block nothing,
    and what is cancelled leaves its concerns open. A merge does not answer for a concern that one
    side had while the other finished: it stays open, for all to see, and can be settled still.

    Why: an approval says that the design is right, while an open concern says that it is not.

    Remedy: settle it, and say how: `tk concern ID TEXT --settle N`; or `tk reject ID`.
    """
    moved = [new for old, new in change.edits() if old.state is not new.state]
    for task in (*moved, *change.births()):
        concerns = task.open_concerns("design") if task.state is State.DONE else ()
        if concerns:
            number = task.concerns.index(concerns[0]) + 1
            more = f" and {len(concerns) - 1} more" if len(concerns) > 1 else ""
            settle = f"tk concern {task.id} TEXT --settle {number}"
            known = any(concerns[0] in old.concerns for old in change.former(task.id))
            yield Finding(
                task.id,
                f"cannot be done: its concern {number} is open{more} ({concerns[0]})",
                settle if known else f"leave {task.id} open in this commit; {settle} is the next",
                settle,
            )


def _orphans(change: Change) -> list[tuple[str, str]]:
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

    return [(parent, child) for parent, child, *_ in newly(change, standing)]


def _is_cancelled(snapshot: Snapshot, task_id: str) -> bool:
    task = snapshot.task(task_id)
    return task is not None and task.state is State.CANCELLED


def _ended(snapshot: Snapshot, task_id: str) -> bool:
    task = snapshot.task(task_id)
    return task is not None and task.ended


@rule("TK216", since=2)
def miscounted_attempt(change: Change) -> Iterator[Finding]:
    """`attempt` changed without a requeue, or did not rise by one with it.

    A requeue is blocked -> todo; no other edge changes `attempt`. Where the policy says `squash: path`, a
    jump counts each requeue on its way, and may hold as many as there are ways for. Not asked of a task that had
    ended, or that takes no way the policy has: that is TK201; nor of one that fell, which is TK209, unless
    there has to be a requeue. A merge takes the greater of both sides.

    Why: `retry` limits the attempts, and a budget of `scope: attempt` begins anew with each. One that is
    not counted makes the first endless, one without a requeue the second.

    Remedy: write the number that the message names; `tk requeue ID` does so by itself.
    """
    for task in () if change.is_merge else change.present():
        old = max(change.former(task.id), key=lambda one: one.tries, default=None)
        if old is None or old.ended or (old.state, old.tries) == (task.state, task.tries):
            continue
        counts = _requeues(change.law, old.state, task.state)
        more = task.tries - old.tries
        if counts is None or counts.least <= more <= counts.most:
            continue
        right = old.tries + counts.least
        if counts.least:
            fact = f"is sent back as attempt {task.tries}, the next is {right}"
            yield Finding(task.id, fact, f"write 'attempt: {right}' in {path_of(task.id)}")
        elif more > 0:  # one that fell is TK209's
            fact = f"attempt rose from {old.tries} to {task.tries} without a requeue"
            back = f"put back 'attempt: {right}'" if old.attempt else "take 'attempt' out again"
            yield Finding(task.id, fact, f"{back} in {path_of(task.id)}")


_ANY = 1 << 53


class _Requeues(NamedTuple):
    """How many requeues a commit may hold."""

    least: int
    most: int


def _requeues(policy: Policy, source: State, target: State) -> _Requeues | None:
    """The requeues that may lie between two states; None if no commit may go that way."""
    way = () if source is target else _way(policy, source, target)
    if way is None:
        return None
    law = policy.lifecycle
    if policy.squash != "path":
        count = sum(edge.event is Event.REQUEUE for edge in way)
        return _Requeues(count, count)
    kept = tuple(edge for edge in law.transitions if edge.event is not Event.REQUEUE)
    without = law._replace(transitions=kept)
    straight = without.event_between(source, target) or without.path(source, target, unguarded=True)
    ways = (
        law.event_between(State.BLOCKED, State.TODO),
        law.path(source, State.BLOCKED, unguarded=True),
        law.path(State.TODO, target, unguarded=True),
    )
    most = _ANY if law.path(State.TODO, State.BLOCKED, unguarded=True) is not None else 1
    return _Requeues(0 if straight is not None else 1, 0 if None in ways else most)
