"""Prices of models, sums of what was used, and types that are listed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contract import Git, Tk, failed
from tkledger.core.charges import bills, spendings
from tkledger.core.prices import Price, cost_of
from tkledger.errors import Exit
from tkledger.git import history


def _sums(tk: Tk, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tk("budget", *words, "--json").json["sums"]
    return found


def test_a_price_finds_the_cost_of_tokens(ledger: Tk, git: Git) -> None:
    ledger("config", "set", "prices.m-1.5", "input=1.25", "output=10")
    ledger("spend", "a", "--tokens-in", "1000", "--tokens-out", "301", "--model", "m-1.5")
    assert "\nTk-Cost: 0.00426\n" in git("log", "-1", "--format=%B")
    ledger("spend", "a", "--tokens-in", "1000", "--model", "m-1.5", "--cost", "0.5")
    assert "\nTk-Cost: 0.5\n" in git("log", "-1", "--format=%B")
    ledger("spend", "a", "--tokens-in", "1000", "--model", "other")
    assert "Tk-Cost" not in git("log", "-1", "--format=%B")
    assert ledger("budget", "a", "--json").json["tasks"][0]["used"]["cost"] == "0.50426"
    answer = ledger("config", "set", "prices.m", "input=cheap")
    assert (answer.status, "prices.input" in answer.err) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("price", "read", "written", "cost"),
    [
        (Price("1", None), 1, 0, "0.000001"),
        (Price("0.000001", None), 1, 0, "0.000001"),  # rounded up
        (Price("3", "15"), 1_000_000, 1_000_000, "18"),
        (Price(None, "15"), 10**15, 2, "0.00003"),
        (Price(), 5, 5, "0"),
    ],
)
def test_a_cost_is_a_whole_number_of_millionths(
    price: Price, read: int, written: int, cost: str
) -> None:
    assert cost_of(price, read, written) == cost


def test_what_was_used_is_summed_by_agent_model_and_week(
    ledger: Tk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _sums(ledger, "--by", "agent") == []
    ledger("edit", "b", "--parent", "a")
    ledger("spend", "a", "--tokens-in", "10", "--tokens-out", "5", "--model", "m", "--as", "al")
    ledger("spend", "b", "--cost", "0.25", "--as", "bo")
    assert _sums(ledger, "--by", "agent") == [
        {"agent": "bo", "tokens": 0, "cost": "0.25"},
        {"agent": "al", "tokens": 15, "cost": "0"},
    ]
    assert _sums(ledger, "--by", "model") == [
        {"tokens": 0, "cost": "0.25"},
        {"model": "m", "tokens": 15, "cost": "0"},
    ]
    ledger("spend", "b", "--calls", "12", "--model", "m", "--as", "bo")
    calls = {"model": "m", "tokens": 0, "cost": "0", "calls": 12}
    assert _sums(ledger, "b", "--by", "model")[1] == calls
    assert "12 calls" in ledger("budget", "--by", "model").out
    (week,) = _sums(ledger, "--by", "week")
    assert (week["tokens"], week["cost"]) == (15, "0.25")
    assert [one["agent"] for one in _sums(ledger, "b", "--by", "agent")] == ["bo"]
    assert [one["agent"] for one in _sums(ledger, "a", "--by", "agent")] == ["bo", "al"]
    assert "no model" in ledger("budget", "--by", "model").out
    ledger("config", "set", "actors.bo", "al")
    assert _sums(ledger, "--by", "agent") == [
        {"agent": "al", "tokens": 15, "cost": "0.25", "calls": 12}
    ]
    failed(ledger("budget", "--by", "day", "--json"), Exit.USAGE, "no-such-sum")

    read: list[int] = []
    commits = history.commits

    def counted(*words: Any, **how: Any) -> Any:
        for one in commits(*words, **how):
            read.append(1)
            yield one

    ledger("spend", "a", "--tokens-in", "1", "--as", "al")
    monkeypatch.setattr(history, "commits", counted)
    assert _sums(ledger, "--by", "agent")[0]["tokens"] == 16
    assert len(read) == 1  # what was counted before is not read again
    assert _sums(ledger, "--by", "agent", "--at", "HEAD~1")[0]["tokens"] == 15


_LINES = st.lists(
    st.sampled_from(
        (
            *("Tk-Task: a", "Tk-Spend: a", "Tk-Spend: b", "Tk-Tokens: 5", "Tk-Tokens-In: 7"),
            *("Tk-Cost: 0.5", "Tk-Model: m", "Tk-Model: n", "words", "Tk-Tokens: x"),
            *("Tk-Calls: 3", "Tk-Calls: x"),
        )
    ),
    max_size=12,
)


@given(_LINES)
def test_the_sums_are_those_that_budgets_count(lines: list[str]) -> None:
    message = "subject\n\n" + "\n".join(lines)
    found = spendings(message)
    for bill in bills(message):
        mine = [one for one in found if one.task == bill.task]
        assert sum(one.tokens for one in mine) == bill.tokens
        assert sum(one.cost for one in mine) == bill.cost
        assert sum(one.calls for one in mine) == bill.calls


def test_only_types_that_are_listed_are_taken(ledger: Tk) -> None:
    ledger("config", "set", "types", "bug", "task")
    answer = ledger("new", "T", "--type", "bugg")
    assert (answer.status, "[TK523]" in answer.err) == (Exit.REJECTED, True)
    assert "bug, task" in answer.err
    assert ledger("new", "T", "--type", "bug").status is Exit.OK
    assert ledger("edit", "a", "--type", "epic").status is Exit.REJECTED
    assert ledger("verify", "--all").status is Exit.OK
