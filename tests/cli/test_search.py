"""`tk search`: tasks by words, open and ended ones."""

from __future__ import annotations

import json

import pytest

from tests.support.project import Project
from tests.support.templates import After
from tkledger.errors import Exit

TASKS = (
    {"id": "s1", "title": "Parser of empty files", "priority": 0},
    {"id": "s2", "title": "Release", "message": "First.\nThe parser\tmust not stop.\n"},
    {"id": "s3", "title": "Colours", "label": ["terminal"]},
    {"id": "s4", "title": "Größe der Dateien", "message": "\u202eparser\ufeff é"},
)


@pytest.fixture
def found(project_after: After[Project]) -> Project:
    """A project whose tasks say something; one of them has ended, and one was a mistake."""
    return project_after(_found)


def _found(project: Project) -> None:
    project.ok("batch", stdin="".join(json.dumps({"op": "new", **one}) + "\n" for one in TASKS))
    project.ok("note", "s3", "the empty screen\nis dark")
    project.ok("start", "s2")
    project.ok("done", "s2", "--lesson", "releases are made on Mondays")
    project.ok("cancel", "a", "--resolution", "mistake", "-m", "parser")


def ids(project: Project, *words: str) -> list[str]:
    return [one["id"] for one in project.ok("search", *words, "--json").json["found"]]


def test_tasks_are_found_by_all_their_texts_the_best_first(found: Project) -> None:
    assert ids(found, "parser") == ["s1", "s4", "s2"]
    assert ids(found, "empty", "parser")[0] == "s1"
    assert ids(found, "EMPTY screen") == ["s3", "s1"]
    assert ids(found, "größe") == ["s4"]
    assert ids(found, "term") == ["s3"]  # the beginning of a label
    assert ids(found, "mondays") == ["s2"]
    assert ids(found, "s3") == ["s3"]


def test_each_comes_with_the_line_that_has_the_most_words(found: Project) -> None:
    told = {one["id"]: one for one in found.ok("search", "parser", "stop", "--json").json["found"]}
    assert told["s1"] == {
        **{"id": "s1", "title": "Parser of empty files", "state": "todo"},
        **{"field": "title", "line": "Parser of empty files"},
    }
    assert (told["s2"]["field"], told["s2"]["line"]) == ("description", "The parser must not stop.")
    assert found.ok("search", "dark").out == "○ todo  s3  P2  Colours  notes: is dark\n"
    assert found.ok("search", "colours").out == "○ todo  s3  P2  Colours  -\n"


def test_what_a_task_says_does_not_steer_the_terminal(found: Project) -> None:
    out = found.ok("search", "parser").out
    assert "\u202e" not in out
    assert "description: \\u202eparser\\ufeff é" in out


def test_a_long_line_is_cut_around_the_word(found: Project) -> None:
    found.ok("note", "s3", f"{'x ' * 500}needle{' y' * 500}")
    line = found.ok("search", "needle").out
    assert "needle" in line
    assert line.count("…") == 2
    assert len(line) < 300


def test_filters_and_a_limit_leave_some(found: Project) -> None:
    assert ids(found, "parser", "--state", "done") == ["s2"]
    assert ids(found, "parser", "--priority", "0") == ["s1"]
    answer = found.ok("search", "parser", "--limit", "1", "--json").json
    assert (len(answer["found"]), answer["total"]) == (1, 3)
    (then,) = found.ok("search", "stop", "--at", "HEAD~3", "--json").json["found"]
    assert (then["id"], then["state"]) == ("s2", "todo")


@pytest.mark.parametrize("words", ["nowhere", "***", "resolution"])
def test_nothing_found_is_said_and_no_failure(found: Project, words: str) -> None:
    answer = found.tk("search", words)
    assert (answer.status, answer.out, answer.err) == (Exit.OK, "", "no task has these words\n")
    assert found.ok("search", words, "--json").json["found"] == []


def test_what_was_not_read_is_said(found: Project) -> None:
    lines = [{"op": "new", "title": f"Many {n}", "message": "very many"} for n in range(70)]
    found.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in lines))
    answer = found.ok("search", "many", "--json").json
    assert (len(answer["found"]), answer["total"], answer["more"]) == (10, 60, True)
    answer = found.ok("search", "many", "-n", "100", "--json").json
    assert (len(answer["found"]), answer["total"], answer.get("more")) == (70, 70, None)
