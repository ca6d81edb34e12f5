"""`tk recall`, and what earlier work says to who takes a task like it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contract import Git, Tk
from tests.support.project import Project
from tkledger.errors import Exit

LESSON = "an empty config file has no lines"


@pytest.fixture
def learnt(ledger: Tk) -> Tk:
    """A ledger in which work left a lesson, what was tried, and a decision."""
    ledger("new", "Read the config file", "--id", "c", "--label", "parsing")
    ledger("start", "c")
    ledger("block", "c", "--reason", "failed", "-m", "no", "--tried", "one regular expression")
    ledger("resume", "c")
    ledger("decide", "c", "Which parser?", "--choice", "our own", "--because", "Größe")
    ledger("done", "c", "--lesson", LESSON, "-m", "a note on whales")
    return ledger


def _found(tk: Tk, *words: str) -> list[tuple[str, str, str]]:
    found = tk("recall", *words, "--json").json["found"]
    return [(one["kind"], one["task"], one["text"]) for one in found]


def test_what_was_learnt_is_found_by_its_words_its_task_and_its_label(learnt: Tk) -> None:
    lesson = ("lesson", "c", LESSON)
    tried = ("tried", "c", "one regular expression")
    decision = ("decision", "c", "Which parser? our own, because Größe")
    task = ("task", "c", "Read the config file")
    assert _found(learnt, "EMPTY", "lines") == [lesson]
    assert _found(learnt, "regular") == [tried]
    assert _found(learnt, "größe") == [decision]
    assert _found(learnt, "whale") == [task]
    assert set(_found(learnt, "parsing")) == {lesson, tried, decision, task}
    assert _found(learnt, "parsing", "empty", "--limit", "1") == [lesson]
    out = learnt("recall", "empty").out
    assert out == f"lesson    c  {LESSON} (Read the config file)\n"
    assert learnt("recall", "whale").out == "task      c  Read the config file\n"


def test_what_is_quoted_in_a_file_is_found_as_it_is_read(learnt: Tk) -> None:
    learnt("new", "Quoted", "--id", "q", "-m", 'a\u2060\nbegins here \\u0061 "so"')
    learnt("start", "q")
    learnt("done", "q")
    for word in ("begins", "so", "u0061"):
        assert _found(learnt, word) == [("task", "q", "Quoted")]


def test_what_is_not_there_is_exit_6(learnt: Tk) -> None:
    for words in (["nowhere"], ["***"], ["First"]):  # which has not ended
        answer = learnt("recall", *words)
        assert (answer.status, answer.out) == (Exit.NOTHING, "")
        assert answer.err == "nothing is known of these words\n"
    assert learnt("recall").status is Exit.USAGE


def test_it_looks_at_a_revision_and_outside_of_a_checkout(learnt: Tk, git: Git) -> None:
    git("tag", "before", "HEAD~1")
    assert learnt("recall", "empty", "--at", "before").status is Exit.NOTHING
    assert _found(learnt, "regular", "--at", "before")


@pytest.mark.parametrize(
    "words", ["--help-me", "-e", "--open-files-in-pager=touch gone", "(.*", "x\\|e.pty"]
)
def test_no_word_is_an_option_or_a_pattern(learnt: Tk, words: str) -> None:
    assert learnt("recall", "--", words).status is Exit.NOTHING


def test_nothing_in_git_s_settings_and_attributes_changes_what_is_found(
    learnt: Tk, git: Git, repo_path: Any
) -> None:
    for name, value in {
        **{"grep.lineNumber": "true", "grep.column": "true", "grep.patternType": "perl"},
        **{"grep.fullName": "false", "color.ui": "always", "submodule.recurse": "true"},
        "diff.x.textconv": "touch gone; echo",
    }.items():
        git("config", name, value)
    (repo_path / ".gitattributes").write_text("*.yaml -text binary diff=x\n")
    assert _found(learnt, "empty") == [("lesson", "c", LESSON)]
    assert not (repo_path / "gone").exists()


def test_who_takes_a_task_is_told_of_what_is_like_it(learnt: Tk) -> None:
    learnt("new", "Write the config lines", "--id", "w", "--priority", "0")
    said = {"kind": "lesson", "task": "c", "title": "Read the config file", "text": LESSON}
    for only_looks in ("next", "next --review"):
        assert "related" not in learnt(*only_looks.split(), "--json").json
    answer = learnt("next", "--claim", "--dry-run")
    assert f"lesson of c: {LESSON}\n" in answer.err
    assert answer.out == "w\n"
    assert learnt("next", "--claim", "--json").json["related"] == [said]
    assert "related" not in learnt("next", "--claim", "--json").json  # First is like nothing


def test_work_and_run_hand_it_over(project: Project) -> None:
    project.ok("new", "Read the config file", "--id", "r")
    project.ok("new", "Write the config file", "--id", "w")
    project.ok("start", "r")
    project.ok("done", "r", "--lesson", LESSON)
    line = f"lesson of r: {LESSON}"
    run = project.process("run", "w", "--", "sh", "-c", 'cat "$TK_RELATED"; exit 1')
    assert f"w: {line}\n" in run.err
    (log,) = (project.path / ".git" / "tk" / "runs" / "w").glob("attempt-1.log")
    assert log.read_text() == f"{line}\n"
    project.ok("new", "Keep the config file", "--id", "k")
    assert line in project.tk("work", "k").err
    assert line not in project.tk("work", "k", "--path").err
    assert project.tk("work", "k", "--json").json["related"][0]["text"] == LESSON
