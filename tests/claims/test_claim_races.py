"""Real processes that want the same task at the same moment, in one checkout, many, or many clones."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Answer, Project, race
from tkledger.errors import Exit

SIZES = [8, pytest.param(50, marks=pytest.mark.long)]


def winner(answers: list[Answer]) -> int:
    """The one that won; the others are told who holds the task, and leave with CLAIMED."""
    for answer in answers:
        assert "Traceback" not in answer.err, answer.said
    found = Counter(answer.status for answer in answers)
    assert found == {0: 1, Exit.CLAIMED: len(answers) - 1}, [one.said for one in answers]
    number = next(n for n, answer in enumerate(answers) if answer.status == 0)
    for answer in answers:
        assert answer.status == 0 or f"claimed by agent-{number} on " in answer.err, answer.said
    return number


def starting(where: list[Project], size: int) -> list[tuple[Project, list[str]]]:
    return [(where[n % len(where)], ["start", "a", "--as", f"agent-{n}"]) for n in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_many_in_one_checkout(project: Project, size: int) -> None:
    number = winner(race(starting([project], size)))
    assert f"owner: agent-{number}\n" in project.file("a")
    assert project.clean()


@pytest.mark.parametrize("size", SIZES)
def test_many_in_eight_worktrees(project: Project, size: int) -> None:
    trees = [project.worktree(f"tree-{n}") for n in range(8)]
    winner(race(starting(trees, size)))
    assert sorted(tree.state("a") for tree in trees) == ["in_progress", *["todo"] * 7]
    assert all(tree.clean() for tree in trees)


@pytest.mark.parametrize(("clones", "size"), [(3, 6), pytest.param(10, 50, marks=pytest.mark.long)])
def test_many_in_clones_of_one_server(
    project: Project, tmp_path: Path, clones: int, size: int
) -> None:
    places = cloned(project, tmp_path, clones)
    number = winner(race(starting(places, size)))
    states = [place.state("a") for place in places]
    assert Counter(states) == {"in_progress": 1, "todo": clones - 1}
    server = Project(tmp_path / "server.git")
    assert f"holder: agent-{number}\n" in server.git("log", "-1", "--format=%B", "refs/tk/claims/a")


def test_clones_of_one_person_are_told_apart(project: Project, tmp_path: Path) -> None:
    places = cloned(project, tmp_path, 4)
    answers = race([(place, ["start", "a"]) for place in places])
    assert Counter(one.status for one in answers) == {0: 1, Exit.CLAIMED: 3}


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_a_start_killed_anywhere_has_both_or_neither(
    project: Project, tmp_path: Path, step: int
) -> None:
    """The state and the claim land together; and the next command needs no lock removed."""
    seen = set()
    for point in count(1, step):
        one = Project.copy(project.path, tmp_path / f"killed-{point}")
        answer = one.at_point(point, "kill", "start", "a", "--as", "alice")
        one.settle()
        held = bool(one.git("for-each-ref", "refs/tk/claims/a"))
        assert held == (one.state("a") == "in_progress")
        seen.add(held)
        again = one.tk("start", "a", "--as", "alice")
        assert again.status == Exit.OK, again.said
        assert one.clean()
        if answer.status == 0:
            break
        assert answer.status == -signal.SIGKILL
    assert seen == {True, False}


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.long)])
def test_a_start_at_a_server_killed_anywhere_is_taken_up_again(
    project: Project, tmp_path: Path, step: int
) -> None:
    (clone,) = cloned(project, tmp_path, 1)
    for one, server in killed_with_a_server(clone, tmp_path, step, "start", "a", "--as", "alice"):
        again = one.tk("start", "a", "--as", "alice")
        there = server.git("log", "-1", "--format=%B", "refs/tk/claims/a")
        assert "holder: alice\n" in there
        assert again.status in (Exit.OK, Exit.REJECTED), again.said
        assert one.state("a") == "in_progress"
        assert one.clean()


def killed_with_a_server(
    clone: Project, tmp_path: Path, step: int, *command: str
) -> Iterator[tuple[Project, Project]]:
    """The clone and its server, for each ``step``-th point at which the command was killed, and for
    the one at which it came to its end.
    """
    for point in count(1, step):
        folder = tmp_path / f"killed-{point}"
        folder.mkdir()
        shutil.copytree(tmp_path / "server.git", folder / "server.git")
        one = Project.copy(clone.path, folder / "clone")
        one.git("remote", "set-url", "origin", str(folder / "server.git"))
        answer = one.at_point(point, "kill", *command)
        one.settle()
        assert answer.status in (Exit.OK, -signal.SIGKILL), answer.said
        yield one, Project(folder / "server.git")
        if answer.status == 0:
            assert point > 10, "every effect is a point"
            return


CLAIMS = "refs/tk/claims"


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_release_killed_anywhere_is_finished_by_the_next(
    project: Project, tmp_path: Path, step: int
) -> None:
    (clone,) = cloned(project, tmp_path, 1)
    clone.ok("start", "a", "--as", "alice")
    for one, server in killed_with_a_server(clone, tmp_path, step, "release", "a", "--as", "alice"):
        again = one.tk("release", "a", "--as", "alice")
        assert again.status == 0 or "is not claimed" in again.err, again.said
        one.ok("sync")
        assert server.git("for-each-ref", CLAIMS) == one.git("for-each-ref", CLAIMS)
        one.ok("renew", "a", "--as", "bob")  # a task in progress that nobody holds
        assert one.clean()


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_renewal_killed_anywhere_leaves_the_claim_with_its_holder(
    project: Project, tmp_path: Path, step: int
) -> None:
    (clone,) = cloned(project, tmp_path, 1)
    clone.ok("start", "a", "--as", "alice")
    for one, server in killed_with_a_server(clone, tmp_path, step, "renew", "a", "--as", "alice"):
        assert "holder: alice\n" in server.git("log", "-1", "--format=%B", f"{CLAIMS}/a")
        one.ok("renew", "a", "--as", "alice")
        assert server.git("rev-parse", f"{CLAIMS}/a") == one.git("rev-parse", f"{CLAIMS}/a")
        one.ok("done", "a", "--as", "alice")


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_an_end_killed_anywhere_is_ended_or_can_be(
    project: Project, tmp_path: Path, step: int
) -> None:
    """The claim becomes final with the move that ends the task, or neither happens."""
    (clone,) = cloned(project, tmp_path, 1)
    clone.ok("start", "a", "--as", "alice")
    for one, server in killed_with_a_server(clone, tmp_path, step, "done", "a", "--as", "alice"):
        again = one.tk("done", "a", "--as", "alice")
        assert again.status in (Exit.OK, Exit.REJECTED), again.said
        assert one.state("a") == "done"
        assert one.clean()
        one.ok("sync")
        assert server.state("a") == "done"
        one.ok("verify", "--all")


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_recovery_killed_anywhere_is_finished_by_the_next(
    project: Project, tmp_path: Path, step: int
) -> None:
    """What a killed start left is put in order by a command that is killed as well."""
    left = Project.copy(project.path, tmp_path / "left")
    left.at_point("update-ref", "kill", "start", "a", "--as", "alice")
    left.settle()
    for point in count(1, step):
        one = Project.copy(left.path, tmp_path / f"recovery-{point}")
        answer = one.at_point(point, "kill", "note", "b", "the next", "--as", "bob")
        one.settle()
        one.ok("note", "b", "the one after", "--as", "bob")
        assert one.clean(), one.status()
        assert bool(one.git("for-each-ref", f"{CLAIMS}/a")) == (one.state("a") == "in_progress")
        one.ok("verify", "--all")
        if answer.status == 0:
            assert point > 20
            return
        assert answer.status == -signal.SIGKILL, answer.said
