"""The lines of attempts: one form each way, and nothing else is one; which errors are tried again."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.changes import a_task
from tests.support.strategies import attempts
from tkledger.core.attempt import (
    AttemptLine,
    checked,
    ended,
    parsed,
    said_in,
    same_in_a_row,
    tries_again,
)
from tkledger.core.task_parts import ERRORS
from tkledger.files import codec

LINES = {
    "1 failed ann - -": AttemptLine(1, "failed", "ann"),
    '12 failed ann timeout tk/a "it broke"': AttemptLine(
        12, "failed", "ann", "timeout", "tk/a", "it broke"
    ),
    '3 user "Ann Bär" odd "feature/ä" "caf\\"é"': AttemptLine(
        3, "user", "Ann Bär", "odd", "feature/ä", 'caf"é'
    ),
}


@pytest.mark.parametrize(("text", "line"), LINES.items())
def test_a_line_is_read_and_written_the_same(text: str, line: AttemptLine) -> None:
    assert parsed(text) == line
    assert line.line == checked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "0 failed ann - -", "01 failed ann - -", "1 Failed ann - -", "1 failed ann -"),
        *('1 failed "ann" - -', '1 failed ann - - ""', "1 failed ann - - it broke", "1 failed  ann - -"),
        *('1 failed ann - "tk/a"', '1 failed ann - - "a\\u0062"', '1 failed ann - - "a" "b"'),
        *(f'1 failed ann - - "{"a" * 201}"', '1 failed ann - - "a\\nb"'),
    ],
)  # fmt: skip
def test_what_is_no_attempt_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        checked(text)


@given(attempts)
def test_any_line_survives_its_file(text: str) -> None:
    read = codec.load_task(codec.dump_task(a_task(attempts=[text])))
    assert [parsed(one) for one in read.attempts] == [parsed(text)]


def test_how_an_attempt_ends_is_what_the_task_says() -> None:
    task = a_task(state="blocked", wait={"reason": "user", "detail": "which \n one?  "}, attempt=2)
    assert ended(task, "ann") == AttemptLine(2, "user", "ann", text="which one?")
    task = a_task(
        state="blocked",
        wait={"reason": "failed", "detail": "x"},
        error={"kind": "timeout", "message": "slow " * 99},
        branch="tk/a",
    )
    line = ended(task, "ann")
    assert line._replace(text="") == AttemptLine(1, "failed", "ann", "timeout", "tk/a")
    assert line.text == ("slow " * 40).strip()
    assert checked(line.line) == line.line
    assert said_in(line).startswith("attempt 1 failed (timeout) on tk/a: slow slow")
    assert said_in(AttemptLine(2, "user", "ann")) == "attempt 2 ended: user"


@pytest.mark.parametrize(
    ("retry_on", "again"),
    [
        ((), {*ERRORS, "odd"} - {"permanent"}),
        (("timeout", "odd"), {"timeout", "odd"}),
        (("permanent",), {"permanent"}),
    ],
)
def test_which_errors_are_tried_again(retry_on: tuple[str, ...], again: set[str]) -> None:
    assert {kind for kind in (*ERRORS, "odd") if tries_again(retry_on, kind)} == again
    assert tries_again(retry_on, None)


CUT = "e" * 190


@pytest.mark.parametrize(
    ("kind", "text", "lines", "count"),
    [
        ("timeout", "after 30 s", [], 1),
        ("timeout", "after 30 s", ['timeout - "After 4 s."'], 2),
        ("timeout", "after 30 s", ['timeout tk/a "after 5 s"', 'timeout tk/b "after 6 s"'], 3),
        ("timeout", "after 30 s", ['timeout - "after 5 s"', 'input - "after 6 s"'], 1),
        ("timeout", "after 30 s", ['timeout - "after 5 s"', 'timeout - "when"'], 1),
        ("timeout", "after 30 s", ['timeout - "when"', 'timeout - "after 5 s"'], 2),
        ("timeout", "", ["timeout -", "timeout tk/a"], 3),
        ("timeout", "", ['timeout - "after 5 s"'], 1),
        ("", "", ["- -", "- tk/a"], 0),
        ("", "it broke", ['- - "It broke!"'], 2),
        ("", f"{CUT} 1234 more and more", [f'- - "{CUT} 99 more a"'], 2),
        ("", f"{CUT} 1234 more and more", [f'- - "{CUT} 99 less a"'], 1),
        ("", f"{CUT} 12", [f'- - "{CUT} 99 a"'], 1),
    ],
)
def test_how_often_in_a_row_it_was_the_same_error(
    kind: str, text: str, lines: list[str], count: int
) -> None:
    said = {"kind": kind or None, "message": text or None}
    attempts = [f"{number} failed ann {line}" for number, line in enumerate(lines, 1)]
    task = a_task(state="blocked", wait={"reason": "failed"}, error=said, attempts=attempts)
    assert same_in_a_row(task) == count
    assert same_in_a_row(task._replace(wait=task.wait._replace(reason="user"))) == 0
