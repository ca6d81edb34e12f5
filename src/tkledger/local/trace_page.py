"""Which commits concern which task, and which were made under which key, up to one commit.

The files are in the common git folder. No rule and no door reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TRACES, Store

_PAGES = 16
"""Over so many pages the names are spread: to look at one of them, one page is read."""


class Kept(NamedTuple):
    """The commit up to which is known, empty if nothing is; by name what is known, as bytes."""

    tip: Oid
    rows: Mapping[str, bytes]


class TracePages:
    """Pages that are read and replaced each by itself; the names of their files begin with ``kind``."""

    def __init__(self, common_dir: str, kind: str = TRACES) -> None:
        self._store = Store(common_dir)
        self._kind = kind

    def read(self, name: str) -> Kept:
        """The page of a name, such as a task's id."""
        return self._read(place_of(name))

    def known_up_to(self, tip: Oid) -> dict[int, Kept]:
        """The pages, by their places, on which all is known up to a commit."""
        found = {place: self._read(place) for place in range(_PAGES)}
        return {place: kept for place, kept in found.items() if kept.tip == tip}

    def write(self, place: int, kept: Kept) -> None:
        """Keep what concerns the names of a page, of those in ``kept``."""
        rows = {name: row for name, row in kept.rows.items() if place_of(name) == place}
        write_page(self._store, self._file(place), (kept.tip, rows))

    def _read(self, place: int) -> Kept:
        return Kept(*(read_page(self._store, self._file(place)) or ("", {})))

    def _file(self, place: int) -> str:
        return f"{self._kind}-{place:x}"


def place_of(name: str) -> int:
    """The place of a name's page."""
    return crc32(name.encode(errors="surrogateescape")) % _PAGES
