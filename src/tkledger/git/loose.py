"""Stores a few objects as git itself would, one file each, without starting a git for it."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress

from tkledger.git.objects import NewObject, oid_of
from tkledger.git.repo import Repo

FEW = 32
"""More objects than these are better off in a pack."""


def stored(repo: Repo, objects: Sequence[NewObject]) -> bool:
    """Whether these objects are stored now, on disk; if not, git has to store them, or to say why it cannot.

    Left to git are many objects; repositories that several users share, whose files it gives rights of their own;
    and systems where ``fsync`` may leave a file in the disk's own memory.
    """
    if len(objects) > FEW or sys.platform != "linux" or "core.sharedrepository" in repo.variables():
        return False
    try:
        for one in objects:
            oid = oid_of(one.kind, one.data, repo.width)
            head = b"%s %d\0" % (one.kind.encode(), len(one.data))
            _store(os.path.join(repo.objects_folder, oid[:2]), oid[2:], head + one.data)
    except OSError:
        return False
    return True


def _store(folder: str, name: str, data: bytes) -> None:
    path = os.path.join(folder, name)
    with suppress(OSError):
        os.utime(path)  # it is here, and from now on too new to be pruned
        return
    with suppress(FileExistsError):
        os.mkdir(folder)
    # git gc removes what is left under such a name
    made = os.path.join(folder, f"tmp_obj_{os.urandom(8).hex()}")
    file = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(zlib.compress(data, 1))
            stream.flush()
            os.fsync(file)
        os.rename(made, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise
