"""A checkout of its own for each task: made for one, dropped when nothing is lost, seen by all."""

from __future__ import annotations

import signal
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from tests.support.project import Project, race
from tkledger.errors import Exit


def test_work_makes_a_checkout_and_starts_there(project: Project, tmp_path: Path) -> None:
    answer = project.ok("work", "a", "--as", "alice")
    tree = Project(tmp_path / "repo.work" / "a")
    assert answer.out == f"{tree.path}\n"
    assert tree.git("symbolic-ref", "HEAD") == "refs/heads/tk/a"
    assert (tree.state("a"), project.state("a")) == ("in_progress", "todo")
    assert "\nbranch: tk/a\nbase: main" in tree.file("a")
    assert tree.count() == project.count() + 1
    body = project.git("log", "-1", "--format=%b", "refs/tk/claims/a")
    assert "branch: refs/heads/tk/a\nbase: refs/heads/main\nttl: 3600\n" in body
    assert "epoch: 1\n" in f"{body}\n"
    assert project.clean()
    assert tree.clean()


def test_work_by_another_is_claimed_and_leaves_nothing(project: Project, tmp_path: Path) -> None:
    project.ok("start", "a", "--as", "bob")
    for word in ("work", "start"):
        assert project.tk(word, "a", "--as", "alice").status == Exit.CLAIMED
    assert not (tmp_path / "repo.work").exists()
    assert "tk/a" not in project.git("branch")
    project.ok("edit", "b", "--depends-on", "c")
    assert project.tk("work", "b").status == Exit.REJECTED
    assert project.git("for-each-ref", "refs/tk/claims/b") == ""


def test_the_settings_say_where(project: Project, tmp_path: Path) -> None:
    project.git("config", "tk.branch", "agents/{id}-work")
    project.git("config", "tk.worktrees", "../elsewhere")
    answer = project.ok("work", "a", "--json").json
    assert answer["branch"] == "agents/a-work"
    assert answer["path"] == str(tmp_path / "elsewhere" / "a")


def test_a_branch_that_is_there_is_gone_on_with(project: Project) -> None:
    place = Path(project.ok("work", "a", "--as", "alice").out.strip())
    Project(place).ok("block", "a", "--reason", "user", "--as", "alice")
    Project(place).ok("requeue", "a", "--as", "alice")
    tip = project.git("rev-parse", "tk/a")
    project.ok("work", "a", "--drop")
    assert not place.exists()
    assert project.git("rev-parse", "tk/a") == tip
    project.git("checkout", "-q", "-b", "other")
    project.ok("work", "a", "--as", "bob")
    assert project.git("rev-parse", "tk/a^") == tip
    assert "\nbranch: tk/a\nbase: other" in project.file("a", "tk/a")


def test_nothing_uncommitted_is_dropped(project: Project) -> None:
    tree = Project(Path(project.ok("work", "a").out.strip()))
    tree.write("new.txt", "work\n")
    answer = project.tk("work", "a", "--drop")
    assert answer.status == Exit.UNUSABLE
    assert (tree.path / "new.txt").exists()
    tree.git("add", "-A")
    tree.git("commit", "-qm", "work")
    assert "what was committed is on tk/a" in project.ok("work", "a", "--drop").err
    assert project.tk("work", "a", "--drop").status == Exit.UNUSABLE


@pytest.mark.parametrize("size", [6, pytest.param(50, marks=pytest.mark.long)])
def test_of_many_one_makes_a_checkout(project: Project, size: int) -> None:
    answers = race([(project, ["work", "a", "--as", f"agent-{n}"]) for n in range(size)])
    found = Counter(one.status for one in answers)
    assert found == {0: 1, Exit.CLAIMED: size - 1}, [one.said for one in answers]
    assert project.git("for-each-ref", "--format=%(refname)", "refs/heads/tk") == "refs/heads/tk/a"


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_work_killed_anywhere_can_be_begun_again(
    project: Project, tmp_path: Path, step: int
) -> None:
    for point in count(1, step):
        folder = tmp_path / f"killed-{point}"
        folder.mkdir()
        one = Project.copy(project.path, folder / "repo")
        answer = one.at_point(point, "kill", "work", "a", "--as", "alice")
        one.settle()
        if one.git("for-each-ref", "refs/tk/claims/a"):
            one.tk("release", "a", "--as", "alice")
        again = one.process("work", "a", "--as", "alice")
        assert again.status == Exit.OK, again.said
        assert one.state("a", "tk/a") == "in_progress"
        if answer.status == 0:
            break
        assert answer.status == -signal.SIGKILL


def test_what_goes_on_elsewhere_is_seen(project: Project) -> None:
    project.ok("work", "a", "--as", "alice")
    tree = Project(Path(project.ok("work", "b", "--as", "bob").out.strip()))
    tree.ok("done", "b", "--as", "bob")
    tasks = {one["id"]: one for one in project.ok("list", "--json").json["tasks"]}
    assert tasks["a"]["state"] == "in_progress"
    assert tasks["a"]["owner"] == "alice"
    assert tasks["a"]["elsewhere"] == "tk/a"
    assert (tasks["b"]["state"], tasks["b"]["elsewhere"]) == ("done", "tk/b")
    assert "elsewhere" not in tasks["c"]
    assert [one["id"] for one in project.ok("ready", "--json").json["tasks"]] == ["c", "d"]
    for view in ("list", "tree"):
        assert "  on tk/a" in project.ok(view).out
    nodes = {one["id"]: one for one in project.ok("tree", "--json").json["tasks"]}
    assert nodes["a"]["elsewhere"] == "tk/a"
    assert project.ok("show", "a", "--json").json["derived"]["claim"]["holder"] == "alice"
    assert "elsewhere" not in project.ok("list", "--json", "--at", "HEAD").out
