"""When tasks are due, how long they may take, and what belongs to them."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest

from tests.support.project import Project
from tests.support.templates import After
from tkledger.verbs.typed_times import day, past_time

NOON = int(datetime(2026, 3, 4, 12).timestamp())
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("today", "2026-03-04"),
        ("Tomorrow", "2026-03-05"),
        ("thu", "2026-03-05"),
        ("Friday", "2026-03-06"),
        ("tue", "2026-03-10"),
        ("wed", "2026-03-11"),  # the next one
        ("3d", "2026-03-07"),
        ("in 2 weeks", "2026-03-18"),
        ("1 day", "2026-03-05"),
        ("2026-12-31", "2026-12-31"),
    ],
)
def test_a_day_is_typed_in_words(text: str, found: str) -> None:
    assert day("due", text, NOON) == found


@pytest.mark.parametrize("text", ["", "soon", "3h", "2026-02-30", "99999999d", "fri 9:00"])
def test_what_is_not_a_day_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day such as 2026-01-31, tomorrow, fri"):
        day("due", text, NOON)


@pytest.mark.parametrize(
    ("text", "to_end", "found"),
    [
        ("2h", False, datetime(2026, 3, 4, 10)),
        ("2 days ago", False, datetime(2026, 3, 2, 12)),
        ("yesterday", False, datetime(2026, 3, 3)),
        ("yesterday", True, datetime(2026, 3, 4)),
        ("2026-03-01", True, datetime(2026, 3, 2)),
        ("2026-03-01 09:30", True, datetime(2026, 3, 1, 9, 30)),
    ],
)
def test_a_time_that_is_over_is_typed_in_words(text: str, to_end: bool, found: datetime) -> None:
    assert past_time("since", text, NOON, to_end=to_end) == int(found.timestamp())


def fields(project: Project, task: str) -> dict[str, object]:
    found: dict[str, object] = project.ok("show", task, "--json").json["task"]
    return {name: found[name] for name in ("due", "estimate", "links") if name in found}


def tomorrow() -> str:
    return str(date.today() + timedelta(days=1))


def test_a_task_has_a_day_an_estimate_and_links(project: Project) -> None:
    words = (
        "--due",
        "2001-02-28",
        "--estimate",
        "90m",
        "--link",
        "http://b",
        "--link",
        "https://a",
    )
    project.ok("new", "T", "--id", "t", *words)
    told = {"due": "2001-02-28", "estimate": 5400, "links": ["http://b", "https://a"]}
    assert fields(project, "t") == told
    shown = project.ok("show", "t").out
    assert re.search(r"  due 2001-02-28, \d+y overdue\n", shown)
    for line in ("estimate      1h 30m", "links         http://b"):
        assert f"\n  {line}\n" in shown
    project.ok("edit", "t", "--due", "2999-12-31", "--no-link", "http://b")
    assert fields(project, "t") == {**told, "due": "2999-12-31", "links": ["https://a"]}
    assert re.search(r"  due 2999-12-31, in \d+y\n", project.ok("show", "t").out)
    project.ok("edit", "t", "--due", "", "--estimate", "", "--no-link", "https://a")
    assert fields(project, "t") == {}


def test_they_are_options_of_a_batch(project: Project) -> None:
    line = {"op": "edit", "id": "a", "due": "tomorrow", "estimate": "60", "link": ["https://c"]}
    before = tomorrow()
    project.ok("batch", stdin=json.dumps(line))
    found = fields(project, "a")
    assert found.pop("due") in (before, tomorrow())
    assert found == {"estimate": 60, "links": ["https://c"]}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--due", "soon", "due: 'soon' is not a day such as"),
        ("--due", "0999-01-01", "due: must be a date"),
        ("--estimate", "long", "estimate: 'long' is not a duration such as 90"),
        ("--link", "javascript:alert(1)", "links: 'javascript:alert(1)' must be an address"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(
    project: Project, option: str, value: str, said: str
) -> None:
    answer = project.tk("new", "T", option, value)
    assert (answer.status, answer.err.startswith(f"error: {said}")) == (2, True), answer.err


@pytest.fixture
def dated(project_after: After[Project]) -> Project:
    """A project with what is overdue, due some day, and due once what it waits for is over."""
    return project_after(_dated)


def _dated(project: Project) -> None:
    project.ok("edit", "a", "--due", "2001-01-01")
    project.ok("edit", "b", "--due", "2999-01-01", "--priority", "0")
    project.ok("edit", "c", "--due", "2001-01-02")
    project.ok("start", "c")
    project.ok("done", "c")
    project.ok("wait", "d", "--until", "2001-01-01")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--overdue"], ["a"]),
        (["--due"], ["a", "d"]),
        (["--due", "2000-12-31"], []),
        (["--due", "2001-01-01"], ["a", "d"]),
        (["--due=2999-01-01"], ["b", "a", "d"]),
        (["--due", "--limit", "1"], ["a"]),
        (["--sort", "due", "--state", "open"], ["a", "b", "d"]),
        (["--sort", "-due", "--all"], ["b", "c", "a", "d"]),
        (["--due", "--waiting"], ["d"]),
    ],
)
def test_what_is_due_is_found(dated: Project, words: list[str], found: list[str]) -> None:
    told = dated.ok("list", *words, "--json").json["tasks"]
    assert [one["id"] for one in told] == found


def test_views_say_when_a_task_is_due(dated: Project) -> None:
    assert dated.ok("ready", "--overdue").out == "○ todo  a  P2  -  -  -  due 2001-01-01  Task a\n"
    assert "b P0 Task b  due 2999-01-01" in dated.ok("tree").out
    assert "2001-01-02" not in dated.ok("list", "--all").out  # it has ended
    fields = dated.ok("list", "--fields", "id,due", "--due").out
    assert fields == "a  2001-01-01\nd  -\n"


def test_a_day_that_is_not_one_is_said_with_a_line_that_works(dated: Project) -> None:
    answer = dated.tk("list", "--due", "someday")
    assert answer.status == 2
    assert answer.err.startswith("error: --due: 'someday' is not a day such as 2026-01-31")
    assert dated.ok(*answer.err.split("remedy: ")[1].split()[1:]).status == 0


@pytest.mark.parametrize("option", ["--due", "--since", "--until"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_first_and_the_last_day_are_no_failure(dated: Project, option: str, day: str) -> None:
    answer = dated.tk("list", option, day)
    assert answer.status in (0, 2)
    assert "tk itself failed" not in answer.err


def test_the_status_says_what_is_due_soon_and_what_was(dated: Project) -> None:
    soon = str(date.today() + timedelta(days=2))
    lines = (
        {"op": "new", "id": "mine", "title": "Mine", "due": soon, "owner": "ann"},
        {"op": "new", "id": "his", "title": "His", "due": soon, "owner": "bob"},
        {"op": "new", "id": "later", "title": "Later", "due": "in 9 days"},
        {"op": "new", "id": "soon10", "title": "Soon", "due": soon},
        {"op": "new", "id": "soon9", "title": "Soon", "due": soon},
    )
    dated.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in lines))
    found = dated.ok("status", "--as", "ann", "--json").json["due"]
    assert [(one["id"], one["why"]) for one in found["items"]] == [
        ("a", "overdue since 2001-01-01"),
        *((name, f"due {soon}") for name in ("mine", "soon9", "soon10")),
    ]
    assert (found["total"], found["command"]) == (4, "tk list --due 7d")
    told = {one["id"] for one in dated.ok("list", "--due", "7d", "--json").json["tasks"]}
    assert {"a", "mine", "soon9", "soon10"} <= told
    shown = dated.ok("status", "--as", "ann").out
    assert "due" in shown
    assert "overdue since 2001-01-01" in shown
