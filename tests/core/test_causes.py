"""What a task comes down to waiting for."""

from __future__ import annotations

from typing import Any

import pytest

from tkledger.core.causes import holding, nearest
from tkledger.core.snapshot import Elsewhere, Snapshot
from tkledger.core.task import Task, task


def made(id: str, *needs: str, state: str = "todo", **more: Any) -> Task:
    return task({"id": id, "title": id, "state": state, "depends_on": sorted(needs), **more})


LEDGER = Snapshot().put(
    *(made("release", "mails", "refunds"), made("mails", "refunds"), made("refunds", "capture")),
    *(made("capture", "fraud", "old"), made("fraud", state="in_progress", owner="bob")),
    *(made("old", state="done"), made("alone"), made("asks", "gone", "old")),
    *(made("whole", state="in_progress"), made("part", "alone", parent="whole")),
    *(made("near", "alone", "busy"), made("busy", state="in_review")),
    *(made("round", "about"), made("about", "round"), made("over", "alone", state="cancelled")),
    made("awaits", state="blocked", wait={"reason": "dependency", "tasks": ["alone", "old"]}),
)


@pytest.mark.parametrize(
    ("id", "chain"),
    [
        ("release", ["release", "refunds", "capture", "fraud"]),
        ("refunds", ["refunds", "capture", "fraud"]),
        ("capture", ["capture", "fraud"]),
        ("fraud", []),
        ("alone", []),
        ("over", []),
        ("asks", ["asks", "gone"]),  # which is no task, so that it is never done
        ("whole", ["whole", "part", "alone"]),
        ("near", ["near", "busy"]),  # as near as the other, but at work
        ("round", []),
        ("awaits", ["awaits", "alone"]),
    ],
)
def test_a_chain_leads_to_the_nearest_that_waits_for_none(id: str, chain: list[str]) -> None:
    one = LEDGER.task(id)
    assert one is not None
    assert [*nearest(LEDGER, one)] == chain


def test_what_is_done_on_another_branch_still_holds_a_task() -> None:
    ledger = LEDGER.put()
    ledger.elsewhere = {"old": Elsewhere("side", "a" * 40)}
    asks = ledger.task("asks")
    assert asks is not None
    assert holding(ledger, asks) == ("gone", "old")
    assert holding(LEDGER, asks) == ("gone",)


def test_a_long_chain_is_followed_only_so_far() -> None:
    ledger = Snapshot().put(*(made(f"t{n}", f"t{n + 1}") for n in range(3_000)))
    first = ledger.task("t0")
    assert first is not None
    assert nearest(ledger, first) == ()
    near = ledger.task("t2950")
    assert near is not None
    assert nearest(ledger, near)[-1] == "t3000"
