"""Agents as values: what is written is read, what is not an event is none, what events come to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.agent import (
    ASLEEP,
    AWAKE,
    MAX_CAPACITY,
    MAX_EVENT,
    MAX_WHY,
    MAX_WORDS,
    REGISTERED,
    Agent,
    AgentEvent,
    as_of,
    lacks,
    may_write,
    read,
    reason,
    sleep_words,
    words,
    written,
)
from tkledger.core.policy import DEFAULT

ANN = AgentEvent(REGISTERED, "ann", "ann", 10, can=("docs", "python"), capacity=2, type="agent")
SLEPT = AgentEvent(ASLEEP, "ann", "ann", 20, until=86_400, why="no tasks left")
WOKEN = AgentEvent(AWAKE, "ann", "boss", 30, task="parse", why="there is work")
EVENTS = (ANN, SLEPT, WOKEN, AgentEvent(ASLEEP, "Änne 🎉", "*", 5))


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_written_is_read(event: AgentEvent) -> None:
    assert read("", event.at, written(event)) == event
    assert len(written(event).encode()) < MAX_EVENT


def test_the_largest_event_is_read() -> None:
    most = tuple(sorted(f"{number:040}" for number in range(MAX_WORDS)))
    event = AgentEvent(REGISTERED, "🎉" * 200, "🎉" * 200, can=most, capacity=MAX_CAPACITY)
    assert read("", 0, written(event)) == event
    assert len(written(event._replace(why="🎉" * MAX_WHY)).encode()) < MAX_EVENT - 1_000


GOOD = {"tk": "registered", "agent": "ann", "by": "ann"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**GOOD, "tk": "message"},
        {**GOOD, "agent": ""},
        {**GOOD, "agent": "a" * 201},
        {**GOOD, "by": "two\nlines"},
        {**GOOD, "can": "python"},
        {**GOOD, "can": ["two words"]},
        {**GOOD, "can": [f"w{number}" for number in range(MAX_WORDS + 1)]},
        {**GOOD, "capacity": 0},
        {**GOOD, "capacity": True},
        {**GOOD, "capacity": MAX_CAPACITY + 1},
        {**GOOD, "type": "a person"},
        {**GOOD, "tk": "asleep", "wake_at": "tomorrow"},
        {**GOOD, "tk": "asleep", "wake_at": 7},
        {**GOOD, "tk": "asleep", "why": "x" * (MAX_WHY + 1)},
        {**GOOD, "tk": "awake", "task": "no id"},
    ],
)
def test_what_is_not_an_event_is_none(body: object) -> None:
    assert read("", 0, f"tk: agent\n\n{json.dumps(body)}\n") is None


@given(st.text())
def test_any_message_is_an_event_or_none(text: str) -> None:
    found = read("", 0, f"tk: x\n\n{text}")
    assert found is None or read("", 0, written(found)) == found


def test_the_newest_of_each_kind_counts() -> None:
    again = ANN._replace(at=40, can=("go",))
    found = as_of("ann", [ANN, SLEPT, WOKEN, SLEPT._replace(agent="bob"), again])
    assert found == Agent("ann", again, WOKEN, seen=40)
    assert (found.can, found.capacity) == (("go",), 2)
    assert Agent("ann").can is Agent("ann").capacity is None


@pytest.mark.parametrize(
    ("events", "now", "idle"),
    [
        ([], 50, False),
        ([ANN], 50, False),
        ([ANN, SLEPT], 50, True),
        ([SLEPT, ANN], 50, True),
        ([SLEPT], 86_399, True),
        ([SLEPT], 86_400, False),
        ([SLEPT._replace(until=None)], 10**12, True),
        ([SLEPT, WOKEN], 50, False),
        ([WOKEN, SLEPT], 50, True),
    ],
)
def test_who_is_idle(events: list[AgentEvent], now: int, idle: bool) -> None:
    assert (as_of("ann", events).sleep(now) is not None) is idle


def test_the_words_of_a_sleep() -> None:
    assert sleep_words(SLEPT) == " until 1970-01-02T00:00:00Z (no tasks left)"
    assert sleep_words(AgentEvent(ASLEEP, "a", "a")) == ""


@pytest.mark.parametrize(
    ("can", "labels", "missing"),
    [
        (None, ["needs:python"], []),
        ((), ["parser"], []),
        ((), ["needs:python", "parser"], ["python"]),
        (("python",), ["needs:python"], []),
        (("go", "python"), ["needs:python", "needs:gpu"], ["gpu"]),
    ],
)
def test_what_an_agent_lacks(
    can: tuple[str, ...] | None, labels: list[str], missing: list[str]
) -> None:
    assert lacks(can, labels) == missing


def test_who_may_write_of_whom() -> None:
    policy = DEFAULT._replace(
        roles={"dispatcher": ("boss",)}, actors={"ann@example.org": "ann", "b@example.org": "boss"}
    )
    assert may_write(policy, "ann@example.org", "ann")
    assert may_write(policy, "b@example.org", "ann")
    assert not may_write(policy, "eve", "ann")
    assert may_write(DEFAULT, "eve", "ann")
    assert may_write(None, "eve", "ann")


def test_words_and_reasons_are_bounded() -> None:
    assert words(["python", "docs", "python"]) == ("docs", "python")
    with pytest.raises(ValueError, match="of 50 at most"):
        words([f"w{number}" for number in range(51)])
    with pytest.raises(ValueError, match="longer than 500"):
        reason("x" * 501)
