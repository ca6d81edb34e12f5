"""The journal of a command that changes index and working files: which, so that the next one can restore them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.store import JOURNAL, Store

Known = Mapping[str, Sequence[Oid | None]]
"""By path, the objects that index and file may hold although the user edited nothing; None: none."""


class Noted(NamedTuple):
    """What a journal holds: the commit that HEAD was at, and the files to be changed."""

    base: Oid | None
    files: Known


class Journal:
    """One file of JSON in the git folder of a worktree; it exists while a command is at work."""

    def __init__(self, git_dir: str) -> None:
        self._store = Store(git_dir)

    @property
    def exists(self) -> bool:
        """Whether a command is at work, or was killed at it."""
        return os.path.exists(self._store.path(JOURNAL))

    def read(self) -> Noted:
        """What was noted last; nothing if there is no journal, or it cannot be read."""
        try:
            noted = json.loads(self._store.read(JOURNAL) or b"")
            files = {str(path): list(ids) for path, ids in noted["files"].items()}
            return Noted(noted["base"], files)
        except (ValueError, AttributeError, TypeError, KeyError):
            return Noted(None, {})

    def write(self, noted: Noted) -> None:
        """Note this instead."""
        self._store.replace(JOURNAL, data=json.dumps(noted._asdict()).encode())

    def remove(self) -> None:
        """Index and files are as they should be."""
        self._store.remove(JOURNAL)
