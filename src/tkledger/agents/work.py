"""Work on a task in a checkout and on a branch of its own: begun, and put away."""

from __future__ import annotations

from typing import NamedTuple

from tkledger.agents import worktrees
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims import elsewhere, single
from tkledger.core.claim import is_active
from tkledger.git import identity
from tkledger.verbs.ids import existing


class Begun(NamedTuple):
    """Where a task is worked on from now on, and the commit that started it, if one did."""

    task: str
    place: Worktree
    commit: str


def begin(session: Session, word: str, key: str | None = None) -> Begun:
    """Claim and start a task in a checkout of its own, made if it is not there.

    The claim comes first, so that of many one makes a checkout; what fails later is undone. With a
    ``key`` under which it was started before, that is the answer.
    """
    repo = session.repo
    ledger = session.head()
    task_id = existing(ledger, word).id
    place = worktrees.worktree_of(repo, identity.identities(repo)[2], task_id)
    if key is not None and place.branch in worktrees.checkouts(repo):
        from tkledger.ledger.keys import is_used  # few commands have a key

        if is_used(repo, place.branch, key):
            return Begun(task_id, place, _started(session, place, task_id, None, key))
    if elsewhere.task_at(repo, place.branch, task_id) is None:
        session.carry_out([("start", {"id": task_id})], dry_run=True)  # what the law says first
    who = session.claimant(ledger)._replace(branch=place.branch, base=repo.head_ref)
    held = single.reserve(repo, who, task_id)
    made = new = False
    try:
        if place.branch not in worktrees.checkouts(repo):
            new, made = worktrees.add(repo, place, task_id), True
        return Begun(task_id, place, _started(session, place, task_id, held.oid, key))
    except BaseException:
        if made:
            worktrees.undo(repo, place, new=new)
        single.release(repo, who, task_id, who.actor)
        raise


def drop_checkout(session: Session, word: str) -> Begun:
    """Take a task's checkout away, if all in it is committed; its branch stays."""
    task_id = existing(session.head(), word).id
    place = worktrees.worktree_of(session.repo, identity.identities(session.repo)[2], task_id)
    worktrees.drop(session.repo, place)
    return Begun(task_id, place, "")


def _started(
    session: Session, place: Worktree, task_id: str, token: str | None, key: str | None
) -> str:
    """Start the task in its checkout; if it is already active there, only renew its claim, which is
    ``token``.
    """
    there = session.at(place.path)
    there.token = token
    ledger = there.ledger.head()
    if token is not None and is_active(ledger.task(task_id)):
        single.renew(there.repo, there.claimant(ledger), task_id, None)
        return ""
    options = {"id": task_id, "branch": place.short, "base": _base(session, place)}
    return there.carry_out([("start", options)], key=key).recorded.commit or ""


def _base(session: Session, place: Worktree) -> str | None:
    """The branch that the task's own one leaves, if that is known."""
    repo = session.repo
    here = repo.is_detached or repo.head_ref == place.branch
    return None if here else repo.head_ref.removeprefix("refs/heads/")
