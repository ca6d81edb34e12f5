"""Who waits for work learns what others send: the branch here follows its upstream."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import TK, Answer, Project
from tkledger.errors import Exit

LONG = "120"
"""Seconds that no test waits: what it waits for comes."""


@pytest.fixture
def two(project: Project, tmp_path: Path) -> tuple[Project, Project]:
    """Two clones of a server on which all tasks are done but d, which is assigned to another."""
    for task in "abc":
        project.ok("cancel", task)
    project.ok("edit", "d", "--owner", "zoe")
    one, other = cloned(project, tmp_path, 2)
    return one, other


@contextmanager
def waiting(clone: Project, *words: str) -> Iterator[list[Answer]]:
    """What a command in another process answers, once the block has done what it waits for."""
    process = subprocess.Popen(
        [*TK, *words, "--wait", LONG, "--as", "ann"],
        cwd=clone.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    answers: list[Answer] = []
    try:
        yield answers
        out, err = process.communicate(timeout=float(LONG))
        answers.append(Answer(process.returncode, out, err))
    finally:
        process.kill()
        process.wait()


def test_a_new_task_ends_the_wait(two: tuple[Project, Project]) -> None:
    ann, bob = two
    with waiting(ann, "next") as answers:
        bob.ok("new", "Fresh", "--id", "fresh")
        bob.ok("sync")
    assert (answers[0].status, answers[0].out) == (Exit.OK, "fresh\n"), answers[0].said
    assert ann.head() == bob.head()
    assert ann.clean()


def test_work_to_review_ends_the_wait_for_a_review_and_that_for_work(
    two: tuple[Project, Project],
) -> None:
    ann, bob = two
    with waiting(ann, "next", "--review") as reviews, waiting(ann, "next") as work:
        bob.ok("new", "Theirs", "--id", "theirs", "--as", "bob")
        bob.ok("start", "theirs", "--as", "bob")
        bob.ok("submit", "theirs", "--as", "bob")
        bob.ok("sync")
    assert (reviews[0].status, reviews[0].out) == (Exit.OK, "theirs\n"), reviews[0].said
    assert work[0].status == Exit.NOTHING
    assert "theirs waits for your review: tk next --review" in work[0].err
    assert ann.ok("next", "--review", "--as", "ann").out == "theirs\n"


def test_a_message_ends_the_wait_for_work(two: tuple[Project, Project]) -> None:
    ann, bob = two
    with waiting(ann, "next") as answers:
        bob.ok("send", "ann", "look at d", "--as", "bob")
        bob.ok("sync")
    assert answers[0].status == Exit.NOTHING
    assert "1 message waits for you: tk inbox" in answers[0].err
    assert "look at d" in ann.ok("inbox", "--as", "ann").out


def test_what_is_not_sent_stays_and_is_named(two: tuple[Project, Project]) -> None:
    ann, bob = two
    ann.ok("note", "d", "mine", "--as", "ann")
    before = ann.head()
    bob.ok("note", "d", "theirs", "--as", "bob")
    bob.ok("sync")
    answer = ann.tk("next", "--wait", "1", "--as", "ann")
    assert answer.status == Exit.NOTHING
    assert "main and origin/main both have new commits: tk sync" in answer.err
    assert ann.head() == before
    ann.ok("sync", "--as", "ann")
    assert "both have new commits" not in ann.tk("next", "--wait", "1", "--as", "ann").err


def test_uncommitted_changes_that_are_in_the_way_stay(two: tuple[Project, Project]) -> None:
    ann, bob = two
    bob.ok("note", "d", "theirs", "--as", "bob")
    bob.ok("sync")
    ann.write(".tasks/d.yaml", "mine\n")
    before = ann.head()
    answer = ann.tk("next", "--wait", "1", "--as", "ann", "--json")
    assert answer.json["behind"].startswith(
        "uncommitted changes would be overwritten: .tasks/d.yaml: commit it, or"
    )
    assert ann.head() == before
    assert (ann.path / ".tasks/d.yaml").read_text() == "mine\n"


def test_a_remote_that_does_not_answer_is_named(two: tuple[Project, Project]) -> None:
    ann, _ = two
    ann.ok("config", "set", "claims", "local")
    ann.git("config", "remote.origin.url", str(ann.path.parent / "gone.git"))
    answer = ann.tk("next", "--wait", "1", "--as", "ann")
    assert answer.status == Exit.NOTHING
    assert "origin was not reached (" in answer.err
