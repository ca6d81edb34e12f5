"""The lock on git's index that a git left which was killed in the middle of a move of tk's."""

from __future__ import annotations

import os
from contextlib import suppress

from tkledger.local.store import JOURNAL, Store

_READERS = frozenset([b"cat-file", b"fsmonitor--daemon"])
"""Commands of git that run for long and never lock the index."""


def remove_orphan(git_dir: str, top: str) -> bool:
    """Remove ``index.lock`` if nothing can hold it any more; whether it was removed.

    Only while the journal says that a move was at work on the index, if the lock came after that, and
    if no git is at work in the checkout. If processes cannot be listed, it stays.
    """
    lock = os.path.join(git_dir, "index.lock")
    try:
        noted, locked = os.stat(Store(git_dir).path(JOURNAL)), os.lstat(lock)
        if locked.st_mtime_ns < noted.st_mtime_ns or _is_git_at_work({git_dir, top}):
            return False
        if os.lstat(lock).st_ino != locked.st_ino:
            return False
        os.unlink(lock)
        return True
    except OSError:
        return False


def _is_git_at_work(folders: set[str]) -> bool:
    """Whether a git may be at work in these folders. Raises OSError if that cannot be found out."""
    inside = tuple(os.path.realpath(folder) for folder in folders)
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            with open(f"/proc/{entry.name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if not os.path.basename(words[0]).startswith(b"git") or _READERS & {*words}:
                continue
            where = os.readlink(f"/proc/{entry.name}/cwd")
            if any(where == one or where.startswith(f"{one}/") for one in inside):
                return True
    return False
