"""Which other tasks a task's file names, by the id of its blob; a cache that cannot be stale, only missing.

It is in the common git folder. It says where to look: what a rule goes by is read from the files.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping

from tkledger import __version__
from tkledger.core.entries import NAMES_NONE, Named
from tkledger.git.objects import digest
from tkledger.local.store import LINKS, Store

_HEAD = f"{__version__} {marshal.version}\n".encode()


class LinkCache:
    """One file; treated as empty if it is damaged, or another version of tk or Python wrote it."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> dict[bytes, Named]:
        """Whom files name, by the id of the blob as bytes."""
        try:
            data = self._store.read(LINKS) or b""
        except OSError:
            return {}
        body = data[len(_HEAD) + 20 :]
        if data != _HEAD + digest(body, 40) + body:  # marshal is not made for damaged bytes
            return {}
        none, rows = marshal.loads(body)  # noqa: S302 - a file of tk's own, and whole
        known = dict.fromkeys(none, NAMES_NONE)
        known.update((oid, Named(*row)) for oid, row in rows.items())
        return known

    def write(self, known: Mapping[bytes, Named]) -> None:
        """Keep these and no others; a failure costs time only."""
        none = [oid for oid, named in known.items() if named is NAMES_NONE]
        rows = {oid: tuple(named) for oid, named in known.items() if named is not NAMES_NONE}
        body = marshal.dumps((none, rows))
        self._store.keep(LINKS, data=_HEAD + digest(body, 40) + body)
