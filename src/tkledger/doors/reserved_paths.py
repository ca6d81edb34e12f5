"""Which files of a commit about to be made others have reserved."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.claims import fence, reservations
from tkledger.claims.standing import every
from tkledger.core.policy import Policy
from tkledger.core.reservation import Overlap, covers
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo


def touched(repo: Repo, policy: Policy, tree: Oid) -> Iterator[Overlap]:
    """The files that differ from HEAD and are reserved for a task that another actor holds; a file once."""
    held = every(repo, fence.decider(repo, policy))
    here = fence.committer(repo, policy).actor
    holders = {
        task: one for task, one in reservations.at_work(held).items() if not policy.owns(here, one)
    }
    found = reservations.reserved(repo, holders) if holders else {}
    if not found or repo.head is None:
        return
    words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", repo.head, tree)
    for name in filter(None, repo.run(*words).decode(errors="surrogateescape").split("\0")):
        for task, one in found.items():
            if any(covers(path, name) for path in one.paths):
                yield Overlap(name, task, holders[task])
                break
