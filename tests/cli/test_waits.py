"""`tk wait`, `tk answer` and `tk pause`: what a blocked task waits for, and how it goes on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.contract import Tk, failed, moved
from tkledger.errors import Exit
from tkledger.verbs.typed_times import time_in_utc

NOON = 1_769_860_800  # 2026-01-31T12:00:00Z
LATE, EARLY = "2020-01-31T12:00:00Z", "2120-01-31T12:00:00Z"


def refused(tk: Tk, *words: str, code: str, remedy: str) -> None:
    """A command that one rule refuses, with this way on."""
    answer = tk(*words, "--json")
    assert answer.status is Exit.REJECTED, answer
    assert [(one["code"], one["remedy"]) for one in answer.json["violations"]] == [(code, remedy)]


def _task(tk: Tk, task: str) -> dict[str, Any]:
    found: dict[str, Any] = tk("show", task, "--json").json["task"]
    return found


def test_a_question_is_answered_and_the_task_goes_on(ledger: Tk) -> None:
    ledger("start", "a")
    asked = (
        "wait",
        "a",
        "--ask",
        "Which\nregion?",
        "--choice",
        "eu",
        "--choice",
        "us",
        "--by",
        "ann",
    )
    assert moved(ledger, *asked) == [("a", "in_progress", "blocked")]
    wait = _task(ledger, "a")["wait"]
    assert (wait["reason"], wait["prompt"], wait["choices"], wait["by"]) == (
        *("user", "Which region?", ["eu", "us"], "ann"),
    )
    refused(ledger, "resume", "a", code="TK519", remedy="ann runs tk answer a VALUE")
    refused(ledger, "answer", "a", "mars", "--as", "ann", code="TK520", remedy="tk answer a eu")
    refused(
        ledger, "answer", "a", "eu", "--as", "bob", code="TK520", remedy="ann runs tk answer a eu"
    )
    answered = ledger("answer", "a", "eu", "--as", "ann")
    assert "it can continue: tk resume a" in answered.err
    assert moved(ledger, "resume", "a", "--as", "bob") == [("a", "blocked", "in_progress")]
    assert _task(ledger, "a")["answers"] == [f"{wait['key']}: eu"]
    assert "Which region?" in ledger("log", "a").out
    ledger(*asked)
    assert _task(ledger, "a")["wait"]["key"] == f"{wait['key']}#2"
    assert ledger("verify", "--all").status is Exit.OK


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        (
            ("--event", "deploy", "--until", LATE),
            {"reason": "event", "key": "deploy", "until": LATE},
        ),
        (
            ("--until", "2026-03-29T14:30+02:00"),
            {"reason": "until", "until": "2026-03-29T12:30:00Z"},
        ),
        (
            ("--job", "ci/7", "-m", "the build"),
            {"reason": "job", "key": "ci/7", "detail": "the build"},
        ),
        (("--on", "b"), {"reason": "dependency", "tasks": ["b"]}),
        (
            ("--approval", "lead"),
            {"reason": "approval", "by": "lead", "choices": ["approve", "reject"]},
        ),
    ],
)
def test_a_task_waits_for_one_thing(
    ledger: Tk, words: tuple[str, ...], wait: dict[str, Any]
) -> None:
    ledger("config", "set", "roles.lead", "ann")
    assert moved(ledger, "wait", "a", *words) == [("a", "todo", "blocked")]
    found = _task(ledger, "a")["wait"]
    assert {name: found[name] for name in wait} == wait
    assert ledger("verify", "--all").status is Exit.OK


def test_a_time_ends_a_wait_for_an_event_too(ledger: Tk) -> None:
    ledger("wait", "a", "--event", "deploy", "--until", EARLY)
    refused(ledger, "resume", "a", code="TK519", remedy="tk signal deploy")
    ledger("requeue", "a")
    ledger("wait", "a", "--event", "deploy", "--until", LATE)
    assert moved(ledger, "resume", "a", "--as", "bob") == [("a", "blocked", "in_progress")]


def test_a_question_is_told_once_in_the_log(ledger: Tk) -> None:
    ledger("wait", "a", "--ask", "Which region?", "--choice", "eu", "--choice", "us")
    assert ledger("log", "a").out.count("Which region?") == 1


def test_how_long_it_waits_counts_from_now_and_once_under_a_key(ledger: Tk) -> None:
    words = ("wait", "a", "--event", "deploy", "--timeout", "2h", "--key", "k")
    before = int(time.time())
    ledger(*words)
    until = _task(ledger, "a")["wait"]["until"]
    assert time_in_utc("until", until, 0) == until
    first, last = (
        f"{time.strftime('%FT%TZ', time.gmtime(at + 7_200))}" for at in (before, time.time())
    )
    assert first <= until <= last
    assert ledger(*words).status is Exit.OK
    assert ledger(*words[:5], "3h", *words[6:]).status is Exit.USAGE


def test_what_another_waits_for_is_ended_by_a_role_only(ledger: Tk) -> None:
    ledger("config", "set", "roles.waits", "mia")
    ledger("wait", "a", "--until", EARLY, "--as", "ann")
    refused(
        ledger,
        "resume",
        "a",
        "--as",
        "bob",
        code="TK521",
        remedy="ann runs tk resume a, or ask mia to do it",
    )
    refused(
        ledger,
        "requeue",
        "a",
        "--as",
        "bob",
        code="TK521",
        remedy="ann runs tk resume a, or ask mia to do it",
    )
    assert moved(ledger, "requeue", "a", "--as", "mia") == [("a", "blocked", "todo")]


def test_a_pause_keeps_what_there_was(ledger: Tk) -> None:
    ledger("start", "a")
    ledger("wait", "a", "--event", "deploy", "--as", "ann")
    kept = _task(ledger, "a")["wait"]
    assert moved(ledger, "pause", "a", "-m", "hold") == [("a", "blocked", "blocked")]
    assert _task(ledger, "a")["wait"]["earlier"] == kept
    failed(ledger("pause", "a", "--json"), Exit.USAGE, "paused")
    assert moved(ledger, "resume", "a") == [("a", "blocked", "blocked")]
    assert _task(ledger, "a")["wait"] == kept
    ledger("pause", "a")
    ledger("answer", "a", "true")
    assert moved(ledger, "resume", "a") == [("a", "blocked", "in_progress")]
    assert moved(ledger, "pause", "a") == [("a", "in_progress", "blocked")]
    assert moved(ledger, "resume", "a") == [("a", "blocked", "in_progress")]
    assert ledger("verify", "--all").status is Exit.OK


def test_a_child_is_waited_for(ledger: Tk) -> None:
    ledger("edit", "b", "--parent", "a")
    failed(ledger("wait", "b", "--child", "a", "--json"), Exit.USAGE, "no-child")
    failed(ledger("wait", "a", "--on", "a", "--json"), Exit.USAGE, "no-child")
    ledger("wait", "a", "--child", "b", "--as", "ann")
    assert ledger("resume", "a", "--as", "bob").status is Exit.REJECTED
    ledger("cancel", "b")
    assert moved(ledger, "resume", "a", "--as", "bob") == [("a", "blocked", "in_progress")]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("wait", "a"), "no-reason"),
        (("wait", "a", "--event", "x", "--job", "y"), "no-reason"),
        (("wait", "a", "--until", "garbage"), "bad-value"),
        (("wait", "a", "--until", "2026-02-30"), "bad-value"),
        (("wait", "a", "--event", "x", "--timeout", "soon"), "bad-value"),
        (("wait", "a", "--event", "x", "--timeout", "0"), "bad-value"),
        (("wait", "a", "--event", "x", "--timeout", "1h", "--until", "2026-01-01"), "both"),
        (("wait", "a", "--event", "a b"), "bad-value"),
        (("wait", "a", "--event", "x", "--choice", "y"), "no-question"),
        (("wait", "a", "--approval", "lead"), "no-such-role"),
        (("block", "a", "--reason", "weather"), "bad-value"),
        (("answer", "a", "x"), "no-question"),
    ],
)  # fmt: skip
def test_garbage_is_a_mistake_of_the_command_line(
    ledger: Tk, words: tuple[str, ...], kind: str
) -> None:
    failed(ledger(*words, "--json"), Exit.USAGE, kind)


@pytest.mark.parametrize("reason", ["rate_limit", "checkpoint", "cost", "memory", "paused"])
def test_reasons_of_other_systems_are_reasons(ledger: Tk, reason: str) -> None:
    assert moved(ledger, "block", "a", "--reason", reason) == [("a", "todo", "blocked")]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29 01:59", "2026-03-29T00:59:00Z"),
        ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
        ("2026-10-25T02:30+02:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z"),
        ("2026-10-25T02:30Z", "2026-10-25T02:30:00Z"),
        ("90s", "2026-01-31T12:01:30Z"),
        ("2h", "2026-01-31T14:00:00Z"),
        ("in 2 hours", "2026-01-31T14:00:00Z"),
        ("1 day", "2026-02-01T12:00:00Z"),
        ("in 3 weeks", "2026-02-21T12:00:00Z"),
        ("tomorrow", "2026-01-31T23:00:00Z"),
        ("tomorrow 09:00", "2026-02-01T08:00:00Z"),
        ("today 18:30", "2026-01-31T17:30:00Z"),
    ],
)
def test_times_are_of_this_machines_zone_or_have_an_offset(
    monkeypatch: pytest.MonkeyPatch, text: str, utc: str
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert time_in_utc("until", text, NOON) == utc
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text", ["", "0", "soon", "90", "2 moons", "5 mays", "400d", "tomorrow soon", "T"]
)
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as 2h, in 3 days"):
        time_in_utc("until", text, NOON)


@pytest.mark.parametrize(
    ("text", "words"), [("2026-03-29 02:30", "not at all"), ("2026-10-25 02:30", "twice")]
)
def test_a_time_that_clocks_skip_or_repeat_takes_an_offset(
    monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        with pytest.raises(ValueError, match=words):
            time_in_utc("until", text, NOON)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_lists_have_what_waits_what_is_due_and_what_has_stalled(ledger: Tk) -> None:
    for one in "xyz":
        ledger("new", one, "--id", one)
    ledger("block", "a", "--reason", "user")
    ledger("wait", "b", "--until", LATE)
    ledger("wait", "x", "--event", "deploy", "--until", EARLY)
    ledger("wait", "y", "--on", "z")

    def listed(*words: str) -> set[str]:
        return {one["id"] for one in ledger("list", *words, "--json").json["tasks"]}

    assert listed("--waiting") == {"a", "b", "x", "y"}
    assert listed("--due") == {"b"}
    assert listed("--stalled") == {"a"}
    ledger("cancel", "z")
    assert listed("--due") == {"b", "y"}
    shown = ledger("list", "--waiting").out
    assert f"event – deploy, until {EARLY}" in shown
    assert "dependency – z" in shown
    assert "waits for the answer deploy" in ledger("why", "x").out


@pytest.mark.parametrize("owner", ["", "bob"])
def test_a_requeue_is_foreseen_as_by_who_asks(ledger: Tk, owner: str) -> None:
    ledger("config", "set", "roles.lead", "ann")  # so that the law asks who it is
    ledger("edit", "a", "--owner", owner)
    ledger("block", "a", "--reason", "other", "-m", "later")
    legal = ledger("why", "a", "--json").json["legal"]
    assert "requeue" in {one["event"] for one in legal}
