"""What waits for a review by an actor: work of others, the longest wait first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial

from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.core.lifecycle import State
from tkledger.core.next_task import reviewable
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.typing import NamedTuple
from tkledger.core.usage import Usage
from tkledger.git.objects import Oid
from tkledger.ledger import limits
from tkledger.ledger.recent import Recent, look_back


class Review(NamedTuple):
    """A task to review, why that one, and the branch it is on if that is not the ledger's."""

    task: Task
    why: str
    place: str


def longest_waiting(session: Session, labels: Iterable[str] = ()) -> Review | None:
    """The task with these labels to review first; None if there is none."""
    shown = Shown(session)
    ledger = shown.snapshot
    actor = session.actor(ledger)
    in_review = [*ledger.tasks(shown.overview.in_states(State.IN_REVIEW))]
    waiting = [task for task in in_review if set(labels) <= set(task.labels)]
    tips = tips_of(ledger, waiting)
    known = {task.id for task in waiting}
    used = used_at(session, tips)
    recent = look_back(session.ledger, waiting, all_tips(session, tips))
    mine = to_review(ledger.policy or DEFAULT, in_review, actor, recent, used, exactly=True)
    found = [one for one in mine if one.id in known]
    if not found:
        return None
    task = found[0]
    move = recent.moves.get(task.id)
    rank = f"waits the longest of {len(found)}" if len(found) > 1 else "the only one that waits"
    since = f", since {iso(move.at)}, by {move.actor}" if move else ""
    so_far = ""
    if ledger.policy is not None:
        from tkledger.core.approvals import OpenReview

        review = OpenReview(ledger.policy, task, lambda: used(task))
        if (review.asks.count or 1) > 1:
            so_far = f"; {review.standing(task.verdicts).words}"
    place = ledger.elsewhere.get(task.id)
    return Review(task, f"{rank} for your review{since}{so_far}", place.branch if place else "")


Used = Callable[[Task], Usage]
"""What was used up to where a task was read."""


def used_at(session: Session, tips: Mapping[str, Oid]) -> Used:
    """What was used up to the tips of other branches, for tasks that were read there, else up to HEAD."""
    known = lru_cache(maxsize=None)(partial(limits.usage, session.ledger))
    return lambda task: known(tips.get(task.id, session.repo.head))


def to_review(
    law: Policy,
    tasks: Iterable[Task],
    actor: str,
    recent: Recent,
    used: Used,
    *,
    exactly: bool = False,
) -> list[Task]:
    """Of these tasks those in review that wait for this actor, the longest wait first: work of others, to which an
    approval by this actor adds something.

    If the policy asks for independent approvals, who worked on one is asked as its rule does: a beginning
    is work, and what was used gives the exact answer. Else who only began it, and lost it to another, may
    well review what that one did.
    """
    strict = law.approvals.independent

    def workers(task: Task) -> Collection[str]:
        if strict and exactly:
            return used(task).workers(task)
        began = recent.starters.get(task.id, set()) if strict else set()
        return recent.workers.get(task.id, set()) | began

    def waits_since(task: Task) -> tuple[int, int, str]:
        move = recent.moves.get(task.id)
        return (move.at if move else 0), task.urgency, task.id

    found = [
        task
        for task in reviewable(law, tasks, actor, workers)
        if _is_wanted(law, task, actor, used, exactly=exactly)
    ]
    return sorted(found, key=waits_since)


def _is_wanted(law: Policy, task: Task, actor: str, used: Used, *, exactly: bool) -> bool:
    """Whether an approval by an actor counts in addition to those that are there. Not ``exactly``, what was used
    is asked only if the actor gave one before, which later work may have outdated.
    """
    from tkledger.core.approvals import OpenReview
    from tkledger.core.verdict import verdicts

    review = OpenReview(law, task, lambda: used(task))
    if not review.asks.asked:
        return True
    role = law.approvals.role
    if role and not law.has_role(actor, role):
        return review.standing(task.verdicts).enough
    given = any(one.approved and law.actor(one.actor) == actor for one in verdicts(task.verdicts))
    if not (exactly or given):
        return True
    count = review.standing(task.verdicts)
    more = actor not in count.by and review.uncounted(actor, count.by) is None
    return count.enough or more


def tips_of(ledger: Snapshot, tasks: Iterable[Task]) -> dict[str, Oid]:
    """The tips of the branches on which these tasks were read, by task, if those are others than HEAD's."""
    places = ((task.id, ledger.elsewhere.get(task.id)) for task in tasks)
    return {task: place.tip for task, place in places if place is not None}


def all_tips(session: Session, tips: dict[str, Oid]) -> list[Oid]:
    """HEAD and the tips of other branches, each once."""
    head = [session.repo.head] if session.repo.head else []
    return list(dict.fromkeys([*head, *tips.values()]))
