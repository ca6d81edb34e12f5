"""How claims merge, and which of them a remote may have before, with and after a commit, as tables."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task
from tkledger.core.claim import Claim
from tkledger.core.claim_merge import (
    ThreeWay,
    Way,
    ended,
    has_arrived,
    made_final,
    tells_of_a_commit,
    way,
)
from tkledger.core.lifecycle import State
from tkledger.core.task import Task, changed

SIDE, MAIN = "refs/heads/side", "refs/heads/main"
HELD = Claim("a", "ann", SIDE, MAIN, 3600, "n1")
DONE, FREED = HELD._replace(final="done"), HELD._replace(released=True)
BOBS = HELD._replace(holder="bob", epoch=2)


def task(state: str, owner: str | None = None) -> Task:
    return changed(a_task("a"), state=State(state), owner=owner)


@pytest.mark.parametrize(
    ("ours", "theirs", "tells"),
    [
        (HELD, None, False),
        (HELD, HELD, False),
        (HELD, DONE, False),
        (HELD._replace(reserved=True), None, False),
        (BOBS, HELD, True),
        (BOBS, FREED, True),
        (DONE, HELD, True),
        (FREED, HELD, True),
        (None, HELD, True),
    ],
)
def test_what_a_claim_tells(ours: Claim | None, theirs: Claim | None, tells: bool) -> None:
    assert tells_of_a_commit(ours, theirs) is tells


WORK, TODO, BLOCKED = task("in_progress", "ann"), task("todo"), task("blocked")


@pytest.mark.parametrize(
    ("claim", "here", "there", "arrived"),
    [
        (DONE, task("done"), [task("done")], True),
        (DONE, task("done"), [WORK], False),
        (DONE, task("done"), [TODO, task("done")], True),
        (DONE, task("done"), [task("cancelled")], False),
        (DONE, None, [], False),
        (FREED, BLOCKED, [BLOCKED], True),
        (FREED, BLOCKED, [WORK], False),
        (FREED, BLOCKED, [], False),
        (FREED, TODO, [TODO], True),
        (FREED, task("todo", "ann"), [TODO], False),
        (FREED, WORK, [], True),
        (None, WORK, [TODO], True),
        (None, TODO, [WORK], False),
        (None, None, [WORK], True),
        (BOBS, task("in_progress", "bob"), [BLOCKED], False),
        (BOBS, task("in_progress", "bob"), [task("in_progress", "bob")], True),
    ],
)
def test_when_its_commit_is_there(
    claim: Claim | None, here: Task | None, there: list[Task], arrived: bool
) -> None:
    assert has_arrived(claim, here, there) is arrived


@pytest.mark.parametrize(
    ("claim", "branch", "state", "over", "final"),
    [
        (HELD, MAIN, "done", True, None),
        (HELD, SIDE, "done", False, "done"),
        (HELD, SIDE, "cancelled", False, "cancelled"),
        (HELD, SIDE, "in_review", False, None),
        (HELD, "refs/heads/other", "done", False, None),
        (DONE, SIDE, "done", False, None),
        (DONE, MAIN, "done", True, None),
        (FREED, SIDE, "done", False, None),
        (HELD, MAIN, "in_progress", False, None),
        (HELD, SIDE, None, False, None),
        (HELD, MAIN, None, False, None),
        (HELD._replace(reserved=True), SIDE, "done", False, "done"),
    ],
)
def test_what_the_end_of_its_task_makes_of_a_claim(
    claim: Claim, branch: str, state: str | None, over: bool, final: str | None
) -> None:
    one = task(state) if state else None
    found = made_final(claim, [branch], one)
    assert found is None or not found.reserved
    assert ended(claim, [branch], one) is over
    assert over or (found and found.final) == final


LATER = {("old", "new"), ("old", "newer"), ("new", "newer")}
CASES = [
    (("a", "a", None), Way.KEEP),
    ((None, None, "a"), Way.FORGET),
    (("a", None, None), Way.SEND),
    (("new", "old", "old"), Way.SEND),
    (("new", "old", None), Way.SEND),
    ((None, "a", None), Way.TAKE),
    ((None, "new", "old"), Way.TAKE),
    (("old", "new", "old"), Way.TAKE),
    (("a", "b", None), Way.YIELD),
    (("a", "b", "old"), Way.YIELD),
    (("new", None, "old"), Way.YIELD),
    (("a", None, "a"), Way.DROP),
    ((None, "a", "a"), Way.WITHDRAW),
]


@pytest.mark.parametrize(("claim", "expected"), CASES)
def test_the_table_of_claims(claim: tuple[str | None, ...], expected: Way) -> None:
    assert way(ThreeWay(*claim), lambda a, b: (a, b) in LATER) is expected
