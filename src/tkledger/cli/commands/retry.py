"""``tk retry``: another attempt, with what was missing."""

from __future__ import annotations

from tkledger.agents import worktrees
from tkledger.api.session import Session
from tkledger.claims import standing
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.errors import unusable
from tkledger.git import identity
from tkledger.verbs import existing

_BACK: dict[State, str] = {State.BLOCKED: "requeue", State.IN_REVIEW: "reject"}
"""The verb by which work goes on, by where it stands."""


def retry(
    id: str,
    gap: str,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Have another attempt made: what is missing becomes a note, which `tk run` passes on."""
    session, task = where_it_stands(Session(path, as_json=as_json, actor=actor), id)
    verb = _BACK.get(task.state)
    if verb is None:
        fact = f"{task.id} is {task.state}, so there is nothing to try again"
        raise unusable("not-failed", fact, f"tk why {task.id}")
    words = [(verb, {"id": task.id, "message": f"gap: {gap}"})]
    recorded, _ = session.carry_out(words, dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="retried")


def where_it_stands(session: Session, word: str) -> tuple[Session, Task]:
    """The checkout of the branch on which a task was begun, and the task there."""
    task = existing(session.ledger.usable(session.ledger.head()), word)
    place = worktrees.place_of(session.repo, identity.identities(session.repo)[2], task.id)
    there = standing.task_at(session.repo, place.branch, task.id)
    if place.branch == session.repo.head_ref or there is None or there.state is State.TODO:
        return session, task
    if place.branch not in worktrees.checkouts(session.repo):
        fact = f"{task.id} is {there.state} on {place.short}, which has no checkout"
        raise unusable("no-worktree", fact, f"git worktree add {place.path} {place.short}")
    return session.at(place.path), there
