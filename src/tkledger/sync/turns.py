"""One sync at a time on this machine for one branch of a remote; it knows neither commits nor refs.

It only saves time: a sync without a turn fetches, merges and pushes all the same, and git's own
compare-and-swap decides.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tkledger.local.store import opened
from tkledger.report import SILENT, Progress

HELD_SECONDS = 10.0
"""How long a turn lasts until others continue without it: its holder may be stopped, or a hook be slow."""

_MOST_SECONDS = 120.0
"""The longest wait in all, however often the turn goes to another."""

_LOOK_SECONDS = 0.25
"""How often a waiting sync looks who has the turn."""


@contextmanager
def turn(path: str | None, who: str, progress: Progress = SILENT) -> Iterator[str]:
    """Take the turn of this file, as ``who``; gives who has it instead, or nothing if we have it or
    there are no turns.

    It ends with the process. Linux serves waiting processes in their order.
    """
    lock = _opened(path)
    if lock is None:
        yield ""
        return
    try:
        if _locked(lock, progress):
            with suppress(OSError):  # bytes after the line are left from a longer name
                os.pwrite(lock, f"{who}\n".encode(errors="surrogateescape"), 0)
            yield ""
        else:
            yield _holder(lock)
    finally:
        os.close(lock)


def _opened(path: str | None) -> int | None:
    """The file to lock; None if there is none, or it cannot be written."""
    if path is None:
        return None
    try:
        import fcntl  # noqa: F401 - not on Windows

        # others who share a repository wait here as well
        return opened(path, os.path.dirname(os.path.dirname(path)))
    except (ImportError, OSError):
        return None


def _locked(lock: int, progress: Progress) -> bool:
    """Whether the lock was taken in time."""
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        pass
    except OSError:  # a file system without locks
        return False
    import threading

    got = threading.Event()

    def wait() -> None:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
            got.set()

    # a thread, because flock has no timeout, and a process that tries again and again is served
    # last. If the wait was given up, closing the file releases the lock
    threading.Thread(target=wait, daemon=True).start()
    began = time.monotonic()
    while not got.wait(_LOOK_SECONDS):
        waited = time.monotonic() - began
        if waited > _MOST_SECONDS or time.time() - os.stat(lock).st_mtime > HELD_SECONDS:
            return False
        progress.update(f"waiting for {_holder(lock)}", waited)
    return True


def _holder(lock: int) -> str:
    """Who took the turn last."""
    with suppress(OSError):
        return os.pread(lock, 200, 0).decode(errors="replace").partition("\n")[0] or "another"
    return "another"
