"""What is done on one of several branches, and the limits that all of them share: of tasks, and of actors."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.budget import Gauge
from tkledger.core.door_rules import door_rule
from tkledger.core.policy import Policy
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.quota import QuotaGauge


class WorkOnBranches(NamedTuple):
    """A task that a push brings steps of, or children for.

    gauges: the limits that hold for its steps, with what all branches used; none without a step
    gone: a commit that no branch has any more, which is counted since its mark is in none; else empty
    children: how many it has on all branches; most: how many it may have, None without a new one or
        a limit
    """

    task: str
    gauges: tuple[Gauge, ...] = ()
    gone: str = ""
    children: int = 0
    most: int | None = None


@door_rule("TK711", WorkOnBranches)
def used_up_on_branches(work: WorkOnBranches) -> Iterator[Finding]:
    """A push brings a step of a task, or a new child, beyond a limit that its branches used up together.

    Counted over all branches of the server as they will be after the push, each commit once, and
    never less than the greatest mark in the history that the server has validated. A branch that was
    deleted or rewritten counts like any other, as long as git keeps its commits, if it had a mark under
    `spent` that no branch has carried on. Steps, seconds,
    tokens, cost, calls and rounds of rework count, and the policy's `children`. Merges, and whatever ends a
    task, are never refused.

    Why: a branch that leaves from an old commit does not know what the others used; ten of them
    would have ten budgets.

    Remedy: hand in what there is, `tk submit ID`. If a branch holds the same work in other commits,
    rebased or squashed, delete it with the same push: `git push origin BRANCH :OLD`. If what a deleted
    one used is more than is left, raise the limit: `tk edit ID --budget steps=N --reason TEXT`.
    """
    for gauge in work.gauges:
        if gauge.exceeded:
            also = f" and on one that is gone, {work.gone[:10]}" if work.gone else ""
            same = "" if work.gone else "; or delete a branch that holds the same work"
            yield Finding(
                work.task,
                f"no further step: {gauge.figures_for(work.task)} on all branches{also}",
                f"tk submit {work.task}{same}",
            )
    if work.most is not None and work.children > work.most:
        yield Finding(
            work.task,
            f"has {work.children} children on all branches, the limit is {work.most}",
            f"tk tree {work.task}; or delete a branch that holds the same work",
        )


class QuotaUsed(NamedTuple):
    """A task that an actor works on or takes up, and its quotas with what it used on all branches.

    policy: the one that decides; step: whether it is about a step, not about a task that is taken up
    """

    task: str
    actor: str
    policy: Policy
    gauges: tuple[QuotaGauge, ...] = ()
    step: bool = False


@door_rule("TK724", QuotaUsed)
def quota_used_up_on_branches(used: QuotaUsed) -> Iterator[Finding]:
    """An actor keeps working after it has used more on all branches together than the policy's `quotas` allow.

    Counted as [TK525](#tk525-beyond-its-quota) has it, but over all branches that are known where it is asked,
    each commit once. In a clone it is asked where work is taken up: by a start, a resume, work taken over, and
    by `tk next`; a branch of a remote counts unless the clone has one of that name. At a server it is asked of
    these and of the steps that a push brings, over its branches as they will be after the push. Merges, and
    whatever ends a task, are never refused.

    Why: a branch knows only what was used in its own history; an agent with ten branches would have ten quotas.

    Remedy: wait, as it says, or hand in what there is. If a branch holds the same work in other commits,
    rebased or squashed, delete it. Who may change the policy raises the quota:
    `tk config set quotas.PATTERN calls=N`.
    """
    for gauge in used.gauges:
        if gauge.exceeded:
            from tkledger.core.quota import way_on  # few policies have quotas

            fact = f"{used.actor} has used {gauge.figures} on all branches"
            way = way_on(used.policy, used.actor, gauge, used.task if used.step else "")
            yield Finding(used.task, f"{fact}, by the policy's quotas.{gauge.pattern}", way)
