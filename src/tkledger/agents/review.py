"""What waits for a review by an actor: work of others, the longest wait first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tkledger.api.session import Session
from tkledger.core.lifecycle import State
from tkledger.core.next_task import reviewable
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.typing import NamedTuple
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
    ledger = session.look()
    actor = session.actor(ledger)
    waiting = [
        task
        for task in ledger.tasks()
        if task.state is State.IN_REVIEW and set(labels) <= set(task.labels)
    ]
    tips = tips_of(ledger, waiting)
    known = {task.id for task in waiting}

    def counted(task: Task) -> Collection[str]:
        tip = tips.get(task.id, session.repo.head)
        return limits.usage(session.ledger, tip).workers(task)

    recent = look_back(session.ledger, waiting, all_tips(session, tips))
    found = [one for one in to_review(ledger, actor, recent, counted) if one.id in known]
    if not found:
        return None
    task = found[0]
    move = recent.moves.get(task.id)
    rank = f"waits the longest of {len(found)}" if len(found) > 1 else "the only one that waits"
    since = f", since {iso(move.at)}, by {move.actor}" if move else ""
    place = ledger.elsewhere.get(task.id)
    return Review(task, f"{rank} for your review{since}", place.branch if place else "")


def to_review(
    ledger: Snapshot,
    actor: str,
    recent: Recent,
    counted: Callable[[Task], Collection[str]] | None = None,
) -> list[Task]:
    """The tasks in review that are not this actor's own work, the longest wait first.

    If the policy asks for independent approvals, who worked on one is asked as its rule does: a beginning
    is work, and ``counted`` gives the exact answer. Else who only began it, and lost it to another, may
    well review what that one did.
    """
    strict = (ledger.policy or DEFAULT).approvals.independent

    def workers(task: Task) -> Collection[str]:
        if strict and counted is not None:
            return counted(task)
        began = recent.starters.get(task.id, set()) if strict else set()
        return recent.workers.get(task.id, set()) | began

    def waits_since(task: Task) -> tuple[int, int, str]:
        move = recent.moves.get(task.id)
        return (move.at if move else 0), task.urgency, task.id

    return sorted(reviewable(ledger, actor, workers), key=waits_since)


def tips_of(ledger: Snapshot, tasks: Iterable[Task]) -> dict[str, Oid]:
    """The tips of the branches on which these tasks were read, by task, if those are others than HEAD's."""
    places = ((task.id, ledger.elsewhere.get(task.id)) for task in tasks)
    return {task: place.tip for task, place in places if place is not None}


def all_tips(session: Session, tips: dict[str, Oid]) -> list[Oid]:
    """HEAD and the tips of other branches, each once."""
    head = [session.repo.head] if session.repo.head else []
    return list(dict.fromkeys([*head, *tips.values()]))
