"""TK5xx, authority: acts that need an authorised actor, once the policy says who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tkledger.core.budget import KINDS, limit_in
from tkledger.core.change import Change, governing
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.rules.policy import amended
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.task import Budget, Task
from tkledger.core.trailers import REASON


def raised(old: Task, new: Task) -> list[str]:
    """The limits of a task that ``new`` has higher than ``old``, or not at all any more."""
    found = []
    for kind in (*KINDS, "depth"):
        was, now = limit_in(old.budget, kind), limit_in(new.budget, kind)
        if was is not None and (now is None or now > was):
            found.append(kind)
    if old.retry.max is not None and (new.retry.max is None or new.retry.max > old.retry.max):
        found.append("retry.max")
    if old.budget.scope != new.budget.scope and new.budget.scope == "attempt":
        found.append("scope")
    return found


def _overrides(change: Change, new: Task) -> list[str]:
    """The limits of the policy that a task's own budget puts higher."""
    law = change.law
    typed = law.budgets.get(new.kind, Budget())
    return [
        kind
        for kind in KINDS
        for theirs in [limit_in(typed, kind)]
        for most in [theirs if theirs is not None else limit_in(law.budget, kind)]
        for own in [limit_in(new.budget, kind)]
        if most is not None and own is not None and own > most
    ]


@rule("TK501")
def limit_raised(change: Change) -> Iterator[Finding]:
    """A limit was raised or removed, or a task left the budget it was under, by an actor without
    the role, or without a reason.

    Checked if the policy's `roles` says who may (`budget`). A limit above the policy's own
    counts as raised. The reason is a line `Tk-Reason:` in the commit's message.

    Why: a limit is worthless if the one it limits can raise it.

    Remedy: an actor with the role runs `tk edit ID --budget steps=N --reason TEXT`.
    """
    allowed = change.law.roles.get("budget")
    if not allowed:
        return
    for task, what in _raises(change):
        if change.actor and change.actor not in allowed:
            yield Finding(
                task.id,
                f"{what}: not for {change.actor}",
                f"ask {allowed[0]}: tk edit {task.id} --budget ... --reason TEXT",
            )
        elif change.message is not None and f"{REASON}: " not in change.message:
            yield Finding(
                task.id,
                f"{what} without a reason",
                "give --reason TEXT, or a line 'Tk-Reason: TEXT' in the message",
            )


def _raises(change: Change) -> Iterator[tuple[Task, str]]:
    for task in change.births():
        over = _overrides(change, task)
        if over:
            yield task, f"{', '.join(over)} above the policy's limit"
    for old, new in change.edits():
        higher = raised(old, new)
        more = [kind for kind in _overrides(change, new) if kind not in _overrides(change, old)]
        if higher or more:
            yield new, f"{', '.join(dict.fromkeys([*higher, *more]))} raised"
        if old.parent != new.parent:
            left = {*_budgeted(change, old.id, before=True)} - {
                *_budgeted(change, new.id, before=False)
            }
            if left:
                yield new, f"taken out from under the budget of {min(left)}"


def _budgeted(change: Change, task_id: str, *, before: bool) -> Iterator[str]:
    """The ancestors of a task that have a budget."""
    ledger = change.before if before else change.after
    for ancestor in ledger.ancestors(task_id):
        task = ledger.task(ancestor)
        if task is not None and any(getattr(task.budget, kind) is not None for kind in KINDS):
            yield ancestor


@rule("TK502")
def policy_changed_by_another(change: Change) -> Iterator[Finding]:
    """The policy was changed, or given up in a merge, by an actor without the role.

    Checked if the policy as it was before says in `roles` who may (`policy`). `tk accept` also
    changes it. A merge gives up the policy of one side if that side had changed it and the other,
    which did not know of it, has the higher version.

    Why: a law is worthless if the one it binds can rewrite it.

    Remedy: an actor with the role runs `tk config set KEY VALUE`, or makes the merge.
    """
    for law, what in _legislation(change):
        allowed = law.roles.get("policy", ())
        if allowed and change.actor and change.actor not in allowed:
            yield Finding(
                POLICY_PATH,
                f"{what}: not for {change.actor}",
                f"ask {allowed[0]} to make the merge"
                if change.is_merge
                else f"ask {allowed[0]}: tk config set KEY VALUE",
            )


def _legislation(change: Change) -> Iterator[tuple[Policy, str]]:
    """The policies that lose their force by a change, and how."""
    for old, _ in amended(change):
        yield old, "the policy changes"
    if change.is_merge:
        kept = (None, governing(change.parents, change.after))
        unmoved = [base.policy for base in change.bases]
        for side in change.parents:
            if side.policy is not None and side.policy not in (*kept, *unmoved):
                yield side.policy, f"the merge gives up a policy of version {side.policy.version}"


class Guard(NamedTuple):
    """An act that needs an authorised actor: under which policies, and on what in a change."""

    deed: str
    asked: Callable[[Policy], bool]
    subjects: Callable[[Change], Iterable[str]]


def _approvals(change: Change) -> list[str]:
    ends = (State.IN_REVIEW, State.DONE)
    return [new.id for old, new in change.edits() if (old.state, new.state) == ends]


GUARDS = (
    Guard("approved", lambda law: law.review == "required", _approvals),
    Guard(
        "raised a limit",
        lambda law: "budget" in law.roles,
        lambda change: [task.id for task, _ in _raises(change)],
    ),
    Guard(
        "changed the policy",
        lambda law: "policy" in law.roles,
        lambda change: [POLICY_PATH for _ in _legislation(change)][:1],
    ),
)
"""All acts that need an authorised actor."""


def guarded(change: Change, laws: Iterable[Policy]) -> list[tuple[str, str]]:
    """What a change does, and to what, that needs an authorised actor under any of ``laws``."""
    asked = [guard for guard in GUARDS if any(map(guard.asked, laws))]
    return [(subject, guard.deed) for guard in asked for subject in guard.subjects(change)]
