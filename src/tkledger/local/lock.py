"""How commands that write to one repository take turns: a lock, and retries after a lost race."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tkledger.errors import Exit, TkError
from tkledger.git.repo import Repo
from tkledger.local.store import LOCK, Store

LOCK_SECONDS = 30.0
"""Seconds to wait for other commands that write to the same repository before giving up BUSY."""


@contextmanager
def writing(repo: Repo) -> Iterator[bool]:
    """Hold the repository's lock, one for all its worktrees; gives whether it had to wait. Raises
    TkError, BUSY, after `LOCK_SECONDS`.

    The swap of the ref keeps writers apart, not the lock; but the lock saves them retries and
    keeps index and working files in step. It ends with the process.
    """
    store = Store(repo.common_dir)
    path, lock = store.path(LOCK), store.opened(LOCK)
    try:
        if _lock_at_once(lock):
            yield False
            return
    finally:
        os.close(lock)
    # filelock can wait, on every system; importing it costs 37 ms, so only here
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=LOCK_SECONDS, poll_interval=0.005):
            yield True
    except Timeout:
        raise TkError(
            Exit.BUSY,
            "busy",
            f"another tk has been writing to this repository for {LOCK_SECONDS:.0f} s",
            "run it again",
        ) from None


def _lock_at_once(lock: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: filelock does it
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def retrying(times: int, longest: Callable[[int], float]) -> Iterator[int]:
    """Count tries from 0; the caller returns from the one that succeeds.

    Between two it sleeps for a random time, of at most ``longest`` seconds after that many tries.
    """
    for attempt in range(times):
        yield attempt
        if attempt + 1 < times:
            import random  # loads OpenSSL, for 10 ms

            time.sleep(random.uniform(0, longest(attempt)))
