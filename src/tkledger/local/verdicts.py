"""Notes for the hook script of what was just judged, so that the next hook need not start Python again.

They are advice, not proof: a note names one object or one process, and says nothing of others. One that
cannot be written is left out: the next hook then judges for itself.
"""

from __future__ import annotations

import os

from tkledger.git.repo import Repo
from tkledger.local.store import JUDGED, LARGE, MESSAGE_CHECKED, Store

_MANY = 2_000
"""Files above which git takes longer to compare them with an index than to write a tree of it."""


def note_judged(repo: Repo, verdict: str) -> None:
    """Note what was found legal: a commit, a tree with its parents, or the commits of a push."""
    Store(repo.git_dir).keep(JUDGED, data=f"{verdict}\n".encode())


def note_size(repo: Repo, files: int) -> None:
    """Note whether the ledger has many files."""
    store = Store(repo.git_dir)
    if (files > _MANY) is not os.path.exists(store.path(LARGE)):
        store.keep(LARGE, data=b"") if files > _MANY else store.remove(LARGE)


def note_message_checked(repo: Repo) -> None:
    """Note that the message of the commit that this hook's git is about to make was found legal."""
    from tkledger.local.processes import started  # only a hook notes this

    pid = os.getppid()
    start = started(pid)
    if start:  # else a process of the same number might take it for its own
        Store(repo.git_dir).keep(MESSAGE_CHECKED, data=f"{pid} {start}\n".encode())
