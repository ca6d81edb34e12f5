"""What views of many tasks show, by the id of the ledger's tree; a cache that cannot be stale, only missing.

It is in the common git folder and serves the views. No door reads it: a verdict is found from the objects
alone. A command may be killed at any point, and others may write at the same time: a page is replaced
whole, and one that is damaged, or of another tree than its name says, is as good as absent.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.snapshot import Flaw
from tkledger.local.page import read_page, write_page
from tkledger.local.store import OVERVIEWS, Store

_KEPT = 4
"""How many pages there are at most, the latest ones: of worktrees, and of earlier commits."""

_STATES = {state.value: state for state in State}
_STATE = TaskRow._fields.index("state")


class OverviewPages:
    """The pages, one for each tree: its flaws, whether there are limits, and its rows column by column."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self, tree: str) -> Overview | None:
        """The overview of a ledger's tree."""
        found = read_page(self._store, f"{OVERVIEWS}/{tree}")
        if found is None or found[0] != tree:
            return None
        _, limits, flaws, columns = found
        if columns:
            columns[_STATE] = [_STATES[word] for word in columns[_STATE]]
        rows = list(map(partial(tuple.__new__, TaskRow), zip(*columns)))
        return Overview(rows, [Flaw(*flaw) for flaw in flaws], limits=limits)

    def write(self, tree: str, overview: Overview) -> None:
        """Keep the overview of a tree, and let go of those kept longest if there are too many."""
        columns = [list(column) for column in zip(*overview.rows)]
        if columns:
            columns[_STATE] = [state.value for state in columns[_STATE]]
        flaws = [tuple(flaw) for flaw in overview.flaws]
        write_page(self._store, f"{OVERVIEWS}/{tree}", (tree, overview.limits, flaws, columns))
        for name in self._latest()[_KEPT:]:
            with suppress(OSError):
                self._store.remove(OVERVIEWS, name)

    def last(self) -> Overview | None:
        """The overview that was kept last, of whichever tree."""
        return next(filter(None, map(self.read, self._latest())), None)

    def _latest(self) -> Sequence[str]:
        """The names of the pages, the latest first."""
        with suppress(OSError), os.scandir(self._store.path(OVERVIEWS)) as entries:
            dated = [(entry.stat().st_mtime_ns, entry.name) for entry in entries]
            return [name for _, name in sorted(dated, reverse=True)]
        return ()
