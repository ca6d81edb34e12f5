"""The JSON of tasks as text, remembered by the ids of their files' bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tkledger.api.look import task_with_place
from tkledger.core.overview import picked
from tkledger.core.typing import TYPE_CHECKING
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TEXTS, Store

if TYPE_CHECKING:
    from tkledger.api.overview import Shown

_FEW = 64
"""So many tasks are read faster than the page."""

_WORTH_KEEPING = 32
"""So many files are read again by each command before their JSON is kept."""


def texts_of(ledger: Shown, places: Sequence[int]) -> Sequence[str]:
    """The JSON of the tasks at these places."""
    overview = ledger.overview
    ids, oids = (picked(overview.column(name), places) for name in ("id", "oid"))
    store = Store(ledger.session.repo.common_dir)
    known: dict[bytes, str] = (len(ids) > _FEW and read_page(store, TEXTS)) or {}
    missing = {oid: key for key, oid in zip(ids, oids) if oid not in known}
    nameless = {key for key, oid in zip(ids, oids) if not oid} if b"" in missing else set()
    if len(missing) > _FEW:
        for _ in ledger.snapshot.tasks():  # all at once
            pass
    fresh = {oid: _text(ledger, key) for oid, key in missing.items() if oid}
    known = {**known, **fresh}
    if len(fresh) >= _WORTH_KEEPING and len(ids) > _FEW:
        there = overview.column("oid")
        many = len(known) > 2 * len(there)  # of other branches, too
        write_page(
            store, TEXTS, {oid: known[oid] for oid in there if oid in known} if many else known
        )
    if not nameless:
        return list(map(known.__getitem__, oids))
    return [known[oid] if oid else _text(ledger, key) for key, oid in zip(ids, oids)]


def _text(ledger: Shown, task_id: str) -> str:
    task = ledger.snapshot.task(task_id)
    assert task is not None  # it has a row
    return json.dumps(task_with_place(task, ledger.snapshot), ensure_ascii=False)
