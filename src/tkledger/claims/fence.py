"""Finds work on tasks that another actor has claimed; it does not judge what the work does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tkledger.claims.remote import name_of
from tkledger.claims.standing import Worker, fencing, standing
from tkledger.core.change import Change, Violation
from tkledger.core.claim import is_open
from tkledger.core.policy import Policy
from tkledger.core.ref_names import CLAIMS
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import is_work
from tkledger.git import identity
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

Workers = dict[str, Worker]
"""By task, who worked on it last on a walk through commits: who builds on another's work has it."""


class Door(NamedTuple):
    """Where work comes through: under which policy, and what it knows of a remote's claims.

    remote: the name of one whose claims are known here
    moving: claims that a push moves, as they will be
    shared: whether all claims here were pushed, so that everyone heeds them, whatever the policy says
    """

    policy: Policy | None
    remote: str | None = None
    moving: Mapping[str, Oid | None] = {}
    shared: bool = False


def about_to(
    repo: Repo, policy: Policy | None, before: Snapshot, tasks: Iterable[str]
) -> Iterator[Violation]:
    """Judge a commit that is about to be made here, of work on these tasks of the ledger ``before``."""
    tasks = list(dict.fromkeys(tasks))
    if policy is None or not tasks:
        return
    worker = committer(repo, policy)
    there = (
        None if policy.claims == "local" else name_of(identity.identities(repo)[2], repo.head_ref)
    )
    workers = {task: worker._replace(open=is_open(before.task(task))) for task in tasks}
    yield from fenced_work(repo, Door(policy, there), workers)


def committer(repo: Repo, policy: Policy) -> Worker:
    """Who is about to commit here: TK_ACTOR, else the author's e-mail by git's configuration."""
    who = identity.acting(repo)
    return Worker(policy.actor(who.actor), who.email, repo.head_ref)


def worked_on(change: Change) -> Iterator[str]:
    """The tasks that an ordinary commit works on, by what it does to their files."""
    return (after.id for before, after in change.edits() if is_work(before, after))


def made_by(commit: Commit, policy: Policy | None) -> Worker:
    """Who made a commit, as it says itself."""
    who = commit.author
    actor = policy.actor(who.actor) if policy else who.actor
    return Worker(actor, who.email, where=commit.oid, begins=False)


def note(workers: Workers, commit: Commit, change: Change | None, policy: Policy | None) -> None:
    """Note who worked on what in a commit, in place of those who did so before."""
    if change is None:
        return
    worker = made_by(commit, policy)
    for bill in change.charged:
        if bill.step:
            workers[bill.task] = worker._replace(open=is_open(change.after.task(bill.task)))
    for before, after in change.edits():
        if is_work(before, after):
            open = is_open(after)
            workers[after.id] = worker._replace(begins=open, open=open)


def fenced_work(repo: Repo, door: Door, workers: Workers) -> Iterator[Violation]:
    """Which of this work is fenced off."""
    if door.policy is None or not workers:
        return
    known = standing(repo, list(workers), door.remote, door.moving)
    for task, worker in workers.items():
        shown = worker._replace(where=worker.where[:10])
        for one in fencing(repo, known.get(task), task, shown, door.policy, shared=door.shared):
            yield one._replace(commit=worker.where)


def moving(lines: Iterable[RefLine]) -> dict[str, Oid | None]:
    """The claims that a push moves, as they will be; None for those that it deletes."""
    return {ref: new for ref, _, new in lines if ref.startswith(CLAIMS)}
