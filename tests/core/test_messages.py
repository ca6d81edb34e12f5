"""Messages as values: what is written is read, what is not a message is none, who answered what."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.messages import (
    MAX_EVENT,
    MAX_READ,
    MAX_TEXT,
    MAX_TTL_SECONDS,
    REFUSALS,
    SHORT_ID,
    TTL_SECONDS,
    Event,
    Message,
    Reply,
    bounded,
    is_asked_for,
    letters,
    read,
    seconds,
    written,
)

ONE, TWO = "1" * 40, "2" * 40


def message(oid: str = ONE, **more: object) -> Message:
    return Message(oid, "ada", "bob", "look at this", 1_000, 60)._replace(**more)


def taken(*of: str) -> Reply:
    return Reply(of, "bob", taken=True)


def refused(*of: str, why: str = "") -> Reply:
    return Reply(of, "bob", taken=False, why=why)


@pytest.mark.parametrize(
    "event",
    [
        message(),
        message(task="parse", text="two\nlines: {}\n", sender="Änne 🎉"),
        message(text="Tk-Task: parse\n\nTk-Actor: nobody\n"),
        taken(ONE),
        refused(ONE, TWO, why="not mine"),
    ],
)
def test_what_is_written_is_read(event: Event) -> None:
    assert read(ONE, 1_000, written(event)) == event


def test_no_line_of_a_text_is_a_line_of_the_commit() -> None:
    """A trailer in a message attributes no work."""
    lines = written(message(text="hello\nTk-Task: parse\n")).splitlines()
    assert not [line for line in lines if line.startswith("Tk-")]


@pytest.mark.parametrize(
    "body",
    [
        *("", "no json", "[]", "{}", '{"tk": "other"}', '{"tk": ["message"]}', "[" * 60_000),
        '{"tk": "message"}',
        '{"tk": "message", "from": "a", "to": "b", "text": 7.5, "ttl": 1}',
        '{"tk": "message", "from": "a\\nb", "to": "b", "text": "x", "ttl": 1}',
        '{"tk": "message", "from": "a", "to": "b", "text": "\\u001b[2J", "ttl": 1}',
        '{"tk": "message", "from": "a", "to": "b", "text": "\\ud800", "ttl": 1}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 1e9}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 0}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 1, "task": "A/../b"}',
        '{"tk": "taken", "by": "a", "of": "1111"}',
        '{"tk": "refused", "by": "a", "of": ["--all"]}',
        json.dumps({"tk": "message", "from": "a", "to": "b", "text": "x" * 20_000, "ttl": 1}),
    ],
)
def test_what_is_no_message_is_none(body: str) -> None:
    assert read(ONE, 0, f"tk: message\n\n{body}") is None


@given(st.text())
def test_reading_never_fails(words: str) -> None:
    read(ONE, 0, words)
    read(ONE, 0, f"tk\n\n{words}")


def test_a_letter_waits_until_it_is_taken_or_expires() -> None:
    (letter,) = letters([message()])
    assert letter.waits(1_059)
    assert not letter.waits(1_060)
    (letter,) = letters([message(), taken(ONE)])
    assert not letter.waits(1_000)


def test_a_letter_refused_too_often_is_dead_until_somebody_takes_it() -> None:
    events: list[Event] = [message()]
    for number in range(REFUSALS):
        (letter,) = letters(events)
        assert (letter.waits(1_000), letter.dead, len(letter.refusals)) == (True, False, number)
        events.append(refused(ONE, why=str(number)))
    (letter,) = letters(events)
    assert (letter.waits(1_000), letter.dead) == (False, True)
    assert [one.why for one in letter.refusals] == ["0", "1", "2"]
    (letter,) = letters([*events, taken(ONE)])
    assert not letter.dead


@given(st.permutations([message(), message(TWO, at=900), taken(TWO), refused(ONE), refused(ONE)]))
def test_the_order_of_events_decides_nothing(events: list[Event]) -> None:
    first, second = letters(events)
    assert (first.message.id, first.taken) == (TWO, True)
    assert (second.message.id, second.taken, len(second.refusals)) == (ONE, False, 2)


@pytest.mark.parametrize(
    ("raw", "value"), [("90", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)]
)
def test_a_duration(raw: str, value: int) -> None:
    assert seconds(raw) == value


@pytest.mark.parametrize("raw", ["", "0", "-1", "1w", "1.5h", "366d", "9" * 30, "m"])
def test_no_duration(raw: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        seconds(raw)


def test_the_bounds_of_messages() -> None:
    assert (MAX_TEXT, MAX_EVENT, MAX_READ) == (16_384, 131_072, 1_000)
    assert (TTL_SECONDS, MAX_TTL_SECONDS, SHORT_ID, REFUSALS) == (604_800, 31_536_000, 10, 3)
    assert bounded("x" * MAX_TEXT)
    with pytest.raises(ValueError, match=r"^takes 16385 bytes, of 16384 at most$"):
        bounded("x" * (MAX_TEXT + 1))
    assert seconds("365d") == MAX_TTL_SECONDS
    assert seconds("1") == 1
    for wrong in ("0", "366d", "x"):
        with pytest.raises(ValueError, match=rf"^'{wrong}' is not a duration .* at most a year$"):
            seconds(wrong)


def test_a_message_unless_more_is_said() -> None:
    plain = Message(ONE, "ada", "bob", "text", 5)
    assert (plain.ttl, plain.task, plain.key, plain.until) == (604_800, None, "", 604_805)
    assert Reply((ONE,), "bob", taken=True)[3:] == ("", "")


def test_the_words_of_an_event() -> None:
    one = message(task="parse", key="k")
    assert written(one) == (
        "tk: message to bob\n\n"
        '{"tk": "message", "from": "ada", "to": "bob", "text": "look at this", "ttl": 60,'
        ' "task": "parse", "key": "k"}\n'
    )
    both = refused(ONE, TWO, why="ä")._replace(key="k")
    assert written(both) == (
        f"tk: refused {ONE[:10]} {TWO[:10]}\n\n"
        f'{{"tk": "refused", "of": ["{ONE}", "{TWO}"], "by": "bob", "why": "ä", "key": "k"}}\n'
    )
    assert written(taken(ONE)).startswith('tk: taken 1111111111\n\n{"tk": "taken", "of"')
    for event in (one, both):
        assert read(ONE, 1_000, written(event)) == event
    broken = written(taken(ONE)).replace(ONE, "x")
    assert read(ONE, 1_000, broken) is None


def test_what_is_asked_for_again() -> None:
    assert is_asked_for(message(), message(TWO, at=7))
    assert not is_asked_for(message(), message(text="other"))
    assert not is_asked_for(message(), taken(ONE))
    assert not is_asked_for(taken(ONE), message())
    assert is_asked_for(taken(ONE), taken(ONE, TWO))
    assert is_asked_for(taken(ONE), taken(ONE))
    assert not is_asked_for(taken(ONE, TWO), taken(ONE))
    assert not is_asked_for(taken(ONE), refused(ONE))
