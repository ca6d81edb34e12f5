"""Notes for the hook script of what was just judged, so that the next door need not start a process again.

They are advice, never proof: a note names one object or one process, and is worth nothing for others.
"""

from __future__ import annotations

import os

from tkledger.git.repo import Repo
from tkledger.local.store import JUDGED, MESSAGE_CHECKED, Store


def note_judged(repo: Repo, verdict: str) -> None:
    """A commit was found legal, or a tree with its parents, or what a push takes along."""
    Store(repo.git_dir).replace(JUDGED, data=f"{verdict}\n".encode())


def note_message_checked(repo: Repo) -> None:
    """The message of the commit that this hook's git is about to make was found legal."""
    Store(repo.git_dir).replace(MESSAGE_CHECKED, data=f"{os.getppid()}\n".encode())
