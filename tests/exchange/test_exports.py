"""What is written out is whole, and is read as what it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.support.project import Project
from tests.support.strategies import tasks
from tkledger.api.json import task_json
from tkledger.core.task import Task, task
from tkledger.exchange.exports import COLUMNS, KINDS, Values, issues, jsonl, markdown, table

some_tasks = st.lists(tasks(), max_size=4)

HOSTILE = "=HYPERLINK(1) | <script> [x](y) `rm` *b* \u202e# _i_ @all"


def given_out(found: Sequence[Task]) -> list[tuple[Task, Values]]:
    return [(one, task_json(one)) for one in found]


@given(some_tasks)
def test_a_line_of_json_has_the_whole_task(found: list[Task]) -> None:
    lines = jsonl(given_out(found)).split("\n")
    assert lines.pop() == ""
    assert [task(json.loads(line)) for line in lines] == found
    assert all(line.isprintable() for line in lines)


@given(some_tasks)
def test_a_table_has_a_row_for_each_and_no_formula(found: list[Task]) -> None:
    head, *rows = csv.reader(io.StringIO(table(given_out(found)), newline=""))
    assert tuple(head) == COLUMNS
    assert [row[0].removeprefix("'") for row in rows] == [one.id for one in found]
    assert not any(
        cell[:1] in ("=", "+", "-", "@", "\t", "\r") for row in rows for cell in row if cell
    )


@given(some_tasks)
def test_a_page_has_a_line_for_each(found: list[Task]) -> None:
    text = markdown(given_out(found))
    assert [text.count(f"**{one.id}** ") >= 1 for one in found] == [True] * len(found)
    assert len([line for line in text.split("\n") if line.startswith("- [")]) == len(found)
    joints = "\n\u2060\u200c\u200d\u00a0\u202f\u3000"  # text where they stand between words, else escaped
    assert all(
        letter in joints
        or letter.isprintable()
        or "\U0001f000" <= letter <= "\U0001faff"  # emoji to come
        for letter in text
    )


@given(some_tasks)
def test_issues_have_what_github_takes(found: list[Task]) -> None:
    made = json.loads(issues(given_out(found)))
    assert [(one["title"], one["state"] == "closed") for one in made] == [
        (one.title, one.ended) for one in found
    ]
    assert all(f"Task: {one.id}" in issue["body"] for one, issue in zip(found, made))


def test_nothing_of_a_hostile_title_is_a_mark() -> None:
    evil = task(
        {
            "id": "a",
            "title": HOSTILE,
            "state": "todo",
            "labels": ["x"],
            "notes": ["@all\n# no head"],
        }
    )
    line = markdown(given_out([evil])).split("\n")[2]
    (inline,) = [one for one in MarkdownIt().enable("table").parse(line) if one.children]
    marks = [one.type for one in inline.children or () if one.type != "text"]
    assert marks == ["strong_open", "strong_close"]
    text = "".join(one.content for one in inline.children or ())
    shown = HOSTILE.replace("\u202e", "\\u202e").replace("@", "@\u2060")
    assert text == f"[ ] a {shown} (P2, task, x)"
    assert "\n'=HYPERLINK" not in table(given_out([evil]))
    assert "'=HYPERLINK" in table(given_out([evil]))
    assert "> @\u2060all\n> \\# no head" in json.loads(issues(given_out([evil])))[0]["body"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_writes_those_that_match(kind: str, project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    out = project.ok("export", "--to", kind, "--owner", "ada").out
    assert ("Task a" in out, "Task b" in out) == (True, False)
    assert project.ok("export", "--to", kind, "--json").json["total"] == 4
    assert project.ok("export", "--to", kind, "--owner", "eve").out == ""


@pytest.mark.parametrize("write", [jsonl, issues])
def test_nothing_in_json_steers_a_terminal(write: Callable[..., str]) -> None:
    evil = task({"id": "a", "title": "\u202eevil \U000e0041", "state": "todo"})
    text = write(given_out([evil]))
    assert text.replace("\n", "").isprintable()
    (found,) = [json.loads(text)] if write is jsonl else json.loads(text)
    assert found["title"] == evil.title
    assert "é" in write(given_out([evil._replace(title="é")]))
