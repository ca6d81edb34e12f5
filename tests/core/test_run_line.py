"""What a run came to, as a message says it: one form, bounded, and nothing in it that steers a terminal."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tkledger.core.charges import bills
from tkledger.core.run import MOST_LETTERS, MOST_LINES, RunLine, run_of, tail
from tkledger.core.trailers import RUN, folded, trailers


@given(st.lists(st.text(max_size=80), max_size=20))
@example(["Tk-Task: b", "\x1b[31mred\x1b[0m", "10%\r20%\r", "\u202eright to left", "a\u2028b"])
def test_a_message_gives_back_what_a_run_said(said: list[str]) -> None:
    run = RunLine("a", "0", "1.5", tail("\n".join(said).split("\n")))
    message = f"tk: done a A\n\n{RUN}: {folded(run.line)}\n"
    assert run_of(message, "a") == run
    assert (run_of(message, "b"), bills(message)) == (None, ()), "it charges nothing"
    assert trailers(message).keys() == {"tk", RUN}, "and is one line"
    assert len(run.output) <= MOST_LETTERS
    assert run.output.count("\n") < MOST_LINES


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["\x1b[1;31mred\x1b[0m and \x1b]0;title\x07plain"], "red and plain"),
        (["10%\r 20%\r done\r"], "done"),
        (["", "  two   blanks\t", ""], "two blanks"),
        ([str(n) for n in range(99)], "\n".join(str(n) for n in range(89, 99))),
        (["x" * 5000, "y"], "x" * (MOST_LETTERS - 2) + "\ny"),
        ([], ""),
    ],
)
def test_the_end_is_kept_as_a_terminal_leaves_it(said: list[str], kept: str) -> None:
    assert tail(said) == kept


def test_what_cannot_be_seen_is_escaped() -> None:
    run = RunLine("a", "timeout", "600.0", "\u202eevil\u200b")
    assert run.line == r'a timeout 600.0 "\u202eevil\u200b"'
    assert run.words == "out of time after 600.0 s"


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "a 1000 1.0",
        "a -9 1.0",
        "a 00 1.0",
        "a 0 1.0.0",
        "a 0 1.0 said",
        'a 0 1.0 "not closed',
        'a 0 1.0 "\\q"',
        'a 0 1.0 "two" "texts"',
        "b 0 1.0",
    ],
)
def test_a_line_in_another_form_says_nothing(line: str) -> None:
    assert run_of(f"x\n\n{RUN}: {line}\n", "a") is None
    assert run_of(f"x\n\n{RUN}: a 3 1.0\n{RUN}: {line}\n", "a") == RunLine("a", "3", "1.0")


def test_of_a_squashed_message_the_last_run_counts() -> None:
    message = f'a\n\n    {RUN}: a 1 2.0 "first"\n    {RUN}: b 0 1\n\n    {RUN}: a 0 3.0\n'
    assert run_of(message, "a") == RunLine("a", "0", "3.0")
    assert run_of(message, "b") == RunLine("b", "0", "1")


def test_what_is_longer_than_any_run_says_is_cut_as_it_is_read() -> None:
    found = run_of(f"x\n\n{RUN}: a 0 1 {RunLine('a', '0', '1', 'x' * 9000).line[6:]}\n", "a")
    assert found == RunLine("a", "0", "1", "x" * MOST_LETTERS)
