"""What a line is, wherever text that others wrote is read: it ends with a newline, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tkledger
from tkledger.core import claim
from tkledger.core import trailers as names
from tkledger.core.charges import Bill, bills
from tkledger.core.trailers import folded, lines, own_lines, trailers

SOURCE = Path(tkledger.__file__).parent
ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""What Python's splitlines takes for the end of a line, too."""


def test_only_a_newline_ends_a_line() -> None:
    assert lines("") == []
    assert lines("\n") == [""]
    assert lines("a\n\nb") == lines("a\n\nb\n") == ["a", "", "b"]
    assert lines(f"a{ENDS}b\n") == [f"a{ENDS}b"]


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_nothing_is_charged_after_another_end(end: str) -> None:
    assert bills(f"x{end}Tk-Task: a") == ()
    assert "Tk-Actor" not in trailers(f"x{end}Tk-Actor: a")
    assert claim.parsed("a", f"x{end}holder: mallory").holder == claim.UNREADABLE
    assert bills(folded(f"x{end}Tk-Task: a")) == ()


def test_a_message_may_be_indented_and_have_lines_as_on_windows() -> None:
    assert bills("x\r\n\r\nTk-Task: a\r\nTk-Tokens: 7\r\n") == (Bill("a", True, 7),)
    assert bills("squashed\n\n    Tk-Spend: a\n\tTk-Tokens: 7\n") == (Bill("a", False, 7),)


def test_no_module_splits_lines_in_another_way() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "splitlines"
    ]
    assert found == []


def test_what_stands_in_history_is_read_by_these_names_for_good() -> None:
    assert {name: value for name, value in vars(names).items() if name.isupper()} == {
        "PREFIX": "Tk-",
        "ACTOR": "Tk-Actor",
        "STEP": "Tk-Task",
        "SPEND": "Tk-Spend",
        "TOKENS": "Tk-Tokens",
        "TOKENS_IN": "Tk-Tokens-In",
        "TOKENS_OUT": "Tk-Tokens-Out",
        "COST": "Tk-Cost",
        "CALLS": "Tk-Calls",
        "MODEL": "Tk-Model",
        "KEY": "Tk-Key",
        "REASON": "Tk-Reason",
        "RUN": "Tk-Run",
        "OVERRIDE": "Tk-Override",
        "TAKEN": "Tk-Taken-From",
    }


def test_the_last_line_of_a_name_counts_and_one_without_a_value_does_not() -> None:
    assert trailers("x\n\nTk-Key: 1 \nTk-Key: 2\nTk-Actor\nTk-Reason:so\n") == {"Tk-Key": "2"}
    assert folded(" a\n\n b\tc ") == "a b c"


def test_the_lines_by_which_tk_knows_a_commit() -> None:
    message = "tk: start a\n\nTk-Actor: ann\nChange-Id: I1\nTk-Key: k\n"
    assert own_lines(message) == ["tk: start a", "Tk-Actor: ann", "Tk-Key: k"]
    assert own_lines("") == [""]
