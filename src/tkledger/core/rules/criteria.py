"""Criteria: what a task has to show before it is done; and a specification that is frozen by its start."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.graph import walk
from tkledger.core.lifecycle import State
from tkledger.core.policy import SPEC
from tkledger.core.rules.guards import ask, lacks
from tkledger.core.rules.lifecycle import arrivals
from tkledger.core.rules.overrides import way_around
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.trailers import REASON, says, trailers
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.core.criteria import Checks


@rule("TK515", since=2, overridable=True)
def criteria_not_met(change: Change) -> Iterator[Finding]:
    """A task became `done` while one of its `criteria` is neither met nor waived; or an entry of `met` or
    `waived` was added that names no criterion of the task, or one of `checked` or `skipped` that names no
    entry of its `checklist`.

    An entry of `met` or `checked` repeats the other word for word; one of `waived` or `skipped` has ` -- ` and
    the reason after it. A checklist says how the work goes: what is open in it prevents nothing. What is
    cancelled leaves its criteria open. A merge does not answer for a criterion that one side had while the
    other finished, nor for what it adds: that is TK221.

    Why: what is to be shown was agreed on before the work; `done` says that it was shown.

    Remedy: `tk criteria ID --met N`, or `tk criteria ID --waive N --reason TEXT`.
    """
    for old, task, states in arrivals(change):
        left = _unmet(task) if State.DONE in states and task.criteria else ()
        if left:
            number = task.criteria.index(left[0]) + 1
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            fact = f"cannot be done: its criterion {number} is not met{more} ({left[0]})"
            meet = f"tk criteria {task.id} --met {number}"
            ways = f"{meet}, or tk criteria {task.id} --waive {number} --reason TEXT"
            by_hand = f"leave {task.id} open in this commit; {meet} is the next"
            known = old is not None and left[0] in old.criteria
            yield Finding(task.id, fact, f"{ways if known else by_hand}{way_around(change)}")
    for task in () if change.is_merge else change.present():
        if task.met or task.waived or task.checked or task.skipped:
            for name, kind, one in _strays(change, task):
                yield Finding(
                    task.id,
                    f"{name} names no {kind.noun} of it: {one}",
                    f"write the words of one that it has: tk {kind.name} {task.id}",
                )


def _unmet(task: Task) -> tuple[str, ...]:
    from tkledger.core.criteria import unmet  # most tasks have no criteria

    return unmet(task)


def _strays(change: Change, task: Task) -> Iterator[tuple[str, Checks, str]]:
    """The new entries that repeat nothing of what they are about: in which list, and of which they should."""
    from tkledger.core.criteria import CHECKLIST, CRITERIA, entry_of

    known = change.former(task.id)
    for kind in (CRITERIA, CHECKLIST):
        listed = getattr(task, kind.name)
        for name in (kind.done, kind.left_out):
            for one in dict.fromkeys(getattr(task, name)):
                words = entry_of(one) if name == kind.left_out else one
                if words not in listed and not any(one in getattr(old, name) for old in known):
                    yield name, kind, one


_FROZEN = ("title", "description", "criteria", "waived", "spec")


@rule("TK516", since=2)
def frozen_spec_changed(change: Change) -> Iterator[Finding]:
    """The title, the description, the `spec`, the criteria or the dependencies of a task changed after its first
    start, by an actor without the role `spec`, or without a reason; or a merge wrote a title or a description
    that none of its sides has.

    Asked where the policy says `spec: frozen`. To waive a criterion changes what is asked for, too; to
    meet one does not. A dependency may give way to the task that reopens it. Before its first start
    a task may still be put right by anyone; later attempts do not thaw it, and what has ended does not change
    at all (TK208). In its first attempt a task in todo was not started; in a later one, or blocked, it was if it
    was in progress in any commit up to this one but merges, or if `spent` says `seconds`. The reason is a line
    `Tk-Reason:` in the commit's message.

    Why: who does the work should not decide what the work is while doing it.

    Remedy: an actor with the role runs `tk edit ID ... --reason TEXT` or `tk criteria ID ... --reason TEXT`.
    """
    if change.law.spec != "frozen":
        return
    for task, names in respecified(change):
        fields = ", ".join(names)
        if lacks(change, SPEC):
            fact = f"{fields} cannot change after its start: that takes the role {SPEC}"
            yield Finding(task.id, fact, ask(change, SPEC))
        elif change.message is not None and not says(trailers(change.message).get(REASON, "")):
            yield Finding(
                task.id,
                f"{fields} changed after its start without a reason",
                f"give --reason TEXT, or a line '{REASON}: TEXT' in the message",
            )


def respecified(change: Change) -> Iterator[tuple[Task, list[str]]]:
    """The tasks that ask for something else than when they were started, and the fields that say so."""
    for old, new in change.edits():
        names = [name for name in _FROZEN if getattr(old, name) != getattr(new, name)]
        depends = old.depends_on != new.depends_on
        if depends and _first(change.before, old) != _first(change.after, new):
            names.append("depends_on")
        if names and not old.ended and _was_started(change, old):
            yield new, names
    for task in change.present() if change.is_merge else ():
        sides = [one for side in change.parents if (one := side.task(task.id)) is not None]
        names = [
            name
            for name in ("title", "description")
            if all(getattr(task, name) != getattr(side, name) for side in sides)
        ]
        if names and any(_was_started(change, side) for side in sides):
            yield task, names


def _was_started(change: Change, task: Task) -> bool:
    """Whether a task was ever in progress. A state does not always tell: one is blocked before or after."""
    if task.state in (State.BACKLOG, State.TODO) and task.tries == 1:
        return False
    usage = change.usage if task.state in (State.TODO, State.BLOCKED) else None
    return usage is None or usage.was_started(task)


def _first(ledger: Snapshot, task: Task) -> set[str]:
    """What a task depends on, each by the first of the tasks that reopen each other."""

    def reopened(key: str) -> str | None:
        found = ledger.task(key)
        return found.reopens if found is not None else None

    return {[key, *walk(key, reopened)][-1] for key in task.depends_on}
