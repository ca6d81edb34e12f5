"""How attempts end: the lines that a requeue leaves, kinds of errors, and when another attempt begins."""

from __future__ import annotations

from tests.support.contract import Tk, refused
from tkledger.errors import Exit


def test_each_attempt_that_is_followed_by_another_leaves_a_line(ledger: Tk) -> None:
    ledger("start", "a")
    ledger(
        "block", "a", "--reason", "failed", "-m", "the server\nis down", "--error-kind", "transient"
    )
    assert ledger("show", "a", "--json").json["task"]["error"] == {
        **{"kind": "transient", "message": "the server\nis down\n"}
    }
    ledger("requeue", "a", "--as", "bob")
    ledger("block", "a", "--reason", "user", "-m", "which server?")
    ledger("requeue", "a")
    assert ledger("show", "a", "--json").json["task"]["attempts"] == [
        '1 failed bob transient - "the server is down"',
        '2 user test@example.org - - "which server?"',
    ]
    shown = " ".join(ledger("show", "a").out.split())
    assert "attempts 1 attempt 1 failed (transient): the server is down (sent back by bob)" in shown
    assert "attempts" not in ledger("log", "a").out, "the block says it"
    assert ledger("verify", "--all").status is Exit.OK


def test_an_error_for_good_is_not_tried_again_unless_it_was_another(ledger: Tk) -> None:
    ledger("config", "set", "roles.budget", "boss")
    ledger("start", "a")
    ledger("block", "a", "--reason", "failed", "-m", "no such API", "--error-kind", "permanent")
    refused(ledger("requeue", "a", "--json"), "TK407")
    answer = ledger("edit", "a", "--error-kind", "timeout", "--json")
    refused(answer, "TK501")
    assert "tk edit a --error-kind KIND --reason TEXT" in answer.json["violations"][0]["remedy"]
    words = ("edit", "a", "--error-kind", "timeout", "--reason", "it was slow", "--as", "boss")
    assert ledger(*words).status is Exit.OK
    assert ledger("requeue", "a").status is Exit.OK
    ledger("block", "b", "--reason", "failed", "--error-kind", "permanent")
    assert ledger("cancel", "b", "--resolution", "failed").status is Exit.OK
    assert ledger("verify", "--all").status is Exit.OK


def test_the_policy_says_what_is_tried_again_and_how_much_later(ledger: Tk) -> None:
    assert ledger("config", "set", "retry_on", "timeout", "transient").status is Exit.OK
    assert ledger("config", "set", "backoff", "base=600", "factor=3", "cap=3600").status is Exit.OK
    ledger("start", "a")
    ledger("block", "a", "--reason", "failed", "--error-kind", "timeout")
    answer = ledger("requeue", "a")
    assert answer.status is Exit.OK, answer.err
    assert ledger("show", "a", "--json").json["task"]["retry"]["not_before"]
    refused(ledger("start", "a", "--json"), "TK404")
    ledger("block", "b", "--reason", "failed", "--error-kind", "limit")
    refused(ledger("requeue", "b", "--json"), "TK407")
    assert ledger("verify", "--all").status is Exit.OK


def test_the_same_error_again_and_again_is_not_tried_again(ledger: Tk) -> None:
    ledger("config", "set", "repeats", "2")
    for number in (1, 2):
        ledger("start", "a")
        ledger("block", "a", "--reason", "failed", "-m", f"no answer in {number} s")
        answer = ledger("requeue", "a", "--json")
    refused(answer, "TK408")
    answer = ledger("retry", "a", "--gap", "no test")
    assert "it failed 2 times in a row with the same error, so it is escalated" in answer.err
    ledger("start", "b")
    ledger("config", "set", "loops", "repeats=warn")
    for number in (1, 2):
        ledger("block", "b", "--reason", "failed", "-m", f"no answer in {number} s")
        answer = ledger("requeue", "b")
        assert answer.status is Exit.OK, answer.err
        ledger("start", "b")
    assert "[TK408] b: failed 2 times in a row" in answer.err
    assert ledger("verify", "--all").status is Exit.OK


def test_the_same_error_is_tried_again_by_who_may_set_the_rule_aside(ledger: Tk) -> None:
    ledger("config", "set", "repeats", "1")
    ledger("config", "set", "roles.override", "boss")
    ledger("start", "a")
    ledger("block", "a", "--reason", "failed", "-m", "no answer")
    refused(ledger("requeue", "a", "--json"), "TK408")
    words = ("requeue", "a", "--override", "the network is back", "--as", "boss")
    assert ledger(*words).status is Exit.OK
    assert ledger("verify", "--all").status is Exit.OK
