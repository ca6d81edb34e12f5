"""TK22x, merges: a merge chooses where both sides moved, and authors nothing.

The whole-ledger rules judge the merged result too; these compare it with the sides.
"""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import path_of
from tkledger.core.lifecycle import State
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.snapshot import EMPTY, Flaw, Snapshot
from tkledger.core.task import Task


@rule("TK221")
def merge_authored(change: Change) -> Iterator[Finding]:
    """A merge gives a field a value that comes from neither side.

    Where one side changed a field, that side's value stays; where both did, sets join, notes and
    concerns are all kept, marks take the greater, title and description are free, of two limits the
    stricter stays (since edition 2 of the law), and any other field is one of the two. A merge of
    more than two branches may choose nothing at all.

    Why: changes hide in merges, because merges are rarely read.

    Remedy: merge again and keep the sides' values; what should change changes in a commit after it.
    """
    for task, sides, bases in _merged(change):
        wrong = _wrong(task, sides, bases, change)
        fields = [name for name in wrong if name != "state"]
        file = path_of(task.id)
        if not any(sides):
            yield Finding(
                task.id,
                "is created in a merge",
                f"take {file} out of the merge and create it in a later commit",
            )
        elif fields:
            yield Finding(
                task.id,
                f"the merge authors {', '.join(fields)}",
                f"keep one side's {fields[0]} in {file}, change it in a later commit",
            )


@rule("TK222")
def merge_lost_a_move(change: Change) -> Iterator[Finding]:
    """A merge leaves a task in a state that the law does not choose.

    A side that moved wins over one that did not; an ended task over an open one; done over
    cancelled; between two open states, one that the other can reach. Since edition 2 of the law a side
    that made the file unreadable, or deleted it, counts with its last readable version, and such a
    file does not win over what the other side did.

    Why: `git merge -s ours` would undo what others did, and a stale branch would bring finished
    work back.

    Remedy: merge again and take the state the message names.
    """
    for task, sides, bases in _merged(change):
        if "state" in _wrong(task, sides, bases, change):
            states = _right_states(sides, bases, change)
            chosen = (
                f"the law chooses {' or '.join(states)}"
                if states
                else "one merge of many sides cannot choose"
            )
            remedy = (
                f"write 'state: {states[0]}' in {path_of(task.id)} and complete the merge again"
                if states
                else f"merge the branches that changed {task.id} one after the other"
            )
            yield Finding(task.id, f"the merge makes it {task.state.value}; {chosen}", remedy)
    for key in change.touched if change.is_merge and change.law.law >= 2 else ():
        if _hides_a_move(change, key):
            yield Finding(
                key,
                "the merge keeps a file that cannot be read, and loses what the other side did",
                f"keep the {path_of(key)} that can be read and complete the merge again",
            )


def _hides_a_move(change: Change, key: str) -> bool:
    """Whether a merge keeps a side's file that cannot be read for a task that another side changed."""
    kept = change.after.entry(key)
    if not isinstance(kept, Flaw) or all(side.entry(key) != kept for side in change.parents):
        return False
    known = [base.task(key) for base in change.bases]
    sides = (side.task(key) for side in change.parents)
    return any(side is not None and side not in known for side in sides)


def _merged(change: Change) -> Iterator[tuple[Task, list[Task | None], list[Snapshot]]]:
    """The touched tasks of a merge: the result, the sides' versions, the bases."""
    if change.is_merge:
        for task in change.present():
            sides = [_side(change, number, task.id) for number in range(len(change.parents))]
            yield task, sides, list(change.bases or (EMPTY,))


def _side(change: Change, number: int, key: str) -> Task | None:
    """The version of a task on one side of a merge; since edition 2 of the law, if that side made its
    file unreadable or deleted it, the last that could be read: what ended stays ended.
    """
    side = change.parents[number]
    task = side.task(key)
    if task is not None or any(base.entry(key) == side.entry(key) for base in change.bases):
        return task
    found = change.former(key, number)
    return next((one for one in found if one.ended), found[0] if found else None)


def _wrong(
    result: Task, sides: list[Task | None], bases: list[Snapshot], change: Change
) -> tuple[str, ...]:
    """The fields that are wrong whichever base is taken; what is right for one base is right. Of several
    answers the shortest, in whatever order git names the bases.
    """
    found = [_disputes(base.task(result.id), sides, result, change) for base in bases]
    return min(found, key=lambda fields: (len(fields), sorted(fields)))


def _disputes(
    base: Task | None, sides: list[Task | None], result: Task, change: Change
) -> tuple[str, ...]:
    """The fields that are wrong with this base. Only where two sides moved is there a choice."""
    moved = [side for side in sides if side is not None and side != base]
    if len(sides) == 2 and len(moved) == 2:
        from tkledger.core.merge import disputes  # most changes are no merges

        return disputes(base, moved[0], moved[1], result, change.law.lifecycle, change.law.law)
    right = moved or [one for one in (base, *sides) if one is not None]
    return tuple(
        name
        for name in Task._fields
        if any(getattr(side, name) != getattr(result, name) for side in right)
    )


def _right_states(sides: list[Task | None], bases: list[Snapshot], change: Change) -> list[str]:
    """The states that are right with one base or another."""
    present = [side for side in sides if side is not None]
    if len(present) != 2:
        return []
    from tkledger.core.merge import settled_states

    ours, theirs = (side.state for side in present)
    found: set[State] = set()
    for base in bases:
        was = base.task(present[0].id)
        found.update(settled_states(was.state if was else None, ours, theirs, change.law.lifecycle))
    return [state.value for state in State if state in found]
