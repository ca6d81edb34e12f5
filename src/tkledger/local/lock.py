"""How commands that write to one repository take turns: a lock, and retries after a lost race."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from tkledger.errors import Exit, TkError
from tkledger.git.repo import Repo
from tkledger.local.store import LOCK, Store

LOCK_SECONDS = 30.0
"""Seconds to wait for other commands that write to the same repository before giving up BUSY."""


class WriteLock:
    """The repository's lock, one for all its worktrees, while a command has it; `waited` says whether
    others had it first.
    """

    def __init__(self, repo: Repo) -> None:
        self._store = Store(repo.common_dir)
        self._release: Callable[[], object] | None = None
        self.waited = False

    @property
    def is_ours(self) -> bool:
        """Whether the lock is held; it is not if it could not be taken again after a `pause`."""
        return self._release is not None

    def take(self) -> None:
        """Take the lock; raises TkError, BUSY, after `LOCK_SECONDS`."""
        file = self._store.opened(LOCK)
        if lock_at_once(file):
            self._release = partial(os.close, file)
            return
        os.close(file)
        # filelock can wait, on every system; importing it costs 37 ms, so only here
        from filelock import FileLock, Timeout

        waiting = FileLock(self._store.path(LOCK), timeout=LOCK_SECONDS, poll_interval=0.005)
        try:
            waiting.acquire()
        except Timeout:
            raise TkError(
                Exit.BUSY,
                "busy",
                f"another tk has been writing to this repository for {LOCK_SECONDS:.0f} s",
                "run it again",
            ) from None
        self._release = waiting.release
        self.waited = True

    def end(self) -> None:
        """Release it to others."""
        if self._release is not None:
            self._release()
            self._release = None

    @contextmanager
    def pause(self, wanted: bool = True) -> Iterator[None]:
        """Let others write meanwhile, if ``wanted``: for what may take as long as a person does. Refs may
        have moved after it. Raises as `take` does.
        """
        if not wanted:
            yield
            return
        self.end()
        try:
            yield
        finally:
            self.take()


@contextmanager
def writing(repo: Repo) -> Iterator[WriteLock]:
    """Hold the repository's lock. Raises TkError, BUSY, after `LOCK_SECONDS`.

    The swap of the ref keeps writers apart, not the lock; but the lock saves them retries and
    keeps index and working files in step. It ends with the process.
    """
    lock = WriteLock(repo)
    lock.take()
    try:
        yield lock
    finally:
        lock.end()


def lock_at_once(file: int) -> bool:
    """Lock a file for this process, if no other has; whether it did. It ends with the process."""
    try:
        import fcntl
    except ImportError:  # Windows: filelock does it
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


TRIES = 20
"""The number of races for a ref that may be lost before giving up BUSY."""


def racing() -> Iterator[int]:
    """Count the tries to win a race for a ref, as `retrying` does; others hold it for moments only."""
    return retrying(TRIES, lambda number: 0.002 * 2 ** min(number, 6))


def retrying(times: int, longest: Callable[[int], float]) -> Iterator[int]:
    """Count tries from 0; the caller returns from the one that succeeds.

    Between two it sleeps for a random time, of at most ``longest`` seconds after that many tries.
    """
    for attempt in range(times):
        yield attempt
        if attempt + 1 < times:
            import random  # loads OpenSSL, for 10 ms

            time.sleep(random.uniform(0, longest(attempt)))
