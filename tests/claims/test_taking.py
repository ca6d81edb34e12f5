"""Work that is left is taken up in one step, by whoever knows that it is left; all else needs ``--take``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit

CLAIM = "refs/tk/claims/a"


def runs_out(project: Project) -> None:
    project.ok("renew", "a", "--ttl", "0", "--as", "alice")


def is_released(project: Project) -> None:
    project.ok("release", "a", "--as", "alice")


@pytest.fixture
def left(project: Project) -> Project:
    """Task a in progress, by alice, in its second attempt."""
    project.ok("start", "a", "--as", "alice")
    project.ok("block", "a", "--reason", "user", "--as", "alice")
    project.ok("requeue", "a", "--as", "alice")
    project.ok("start", "a", "--as", "alice")
    return project


@pytest.mark.parametrize(
    ("leave", "words"),
    [(runs_out, "the lease of alice ran out at 2"), (is_released, "released by alice")],
)
@pytest.mark.parametrize("words_of_bob", [["start", "a"], ["next", "--claim"], ["work", "a"]])
def test_left_work_is_taken_up_in_one_step(
    left: Project, leave: Callable[[Project], None], words: str, words_of_bob: list[str]
) -> None:
    leave(left)
    for view in (["list"], ["tree"], ["why", "a"]):
        assert words in " ".join(left.ok(*view).out.split())
    assert f"ok   a: is in progress, {words}" in left.tk("doctor").out
    before = left.count()
    answer = left.ok(*words_of_bob, "--as", "bob")
    assert f"a was alice's: {words}" in answer.err
    where = Project(left.path.parent / "repo.work" / "a") if words_of_bob[0] == "work" else left
    assert where.count() == before + 1
    assert "owner: bob\n" in where.file("a")
    assert "\nattempt: 2" in where.file("a")
    assert "Tk-Taken-From: alice" in where.git("log", "-1", "--format=%B")
    assert "holder: bob" in where.git("log", "-1", "--format=%B", CLAIM)
    where.ok("verify", "--all")
    assert where.tk("done", "a", "--as", "alice").status == Exit.REJECTED
    where.ok("done", "a", "--as", "bob")


def test_doctor_says_where_left_work_is_taken_up(left: Project) -> None:
    """On another branch a start would begin it anew; on a server there is nothing to work in."""
    is_released(left)
    left.git("clone", "-q", "--mirror", ".", "../mirror.git")
    left.git("switch", "-q", "-c", "other", ":/^tk: new")
    fact, way = (
        "ok   a: is in progress on main, released by alice",
        "git switch main, then tk start a",
    )
    assert f"{fact}; to take it up: {way}\n" in left.tk("doctor").out
    mirror = Project(left.path.parent / "mirror.git")
    assert f"{fact}; to take it up: in a clone: {way}\n" in mirror.tk("doctor").out
    left.git("switch", "-q", "main")
    assert "a was alice's" in left.ok("start", "a", "--as", "bob").err
    left.ok("work", "b", "--as", "alice")
    left.ok("release", "b", "--as", "alice")
    (said,) = (line for line in left.tk("doctor").out.splitlines() if line.startswith("ok   b: "))
    assert said.endswith("b, released by alice; to take it up: tk work b")
    assert "b was alice's" in left.ok("work", "b", "--as", "bob").err


def test_what_may_go_on_needs_take(left: Project) -> None:
    """A live claim, or none at all: nobody knows that the work has ended."""
    for fact in ("claimed by alice on main since 2", "in progress by alice since 2"):
        refused = left.tk("start", "a", "--as", "bob")
        assert refused.status == left.tk("work", "a", "--as", "bob").status == Exit.CLAIMED
        assert fact in refused.err
        assert "tk start a --take\n" in refused.err
        assert left.tk("next", "--as", "bob").out == "b\n"
        left.git("update-ref", "-d", CLAIM)
    dry = left.ok("start", "a", "--take", "--as", "bob", "--dry-run")
    assert "a was alice's, in progress since 2" in dry.err
    left.ok("start", "a", "--as", "alice")
    taken = left.ok("start", "a", "--take", "--as", "bob")
    assert "a was alice's, claimed since 2" in taken.err
    mark = left.git("log", "-1", "--format=%B", f"{CLAIM}^")
    assert "released: True\nTk-Actor: bob" in mark
    assert "holder: alice" in mark
    assert left.tk("start", "a", "--as", "alice").status == Exit.CLAIMED
    left.ok("undo", "--as", "bob")
    assert "owner: alice" in left.file("a")
    left.ok("start", "a", "--as", "alice")


def test_what_another_has_claimed_is_not_called_ready_to_start(project: Project) -> None:
    """On a branch where it is not begun: who has it is said, and the way on."""
    project.git("branch", "other")
    project.ok("start", "a", "--as", "alice")
    project.git("switch", "-q", "other")
    refused = project.tk("start", "a", "--as", "bob")
    fact, way = (line.partition(": ")[2] for line in refused.err.splitlines())
    assert fact.startswith("a is claimed by alice on main since 2")
    for branch in (True, False):
        if not branch:  # as in a clone that has the claim only
            project.git("branch", "-q", "-D", "main")
        answer = project.ok("why", "a", "--json").json
        assert "start" not in {one["event"] for one in answer["legal"]}
        text = " ".join(project.ok("why", "a").out.split())
        shown = project.ok("show", "a")
        assert "tk start" not in shown.out.partition("\nnext\n")[2]
    assert f"start -> in_progress {fact} remedy: {way}" in text
    words = " ".join(shown.out.split())
    assert f"{fact}: {way}" in words
    assert "claim alice on main for " in words
    assert project.git("rev-parse", "refs/tk/claims/a") not in words, "the token is for programs"
    assert "legal now tk start a" in " ".join(project.ok("why", "a", "--at", "HEAD").out.split())


def test_an_owner_goes_on_with_its_own(left: Project) -> None:
    tip = left.head()
    said = left.ok("start", "a", "--as", "alice").err
    assert said.startswith("a is already in progress; claimed until 2")
    assert len(said.splitlines()) == 1
    is_released(left)
    dry = left.ok("start", "a", "--as", "alice", "--dry-run").err
    assert dry == "a is already in progress: released by alice\n"
    assert "released by alice; claimed until 2" in left.ok("start", "a", "--as", "alice").err
    assert left.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    assert left.head() == tip
    other = left.worktree("other")
    answer = other.tk("start", "a", "--as", "alice")
    assert "a is in progress on main, claimed by alice" in answer.err


def test_an_assigned_task_is_left_to_its_owner(project: Project) -> None:
    project.ok("edit", "a", "--owner", "alice")
    assert project.ok("next", "--as", "bob").out == "b\n"
    for words in (["start", "a"], ["work", "a"]):
        answer = project.tk(*words, "--as", "bob")
        assert (answer.status, "a is assigned to alice" in answer.err) == (Exit.CLAIMED, True)
    batch = '{"op": "start", "id": "a", "take": true}'
    assert project.ok("batch", "--as", "bob", stdin=batch).status == Exit.OK
    assert "owner: bob" in project.file("a")
    project.ok("edit", "b", "--owner", "alice")
    project.ok("start", "b", "--as", "alice")


@pytest.mark.parametrize("policy", [["claims=local"], []])
def test_a_server_takes_what_was_taken_openly(project: Project, policy: list[str]) -> None:
    """By one push: the release of the claim comes below the new one. Without it the push is refused."""
    first, second = cloned(project, project.path.parent, 2, *policy)
    Project(project.path.parent / "server.git").ok("hooks", "install", "--server")
    first.ok("start", "a", "--as", "alice")
    first.ok("sync", "--as", "alice")
    second.ok("sync", "--as", "bob")
    second.git("checkout", "-q", "-b", "theft")
    second.git("commit", "-q", "--allow-empty", "-m", "x\n\nTk-Task: a\nTk-Actor: bob")
    with pytest.raises(AssertionError, match="TK707"):
        second.git("push", "-q", "origin", "theft")
    second.git("checkout", "-q", "main")
    second.ok("start", "a", "--take", "--as", "bob")
    second.ok("sync", "--as", "bob")
    first.ok("sync", "--as", "alice")
    assert "owner: bob" in first.file("a")
    assert first.tk("done", "a", "--as", "alice").status == Exit.REJECTED


@pytest.mark.parametrize("policy", [["claims=local"], []])
def test_a_server_takes_the_cancel_of_what_others_have_claimed(
    project: Project, policy: list[str]
) -> None:
    first, second = cloned(project, project.path.parent, 2, *policy)
    Project(project.path.parent / "server.git").ok("hooks", "install", "--server")
    first.ok("edit", "b", "--parent", "a")
    first.ok("start", "b", "--as", "alice")
    first.ok("sync", "--as", "alice")
    second.ok("sync", "--as", "bob")
    second.ok("cancel", "a", "--children", "cascade", "--take", "--as", "bob")
    second.ok("sync", "--as", "bob")
    first.ok("sync", "--as", "alice")
    assert (first.state("a"), first.state("b")) == ("cancelled", "cancelled")
    assert "b is held" not in second.tk("doctor").out
