"""Claims when moves are taken back, where a remote decides about them."""

from __future__ import annotations

import json
import os
import shutil
from itertools import count
from pathlib import Path

import pytest

from tests.claims.test_claims import claims_of, says
from tests.support.project import Project
from tkledger.errors import Exit


@pytest.fixture
def ada(clones: list[Project]) -> Project:
    return clones[0]


@pytest.fixture
def bob(clones: list[Project]) -> Project:
    return clones[1]


def at_server(project: Project) -> str:
    return project.git("ls-remote", "origin", "refs/tk/claims/*")


def test_a_start_taken_back_frees_the_task_everywhere(ada: Project, bob: Project) -> None:
    ada.ok("start", "a", "b")
    ada.ok("sync")
    ada.ok("done", "a", "b")
    ada.ok("undo", "--dry-run")
    before = at_server(ada)
    ada.ok("undo")
    assert at_server(ada) == before, "the server never heard of the end"
    assert [says(ada, f"refs/tk/claims/{one}").get("final") for one in "ab"] == [None, None]
    ada.ok("done", "a")
    ada.ok("sync")
    ada.ok("start", "c")
    assert bob.tk("start", "c").status == Exit.CLAIMED
    ada.ok("undo")
    assert "claims/c" not in at_server(ada)
    bob.ok("start", "c")
    ada.ok("sync")
    ada.ok("verify", "--all")


def test_without_the_remote_nothing_is_given_back(ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    url = ada.git("config", "remote.origin.url")
    ada.git("config", "remote.origin.url", "/nonexistent")
    before = ada.snapshot()
    answer = ada.tk("undo", "--json")
    assert (answer.status, json.loads(answer.out)["error"]["kind"]) == (Exit.BUSY, "unreachable")
    assert ada.snapshot() == before
    ada.git("config", "remote.origin.url", url)
    ada.ok("undo")
    assert (claims_of(ada), ada.state("a"), ada.clean()) == ([], "todo", True)


def test_a_block_is_not_taken_back_from_who_has_the_task_by_now(ada: Project, bob: Project) -> None:
    ada.ok("start", "a", "--as", "ada")
    ada.ok("release", "a", "--as", "ada")
    ada.ok("sync")
    bob.ok("sync")
    ada.ok("block", "a", "--reason", "user", "--as", "ada")
    bob.ok("renew", "a", "--as", "bob")
    ada.git("fetch", "-q", "origin", "+refs/tk/claims/*:refs/tk/remotes/origin/claims/*")
    for more in (["--dry-run"], []):
        answer = ada.tk("undo", *more)
        assert (answer.status, "claimed by bob" in answer.err) == (Exit.CLAIMED, True), answer.said
    bob.ok("release", "a", "--as", "bob")
    bob.ok("sync")
    ada.git("fetch", "-q", "-p", "origin", "+refs/tk/claims/*:refs/tk/remotes/origin/claims/*")
    ada.ok("undo")
    assert (ada.state("a"), says(ada)["holder"]) == ("in_progress", "ada")


def test_a_branch_that_does_not_move_leaves_the_claim(ada: Project) -> None:
    ada.ok("start", "a")
    before = at_server(ada)
    hook = "#!/bin/sh\n[ $1 = prepared ] && grep -q refs/heads/ && exit 1\nexit 0\n"
    ada.write(".git/hooks/reference-transaction", hook).chmod(0o755)
    answer = ada.tk("undo")
    assert answer.status == Exit.UNUSABLE, answer.said
    assert (at_server(ada), ada.state("a"), ada.clean()) == (before, "in_progress", True)


KILLS = pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="waits for orphans by the process table"
)


def killed(clone: Project, folder: Path, point: int | str, *words: str) -> Project | None:
    """A copy of a clone, beside a copy of its server, whose undo was killed at a point; None if it came
    to its end before that.
    """
    server = Project(folder / "server.git")
    shutil.copytree(clone.path.parent / "server.git", server.path)
    one = Project.copy(clone.path, folder / "killed")
    one.git("remote", "set-url", "origin", str(server.path))
    status = one.at_point(point, "kill", "undo", *words).status
    one.settle()
    server.settle()
    return one if status else None


@KILLS
def test_who_was_killed_between_goes_on_as_if_nothing_had_happened(
    ada: Project, tmp_path: Path
) -> None:
    """The task is free at the remote, and in progress here: its owner ends it, or claims it anew."""
    ada.ok("start", "a", "--as", "ada")
    one = killed(ada, tmp_path / "done", "push", "--as", "ada")
    assert one
    one.ok("done", "a", "--as", "ada")
    assert one.ok("sync").out.splitlines()[1:] == ["a: no longer claimed"]
    assert (at_server(one), claims_of(one), one.state("a", "origin/main")) == ("", [], "done")
    one = killed(ada, tmp_path / "renewed", "push", "--as", "ada")
    assert one
    one.ok("renew", "a", "--as", "ada")
    one.ok("sync")
    assert "claims/a" in at_server(one)
    assert says(one)["holder"] == "ada"


@KILLS
def test_who_was_killed_between_repeats_it_though_another_has_the_task_by_now(
    ada: Project, bob: Project, tmp_path: Path
) -> None:
    ada.ok("start", "a", "--as", "ada")
    one = killed(ada, tmp_path / "taken", "push", "--as", "ada")
    assert one
    bob.git("remote", "set-url", "origin", one.git("config", "remote.origin.url"))
    bob.ok("start", "a", "--as", "bob")
    bob.ok("sync")
    said = one.ok("sync").out
    assert "a: your claim is lost, since it is claimed by bob" in said
    assert (one.state("a"), says(one)["holder"]) == ("in_progress", "bob")
    bob.ok("done", "a", "--as", "bob")
    one.ok("verify", "--all")


@KILLS
@pytest.mark.parametrize("then", ["undo", "sync"])
def test_an_undo_killed_between_the_remote_and_the_branch_goes_on(
    ada: Project, tmp_path: Path, then: str
) -> None:
    ada.ok("start", "a")
    for number, point in enumerate(["before push", "push", "before update-ref", "update-ref"]):
        one = killed(ada, tmp_path / f"s{number}", point)
        assert one
        done = point == "update-ref"
        freed = at_server(one) == ""
        assert (one.state("a"), freed) == ("todo" if done else "in_progress", number > 0)
        one.ok("sync" if done else then)
        gone = freed or then == "undo"
        assert (claims_of(one) == [], at_server(one) == "") == (gone, gone)
        assert one.state("a") == ("todo" if done or then == "undo" else "in_progress")
        assert one.clean()
        assert not list(one.path.glob(".git/**/*.lock"))


@KILLS
@pytest.mark.long
@pytest.mark.parametrize("then", ["undo", "sync"])
def test_an_undo_killed_anywhere_gives_back_all_or_can_be_repeated(
    ada: Project, tmp_path: Path, then: str
) -> None:
    """The remote first, then the branch: never is the task in todo here and still claimed there."""
    ada.ok("start", "a")
    found = []
    for point in count(1):
        one = killed(ada, tmp_path / f"{point}", point)
        if one is None:
            break
        found.append((one.state("a"), at_server(one) != ""))
        if then == "sync" or one.state("a") == "todo":
            one.ok("sync")
            assert (one.state("a"), at_server(one) != "") == found[-1]
        else:
            one.ok("undo")
            assert (one.state("a"), at_server(one), claims_of(one)) == ("todo", "", [])
        assert one.clean()
        assert not list(one.path.glob(".git/**/*.lock"))
        one.ok("verify", "--all")
    assert 20 < len(found) < 120, "every effect is a point"
    order = [("in_progress", True), ("in_progress", False), ("todo", False)]
    assert list(dict.fromkeys(found)) == order
