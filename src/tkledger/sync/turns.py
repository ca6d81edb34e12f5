"""Whose turn it is, of those on this machine, to sync with a remote; it knows neither commits nor refs.

Only time rests on it: who has no turn fetches, merges and pushes all the same, and git's own
compare-and-swap decides.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

HELD_SECONDS = 10.0
"""How long one may have the turn until others go on without: stopped, perhaps, or a long hook."""

_MOST_SECONDS = 120.0
"""How long one waits in all, however often the turn goes to another."""

_LOOK_SECONDS = 0.25
"""How often one who waits looks who has it."""

Waits = Callable[[str, float], None]
"""Is told who has the turn, and for how many seconds one has waited by now."""


@contextmanager
def turn(path: str | None, who: str, waits: Waits = lambda name, waited: None) -> Iterator[str]:
    """Have the turn that this file stands for, as ``who``; gives who has it instead, or nothing where
    it is one's own or where there are no turns.

    It dies with the process. They come in the order in which they asked, since Linux keeps it.
    """
    lock = _opened(path)
    if lock is None:
        yield ""
        return
    try:
        if _locked(lock, waits):
            with suppress(OSError):  # what stands behind the line is left from a longer name
                os.pwrite(lock, f"{who}\n".encode(errors="surrogateescape"), 0)
            yield ""
        else:
            yield _holder(lock)
    finally:
        os.close(lock)


def _opened(path: str | None) -> int | None:
    """The file that is locked; None where there is none, or it is not for us to write."""
    if path is None:
        return None
    try:
        import fcntl  # noqa: F401 - not on Windows

        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except (ImportError, OSError):
        return None


def _locked(lock: int, waits: Waits) -> bool:
    """Whether the lock was got before patience ended."""
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

    # a thread, because there is no flock with an end to its patience, and who asks again and
    # again is the last to be served. If nobody waits for it any more the lock goes with the file
    threading.Thread(target=wait, daemon=True).start()
    began = time.monotonic()
    while not got.wait(_LOOK_SECONDS):
        waited = time.monotonic() - began
        if waited > _MOST_SECONDS or time.time() - os.stat(lock).st_mtime > HELD_SECONDS:
            return False
        waits(_holder(lock), waited)
    return True


def _holder(lock: int) -> str:
    """Who wrote their name down last."""
    with suppress(OSError):
        return os.pread(lock, 200, 0).decode(errors="replace").partition("\n")[0] or "another"
    return "another"
