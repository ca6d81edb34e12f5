"""A sync killed at each of its effects: nothing is lost, and the next sync goes on from there."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.project import Project
from tests.support.team import Team, tk_refs
from tkledger.errors import Exit

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="waits for orphans by the process table"
)

MOST = 90
"""A sync has some fifty effects; far more would mean that it is counted wrong."""


@pytest.fixture
def apart(team: Team, ada: Project, bob: Project) -> Team:
    """Ada's move, claim and message are at the server; bob has others, and has not heard of hers. He has
    also ended a task that he holds at the server.
    """
    bob.ok("start", "d")
    bob.ok("sync")
    bob.ok("done", "d")
    for one, task in ((ada, "a"), (bob, "b")):
        one.git("remote", "set-url", "origin", "../server.git")
        one.ok("start", task)
        team.claim(one, task, "holds")
        tree = one.git("mktree")
        oid = one.git("commit-tree", tree, "-m", f"by {one.path.name}")
        one.git("update-ref", "refs/tk/inbox/carl", oid)
    ada.ok("sync")
    return team


def killed(
    team: Team, tmp_path: Path, point: int | str, how: str, expected: int = Exit.OK
) -> Team | None:
    """A team whose bob's sync was killed at a point, when all it started has ended; None if it came
    to its end before that, with the ``expected`` status.
    """
    folder = tmp_path / f"killed-{point}"
    shutil.copytree(team.folder, folder, symlinks=True)
    one = Team(folder)
    bob = Project(folder / "bob")
    bob.git("update-index", "-q", "--refresh")
    answer = bob.at_point(point, how, "sync")
    for place in (bob, one.server):
        place.settle()
    assert answer.status in (expected, -signal.SIGKILL), answer.said
    agree(one.server)
    return one if answer.status == -signal.SIGKILL else None


def agree(server: Project) -> None:
    """The server has the claim of the ended task until it has the commit, and no longer."""
    assert ("d" in tk_refs(server)) is (server.state("d", "main") == "in_progress")
    assert "d" not in tk_refs(server) or "final" not in server.git("log", "-1", "refs/tk/claims/d")


def killed_everywhere(
    team: Team, tmp_path: Path, how: str, expected: int = Exit.OK
) -> Iterator[Team]:
    """A team for each point at which bob's sync was killed."""
    for point in count(1):
        one = killed(team, tmp_path, point, how, expected)
        if one is None:
            most = MOST if expected is Exit.OK else 2 * MOST  # then what needs no commit is synced
            assert 20 < point < most, "every effect is a point"
            return
        yield one
        shutil.rmtree(one.folder)


def goes_on(team: Team) -> None:
    """The next syncs bring all to the same state, with no lock removed by hand."""
    ada, bob = Project(team.folder / "ada"), Project(team.folder / "bob")
    for place in (bob.path / ".git", team.server.path):
        assert not list(place.glob("**/*.lock"))
    for one in (bob, ada):
        done = one.tk("sync")
        assert done.status == 0, done.said
        assert one.clean(), one.status()
    assert ada.head() == bob.head() == team.server.git("rev-parse", "main")
    assert [ada.state(task) for task in "abc"] == ["in_progress", "in_progress", "todo"]
    for kind, names in (("claims", {"a", "b"}), ("inbox", {"carl"})):
        assert tk_refs(ada, kind) == tk_refs(bob, kind) == tk_refs(team.server, kind)
        assert set(tk_refs(ada, kind)) == names
    log = ada.git("log", "--format=%s", "refs/tk/inbox/carl").splitlines()
    assert {"by ada", "by bob"} <= set(log)
    bob.git("fsck", "--strict")
    bob.ok("verify", "--all")


POINTS = {
    **{"fetch": False, "merge-tree": False, "commit-tree": False, "update-ref": False},
    **{"push": False, "merge": True},
}
"""Git commands of a sync, and whether it is finished by the one that was just started."""


@pytest.mark.parametrize(
    "point",
    [
        *("merge-tree", "push", "merge"),
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in ("fetch", "commit-tree", "update-ref")
        ),
    ],
)
def test_a_sync_killed_in_the_middle_of_a_step_is_finished_by_the_next(
    apart: Team, tmp_path: Path, point: str
) -> None:
    one = killed(apart, tmp_path, point, "kill")
    assert one is not None
    bob = Project(one.folder / "bob")
    assert (bob.head() == one.server.git("rev-parse", "main")) == POINTS[point]
    goes_on(one)


@pytest.mark.long
@pytest.mark.parametrize("how", ["kill", "kill-group"])
def test_a_sync_killed_anywhere_is_finished_by_the_next(
    apart: Team, tmp_path: Path, how: str
) -> None:
    heads = set()
    for one in killed_everywhere(apart, tmp_path, how):
        bob = Project(one.folder / "bob")
        heads.add(bob.head() == one.server.git("rev-parse", "main"))
        assert bob.state("b") == "in_progress", "what was committed stays"
        goes_on(one)
    assert heads == {False, True}, "old state, or new"


@pytest.mark.long
def test_a_refused_sync_killed_anywhere_loses_nothing(apart: Team, tmp_path: Path) -> None:
    """What needs no commit is sent after the refusal."""
    hook = apart.server.path / "hooks" / "pre-receive"
    judges = hook.read_bytes()
    hook.write_text(
        "#!/bin/sh\nwhile read old new ref; do\n[ $ref != refs/heads/main ] || exit 1\ndone\n"
    )
    held = set()
    for one in killed_everywhere(apart, tmp_path, "kill", Exit.REJECTED):
        held.add(one.server.git("rev-parse", "refs/tk/claims/d"))
        (one.server.path / "hooks" / "pre-receive").write_bytes(judges)
        goes_on(one)
    assert len(held) > 1, "the claim that waits is renewed"


ONCE = f"""mkdir ../once 2>/dev/null || exit 0
while ! {sys.executable} -m tkledger note c meanwhile; do :; done"""


def test_a_move_made_meanwhile_is_not_lost(team: Team, ada: Project, bob: Project) -> None:
    """Between the push and the checkout's following, another command moves the branch."""
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("start", "b")
    answer = bob.at_point("push", ONCE, "sync", "--json")
    assert answer.status == 0, answer.said
    assert bob.clean(), bob.status()
    assert bob.head() == team.server.git("rev-parse", "main")
    assert [bob.state(task) for task in "ab"] == ["in_progress", "in_progress"]
    assert "- meanwhile" in bob.file("c")
    bob.ok("verify", "--all")


def test_work_begun_meanwhile_is_not_written_over(ada: Project, bob: Project) -> None:
    """Between the look at the checkout and its following, somebody edits a file that comes in."""
    ada.write("code.txt", "ONE\ntwo\nthree\n")
    ada.git("commit", "-qam", "first line")
    ada.ok("sync")
    bob.ok("start", "b")
    answer = bob.at_point("push", "echo mine > code.txt", "sync")
    assert answer.status == 3, answer.said
    assert "the checkout could not follow" in answer.err
    assert "git stash push -u" in answer.err
    assert (bob.path / "code.txt").read_text() == "mine\n"
    bob.git("stash", "push", "-q", "-u")
    bob.ok("sync")
    assert bob.clean()
