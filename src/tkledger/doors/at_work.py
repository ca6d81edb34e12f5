"""The tasks that a commit made here may be for: those that its author has in progress; nothing is judged."""

from __future__ import annotations

from tkledger.claims.fence import about_to, committer
from tkledger.core.layout import FOLDER, key_of
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.store import AT_WORK, Store

NONE = "-"
"""In place of a task, if there is none, or more than one; before one that is only in review."""


def at_work(repo: Repo, ledger: Snapshot, state: State = State.IN_PROGRESS) -> list[str]:
    """The ids of the tasks in progress in HEAD's ledger that the one who commits here owns, in order; or
    of those in another state. Not one that another has claimed since.

    git searches many files faster than they are read here, so only what it finds is read.
    """
    policy = ledger.policy
    if policy is None:
        return []
    line = f"^state: {state.value}$"  # of a task's file in its one form
    found = repo.call("grep", "-lzG", "-e", line, f"HEAD:{FOLDER}").out.decode()
    paths = (name.rpartition(":")[2].rpartition("/")[2] for name in found.split("\0"))
    tasks = (ledger.task(key_of(f"{FOLDER}/{name}")) for name in paths)
    actor = committer(repo, policy).actor
    own = sorted(
        task.id
        for task in tasks
        if task is not None and task.state is state and policy.owns(actor, task.owner)
    )
    return [one for one in own if not any(about_to(repo, policy, ledger, [one]))]


def note(tree: str, who: str) -> None:
    """Note for the hook script which task that is in the ledger ``tree``, for the actor by the name
    ``who`` that the script knows; if there is none, which is in review.
    """
    repo = Repo()
    ledger = Ledger(repo).head()
    found = at_work(repo, ledger)
    task = found[0] if len(found) == 1 else NONE
    if not found:
        task += next(iter(at_work(repo, ledger, State.IN_REVIEW)), "")
    Store(repo.git_dir).keep(
        AT_WORK, data=f"{tree} {task} {who}\n".encode(errors="surrogateescape")
    )
