"""An operation of git that is unfinished in a checkout, and the commands that finish it; it changes nothing."""

from __future__ import annotations

import os

from tkledger.core.layout import FOLDER
from tkledger.core.typing import NamedTuple
from tkledger.git.repo import Repo

_FILES = {
    "MERGE_HEAD": ("a merge", "git commit"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --continue"),
    "REVERT_HEAD": ("a revert", "git revert --continue"),
    "rebase-merge": ("a rebase", "git rebase --continue"),
    "rebase-apply": ("a rebase", "git rebase --continue"),
}
"""The files that git keeps while an operation is unfinished: what it is, and the command that ends it."""


class UnderWay(NamedTuple):
    """What is unfinished, in words; the paths that it left unmerged; and the way on, as commands."""

    fact: str
    unmerged: tuple[str, ...]
    way: str


def under_way(repo: Repo) -> UnderWay | None:
    """The operation that is unfinished here, if any is. git ends none as long as paths are unmerged."""
    for name, (what, command) in _FILES.items():
        if os.path.exists(os.path.join(repo.git_dir, name)):
            rows = repo.run("ls-files", "-u", "-z").split(b"\0")[:-1]
            paths = tuple(dict.fromkeys(os.fsdecode(row.partition(b"\t")[2]) for row in rows))
            return UnderWay(f"{what} is under way here", paths, _way(name, paths, command))
    return None


def _way(name: str, unmerged: tuple[str, ...], command: str) -> str:
    if any(path.startswith(f"{FOLDER}/") for path in unmerged):
        return f"tk resolve, then {command}"
    if unmerged:
        return f"git add what git status calls unmerged, once it is settled, then {command}"
    return f"{command}, or git merge --abort" if name == "MERGE_HEAD" else command
