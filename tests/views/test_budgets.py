"""How limits, and what is used of them, look as exact text."""

from __future__ import annotations

import re
from typing import Any

from tests.support.golden import coloured, drawn, hold
from tests.views.test_cards import HEBREW, JOINED, NOW, WIDE
from tkledger.core.budget import Gauge, Limit
from tkledger.core.quota import QuotaGauge
from tkledger.core.task import task
from tkledger.core.usage import Used
from tkledger.views.budget import budget, quotas


def made(id: str, title: str, state: str = "in_progress") -> Any:
    return task({"id": id, "title": title, "state": state})


def gauge(holder: str, kind: str, most: int, used: int, *, own: bool = False) -> Gauge:
    return Gauge(Limit(holder, kind, most, own, False), used)


ROWS = [
    (made("calm", "Write the notes"), Used(3), [gauge("calm", "steps", 300, 3)]),
    (made("free", HEBREW), Used(seconds=200_000, tokens=9, cost=1_000_000), []),
    (made("more", JOINED), Used(tokens=129_000, cost=2_000_000), []),
    (
        made("near", WIDE),
        Used(1, 7_000, 129_000, 1_840_000, 1),
        [
            gauge("near", "steps", 40, 1),
            gauge("near", "seconds", 7_200, 7_000),
            gauge("whole-of-it", "tokens", 5_000_000, 129_000),
            gauge("near", "cost", 50_000_000, 1_840_000, own=True),
        ],
    ),
    (made("none", "Nothing is allowed"), Used(1), [gauge("none", "steps", 0, 1)]),
    (made("over", "Too much"), Used(tokens=200), [gauge("over", "tokens", 100, 200)]),
    (made("under", "A part"), Used(1), [gauge("over", "tokens", 100, 200)]),
]
QUOTAS = [
    QuotaGauge("agent-*", "tokens", 5_000_000, 5_900_000, "24h", NOW + 3_600, 80),
    QuotaGauge("agent-1", "cost", 1_000_000, 10_000, "1h", None, 80),
]
VIEWS = {
    "all limits of a task": budget([ROWS[3]], NOW, whole=True),
    "the tasks that used something": budget(ROWS, NOW, whole=False),
    "no task": budget([], NOW, whole=False),
    "the quotas of an agent": quotas(QUOTAS),
}


def test_budgets_look_so(terminal: Any, piped: Any) -> None:
    hold(drawn(VIEWS, terminal, piped), "budget.txt")
    shown = VIEWS["the tasks that used something"]
    text = coloured(shown)
    assert re.sub(r"ESC\[[\d;]*m", "", text).rstrip() == terminal(shown)
    hold(text, "budget-colours.txt")


def test_the_worst_comes_first(piped: Any) -> None:
    rows = piped(VIEWS["the tasks that used something"]).splitlines()
    ids = ["none", "over", "near", "calm", "more", "free", "under"]
    assert [row.split()[1] for row in rows] == ids
