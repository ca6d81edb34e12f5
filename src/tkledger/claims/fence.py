"""Work that comes through a door, and whether its task is somebody else's; the law is not its matter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tkledger.claims.remote import name_of
from tkledger.claims.standing import Worker, fencing, standing
from tkledger.core.change import Change, Violation
from tkledger.core.claim import is_work
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.ref_names import CLAIMS
from tkledger.doors.idle import of_change, sleepers
from tkledger.git.log_format import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import trailer

Deeds = dict[str, Worker]
"""By task, who worked on it last on a walk through commits: who builds on another's work has it."""


class Door(NamedTuple):
    """Where work comes through: under which policy, and what it knows of a remote's claims.

    remote: the name of one whose claims are known here
    moving: claims that a push moves, as they will be
    """

    policy: Policy | None
    remote: str | None = None
    moving: Mapping[str, Oid | None] = {}


def about_to(repo: Repo, policy: Policy | None, tasks: Iterable[str]) -> Iterator[Violation]:
    """Judge a commit that is about to be made here, of work on these tasks."""
    tasks = list(dict.fromkeys(tasks))
    if policy is None or not tasks:
        return
    worker = _whoever(repo, policy)
    there = None if policy.claims == "local" else name_of(repo.identities()[2], repo.head_ref)
    yield from judged(repo, Door(policy, there), dict.fromkeys(tasks, worker))


def proposed(repo: Repo, change: Change) -> Iterator[Violation]:
    """The same for all that a commit about to be made does to tasks."""
    yield from about_to(repo, change.policy, worked_on(change))
    if change.policy is not None and sleepers(repo):
        yield from of_change(repo, change, _whoever(repo, change.policy).actor)


def _whoever(repo: Repo, policy: Policy) -> Worker:
    """Who is about to commit here: TK_ACTOR, else whoever git takes for the author."""
    ident = repo.identities()[0]
    email = ident[ident.index("<") + 1 : ident.index(">")]
    told = os.environ.get("TK_ACTOR")
    return Worker(policy.actor(told or email), "" if told else email, repo.head_ref)


def worked_on(change: Change) -> Iterator[str]:
    """The tasks that an ordinary commit works on, by what it does to their files."""
    return (after.id for before, after in change.edits() if is_work(before, after))


def made_by(commit: Commit, policy: Policy | None) -> Worker:
    """Who made a commit, as it says itself."""
    told = trailer(commit.message, "Tk-Actor")
    name = told or commit.email
    actor = policy.actor(name) if policy else name
    return Worker(actor, "" if told else commit.email, where=commit.oid, begins=False)


def idle(
    repo: Repo, commit: Commit, change: Change | None, policy: Policy | None
) -> list[Violation]:
    """What a commit creates although its actor is asleep in this repository."""
    found = of_change(repo, change, made_by(commit, policy).actor)
    return [one._replace(commit=commit.oid) for one in found]


def note(deeds: Deeds, commit: Commit, change: Change | None, policy: Policy | None) -> None:
    """Note who worked on what in a commit, over whoever did so before."""
    worker = made_by(commit, policy)
    task = trailer(commit.message, "Tk-Task")
    if task:
        deeds[task] = worker
    for before, after in change.edits() if change is not None else ():
        if is_work(before, after):
            deeds[after.id] = worker._replace(begins=after.state is State.IN_PROGRESS)


def judged(repo: Repo, door: Door, deeds: Deeds) -> Iterator[Violation]:
    """What of these deeds is fenced off."""
    if door.policy is None or not deeds:
        return
    known = standing(repo, list(deeds), door.remote, door.moving)
    for task, worker in deeds.items():
        shown = worker._replace(where=worker.where[:10])
        for one in fencing(repo, known.get(task), task, shown, door.policy):
            yield one._replace(commit=worker.where)


def moving(lines: Iterable[tuple[Oid, Oid, str]]) -> dict[str, Oid | None]:
    """The claims that a push moves, as they will be; None for those that go."""
    return {ref: new if new.strip("0") else None for _, new, ref in lines if ref.startswith(CLAIMS)}
