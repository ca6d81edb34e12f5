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
    NOTICE,
    REFUSALS,
    SHORT_ID,
    TTL_SECONDS,
    Event,
    Message,
    Reply,
    bounded,
    died,
    is_asked_for,
    letters,
    payload_of,
    read,
    seconds,
    word,
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
        taken(ONE)._replace(id=ONE),
        refused(ONE, TWO, why="not mine")._replace(id=ONE),
        message(ttl=0, type="request", action="run-tests", payload='{"a":[1]}', answers=TWO),
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
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": -1}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 1, "type": "A b"}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 1, "answers": "--all"}',
        '{"tk": "message", "from": "a", "to": "b", "text": "x", "ttl": 1, "payload": [NaN]}',
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
def test_the_order_of_events_decides_only_which_message_is_first(events: list[Event]) -> None:
    found = letters(events)
    sent = [one.id for one in events if isinstance(one, Message)]
    assert [one.message.id for one in found] == sent
    by = {one.message.id: one for one in found}
    assert by[TWO].taken
    assert (by[ONE].taken, len(by[ONE].refusals)) == (False, 2)


def test_of_several_receipts_the_first_counts() -> None:
    first, second = (taken(ONE)._replace(id=oid) for oid in ("a" * 40, "b" * 40))
    assert letters([message(), first, second])[0].receipt == first
    assert letters([second, message(), first])[0].receipt == second


def test_a_message_under_a_key_is_one_wherever_it_was_written() -> None:
    one, again = message(key="k"), message(TWO, key="k", at=7)
    (letter,) = letters([one, again, taken(TWO)])
    assert (letter.message, letter.taken) == (one, True)
    (letter,) = letters([one, again, refused(ONE), refused(ONE, TWO)])
    assert len(letter.refusals) == 2
    for other in (again._replace(text="other"), again._replace(sender="eve"), message(TWO)):
        assert len(letters([one, other])) == 2
    notices = [each._replace(type=NOTICE) for each in (one, again._replace(sender="eve"))]
    assert len(letters(notices)) == 1


def test_the_refusal_that_makes_a_dead_letter_tells_its_sender() -> None:
    said = message(task="parse")
    events: list[Event] = [said]
    told = []
    for number in range(REFUSALS + 1):
        (letter,) = letters(events)
        told.append(died(letter, refused(ONE)))
        events.append(refused(ONE, why=str(number)))
    assert [one is not None for one in told] == [False, False, True, False]
    assert told[2] == Message(
        *("", "bob", "ada", "your message 1111111111 to bob was refused 3 times", 0),
        task="parse",
        key=f"dead {ONE}",
        type=NOTICE,
        action="dead",
        answers=ONE,
    )
    (letter,) = letters([said._replace(type=NOTICE), refused(ONE), refused(ONE)])
    assert died(letter, refused(ONE)) is None


def test_a_message_without_an_end() -> None:
    (letter,) = letters([message(ttl=0)])
    assert letter.message.until is None
    assert letter.waits(2**40)


@pytest.mark.parametrize(
    "good", ['{"a":[1,2.5,"x\\u0007"]}', "[]", "0", "false", '"x"', "[" * 32 + "]" * 32]
)
def test_a_payload_is_json(good: str) -> None:
    told = message(payload=payload_of(good))
    assert json.loads(told.payload) == json.loads(good)
    assert read(ONE, 1_000, written(told)) == told


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "is not JSON"),
        ("NaN", "not JSON compliant"),
        ("[" * 33 + "]" * 33, "is nested deeper than 32"),
        ("[" * 9_000 + "]" * 9_000, "is nested deeper than 32"),
        (json.dumps("x" * 16_384), "takes 16386 bytes"),
        ('"\\ud800"', "must not hold control characters"),
    ],
)
def test_what_is_no_payload(bad: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        payload_of(bad)


def test_types_and_actions_are_words() -> None:
    assert [word(one) for one in ("request", "run-tests_2", "a" * 40)]
    for bad in ("", "Request", "2x", "a b", "a" * 41, "--all"):
        with pytest.raises(ValueError, match="must"):
            word(bad)


@pytest.mark.parametrize(
    ("raw", "value"), [("90", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)]
)
def test_a_duration(raw: str, value: int) -> None:
    assert seconds(raw) == value


@pytest.mark.parametrize("raw", ["", "00", "-1", "1w", "1.5h", "366d", "9" * 30, "m"])
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
    assert seconds("0") == 0
    for wrong in ("0s", "366d", "x"):
        with pytest.raises(ValueError, match=rf"^'{wrong}' is not a duration .* at most a year$"):
            seconds(wrong)


def test_a_message_unless_more_is_said() -> None:
    plain = Message(ONE, "ada", "bob", "text", 5)
    assert (plain.ttl, plain.task, plain.key, plain.until) == (604_800, None, "", 604_805)
    assert Reply((ONE,), "bob", taken=True)[3:] == ("", "", "")


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
    for event in (one, both._replace(id=ONE)):
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
