"""What changed in the ledger between two commits: one comparison of its trees, and the commits between."""

from __future__ import annotations

from tkledger.core.entries import differing
from tkledger.core.layout import is_task_key
from tkledger.core.policy import DEFAULT
from tkledger.core.since import TaskChange, credited, is_noise, task_change
from tkledger.git.objects import Oid
from tkledger.ledger import log
from tkledger.ledger.reader import Ledger


def changes(ledger: Ledger, begin: Oid | None, end: Oid) -> list[TaskChange]:
    """The tasks in which the ledgers of two commits differ, by their ids, with who changed them; without
    ``begin`` all that the other has.

    No other tasks are read, and no other commits than those that only ``end`` has in its history. Raises TkError
    if there is no ledger at ``end``.
    """
    old = ledger.at(begin) if begin else ledger.empty()
    new = ledger.usable(ledger.at(end))
    keys = sorted(filter(is_task_key, differing(old.entries, new.entries)))
    sides = [{task.id: task for task in side.tasks(keys)} for side in (old, new)]
    found = [task_change(key, *(side.get(key) for side in sides)) for key in keys]
    found = [one for one in found if one.old != one.new and not is_noise(one)]
    if not found:
        return []
    # --sparse: else git compares the trees of each commit twice, to choose it and to show it
    between = log.entries(ledger, end, *([f"^{begin}"] if begin else []), "--sparse")
    return credited(found, between, (new.policy or DEFAULT).author)
