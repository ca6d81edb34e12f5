"""The place of the ledger: the ref that its writer moves, and the commit that this is at; now HEAD's branch."""

from __future__ import annotations

import os

from tkledger.errors import unusable
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

IN_CLONE = "in a clone of it: tk init, then tk sync"
"""How a bare repository gets a ledger, since commits are made in a checkout."""


class Place:
    """Where one repository has its ledger, as of the last time that git was asked."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    @property
    def ref(self) -> str:
        """The full name of the ref."""
        return self._repo.head_ref

    @property
    def tip(self) -> Oid | None:
        """The commit that the ref is at; None before the first."""
        return self._repo.head

    @property
    def parents(self) -> list[Oid]:
        """The parents of the next commit: the tip, if there is one."""
        return [self.tip] if self.tip else []

    def refresh(self) -> bool:
        """Ask git again; whether ref or tip are others now."""
        return self._repo.refresh()

    def advance(self, commit: Oid) -> None:
        """The ref was moved to ``commit``."""
        self._repo.head = commit

    def was_left(self) -> bool:
        """Whether HEAD is on another branch at this moment."""
        return self._repo.branch_now() != self.ref

    def require_whole(self) -> None:
        """Raise TkError in a shallow clone."""
        if self._repo.is_shallow:
            fact = "this clone is shallow: most of its history is not here"
            raise unusable("shallow", fact, "git fetch --unshallow")

    def require_writable(self) -> None:
        """Raise TkError unless there is a checkout on a branch, with no merge in progress."""
        if self._repo.is_bare:
            fact = "this is a bare repository: there is nothing to work in"
            raise unusable("bare", fact, "git worktree add PATH" if self.tip else IN_CLONE)
        if self._repo.is_detached:
            raise unusable(
                "detached", "HEAD is on no branch, so a move would be lost", "git switch BRANCH"
            )
        if os.path.exists(os.path.join(self._repo.git_dir, "MERGE_HEAD")):
            raise unusable(
                "merging", "a merge is in progress here, and must be committed first", "git commit"
            )
