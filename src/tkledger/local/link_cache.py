"""What a task's file names, by the id of its blob; a cache that cannot be stale, only missing.

It is in the common git folder. It says where to look: what a rule goes by is read from the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tkledger.core.entries import NAMES_NONE, Named
from tkledger.local.page import read_page, write_page
from tkledger.local.store import LINKS, Store


class LinkCache:
    """One page: the files that name nothing, and what the others name."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> dict[bytes, Named]:
        """What files name, by the id of the blob as bytes."""
        found = read_page(self._store, LINKS)
        known = isinstance(found, tuple) and found[0] == Named._fields  # others had other fields
        none, rows = found[1:] if known else ((), {})
        names = dict.fromkeys(none, NAMES_NONE)
        names.update(zip(rows, map(partial(tuple.__new__, Named), rows.values())))
        return names

    def write(self, known: Mapping[bytes, Named]) -> None:
        """Keep these and no others."""
        none = [oid for oid, named in known.items() if named is NAMES_NONE]
        rows = {oid: tuple(named) for oid, named in known.items() if named is not NAMES_NONE}
        write_page(self._store, LINKS, (Named._fields, none, rows))
