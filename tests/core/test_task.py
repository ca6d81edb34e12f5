"""A Task is good by construction: every field's values, and the errors' exact keys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.support.changes import a_task
from tests.support.strategies import tasks
from tkledger.core.claim import begins_work, is_work
from tkledger.core.field import FieldError, Merge
from tkledger.core.lifecycle import State
from tkledger.core.task import FIELDS, Task, changed, task
from tkledger.core.task_parts import (
    REASONS,
    RESOLUTIONS,
    TIERS,
    Budget,
    Failure,
    Retry,
    Spec,
    Spent,
    Wait,
)

PASSED = f'check pass {"4b" * 20} bob 0 1.5 {"e3" * 32} "make check"'

GOOD = [
    ("id", "tk-7f3ka", "tk-7f3ka"),
    ("title", "no: really # yes", "no: really # yes"),
    ("title", 2024, "2024"),
    ("type", "feature", "feature"),
    ("type", None, None),
    *(("state", state.value, state) for state in State),
    *(("priority", number, number) for number in range(5)),
    ("parent", "p", "p"),
    ("origin", "o", "o"),
    ("reopens", "o", "o"),
    ("imported", "github:#12 é: x", "github:#12 é: x"),
    ("imported", "a-1:" + "k" * 200, "a-1:" + "k" * 200),
    ("depends_on", ["b", "a", "b"], ("a", "b")),
    ("labels", ["b/c", "A.1", "x:y@z+1-2"], ("A.1", "b/c", "x:y@z+1-2")),
    ("stream", "2-payments", "2-payments"),
    ("due", "2024-02-29", "2024-02-29"),
    ("estimate", 1, 1),
    ("links", ["https://b", "http://a/?b#c", "https://b"], ("http://a/?b#c", "https://b")),
    ("owner", "alice@example.org", "alice@example.org"),
    ("creator", "Alice Example", "Alice Example"),
    ("attempt", 1, 1),
    ("attempt", 2, 2),
    ("branch", "tk/parse", "tk/parse"),
    ("branch", "größe@1", "größe@1"),
    ("base", "main", "main"),
    ("pr", 12, "12"),
    ("pr", "https://git.example/x/pull/12", "https://git.example/x/pull/12"),
    ("agent", "agent-3@build", "agent-3@build"),
    ("concerns", ["ops: b", "design: a", "ops: b"], ("ops: b", "design: a", "ops: b")),
    ("settled", ["design: a: b"], ("design: a: b",)),
    ("criteria", ["b", "a -", "b"], ("b", "a -", "b")),
    ("criteria", ["-- a", "a" * 300], ("-- a", "a" * 300)),
    ("met", ["a: b"], ("a: b",)),
    ("waived", ["-- a -- b -- c"], ("-- a -- b -- c",)),
    ("checklist", ["b", "a", "b"], ("b", "a", "b")),
    ("checked", ["a: b"], ("a: b",)),
    ("skipped", ["a -- b"], ("a -- b",)),
    ("spec", {"role": "tester", "output": "a\nb"}, Spec(role="tester", output="a\nb\n")),
    ("spec", {"paths": ["src/*", ".x", "..y/a"]}, Spec(paths=("..y/a", ".x", "src/*"))),
    ("verdicts", ["1.2 approved bob -"], ("1.2 approved bob -",)),
    ("evidence", [PASSED, PASSED], (PASSED, PASSED)),
    ("answers", ["ask-1: eu", "a/b#2: x: y"], ("ask-1: eu", "a/b#2: x: y")),
    ("decisions", ['bob 9 "q" "c" "b"'], ('bob 9 "q" "c" "b"',)),
    ("lessons", ["b", "a" * 500, "b"], ("b", "a" * 500, "b")),
    ("tried", [2024], ("2024",)),
    ("attempts", ["1 failed ann - -"], ("1 failed ann - -",)),
    ("artifacts", [f"{'3f' * 20} 0 - a b"], (f"{'3f' * 20} 0 - a b",)),
    ("budget", {"steps": 0, "depth": 3, "cost": "0.5"}, Budget(steps=0, depth=3, cost="0.5")),
    ("budget", {}, Budget()),
    ("spent", {"tokens": 7, "cost": 1}, Spent(tokens=7, cost="1")),
    ("budget", {"scope": "attempt", "rework": 1}, Budget(scope="attempt", rework=1)),
    ("retry", {"max": 2}, Retry(2)),
    ("retry", {"not_before": "2024-02-29T23:59:59Z"}, Retry(None, "2024-02-29T23:59:59Z")),
    ("admission", {"consumer": "us"}, ("us", None, None, None)),
    *(("wait", {"reason": reason}, Wait(reason)) for reason in REASONS),
    ("wait", {"reason": "other", "detail": "a\nb"}, Wait("other", "a\nb\n")),
    (
        *("wait", {"reason": "paused", "earlier": {"reason": "child", "tasks": ["c", "b"]}}),
        Wait("paused", earlier=Wait("child", tasks=("b", "c"))),
    ),
    ("error", {"kind": "timeout", "message": "late"}, Failure("timeout", "late")),
    *(("resolution", word, word) for words in RESOLUTIONS.values() for word in words),
    ("description", "one\ntwo", "one\ntwo\n"),
    ("notes", ["b", "a\nc"], ("b", "a\nc\n")),
    ("x", {"k": {"l": ["m"]}}, {"k": {"l": ("m",)}}),
]

BAD = [
    ("id", "Tk-1", "id"),
    ("id", "config", "id"),
    ("title", "", "title"),
    ("title", "a\nb", "title"),
    ("title", " a", "title"),
    ("title", [], "title"),
    ("type", "Feature", "type"),
    ("type", "a" * 33, "type"),
    ("state", "open", "state"),
    ("state", "Done", "state"),
    ("state", True, "state"),
    ("priority", 5, "priority"),
    ("priority", -1, "priority"),
    ("priority", "2", "priority"),
    ("parent", "A", "parent"),
    ("origin", "", "origin"),
    ("reopens", "A", "reopens"),
    *(
        ("imported", one, "imported")
        for one in ("a", "a:", "A:1", "-a:1", "a:1 ", "a:" + "k" * 201)
    ),
    ("depends_on", "a", "depends_on"),
    ("depends_on", ["A"], "depends_on"),
    ("labels", ["a b"], "labels"),
    ("labels", ["-a"], "labels"),
    ("labels", ["a" * 64], "labels"),
    ("stream", "a b", "stream"),
    *(
        ("due", day, "due")
        for day in ("2026-02-29", "2026-1-1", "fri", "2026-01-01T00:00:00Z", "3000-01-01", 20260101)
    ),
    *(("estimate", value, "estimate") for value in (0, -1, True, "4h", 2**53)),
    *(
        ("links", [link], "links")
        for link in ("example.org", "ftp://a", "https://a b", "https://é")
    ),
    *(
        ("spec", {"paths": [path]}, "spec.paths")
        for path in ("/a", "..", "a/..", "./a", "a/./b", "a/../b", "p" * 301)
    ),
    ("spec", {"goal": "a\nb"}, "spec.goal"),
    ("spec", {"role": "A"}, "spec.role"),
    ("owner", "a\tb", "owner"),
    ("creator", "", "creator"),
    ("attempt", 0, "attempt"),
    ("attempt", True, "attempt"),
    *(
        ("branch", name, "branch")
        for name in (
            *("-a", "/a", "a/", "a.", ".a", "a//b", "a..b", "a/.b", "a.lock", "a.lock/b", "@"),
            *("a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{1}", "a" * 201),
        )
    ),
    ("base", "", "base"),
    ("pr", 0, "pr"),
    ("pr", "ftp://git.example/12", "pr"),
    ("pr", "https://git.example/a b", "pr"),
    ("agent", "a" * 201, "agent"),
    ("concerns", "design: a", "concerns"),
    ("concerns", ["taste: a"], "concerns"),
    ("concerns", ["design:"], "concerns"),
    ("concerns", ["design: a\nb"], "concerns"),
    ("concerns", ["design: " + "a" * 501], "concerns"),
    ("settled", ["a"], "settled"),
    *(
        ("criteria", [text], "criteria")
        for text in ("", "a\nb", "a -- b", "a --", "\u200b", "a" * 301)
    ),
    ("criteria", "a", "criteria"),
    ("met", ["a -- b"], "met"),
    *(
        ("waived", [text], "waived")
        for text in ("a", "a -- ", " -- b", "a -- \u200b", "a -- " + "b" * 301)
    ),
    ("checklist", ["a -- b"], "checklist"),
    ("checked", ["\u200b"], "checked"),
    ("skipped", ["a"], "skipped"),
    ("verdicts", ["1.2 approved  bob -"], "verdicts"),
    ("evidence", [f"{PASSED} "], "evidence"),
    ("evidence", ["passed"], "evidence"),
    ("decisions", ['"bob" - "q" "c" "b"'], "decisions"),
    ("lessons", ["a\nb"], "lessons"),
    ("tried", ["a" * 501], "tried"),
    ("attempts", ["1 failed ann"], "attempts"),
    ("artifacts", [f"{'3f' * 20} 7 a/b ../x"], "artifacts"),
    ("artifacts", [f"{'3f' * 20} 7 - "], "artifacts"),
    ("artifacts", [f"{'3f' * 20} 07 - x"], "artifacts"),
    ("artifacts", ["3f 7 - x"], "artifacts"),
    ("budget", 3, "budget"),
    ("budget", [3], "budget"),
    ("budget", {"steps": -1}, "budget.steps"),
    ("budget", {"cost": "-1"}, "budget.cost"),
    ("budget", {"step": 1}, "budget.step"),
    ("budget", {"scope": "week"}, "budget.scope"),
    ("retry", {"max": 0}, "retry.max"),
    ("retry", {"not_before": "2023-02-29T00:00:00Z"}, "retry.not_before"),
    ("retry", {"not_before": "2023-02-28T24:00:00Z"}, "retry.not_before"),
    ("retry", {"not_before": "tomorrow"}, "retry.not_before"),
    ("spent", {"depth": 1}, "spent.depth"),
    ("spent", {"seconds": "1"}, "spent.seconds"),
    ("admission", {"consumer": ""}, "admission.consumer"),
    ("wait", "user", "wait"),
    ("wait", {"reason": "weather"}, "wait.reason"),
    ("wait", {"resaon": "user"}, "wait.resaon"),
    ("wait", {"until": "tomorrow"}, "wait.until"),
    ("wait", {"key": "a b"}, "wait.key"),
    ("wait", {"tasks": ["A b"]}, "wait.tasks"),
    ("wait", {"prompt": "a\nb"}, "wait.prompt"),
    ("wait", {"earlier": {"earlier": {}}}, "wait.earlier.earlier"),
    ("answers", ["deploy"], "answers"),
    ("answers", ["a b: c"], "answers"),
    ("answers", ["deploy: " + "x" * 1001], "answers"),
    ("error", {"kind": "Bad Kind"}, "error.kind"),
    ("error", {"message": ""}, "error.message"),
    ("resolution", "wontfix", "resolution"),
    ("description", "\n", "description"),
    ("notes", "a", "notes"),
    ("notes", [""], "notes"),
    ("x", ["a"], "x"),
    ("x", {"a b": 1}, "x"),
    ("color", "red", "color"),
]


@pytest.mark.parametrize(("name", "raw", "kept"), GOOD)
def test_a_task_takes(name: str, raw: Any, kept: Any) -> None:
    assert getattr(a_task(**{name: raw}), name) == kept


@pytest.mark.parametrize(("name", "raw", "key"), BAD)
def test_a_task_refuses_and_names_the_field(name: str, raw: Any, key: str) -> None:
    with pytest.raises(FieldError) as caught:
        a_task(**{name: raw})
    if (name, raw) == ("title", []):
        assert caught.value.message == "is missing"
    assert caught.value.key == key


def test_the_tables_have_every_field() -> None:
    names = {field.name for field in FIELDS}
    assert {name for name, _, _ in GOOD} == names
    assert {name for name, _, _ in BAD} >= names


def test_the_fields_of_the_file_are_those_of_the_task_in_one_order() -> None:
    assert tuple(field.name for field in FIELDS) == Task._fields


@pytest.mark.parametrize("name", ["id", "title", "state"])
def test_a_task_wants_id_title_and_state(name: str) -> None:
    raw = {"id": "a", "title": "b", "state": "todo"}
    del raw[name]
    with pytest.raises(FieldError) as caught:
        task(raw)
    assert (caught.value.key, caught.value.message) == (name, "is missing")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("dependson", "depends_on"),
        ("depends-on", "depends_on"),
        ("pirority", "priority"),
        ("States", "state"),
        ("note", "notes"),
        ("lables", "labels"),
        ("desc", None),
        ("assignee", None),
    ],
)
def test_a_misspelt_field_is_told_the_nearest_one(key: str, meant: str | None) -> None:
    with pytest.raises(FieldError) as caught:
        a_task(**{key: "x"})
    assert caught.value.unknown
    assert (f"did you mean {meant}?" in caught.value.message) == (meant is not None)
    assert meant is not None or "known are id, title" in caught.value.message


def test_defaults_are_in_force_but_not_written() -> None:
    plain = a_task()
    assert (plain.kind, plain.urgency, plain.tries) == ("task", 2, 1)
    assert (plain.type, plain.priority, plain.attempt) == (None, None, None)


@pytest.mark.parametrize("state", list(State), ids=str)
def test_a_task_has_ended_in_done_and_cancelled_only(state: State) -> None:
    assert a_task(state=state.value).ended == (state.value in ("done", "cancelled"))


def test_a_concern_is_open_until_it_is_settled_word_for_word() -> None:
    one = a_task(concerns=["design: a", "ops: b", "design: c"], settled=["design: a"])
    assert one.open_concerns() == ("ops: b", "design: c")
    assert one.open_concerns("design") == ("design: c",)


@given(tasks())
def test_a_change_of_nothing_is_the_same_task(one: Task) -> None:
    assert changed(one) == one


@given(tasks())
def test_none_takes_a_field_out_and_leaves_the_others(one: Task) -> None:
    bare = changed(one, labels=None, budget=None, owner=None)
    assert bare == one._replace(labels=(), budget=Budget(), owner=None)


def test_a_change_is_checked_as_a_new_task_is() -> None:
    with pytest.raises(FieldError, match="priority"):
        changed(a_task(), priority=9)


def test_every_kind_of_merge_is_some_field_s() -> None:
    kinds = {field.name: field.merge for field in FIELDS}
    assert {kinds["notes"], kinds["concerns"], kinds["settled"]} == {Merge.LOG}
    assert kinds["attempt"] is Merge.MARK
    assert {kinds["labels"], kinds["depends_on"]} == {Merge.SET}
    assert {kinds["title"], kinds["description"]} == {Merge.TEXT}
    assert {name for name, kind in kinds.items() if kind is Merge.QUALIFIER} == {
        "owner",
        "wait",
        "error",
        "resolution",
    }


def test_the_words_of_the_format_stay() -> None:
    assert (
        *("user", "event", "until", "job", "child", "dependency", "approval", "failed", "stale"),
        *("other", "rate_limit", "checkpoint", "cost", "memory", "paused"),
    ) == REASONS
    assert TIERS == ("retry", "peer", "owner", "approval")
    later = {field.name: (field.since, dict(field.values_since)) for field in FIELDS}
    assert {name: one for name, one in later.items() if one != (1, {})} == {
        **dict.fromkeys(
            ("reopens", "imported", "criteria", "met", "waived", "stream", "spec"), (2, {})
        ),
        **dict.fromkeys(("due", "estimate", "links"), (2, {})),
        **dict.fromkeys(("checklist", "checked", "skipped"), (2, {})),
        "resolution": (1, {"mistake": 2}),
        **dict.fromkeys(
            (
                "verdicts",
                "evidence",
                "answers",
                "decisions",
                "lessons",
                "tried",
                "attempts",
                "artifacts",
            ),
            (2, {}),
        ),
    }
    for name, wrong, words in (
        ("type", "A", "a word of a-z, 0-9, _ and -"),
        ("labels", ["é"], r"a word of letters, digits and _./:\+@-"),
        ("pr", "x", r"a number, or an address \(https://...\)"),
        ("concerns", ["x"], "one line: 'design: TEXT' or 'ops: TEXT'"),
        ("agent", "x" * 201, "a line of at most 200 characters"),
    ):
        with pytest.raises(FieldError, match=f"{words}$"):
            a_task(**{name: wrong})


def test_what_is_work_and_what_is_a_mistake() -> None:
    todo, begun = a_task(), a_task(state="in_progress")
    assert not is_work(None, begun)
    assert is_work(todo, begun)
    assert is_work(begun, a_task(state="in_review"))
    assert not is_work(a_task(state="in_review"), begun)
    assert not is_work(begun, begun._replace(priority=1))
    ahead = {"in_progress", "in_review", "done"}
    for before in (None, *(a_task(state=one.value) for one in State)):
        known = {"in_progress", "in_review"} if before and before.state.value in ahead else set()
        for after in State:
            one = a_task(state=after.value)
            begins = after.value in ahead and not (before and (known or before.ended))
            assert begins_work(before, one) is begins, (before, after)
    again = a_task(state="in_review", attempt=2)
    assert begins_work(a_task(state="in_review"), again)
    assert not begins_work(a_task(state="blocked"), a_task(attempt=2))
    gone = a_task(state="cancelled", resolution="mistake")
    assert [one.is_mistake for one in (gone, gone._replace(resolution=None))] == [True, False]
