"""What filters leave of the log of a ledger."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.api import lists
from tkledger.api.filters import Choice
from tkledger.api.overview import Shown
from tkledger.core.history import HistoryEntry
from tkledger.core.overview import picked

Wanted = Callable[[HistoryEntry], bool]


def wanted(ledger: Shown, choice: Choice) -> Wanted:
    """Whether an entry is of a task that matches as it is now, and of the time that is asked for."""
    asked, of_tasks = choice.filter, choice.timeless
    found = of_tasks.found(ledger, lists.every(ledger.overview, mistakes=True))
    ids = {*picked(ledger.overview.column("id"), found)} if of_tasks.filters else None

    def is_wanted(entry: HistoryEntry) -> bool:
        if entry.at < asked.since or (asked.until and entry.at >= asked.until):
            return False
        return ids is None or entry.task in ids

    return is_wanted
