"""Why a task is wanted, where the policy asks: what each command that creates one needs, and says."""

from __future__ import annotations

import shlex

import pytest

from tests.support.contract import Tk, failed, lines, refused
from tkledger.errors import Exit

WHY = {"consumer": "us", "pain": "slow", "value": "fast", "validation": "make bench"}
SAID = [word for name, text in WHY.items() for word in (f"--{name}", text)]


@pytest.fixture
def strict(ledger: Tk) -> Tk:
    """A ledger that asks, with the tasks a and b of before."""
    assert ledger("config", "set", "admission", "required").status is Exit.OK
    return ledger


def _missing(tk: Tk, *argv: str) -> tuple[str, str]:
    """What is missing by the words of a refusal, and the remedy."""
    answer = tk(*argv, "--json")
    refused(answer, "TK517")
    (found,) = answer.json["violations"]
    return found["message"].partition("missing: ")[2].rstrip(")"), found["remedy"]


def test_the_refusal_names_the_options_that_are_missing_and_no_other(strict: Tk) -> None:
    for count in range(4):
        said = SAID[: 2 * count]
        names, remedy = _missing(strict, "new", "T", *said)
        rest = [f"--{name} TEXT" for name in list(WHY)[count:]]
        assert remedy == f"tk new with {' '.join(rest)} as well, or with --backlog"
        assert len(names.split(", ")) == len(rest)
        more = shlex.split(remedy.removeprefix("tk new with ").partition(" as well")[0])
        assert strict("new", "T", *said, *more).status is Exit.OK
    assert _missing(strict, "new", "T", *SAID, "--pain", " \t")[0] == "pain_point"
    assert strict("new", "T", *SAID, "--from", "a").status is Exit.OK


def test_what_is_in_the_backlog_says_it_before_it_is_admitted(strict: Tk) -> None:
    strict("new", "Later", "--id", "l", "--backlog", "--pain", "slow")
    names, remedy = _missing(strict, "admit", "l")
    assert names == "consumer, expected_value, validation_path"
    assert remedy.startswith("tk edit l --consumer TEXT --value TEXT --validation TEXT, then ")
    for step in remedy.split(", then "):
        assert strict(*shlex.split(step)[1:]).status is Exit.OK
    names, remedy = _missing(strict, "edit", "l", "--value", "")
    assert (names, remedy) == ("expected_value", "tk edit l --value TEXT")
    assert "TK517" not in strict("cancel", "l").err


def test_what_was_there_before_goes_on_and_is_reopened_with_a_word(strict: Tk) -> None:
    for words in (["edit", "a", "--owner", "me"], ["start", "a"], ["done", "a"]):
        assert strict(*words).status is Exit.OK
    _, remedy = _missing(strict, "reopen", "a")
    assert remedy == "tk reopen a --consumer TEXT --pain TEXT --value TEXT --validation TEXT"
    new = strict("reopen", "a", *SAID).out.strip()
    strict("cancel", new)
    assert strict("reopen", new, "--value", "faster").status is Exit.OK


def test_a_batch_says_it_by_the_same_names(strict: Tk) -> None:
    good, bad = {"op": "new", "title": "T", **WHY}, {"op": "new", "title": "U", "pain": "slow"}
    answer = strict("batch", "--json", stdin=lines(good, bad))
    refused(answer, "TK517")
    assert "task 'U'" in answer.json["violations"][0]["message"]
    assert strict("batch", stdin=lines(good, {**bad, **WHY})).status is Exit.OK


def test_an_idle_actor_is_told_of_what_is_missing_first(strict: Tk) -> None:
    """In the order of the tool that had both first."""
    strict("sleep")
    _missing(strict, "new", "T")
    refused(strict("new", "T", *SAID, "--json"), "TK708")


def test_who_may_set_rules_aside_says_why(strict: Tk) -> None:
    refused(strict("new", "T", "--override", "an outage", "--json"), "TK510", "TK517")
    strict("config", "set", "roles", "override=test@example.org")
    assert strict("new", "T", "--id", "t", "--override", "an outage").status is Exit.OK
    strict("cancel", "t")
    _missing(strict, "reopen", "t")
    assert strict("reopen", "t", "--override", "an outage again").status is Exit.OK


def test_where_only_agents_are_asked_the_role_says_who_is_one(ledger: Tk) -> None:
    ledger("config", "set", "admission", "agents")
    _missing(ledger, "new", "T", "--as", "ann")
    ledger("config", "set", "roles", "policy=ann")
    _missing(ledger, "new", "T", "--as", "ann")
    failed(ledger("config", "set", "admission", "always", "--json"), Exit.USAGE, "bad-value")
