"""`tk` in a repository of histories, and the tasks that most of them hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.histories import A, PlainRepo, moved
from tkledger.cli import run

STARTED = moved(A, "in_progress", owner="alice")
DONE = moved(STARTED, "done")
BLOB = "1" * 40


def tk(plain_repo: PlainRepo, *words: str) -> int:
    return run([*words, "-C", str(plain_repo.path)])


def answer(
    plain_repo: PlainRepo, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, Any]:
    capsys.readouterr()
    status = tk(plain_repo, *words, "--json")
    return status, json.loads(capsys.readouterr().out)
