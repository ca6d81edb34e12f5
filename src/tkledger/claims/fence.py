"""Finds work on tasks that another actor has claimed; it does not judge what the work does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.claims.remote import name_of
from tkledger.claims.standing import Worker, fencing, standing
from tkledger.core.change import Change, Violation
from tkledger.core.claim import Claim, assignee, is_open, is_work, takes_up
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.ref_names import CLAIMS, HEADS, branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import WORKED, Task
from tkledger.core.trailers import TAKEN, trailers
from tkledger.core.typing import NamedTuple
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
    tips: the commits that come through, and will be where the refs of a push lead
    """

    policy: Policy | None
    remote: str | None = None
    moving: Mapping[str, Oid | None] = {}
    shared: bool = False
    tips: Sequence[Oid] = ()


def about_to(
    repo: Repo, policy: Policy | None, before: Snapshot, tasks: Iterable[str]
) -> Iterator[Violation]:
    """Judge a commit that is about to be made here, of work on these tasks of the ledger ``before``."""
    tasks = list(dict.fromkeys(tasks))
    if policy is None or not tasks:
        return
    worker = committer(repo, policy)
    there = decider(repo, policy)
    workers = {task: worker._replace(open=is_open(before.task(task))) for task in tasks}
    yield from fenced_work(repo, Door(policy, there), workers)


def decider(repo: Repo, policy: Policy) -> str | None:
    """The remote that decides who holds what; None if this repository does."""
    if policy.claims == "local":
        return None
    return name_of(identity.identities(repo)[2], repo.head_ref)


def committer(repo: Repo, policy: Policy) -> Worker:
    """Who is about to commit here: TK_ACTOR, else the author's e-mail by git's configuration."""
    who = identity.acting(repo)
    return Worker(policy.actor(who.actor), who.email, repo.head_ref)


def worked_on(change: Change) -> Iterator[str]:
    """The tasks that an ordinary commit works on, by what it does to their files."""
    return (after.id for before, after in change.edits() if is_work(before, after))


def of_others(repo: Repo, change: Change) -> Iterator[tuple[str, str]]:
    """The tasks of others that a commit about to be made starts, and whose they are; `TAKEN` says so."""
    policy = change.policy
    for before, after in change.edits() if policy is not None else ():
        if policy is not None and is_open(after) and before.owner is not None:
            owner = assignee(policy, committer(repo, policy).actor, before)
            if owner:
                yield after.id, owner


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
            open = is_open(change.after.task(bill.task))
            _add(workers, bill.task, worker._replace(open=open))
    for before, after in change.edits():
        if is_work(before, after):
            new = is_open(after) and before.state in (State.BACKLOG, State.TODO)
            one = worker._replace(begins=is_open(after), open=is_open(after), starts=new)
            if policy is not None and takes_up(before, after, worker.actor, policy):
                one = _taking_up(one, before, after, change.message or "", policy)
            _add(workers, after.id, one)


def _taking_up(
    worker: Worker, before: Task | None, after: Task, message: str, policy: Policy
) -> Worker:
    owner = policy.actor(after.owner or worker.actor)
    assigned = assignee(policy, worker.actor, before)
    taken = trailers(message).get(TAKEN, "") if assigned else ""
    return worker._replace(takes_up=owner, assigned=assigned, taken=taken)


def _add(workers: Workers, task: str, worker: Worker) -> None:
    """Note who worked last, and still who took the work up before."""
    old = workers.get(task)
    if old is not None:
        starts = worker.starts and old.starts
        worker = worker._replace(takes_up=worker.takes_up or old.takes_up, starts=starts)
        if not worker.assigned and worker.actor != old.assigned:
            worker = worker._replace(assigned=old.assigned, taken=old.taken)
    workers[task] = worker


def join(workers: Workers, later: Workers) -> None:
    """Add those of later commits."""
    for task, worker in later.items():
        _add(workers, task, worker)


def fenced_work(repo: Repo, door: Door, workers: Workers) -> Iterator[Violation]:
    """Which of this work is fenced off. A start that has given way to the holder's is not, and is taken out
    of ``workers``: nothing of it is left for anyone to count.
    """
    if door.policy is None or not workers:
        return
    known = standing(repo, list(workers), door.remote, door.moving)
    for task, worker in list(workers.items()):
        shown = worker._replace(where=worker.where[:10])
        held = known.get(task)
        found = list(fencing(repo, held, task, shown, door.policy, shared=door.shared))
        if found and held is not None and worker.starts and _gave_way(repo, held.claim, door):
            del workers[task]
        else:
            yield from (one._replace(commit=worker.where) for one in found)


def _gave_way(repo: Repo, claim: Claim, door: Door) -> bool:
    """Whether the work on a task is, where these commits lead, what it is on its holder's branch: a merge has
    taken that side. All that can be done so is to have begun, and lost.
    """
    from tkledger.claims.elsewhere import task_at, tasks_at  # most pushes race with none

    prefix = f"refs/remotes/{door.remote}/" if door.remote else HEADS
    there = task_at(repo, f"{prefix}{branch_name(claim.branch)}", claim.task)
    found = [one for one in tasks_at(repo, ((tip, claim.task) for tip in door.tips)) if one]
    alike = (getattr(there, name) == getattr(one, name) for one in found for name in WORKED)
    return there is not None and bool(found) and all(alike)


def moving(lines: Iterable[RefLine], policy: Policy | None) -> dict[str, Oid | None]:
    """The claims that a push moves, as they will be; None for those that it deletes.

    Unless claims are each clone's own, one that it deletes holds for the work that comes with the
    deletion: else who ends another's task would only have to delete the claim as well.
    """
    own = policy is None or policy.claims == "local"
    moved = ((ref, new) for ref, _, new in lines if ref.startswith(CLAIMS))
    return {ref: new for ref, new in moved if own or new is not None}
