"""The lines of decisions: one form each way, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.changes import a_task
from tests.support.strategies import decisions
from tkledger.core.decision import DecisionLine, parsed, said_in
from tkledger.files import codec

PLAIN = DecisionLine("bob", "Which parser?", "our own", "it is fast")
FULL = DecisionLine(
    "Ann Bär",
    *("Which parser?", 'the "big" one', "it is known"),
    (("none", "slow"), ("two", "a\\b")),
    0,
)

GOOD = [
    ('bob - "Which parser?" "our own" "it is fast"', PLAIN),
    ('bob 100 "Which parser?" "our own" "it is fast"', PLAIN._replace(confidence=100)),
    (
        '"Ann Bär" 0 "Which parser?" "the \\"big\\" one" "it is known" "none" "slow" "two" "a\\\\b"',
        FULL,
    ),
]

BAD = [
    'bob "q" "c" "b"',
    'bob - "q" "c"',
    'bob - "q" "c" "b" "a"',
    'bob 101 "q" "c" "b"',
    'bob 01 "q" "c" "b"',
    'bob -1 "q" "c" "b"',
    'bob - "q" "c"  "b"',
    'bob - "q" "c" "b" ',
    'bob - q "c" "b"',
    'bob - "" "c" "b"',
    'bob - " q" "c" "b"',
    'bob - "q\\n" "c" "b"',
    'bob - "\\u0071" "c" "b"',
    '"bob" - "q" "c" "b"',
    'Bär - "q" "c" "b"',
    f'bob - "{"q" * 501}" "c" "b"',
    'bob - "q" "c" "b"' + ' "a" "w"' * 21,
    "",
]


@pytest.mark.parametrize(("text", "meant"), GOOD)
def test_a_decision_is_read_and_written_alike(text: str, meant: DecisionLine) -> None:
    assert parsed(text) == meant
    assert meant.text == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_decision(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parsed(text)


def test_as_much_as_fits_is_one() -> None:
    parsed(f'bob - "{"q" * 500}" "c" "b"' + ' "a" "w"' * 20)


@given(decisions)
def test_any_decision_keeps_its_meaning_in_a_file(text: str) -> None:
    read = codec.load_task(codec.dump_task(a_task(decisions=[text])))
    assert [parsed(one) for one in read.decisions] == [parsed(text)]


def test_it_is_said_in_words() -> None:
    assert said_in(PLAIN) == "Which parser? our own, because it is fast"
    assert said_in(FULL) == (
        'Which parser? the "big" one (confidence 0), because it is known; not none: slow; not two: a\\b'
    )
