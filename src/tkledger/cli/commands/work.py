"""``tk work``: a task claimed, a checkout and a branch of its own for it, and its start there."""

from __future__ import annotations

from tkledger.agents import worktrees
from tkledger.agents.worktrees import Place
from tkledger.api.session import Session
from tkledger.claims import moves, standing
from tkledger.core.claim import is_active
from tkledger.errors import Exit
from tkledger.git import identity
from tkledger.report import print_json, say, visible, without_empty
from tkledger.verbs import existing


def work(
    id: str, drop: bool = False, actor: str | None = None, path: str = ".", as_json: bool = False
) -> int:
    """Claim and start a task in a checkout and on a branch of its own; prints where that is."""
    session = Session(path, as_json=as_json, actor=actor)
    task = existing(session.ledger.usable(session.ledger.head()), id)
    if drop:
        place = worktrees.place_of(session.repo, identity.identities(session.repo)[2], task.id)
        worktrees.drop(session.repo, place)
        return _tell(as_json, task.id, place, f"dropped; what was committed is on {place.short}")
    place, commit = begun(session, task.id)
    return _tell(as_json, task.id, place, commit=commit)


def _tell(as_json: bool, task: str, place: Place, words: str = "", commit: str = "") -> int:
    if as_json:
        values = {"id": task, "path": place.path, "branch": place.short, "commit": commit}
        print_json(**without_empty(values))
    elif words:
        say(visible(words))
    else:
        print(place.path)
    return Exit.OK


def begun(session: Session, task_id: str) -> tuple[Place, str]:
    """Where a task is worked on from now on, and the commit that started it, if one did.

    The claim comes first, so that of many one makes a checkout; what fails later is undone.
    """
    repo = session.repo
    ledger = session.ledger.usable(session.ledger.head())
    place = worktrees.place_of(repo, identity.identities(repo)[2], task_id)
    if standing.task_at(repo, place.branch, task_id) is None:
        session.carry_out([("start", {"id": task_id})], dry_run=True)  # what the law says first
    who = session.claimant(ledger)._replace(branch=place.branch, base=repo.head_ref)
    held = moves.reserve(repo, who, task_id, say)
    made = new = False
    try:
        if place.branch not in worktrees.checkouts(repo):
            new, made = worktrees.add(repo, place, task_id), True
        return place, _started(session, place, task_id, held.oid)
    except BaseException:
        if made:
            worktrees.undo(repo, place, new=new)
        moves.release(repo, who, task_id, who.actor, say)
        raise


def _started(session: Session, place: Place, task_id: str, token: str) -> str:
    """Start the task in its checkout; one that is at work there already only holds it on."""
    there = session.at(place.path)
    there.token = token
    options = {"id": task_id, "branch": place.short, "base": _base(session, place)}
    if is_active(there.ledger.head().task(task_id)):
        moves.renew(there.repo, there.claimant(there.ledger.head()), task_id, None, say)
        return ""
    return there.carry_out([("start", options)])[0].commit or ""


def _base(session: Session, place: Place) -> str | None:
    """The branch that the task's own one leaves, where that is known."""
    repo = session.repo
    here = repo.is_detached or repo.head_ref == place.branch
    return None if here else repo.head_ref.removeprefix("refs/heads/")
