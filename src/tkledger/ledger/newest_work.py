"""Finds the newest commits of work by walking back through history, where what was counted does not say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from tkledger.core.charges import steps
from tkledger.files.reader import TreeReader
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo


def newest_work(
    repo: Repo,
    reader: TreeReader,
    charges: Callable[[Commit], bool],
    tips: Sequence[Oid],
    task: str,
) -> tuple[Oid, ...]:
    """The commits of work on a task in the history of ``tips`` that no other one has in its own, in order.
    ``charges`` says of a commit whether its message counts.

    Children come before their parents. So the first commit that none of those found has in its history
    is newest if it is work, and no more is read once all that is left lies behind those.
    """

    def is_work(commit: Commit) -> bool:
        if task not in steps(commit.message) or not charges(commit):
            return False
        (after,) = reader.roots([commit.tree])
        return bool(reader.named(after, [task]))

    found: list[Oid] = []
    behind: set[Oid] = set()
    waiting = set(tips)
    with closing(history.commits(repo, *tips, whole=False, backwards=True)) as walk:
        for commit in walk:
            waiting.discard(commit.oid)
            if commit.oid in behind or is_work(commit):
                if commit.oid not in behind:
                    found.append(commit.oid)
                behind.discard(commit.oid)
                behind.update(commit.parents)
                waiting.difference_update(commit.parents)
            else:
                waiting.update(parent for parent in commit.parents if parent not in behind)
            if not waiting:
                break
    return tuple(sorted(found))
