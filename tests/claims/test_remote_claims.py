"""Claims that a remote decides: among clones, offline, and after somebody came back late."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit


@pytest.fixture
def pair(clones: list[Project]) -> tuple[Project, Project]:
    first, second = clones
    return first, second


def at_server(project: Project) -> str:
    return project.git("ls-remote", "origin", "refs/tk/claims/*")


def test_a_start_in_one_clone_is_known_in_the_other(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    answer = second.tk("start", "a", "--as", "bob")
    assert answer.status == Exit.CLAIMED
    assert "a is claimed by alice on main since" in answer.err
    assert second.state("a") == "todo"
    assert second.git("for-each-ref", "refs/tk/claims") == ""
    second.ok("start", "b", "--as", "bob")
    assert len(at_server(first).splitlines()) == 2


def test_a_release_frees_the_task_everywhere(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    first.ok("release", "a", "--as", "alice")
    assert at_server(first) == ""
    second.ok("start", "a", "--as", "bob")


def test_a_block_frees_the_task_everywhere(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    first.ok("block", "a", "--reason", "user", "--as", "alice")
    assert at_server(first) == ""
    second.ok("start", "a", "--as", "bob")


def test_finished_work_stays_claimed_until_it_is_pushed(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    first.ok("done", "a", "--as", "alice")
    answer = second.tk("start", "a", "--as", "bob")
    assert (answer.status, "a is done by alice" in answer.err) == (Exit.CLAIMED, True)


def test_one_who_comes_back_late_cannot_end_the_task(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    first.ok("renew", "a", "--ttl", "0", "--as", "alice")
    second.ok("start", "a", "--as", "bob")
    token = at_server(second)
    answer = first.tk("done", "a", "--as", "alice")
    assert answer.status == Exit.REJECTED
    assert "TK707" in answer.err
    assert first.state("a") == "in_progress"
    assert at_server(second) == token
    second.ok("done", "a", "--as", "bob")


def test_a_clock_an_hour_off_neither_steals_nor_holds_on(
    pair: tuple[Project, Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    first, second = pair
    for task, skew in (("a", -7200), ("b", 7200)):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(time.time()) + skew} +0000")
        first.ok("start", task, "--as", "alice")
        monkeypatch.delenv("GIT_COMMITTER_DATE")
        assert second.tk("start", task, "--as", "bob").status == Exit.CLAIMED
        first.ok("renew", task, "--ttl", "0", "--as", "alice")
        second.ok("start", task, "--as", "bob")


def test_offline_work_goes_on_and_says_so(pair: tuple[Project, Project]) -> None:
    first, _ = pair
    first.git("remote", "set-url", "origin", "/nowhere/at/all")
    answer = first.ok("start", "a", "--as", "alice")
    assert "warning: claimed here only, origin cannot be reached" in answer.err
    assert first.state("a") == "in_progress"


def test_where_claims_are_required_there_is_no_work_offline(
    project: Project, tmp_path: Path
) -> None:
    (one,) = cloned(project, tmp_path, 1, "claims=required")
    one.git("remote", "set-url", "origin", "/nowhere/at/all")
    answer = one.tk("start", "a", "--as", "alice")
    assert answer.status == Exit.BUSY
    assert "cannot reach origin, which decides about claims" in answer.err
    assert one.state("a") == "todo"
    assert one.git("for-each-ref", "refs/tk/claims") == ""


def test_a_start_that_fails_late_is_taken_back_at_the_remote(pair: tuple[Project, Project]) -> None:
    first, second = pair
    first.write(".tasks/a.yaml", first.file("a") + "\nedited\n")
    assert first.tk("start", "a", "--as", "alice").status == Exit.UNUSABLE
    assert at_server(first) == ""
    second.ok("start", "a", "--as", "bob")
