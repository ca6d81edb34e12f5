"""What a server notes after a push: by its shell where that is plain, else by the whole of tk."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.project import Project
from tests.support.team import Team
from tkledger.doors import install
from tkledger.doors.validated import ValidatedTips
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the shell has no lock")


def tips(team: Team) -> list[str]:
    """The validated tips, sorted."""
    return sorted((team.server.path / "tk/validated").read_text().split())


def without_python(server: Path) -> None:
    """From now on nothing but the shell can note what was pushed."""
    hook = server / "hooks/post-receive"
    lines = hook.read_text().splitlines()
    lines[lines.index(next(x for x in lines if x.startswith("python=")))] = "python='/gone'"
    hook.write_text("\n".join(lines) + "\n")


def pushed(member: Project, *refspecs: str) -> str:
    """What a push says; it has to go through."""
    argv = ["git", "push", "--no-verify", "origin", *refspecs]
    done = subprocess.run(argv, cwd=member.path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_the_usual_push_is_noted_without_python(team: Team, ada: Project) -> None:
    ada.ok("start", "a")
    ada.ok("sync")  # with a claim, the first: sightings are tidied up
    without_python(team.server.path)
    assert tips(team) == [ada.head()]
    ada.ok("note", "a", "one")
    ada.ok("note", "a", "two")
    assert "cannot judge" not in pushed(ada, "main", "refs/tk/claims/a:refs/tk/claims/a")
    assert tips(team) == [ada.head()]
    os.utime(team.server.path / "tk/tidied", (0, 0))
    ada.ok("done", "a")
    assert "cannot judge" in pushed(ada, "main", ":refs/tk/claims/a"), "once a day it is asked"


@pytest.mark.parametrize(
    "refspecs",
    [("main:refs/heads/new",), ("main", "main:refs/heads/new"), ("main:refs/tags/v1",)],
)
def test_what_is_not_plain_is_left_to_python(
    team: Team, ada: Project, refspecs: tuple[str, ...]
) -> None:
    without_python(team.server.path)
    ada.ok("note", "a", "one")
    assert "cannot judge" in pushed(ada, *refspecs)


def test_shell_and_python_note_the_same(team: Team, ada: Project) -> None:
    """The tips of other branches stay, the one that was left goes, also where two branches had it."""
    ada.git("switch", "-q", "-c", "other")
    ada.ok("note", "b", "one")
    ada.git("switch", "-q", "main")
    ada.ok("note", "a", "one")
    first, other = ada.head(), ada.git("rev-parse", "other")
    pushed(ada, "main", "main:refs/heads/side", "other")
    ada.ok("note", "a", "two")
    line = RefLine("refs/heads/main", first, ada.head())
    before = (team.server.path / "tk/validated").read_text()
    without_python(team.server.path)
    assert "cannot judge" not in pushed(ada, "main")
    by_shell = tips(team)
    (team.server.path / "tk/validated").write_text(before)
    repo = Repo(str(team.server.path))
    ValidatedTips(repo).advance([line])
    repo.close()
    assert by_shell == tips(team) == sorted([other, ada.head()])


def test_many_tips_are_left_to_python(team: Team, ada: Project) -> None:
    with (team.server.path / "tk/validated").open("a") as file:
        file.writelines(f"{number:040x}\n" for number in range(200))
    ada.ok("note", "a", "one")
    ada.ok("sync")
    assert ada.head() in tips(team)
    assert len(tips(team)) == 201


def test_the_note_waits_for_another(team: Team, ada: Project) -> None:
    install.install(repo := Repo(str(team.server.path)), server=True)
    repo.close()
    ada.ok("note", "a", "one")
    with (team.server.path / "tk/lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = tips(team)
        push = subprocess.Popen(["git", "push", "-q", "origin", "main"], cwd=ada.path)
        with pytest.raises(subprocess.TimeoutExpired):
            push.wait(2)
        assert tips(team) == before
    assert push.wait() == 0
    assert tips(team) == [ada.head()]
