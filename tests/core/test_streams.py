"""What the tasks of a stream add up to."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, ledger
from tkledger.core.rows import overview
from tkledger.core.streams import Stream, streams

NOW = 1_800_000_000
OVER, LATER = "2027-01-15T07:59:59Z", "2027-01-15T08:00:01Z"


@pytest.mark.parametrize(
    ("tasks", "state"),
    [
        (["todo"], "todo"),
        (["todo", "in_progress", "blocked", "done"], "in_progress"),
        (["todo", "in_review"], "in_review"),
        (["in_progress", "in_review"], "in_progress"),
        (["done", "todo", "blocked"], "todo"),
        (["done", "blocked"], "blocked"),
        (["backlog", "blocked"], "blocked"),
        (["backlog", "done"], "backlog"),
        (["done", "cancelled"], "done"),
        (["cancelled"], "cancelled"),
    ],
)
def test_the_state_of_all_is_what_can_be_done_about_them(tasks: list[str], state: str) -> None:
    made = [
        a_task(
            f"t{n}",
            state=one,
            stream="ui",
            **({"wait": {"reason": "other"}} if one == "blocked" else {}),
        )
        for n, one in enumerate(tasks)
    ]
    (found,) = streams(overview(ledger(*made)), NOW)
    assert (found.name, found.state) == ("ui", state)
    assert {one.value: n for one, n in found.counts.items()} == {
        one: tasks.count(one) for one in tasks
    }
    assert found.total == len(tasks) - tasks.count("cancelled")


def test_tasks_that_wait_are_blocked_until_that_is_over() -> None:
    first = a_task("a", state="todo")
    second = a_task("b", state="todo", stream="ui", depends_on=["a"])
    assert [one.state for one in streams(overview(ledger(first, second)), NOW)] == ["blocked"]
    done = first._replace(state=type(first.state)("done"))
    assert [one.state for one in streams(overview(ledger(done, second)), NOW)] == ["todo"]
    for until, state in ((OVER, "todo"), (LATER, "blocked")):
        wait = {"reason": "until", "until": until}
        waits = a_task("a", state="blocked", stream="ui", wait=wait)
        assert [one.state for one in streams(overview(ledger(waits)), NOW)] == [state]


def test_streams_come_by_their_names_and_leave_out_what_is_of_none() -> None:
    tasks = [
        a_task("a", state="in_progress", stream="web"),
        a_task("b", state="done", stream="api"),
        a_task("c", state="todo"),
        a_task("d", state="cancelled", stream="api", resolution="mistake"),
    ]
    found = streams(overview(ledger(*tasks)), NOW)
    assert [(one.name, one.state.value, one.active) for one in found] == [
        ("api", "done", ()),
        ("web", "in_progress", ("a",)),
    ]
    assert found[0] == Stream("api", tasks[1].state, {tasks[1].state: 1})
    assert streams(overview(ledger(tasks[2])), NOW) == []
