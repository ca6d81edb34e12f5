"""What views of many tasks show, by the id of the ledger's tree; a cache that cannot be stale, only missing.

It is in the common git folder and serves the views. No door reads it: a verdict is found from the objects
alone. A command may be killed at any point, and others may write at the same time: a page is replaced
whole, and one that is damaged, or of another tree than its name says, is as good as absent.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tkledger.core.overview import Column, Overview, TaskRow
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.local.page import read_page, write_page
from tkledger.local.store import LEDGERS, OVERVIEWS, Store

if TYPE_CHECKING:
    from tkledger.core.snapshot import Flaw

_KEPT = 4
"""How many pages there are at most, the latest ones: of worktrees, and of earlier commits."""

_COMMITS = 64
"""Of how many commits it is kept which tree their ledger is, the latest ones."""


class OverviewPage(NamedTuple):
    """What is kept of a ledger's tree: the overview of its tasks, and its policy's file."""

    overview: Overview
    policy: bytes


class OverviewPages:
    """The pages, one for each tree: flaws, whether there are limits, the policy, and the rows column by column."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def tree_of(self, commit: str) -> str | None:
        """The ledger's tree in a commit that has nothing amiss around it, if it was looked at."""
        found: str | None = (read_page(self._store, LEDGERS) or {}).get(commit)
        return found

    def note(self, commit: str, tree: str) -> None:
        """Keep which tree that is."""
        known = {**(read_page(self._store, LEDGERS) or {}), commit: tree}
        write_page(self._store, LEDGERS, dict([*known.items()][-_COMMITS:]))

    def read(self, tree: str) -> OverviewPage | None:
        """What is kept of a ledger's tree."""
        found = read_page(self._store, f"{OVERVIEWS}/{tree}")
        if found is None or found[0] != tree:
            return None
        _, limits, flaws, policy, columns = found
        if tuple(columns) != TaskRow._fields:  # a tk that is being changed has one version
            return None
        rows = Overview(flaws=_flaws(flaws), limits=limits, column=_Columns(columns).column)
        return OverviewPage(rows, policy)

    def write(self, tree: str, page: OverviewPage) -> None:
        """Keep this of a tree, and let go of those kept longest if there are too many."""
        overview, policy = page
        # each by itself, so that it is read only if it is asked for
        columns = {name: marshal.dumps([*overview.column(name)]) for name in TaskRow._fields}
        flaws = [tuple(flaw) for flaw in overview.flaws]
        values = (tree, overview.limits, flaws, policy, columns)
        write_page(self._store, f"{OVERVIEWS}/{tree}", values)
        for name in self._latest()[_KEPT:]:
            with suppress(OSError):
                self._store.remove(OVERVIEWS, name)

    def last(self) -> OverviewPage | None:
        """What was kept last, of whichever tree."""
        return next(filter(None, map(self.read, self._latest())), None)

    def _latest(self) -> Sequence[str]:
        """The names of the pages, the latest first."""
        with suppress(OSError), os.scandir(self._store.path(OVERVIEWS)) as entries:
            dated = [(entry.stat().st_mtime_ns, entry.name) for entry in entries]
            return [name for _, name in sorted(dated, reverse=True)]
        return ()


class _Columns:
    """The columns of a page, each read when it is first asked for."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed
        self._read: dict[str, Column] = {}

    def column(self, name: str) -> Column:
        if name not in self._read:
            self._read[name] = marshal.loads(self._packed[name])  # noqa: S302 - part of a whole page
        return self._read[name]


def _flaws(rows: Sequence[tuple[str, ...]]) -> list[Flaw]:
    if not rows:
        return []
    from tkledger.core.snapshot import Flaw

    return [Flaw(*row) for row in rows]
