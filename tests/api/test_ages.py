"""For how long tasks have been in their states, as lists on a terminal say it."""

from __future__ import annotations

import time

import pytest

from tests.support.project import Project
from tkledger.api import beyond_rows
from tkledger.api.beyond_rows import state_ages
from tkledger.api.overview import Shown
from tkledger.api.session import Session

DAY = 86_400


def days(project: Project, at: str | None = None) -> dict[str, int]:
    found = state_ages(Shown(Session(str(project.path)), at))
    return {key: seconds // DAY for key, seconds in found.items()}


@pytest.fixture
def dated(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Task a was started four days ago, and got a note since; b is in progress on another branch."""

    def on(days_ago: float, *words: str) -> None:
        when = int(time.time() - days_ago * DAY - 60)
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{when} +0000")
        project.ok(*words)

    on(4, "start", "a")
    on(2, "note", "a", "words")
    project.git("checkout", "-q", "-b", "work")
    on(1, "start", "b")
    project.git("checkout", "-q", "-")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    return project


def test_the_age_of_a_task_is_that_of_its_state(dated: Project) -> None:
    found = days(dated)
    assert found["a"] == 4
    assert set(found) == {"a", "c", "d"}  # when b was started is not in this history
    assert days(dated, "HEAD~1") == {}
    dated.ok("submit", "a")
    assert days(dated)["a"] == 0


def test_no_more_commits_are_read_for_ages_than_is_cheap(
    dated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = int(dated.git("rev-list", "--count", "HEAD"))
    monkeypatch.setattr(beyond_rows, "_MOST_COMMITS", commits - 1)
    assert days(dated) == {}
    monkeypatch.setattr(beyond_rows, "_MOST_COMMITS", commits)
    assert days(dated)["a"] == 4
    monkeypatch.setattr(beyond_rows, "_MOST_COMMITS", 1)
    dated.ok("note", "a", "more")  # what was read is remembered
    assert days(dated)["a"] == 4
