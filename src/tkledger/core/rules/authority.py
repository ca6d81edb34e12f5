"""TK5xx, authority: acts that need an authorised actor, once the policy says who may."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.budget import KINDS, exceeding, limit_in, limits_work, loosened
from tkledger.core.change import Change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of
from tkledger.core.rules.policy import amended
from tkledger.core.rules.rule import Finding, open_imports, rule
from tkledger.core.snapshot import Snapshot, governing
from tkledger.core.task import Task
from tkledger.core.task_parts import Budget, Retry
from tkledger.core.trailers import REASON, says, trailers
from tkledger.core.typing import NamedTuple


def raised(policy: Policy, old: Task, new: Task) -> list[str]:
    """The limits of a task that ``new`` has higher than ``old``, or not at all any more.

    Since edition 2 of the law also by another type, or by attempts or a date that held it back.
    """
    if policy.law >= 2:
        return [*loosened(old, new), *exceeding(policy, old, new)]
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

    Checked if the policy's `roles` says who may (`budget`). A limit above the policy's own counts as
    raised. The reason is a line `Tk-Reason:` in the commit's message.

    Since edition 2 of the law limits are compared as they hold for the task: a `type` with higher
    limits raises them, and so does a `retry.max` above the policy's `retry`, an earlier
    `retry.not_before` or none, a task created with `scope: attempt` if the policy's limit counts its
    lifetime, a merge that chooses the looser of two types or parents, and an
    `error.kind` that is tried again in place of one that is not. A reason has a letter or digit, on a line of
    its own.

    Why: a limit is worthless if the one it limits can raise it.

    Remedy: an actor with the role runs `tk edit ID --budget steps=N --reason TEXT`.
    """
    law = change.law
    if not law.roles.get("budget"):
        return
    for task, what, option in raises(change):
        if change.actor and not law.has_role(change.actor, "budget"):
            from tkledger.core.roles import holders  # only a refusal asks

            yield Finding(
                task.id,
                f"{what}: not for {change.actor}",
                f"ask {any_of(holders(law, 'budget'))}: tk edit {task.id} {option} --reason TEXT",
            )
        elif change.message is not None and not _has_reason(law, change.message):
            yield Finding(
                task.id,
                f"{what} without a reason",
                "give --reason TEXT, or a line 'Tk-Reason: TEXT' in the message",
            )


def _has_reason(law: Policy, message: str) -> bool:
    if law.law < 2:
        return f"{REASON}: " in message
    return says(trailers(message).get(REASON, ""))


class Raise(NamedTuple):
    """A task, how a change raises a limit of it, and the option by which one with the role does so."""

    task: Task
    what: str
    option: str = "--budget ..."


def raises(change: Change) -> Iterator[Raise]:
    """The tasks whose limits a change raises, and how."""
    for task in (*change.births(), *open_imports(change)):
        over = _born_over(change, task)
        if over:
            yield Raise(task, f"{', '.join(over)} above the policy's limit")
    for task in change.present() if change.is_merge and change.law.law >= 2 else ():
        for what in _chosen_looser(change, task):
            yield Raise(task, f"{what} by what the merge chooses")
    for old, new in change.edits():
        if old.error.kind != new.error.kind and State.BLOCKED is old.state is new.state:
            from tkledger.core.attempt import tries_again  # few errors have a kind

            kinds = (old.error.kind, new.error.kind)
            if [tries_again(change.law.retry_on, kind) for kind in kinds] == [False, True]:
                what = f"an error of kind {old.error.kind} is said to be another"
                yield Raise(new, what, "--error-kind KIND")
        higher = raised(change.law, old, new)
        more = [kind for kind in _overrides(change, new) if kind not in _overrides(change, old)]
        if higher or more:
            yield Raise(new, f"{', '.join(dict.fromkeys([*higher, *more]))} raised")
        if old.parent != new.parent:
            left = {*_budgeted(change, change.before, old)} - {
                *_budgeted(change, change.after, new)
            }
            if left:
                yield Raise(new, f"taken out from under the budget of {min(left)}")


def _born_over(change: Change, task: Task) -> list[str]:
    """What a new task has looser than the policy; under edition 1 of the law, amounts only."""
    if change.law.law < 2:
        return _overrides(change, task)
    return exceeding(change.law, task._replace(budget=Budget(), retry=Retry()), task)


def _chosen_looser(change: Change, result: Task) -> Iterator[str]:
    """What a merge loosens by the type or the parent that it chooses where both sides moved it. Of
    two limits in the file itself the stricter stays anyway (TK221).
    """
    sides = [one for side in change.parents if (one := side.task(result.id)) is not None]
    bases = [one for base in change.bases if (one := base.task(result.id)) is not None]
    for kind in {one.type for one in sides} - {one.type for one in bases} - {result.type}:
        looser = exceeding(change.law, result._replace(type=kind), result)
        if looser:
            yield f"{', '.join(looser)} raised"
    for parent in {one.parent for one in sides} - {one.parent for one in bases} - {result.parent}:
        other = result._replace(parent=parent)
        left = {*_budgeted(change, change.after, other)} - {
            *_budgeted(change, change.after, result)
        }
        if left:
            yield f"taken out from under the budget of {min(left)}"


def _budgeted(change: Change, ledger: Snapshot, task: Task) -> Iterator[str]:
    """The tasks above one in a ledger that have a budget."""
    above = [task.parent, *ledger.ancestors(task.parent)] if task.parent else []
    for ancestor in above:
        found = ledger.task(ancestor)
        if found is not None and _covers(change.law, found.budget):
            yield ancestor


def _covers(law: Policy, budget: Budget) -> bool:
    """Whether a budget limits what lies below; the depth counts since edition 2 of the law."""
    return limits_work(budget) or (law.law >= 2 and budget.depth is not None)


@rule("TK502")
def policy_changed_by_another(change: Change) -> Iterator[Finding]:
    """The policy was changed, or given up in a merge, by an actor without the role.

    Checked if the policy as it was before says in `roles` who may (`policy`). `tk accept` also
    changes it. A merge gives up the policy of one side if that side had changed it and the other,
    which did not know of it, has the higher version.

    Why: a law is worthless if the one it binds can rewrite it.

    Remedy: an actor with the role runs `tk config set KEY VALUE`, or makes the merge.
    """
    for law, what in legislation(change):
        asked = bool(law.roles.get("policy") and change.actor)
        if asked and not law.has_role(change.actor, "policy"):
            from tkledger.core.roles import holders  # only a refusal asks

            keepers = holders(law, "policy")
            yield Finding(
                POLICY_PATH,
                f"{what}: not for {change.actor}",
                f"ask {any_of(keepers)} to make the merge"
                if change.is_merge
                else f"ask {any_of(keepers)}: tk config set KEY VALUE",
            )


def legislation(change: Change) -> Iterator[tuple[Policy, str]]:
    """The policies that lose their force by a change, and how."""
    for old, _ in amended(change):
        yield old, "the policy changes"
    for policy in given_up(change):
        yield policy, f"the merge gives up a policy of version {policy.version}"


def given_up(change: Change) -> Iterator[Policy]:
    """The policies of the sides of a merge that it does not keep, and that these sides had changed."""
    if change.is_merge and change.touched:
        kept = (None, governing(change.parents, change.after))
        unmoved = [base.policy for base in change.bases]
        for side in change.parents:
            if side.policy is not None and side.policy not in (*kept, *unmoved):
                yield side.policy
