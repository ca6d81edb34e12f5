"""Puts away the checkouts of tasks that have ended; what any of them still holds stays, and is named."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tkledger.agents import worktrees
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims.elsewhere import task_at, task_of
from tkledger.core.lifecycle import State
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.errors import TkError
from tkledger.git import history, refs
from tkledger.git.repo import Repo


class Tidied(NamedTuple):
    """The checkout of a task that has ended: removed, or why it stays, and the way on."""

    task: str
    place: Worktree
    why: str = ""
    remedy: str = ""


def tidy(session: Session, *, dry_run: bool) -> Iterator[Tidied]:
    """Remove the checkouts of ended tasks whose commits are all merged and that have no changes; their
    branches stay. Any other of an ended task is given with what keeps it.
    """
    repo, ledger = session.repo, session.head()
    for task_id, place in _checkouts(repo):
        task = _ended(repo, ledger, place, task_id)
        if task is None:
            continue
        why, remedy = _kept(repo, place, task)
        if not why and not dry_run:
            try:
                worktrees.drop(repo, place)
            except TkError as error:
                why, remedy = error.message, error.remedy
        yield Tidied(task_id, place, why, remedy)


def ended_checkouts(repo: Repo, ledger: Snapshot) -> list[tuple[Task, Worktree]]:
    """The checkouts made by tk whose tasks have ended in this ledger; no process is started."""
    return [
        (task, place)
        for task_id, places in worktrees.made(repo).items()
        for place in places
        if task_id in ledger.entries and (task := ledger.task(task_id)) is not None and task.ended
    ]


def _checkouts(repo: Repo) -> list[tuple[str, Worktree]]:
    """The linked checkouts of tasks: those that tk made, and those of a branch that a task has for itself."""
    known = {place: task for task, places in worktrees.made(repo).items() for place in places}
    config = repo.variables()
    for branch, path in worktrees.linked(repo).items():
        place = Worktree(path, branch)
        if place not in known and (task := task_of(config, branch)):
            known[place] = task
    return sorted((task, place) for place, task in known.items())


def _ended(repo: Repo, ledger: Snapshot, place: Worktree, task_id: str) -> Task | None:
    """The task of a checkout, if it has ended on HEAD's branch or on its own."""
    here = ledger.task(task_id) if task_id in ledger.entries else None
    there = task_at(repo, place.branch, task_id)
    return next((one for one in (here, there) if one is not None and one.ended), None)


def _kept(repo: Repo, place: Worktree, task: Task) -> tuple[str, str]:
    """Why a checkout has to stay, and the way on; both empty if it may go."""
    look = f"git -C {quoted(place.path)} status"
    if not os.path.isdir(place.path):
        return "its folder is gone", "git worktree prune"
    if not place.branch:
        return "it is on no branch", look
    if repo.top and os.path.realpath(repo.top) == os.path.realpath(place.path):
        return "you are in it", "run it in another checkout: git worktree list"
    if Repo(place.path).run("status", "--porcelain", "--untracked-files=normal"):
        return "it has uncommitted changes", look
    if left := _unmerged(repo, place, task):
        commits = "a commit that is" if left == 1 else f"{left:,} commits that are"
        drop, merge = f"tk work {task.id} --drop", f"tk work {task.id} --merge"
        way = merge if task.state is State.DONE else drop
        return f"{place.short} has {commits} not merged", way
    return "", ""


def _unmerged(repo: Repo, place: Worktree, task: Task) -> int:
    """How many commits of a branch neither HEAD nor the branch that it left has."""
    base = f"{HEADS}{task.base}" if task.base else "HEAD"
    tips = {"HEAD", base if base in refs.listed(repo, base) else "HEAD"}
    if any(history.is_ancestor(repo, place.branch, tip) for tip in tips):
        return 0
    return int(repo.run("rev-list", "--count", place.branch, *(f"^{one}" for one in tips)))
