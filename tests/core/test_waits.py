"""When a wait is over: a pure question of the task, the ledger and a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.changes import a_task, ledger
from tkledger.core.rows import overview
from tkledger.core.time import iso
from tkledger.core.waits import due_from, is_due, name_of, parsed

AT = iso(1_000)


@pytest.mark.parametrize(
    ("wait", "answers", "since"),
    [
        ({"reason": "other"}, (), None),
        ({"reason": "until", "until": AT}, (), 1_000),
        ({"reason": "event", "key": "e"}, (), None),
        ({"reason": "event", "key": "e"}, ("ee: x", "e#2: x"), None),
        ({"reason": "event", "key": "e"}, ("e: x",), 0),
        ({"reason": "event", "key": "e", "until": AT}, (), 1_000),
        ({"reason": "child", "tasks": ["done"]}, (), 0),
        ({"reason": "child", "tasks": ["done", "open"]}, (), None),
        ({"reason": "child", "tasks": ["done", "nowhere"], "until": AT}, (), 1_000),
        (
            {"reason": "paused", "until": AT, "earlier": {"reason": "event", "key": "e"}},
            ("e: x",),
            None,
        ),
    ],
)
def test_a_wait_is_over_from(
    wait: dict[str, Any], answers: tuple[str, ...], since: int | None
) -> None:
    task = a_task(state="blocked", wait=wait, answers=answers)
    there = ledger(task, a_task("done", state="done"), a_task("open"))
    assert due_from(task, there) == since
    for now in (999, 1_000):
        assert is_due(task, there, now) is (since is not None and since <= now)
        places = overview(there).due(now)
        ids = overview(there).column("id")
        assert ([ids[place] for place in places] == ["a"]) is is_due(task, there, now)


def test_what_it_depends_on_comes_first() -> None:
    task = a_task(state="blocked", wait={"reason": "until", "until": AT}, depends_on=["open"])
    assert not is_due(task, ledger(task, a_task("open")), 2_000)
    assert not overview(ledger(task, a_task("open"))).due(2_000)
    assert is_due(task, ledger(task, a_task("open", state="done")), 2_000)


def test_the_words_of_an_answer() -> None:
    assert parsed("deploy#2: a: b") == ("deploy#2", "a: b")
    assert name_of("deploy#2") == name_of("deploy") == "deploy"
    with pytest.raises(ValueError, match="is not an answer"):
        parsed("deploy:x")
