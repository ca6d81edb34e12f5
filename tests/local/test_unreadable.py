"""What a clone remembers may be damaged in any way: it is then as if nothing was remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tkledger.local.store import SUMS, TASKS, Store
from tkledger.local.sums import SumsFile
from tkledger.local.task_cache import TaskCache

DAMAGED = [b"", b"{", b"[" * 50_000, b"[]", b"null", b'{"tk": 1}', b"\xff\xfe", b"\0"]


@pytest.mark.parametrize("data", DAMAGED, ids=lambda data: repr(data[:8]))
def test_damaged_sums_and_tasks_are_none(tmp_path: Path, data: bytes) -> None:
    for name in (SUMS, TASKS):
        Store(str(tmp_path)).replace(name, data=data)
    assert SumsFile(str(tmp_path)).read() is None
    assert TaskCache(str(tmp_path)).read() == {}
