"""Which commits concern which task, up to one commit, and the versions of its file before and after each.

The files are in the common git folder and serve the views. No rule and no door reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TRACES, Store

_PAGES = 16
"""Over so many pages the tasks are spread: to look at one of them, one page is read."""


class Kept(NamedTuple):
    """The commit up to which is known, empty if nothing is; by task what is known, as bytes."""

    tip: Oid
    rows: Mapping[str, bytes]


class TracePages:
    """Pages that are read and replaced each by itself."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self, task: str) -> Kept:
        """The page of a task."""
        return self._read(place_of(task))

    def known_up_to(self, tip: Oid) -> dict[int, Kept]:
        """The pages, by their places, on which all is known up to a commit."""
        found = {place: self._read(place) for place in range(_PAGES)}
        return {place: kept for place, kept in found.items() if kept.tip == tip}

    def write(self, place: int, kept: Kept) -> None:
        """Keep what concerns the tasks of a page, of those in ``kept``."""
        rows = {task: row for task, row in kept.rows.items() if place_of(task) == place}
        write_page(self._store, _name(place), (kept.tip, rows))

    def _read(self, place: int) -> Kept:
        return Kept(*(read_page(self._store, _name(place)) or ("", {})))


def place_of(task: str) -> int:
    """The place of a task's page."""
    return crc32(task.encode()) % _PAGES


def _name(place: int) -> str:
    return f"{TRACES}-{place:x}"
