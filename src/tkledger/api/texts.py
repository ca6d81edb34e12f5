"""The JSON of tasks as text, remembered by the ids of their files' bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tkledger.api.look import task_with_place
from tkledger.core.typing import TYPE_CHECKING
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TEXTS, Store

if TYPE_CHECKING:
    from tkledger.api.overview import Shown
    from tkledger.core.overview import TaskRow

_FEW = 64
"""So many tasks are read faster than the page."""

_WORTH_KEEPING = 32
"""So many files are read again by each command before their JSON is kept."""


def texts_of(ledger: Shown, rows: Sequence[TaskRow]) -> list[str]:
    """The JSON of tasks, in their order."""
    store = Store(ledger.session.repo.common_dir)
    known: dict[bytes, str] = (len(rows) > _FEW and read_page(store, TEXTS)) or {}
    missing = [row for row in rows if row.oid not in known]
    if len(missing) > _FEW:
        for _ in ledger.snapshot.tasks():  # all at once
            pass
    found = {row.id: _text(ledger, row.id) for row in missing}
    fresh = {row.oid: found[row.id] for row in missing if row.oid}
    if len(rows) > _FEW and len(fresh) >= _WORTH_KEEPING:
        there = {row.oid for row in ledger.overview.rows}
        if len(known) > 2 * len(there):  # of other branches, too
            known = {oid: text for oid, text in known.items() if oid in there}
        known = {**known, **fresh}
        write_page(store, TEXTS, known)
    return [found[row.id] if row.id in found else known[row.oid] for row in rows]


def _text(ledger: Shown, task_id: str) -> str:
    task = ledger.snapshot.task(task_id)
    assert task is not None  # it has a row
    return json.dumps(task_with_place(task, ledger.snapshot), ensure_ascii=False)
