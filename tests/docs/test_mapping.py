"""docs/mapping.md says what is so: each row that works is tried here, or by a test that it names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.support.mapping import ROWS
from tests.support.mapping.page import ROOT, Row, defined_in, rows
from tests.support.project import Project
from tkledger.core.catalogue import EVERY
from tkledger.core.policy import Policy
from tkledger.verbs.commands import COMMANDS, inner

PAGE = rows()
TRIED = {row: case for row, case in ROWS.items() if callable(case)}
SHOWN = [(row, test) for row, case in ROWS.items() if not callable(case) for test in case]
MANY = {"S0": 39, "S1": 30, "S2": 33, "S3": 27, "S4": 25}
MANY |= {"D0": 16, "D1": 5, "D2": 14, "D3": 9, "D4": 7, "D5": 7}

_COMMAND = re.compile(r"`tk ([a-z]+)(?: ([a-z]+))?([^`]*)`")
_OPTION = re.compile(r"--[a-z-]+")


def test_every_row_is_there_once() -> None:
    assert Counter(row.id[:2] for row in PAGE) == MANY
    assert len({row.id for row in PAGE}) == sum(MANY.values()) == len(PAGE)


def test_a_row_says_in_one_of_four_ways_how_it_is() -> None:
    assert [row for row in PAGE if not row.well_said] == []


def test_a_row_that_works_has_a_case_and_no_other_has() -> None:
    assert {row.id for row in PAGE if row.works} == set(ROWS)


def test_what_is_missing_is_brought_by_a_task_of_this_project() -> None:
    for row in PAGE:
        assert bool(row.tasks) is row.state.startswith(("partly", "not yet")), row
        for task in row.tasks:
            assert (ROOT / ".tasks" / f"{task}.yaml").is_file(), row


@pytest.mark.parametrize("row", PAGE, ids=lambda row: row.id)
def test_the_commands_and_rules_told_exist(row: Row) -> None:
    for setting in re.findall(r"`tk config set (\w+)", row.by):
        assert setting in Policy._fields, row
    for verb, second, rest in _COMMAND.findall(row.by):
        name = f"{verb} {second}" if inner(verb) and second else verb
        assert name in COMMANDS, row
        known = {word for one in COMMANDS[name].takes for word in one.words}
        assert {*_OPTION.findall(rest)} <= known, row
    assert {*re.findall(r"TK\d+", row.by)} <= {rule.code for rule in EVERY}, row


def test_the_tests_that_show_a_row_exist() -> None:
    missing = []
    for row, test in SHOWN:
        path, _, name = test.partition("::")
        if name not in defined_in(path):
            missing.append((row, test))
    assert missing == []


@pytest.mark.parametrize("row", TRIED)
def test_a_row_does_what_it_says(row: str, project: Project) -> None:
    TRIED[row](project)
