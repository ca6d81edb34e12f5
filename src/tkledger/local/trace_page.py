"""Which commits concern which task, up to one commit, by ids; it says where to look, and may say too much.

The file is in the common git folder and serves the views. No rule and no door reads it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TRACES, Store


class Kept(NamedTuple):
    """The commit up to which is known, empty if nothing is; by task the ids of commits as bytes, one
    behind the other, parents before children.
    """

    tip: Oid
    rows: Mapping[str, bytes]


class TracePage:
    """One page, replaced as a whole."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> Kept:
        """What is kept."""
        return Kept(*(read_page(self._store, TRACES) or ("", {})))

    def write(self, kept: Kept) -> None:
        """Keep this and no other."""
        write_page(self._store, TRACES, (kept.tip, dict(kept.rows)))
