"""Claims that a remote decides: among clones, offline, and after somebody came back late."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.clone import Clone
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
    assert at_server(first).split()[0] == first.git("rev-parse", "refs/tk/claims/a")
    assert "released: True" in first.git("log", "-1", "--format=%b", "refs/tk/claims/a")
    second.ok("start", "a", "--as", "bob")


@pytest.mark.parametrize(
    ("ends", "state"), [("block a --reason user", "blocked"), ("done a", "done")]
)
def test_what_a_commit_ends_is_claimed_until_that_commit_is_there(
    pair: tuple[Project, Project], ends: str, state: str
) -> None:
    """The server never says that a task is free, or done, while its branch says otherwise."""
    first, second = pair
    first.ok("start", "a", "--as", "alice")
    before = at_server(first)
    first.ok(*ends.split(), "--as", "alice")
    assert at_server(first) == before
    answer = second.tk("start", "a", "--as", "bob")
    assert (answer.status, "a is claimed by alice" in answer.err) == (Exit.CLAIMED, True)
    first.ok("sync", "--as", "alice")
    assert at_server(first) == first.git("for-each-ref", "refs/tk/claims") == ""
    assert first.state("a", "origin/main") == state
    assert "nothing to do" in first.ok("sync").out
    second.ok("sync")
    assert second.git("for-each-ref", "refs/tk/claims") == ""


def test_a_claim_is_final_with_its_branch_and_over_with_its_base(
    pair: tuple[Project, Project],
) -> None:
    """Also if a host merges the branch, which no tk sees."""
    first, second = pair
    side = first.worktree("side")
    for task in "ab":
        side.ok("start", task, "--as", "alice")
        side.ok("done", task, "--as", "alice")
    held = at_server(first)
    first.ok("sync", "--as", "alice")
    assert at_server(first) == held, "the branch that ends them is not there yet"
    said = side.ok("sync", "--as", "alice").out
    assert "claim sent: a, b" in said
    server = Project(first.path.parent / "server.git")
    for task in "ab":
        assert "final: done" in server.git("log", "-1", "--format=%b", f"refs/tk/claims/{task}")
    answer = second.tk("start", "a", "--as", "bob")
    assert "a is done by alice on side, which is not merged yet" in answer.err
    server.git("update-ref", "refs/heads/main", "refs/heads/side")
    server.git("branch", "-D", "side")
    second.ok("sync", "--as", "bob")
    assert at_server(first) == second.git("for-each-ref", "refs/tk/claims") == ""
    first.ok("sync")
    assert first.git("for-each-ref", "refs/tk/claims") == ""


def test_an_end_that_was_pushed_by_git_is_marked_by_the_next_sync(
    pair: tuple[Project, Project],
) -> None:
    first, second = pair
    side = first.worktree("side")
    side.ok("start", "a", "--as", "alice")
    side.ok("done", "a", "--as", "alice")
    side.git("push", "-q", "origin", "side")
    first.ok("sync", "--as", "alice")
    answer = second.tk("start", "a", "--as", "bob")
    assert "a is done by alice on side, which is not merged yet" in answer.err
    side.ok("start", "b", "--as", "alice")
    oid = at_server(first).splitlines()[1].split()[0]
    side.ok("done", "b", "--as", "alice")
    side.git("push", "-q", "origin", "side")
    side.git("update-ref", "refs/tk/claims/b", oid)
    side.ok("sync", "--as", "alice")
    assert "final: done" in first.git("log", "-1", "--format=%b", "refs/tk/claims/b")
    assert at_server(first).splitlines()[1].split()[0] == first.git("rev-parse", "refs/tk/claims/b")


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


def test_who_gets_another_name_keeps_what_it_holds(clone: Clone) -> None:
    """Work, renewal, release and end go on under the new name, here and at the server."""
    clone.ok("config", "set", "claims", "required")
    old, new = ("--as", "ann@x"), ("--as", "ann")
    for task in "ab":
        clone.ok("start", task, *old)
    clone.ok("sync", *old)
    said = clone.ok("config", "set", "actors.ann@x", "ann").err
    assert (
        "warning: a, b: claimed by a name that is another from now on; tk sync before more" in said
    )
    clone.ok("sync", *new)
    clone.write("code.txt", "more\n")
    env = {**os.environ, "TK_ACTOR": "ann"}
    clone.git(
        "commit",
        "-q",
        "-a",
        "-m",
        "work",
        "--trailer",
        "Tk-Task=a",
        "--trailer",
        "Tk-Actor=ann",
        env=env,
    )
    for line in ("renew a", "start a", "block a --reason other", "resume a"):
        clone.ok(*line.split(" "), *new)
    clone.ok("sync", *new)
    for line in ("renew a", "release a", "block a --reason other"):
        assert clone.tk(*line.split(" "), "--as", "eve").status in (Exit.CLAIMED, Exit.REJECTED)
    clone.ok("release", "b", *new)
    clone.ok("done", "a", *new)
    clone.ok("sync", *new)
    assert clone.verified() == set()
    assert clone.git("ls-remote", "origin", "refs/tk/claims/a") == ""
