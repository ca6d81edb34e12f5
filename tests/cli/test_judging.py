"""The contract of `tk verify`, `explain` and `check`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contract import Tk, failed
from tkledger.core.catalogue import EVERY
from tkledger.errors import Exit


def test_verify_answers_with_commits_and_violations(grown: Tk) -> None:
    told = grown("verify", "--json").json
    head = grown("anchor").out.strip()
    assert told == {"schema": "tk/1", "head": head, "commits": 8, "violations": []}
    failed(grown("verify", "HEAD~1..HEAD", "--all", "--json"), Exit.USAGE, "both")


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.code)
def test_every_rule_is_explained(tk: Tk, rule: Any) -> None:
    (one,) = tk("explain", rule.code, "--json").json["rules"]
    assert (one["code"], one["name"], one["since"]) == (rule.code, rule.name, rule.since)
    assert one["page"] == rule.page
    for word in ("Why:", "Remedy:"):
        assert word in one["page"]
    for name in (rule.code, rule.code.lower(), rule.name):
        answer = tk("explain", name)
        assert answer.status is Exit.OK
        assert rule.code in answer.out
        assert rule.name in answer.out


def test_explain_lists_all_rules(tk: Tk) -> None:
    assert [one["code"] for one in tk("explain", "--json").json["rules"]] == [r.code for r in EVERY]
    text = tk("explain").out
    assert all(rule.code in text and rule.name in text for rule in EVERY)


CHECKS = [
    (["transition", "todo", "in_progress"], True, "VALID: Work started"),
    (["transition", "done", "todo"], False, "INVALID: No valid transition from done to todo"),
    (["transition", "todo", "todo"], False, "INVALID: Transition to same state is not allowed"),
    (["transition", "todo", "doing"], False, "Invalid state: 'doing' is not a valid TaskState"),
    (["sleep"], True, "SLEEP:idle agent= reason=no_tasks timeout=30s"),
    (
        ["sleep", "--timeout", "-1", "--agent-id", "agent-1"],
        True,
        "SLEEP:idle agent=agent-1 reason=no_tasks timeout=-1s",
    ),
    (["loop", "t1", "me", "code"], True, "ALLOWED: depth=0"),
    (["budget", "t1"], True, "OK: 0 steps, 0s elapsed (max 50 steps, 1800s)"),
    (
        ["budget", "t1", "--steps", "51"],
        False,
        "EXCEEDED: [steps] Task t1 exceeded step budget: 51 steps taken, max 50",
    ),
    (
        ["budget", "t1", "--duration", "9", "--max-duration", "8"],
        False,
        "EXCEEDED: [duration] Task t1 exceeded duration budget: 9s elapsed, max 8s",
    ),
    (
        ["budget", "t1", "--depth", "3", "--max-depth", "2"],
        False,
        "EXCEEDED: [depth] Task t1 exceeded depth budget: proposed depth 3, max 2",
    ),
]


@pytest.mark.parametrize(("words", "ok", "text"), CHECKS, ids=lambda value: str(value)[:40])
def test_checks_answer_in_the_reference_s_words(
    tk: Tk, words: list[str], ok: bool, text: str
) -> None:
    answer = tk("check", *words)
    assert answer.status is (Exit.OK if ok else Exit.REJECTED)
    assert (answer.out, answer.err) == ((f"{text}\n", "") if ok else ("", f"{text}\n"))
    said = tk("check", *words, "--json").json
    assert (said["ok"], said["text"]) == (ok, text)


def test_check_loop_asks_the_ledger_one_stands_in(grown: Tk) -> None:
    answer = grown("check", "loop", "n", "alice", "bug", "--parent", "p")
    assert (answer.status, answer.out) == (Exit.OK, "ALLOWED: depth=2\n")
    answer = grown("check", "loop", "n", "alice", "task", "--parent", "a")
    assert answer.status is Exit.REJECTED
    assert answer.err.startswith("DENIED: [identity_loop] Agent alice is creating a task task for")
    answer = grown("check", "loop", "n", "x", "y", "--parent", "p", "--max-depth", "1")
    assert answer.err.startswith("DENIED: [depth_exceeded] Task depth 2 exceeds maximum 1.")
    answer = grown("check", "loop", "n", "alice", "task", "--parent", "a", "--at", "HEAD~3")
    assert answer.status is Exit.OK, "nobody owned it then"
    failed(grown("check", "loop", "", "x", "y", "--json"), Exit.USAGE, "bad-value")
