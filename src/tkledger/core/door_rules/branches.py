"""What a push adds to tasks that several branches work on, and the limits that all of them share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tkledger.core.budget import Gauge
from tkledger.core.door_rules import door_rule
from tkledger.core.rules.rule import Finding


class WorkOnBranches(NamedTuple):
    """A task that a push brings steps of, or children for.

    gauges: the limits that hold for its steps, with what all branches used; none without a step
    children: how many it has on all branches; most: how many it may have, None without a new one or
        a limit
    """

    task: str
    gauges: tuple[Gauge, ...] = ()
    children: int = 0
    most: int | None = None


@door_rule("TK711", WorkOnBranches)
def used_up_on_branches(work: WorkOnBranches) -> Iterator[Finding]:
    """A push brings a step of a task, or a new child, beyond a limit that its branches used up together.

    Counted over all branches of the server as they will be after the push, each commit once, and
    never less than the greatest mark in the history that the server has validated. Steps, seconds,
    tokens, cost and rounds of rework count, and the policy's `children`. Merges, and whatever ends a
    task, are never refused.

    Why: a branch that leaves from an old commit does not know what the others used; ten of them
    would have ten budgets.

    Remedy: hand in what there is, `tk submit ID`. If a branch holds the same work in other commits,
    rebased or squashed, delete it with the same push: `git push origin BRANCH :OLD`.
    """
    for gauge in work.gauges:
        if gauge.exceeded:
            yield Finding(
                work.task,
                f"no further step: {gauge.figures_for(work.task)} on all branches",
                f"tk submit {work.task}; or delete a branch that holds the same work",
            )
    if work.most is not None and work.children > work.most:
        yield Finding(
            work.task,
            f"has {work.children} children on all branches, the limit is {work.most}",
            f"tk tree {work.task}; or delete a branch that holds the same work",
        )
