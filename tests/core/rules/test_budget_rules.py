"""Budgets at their edge: exactly at the limit is allowed, one more is told of, with whose budget it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.changes import a_task, commit, edit, ledger, used
from tkledger.core.change import Change, change
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import judge
from tkledger.core.task import Task
from tkledger.core.task_parts import Budget
from tkledger.core.usage import Fact, Used

TYPED = DEFAULT._replace(budget=Budget(steps=2), budgets={"epic": Budget(steps=4)})
WORDS = "work\n\nTk-Task: a\n"


def told(made: Change) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in judge(made)]


def step(steps: int, *tasks: Task, policy: Policy = DEFAULT, message: str = WORDS) -> Change:
    here = ledger(*tasks, policy=policy)
    return used(commit(here, here), Fact("1", "a", used=Used(steps=steps)), message=message)


@pytest.mark.parametrize(
    ("fields", "most"),
    [({}, 2), ({"type": "epic"}, 4), ({"type": "bug"}, 2), ({"budget": {"steps": 3}}, 3)],
)
def test_the_last_step_is_allowed_and_one_more_is_not(fields: dict[str, Any], most: int) -> None:
    task = a_task(state="in_progress", **fields)
    assert told(step(most, task, policy=TYPED)) == []
    assert told(step(most + 1, task, policy=TYPED)) == [
        ("TK401", f"no further step: {most + 1} of {most} steps used, its budget")
    ]


def test_the_budget_of_a_task_above_covers_it_and_is_named() -> None:
    above = a_task("p", budget={"steps": 2})
    task = a_task(state="in_progress", parent="p")
    assert told(step(2, above, task)) == []
    (found,) = judge(step(3, above, task))
    assert found.message == "no further step: 3 of 2 steps used, the budget of p"
    assert found.remedy == (
        "tk budget a, then tk submit a, or tk block a --reason user -m 'out of steps'"
    )


def test_a_record_of_usage_is_no_step_and_an_ended_task_takes_none() -> None:
    task = a_task(state="in_progress", budget={"steps": 2})
    assert told(step(3, task, message="bill\n\nTk-Spend: a\nTk-Tokens: 1\n")) == []
    assert told(step(3, a_task(state="cancelled", budget={"steps": 2}))) == []
    assert told(step(3, task, message="bill\n\nTk-Spend: z\nTk-Task: a\n")) != []


def test_work_begins_if_a_budget_is_used_up_exactly_and_not_beyond() -> None:
    fields: dict[str, Any] = {"budget": {"rework": 1, "cost": "0.5"}}
    begun = edit(a_task(**fields), a_task(state="in_progress", **fields))
    assert told(used(begun, Fact("1", "a", used=Used(cost=500_000, rework=1)))) == []
    assert told(used(begun, Fact("1", "a", used=Used(cost=500_001, rework=2)))) == [
        ("TK402", "cannot be worked on: 0.500001 of 0.5 US dollars used, its budget"),
        ("TK402", "cannot be worked on: 2 of 1 rounds of rework used, its budget"),
    ]


@pytest.mark.parametrize(
    ("fields", "policy", "most"),
    [
        ({"retry": {"max": 2}}, DEFAULT, 2),
        ({}, DEFAULT._replace(retry=3), 3),
        ({"retry": {"max": 4}}, DEFAULT._replace(retry=3), 4),
        ({}, DEFAULT, None),
    ],
)
def test_an_attempt_more_than_there_may_be(
    fields: dict[str, Any], policy: Policy, most: int | None
) -> None:
    for attempt in (1, 2, 3, 4, 5):
        failed = {**fields, "state": "blocked", "wait": {"reason": "failed"}, "attempt": attempt}
        made = edit(a_task(**failed), a_task(**fields, attempt=attempt + 1), policy=policy)
        refused = most is not None and attempt + 1 > most
        assert told(made) == (
            [("TK403", f"would be attempt {attempt + 1}, the limit is {most}")] if refused else []
        )


def test_too_many_attempts_of_old_are_no_news() -> None:
    old = a_task(attempt=3, retry={"max": 2})
    assert told(edit(old, a_task(attempt=3, retry={"max": 2}, owner="x"))) == []


def test_what_is_not_an_amount_is_told_of_by_the_task_it_is_for() -> None:
    here = ledger(a_task())
    made = used(change((here,), here), message="w\n\nTk-Tokens: x\nTk-Task: a\n")
    assert [(one.task, one.message) for one in judge(made)] == [
        ("a", "Tk-Tokens: 'x' is not an amount")
    ]
