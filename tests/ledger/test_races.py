"""Real processes that go at the same moment: all that they were told stands, once."""

from __future__ import annotations

import re
import subprocess
from collections import Counter

import pytest

from tests.support.project import Answer, Project, at_once, race
from tkledger.errors import Exit

MANY = 8


def with_tasks(project: Project, count: int = MANY) -> list[str]:
    """More tasks, r0 and on, and their ids."""
    ids = [f"r{number}" for number in range(count)]
    project.ok(
        "batch", stdin="".join(f'{{"op": "new", "id": "{one}", "title": "T"}}\n' for one in ids)
    )
    return ids


def only_winner(answers: list[Answer]) -> int:
    """Which process won; all others are told that the task is claimed, by whom and until when."""
    assert Counter(answer.status for answer in answers) == {0: 1, Exit.CLAIMED: len(answers) - 1}
    for answer in answers:
        assert answer.status == 0 or re.search(r" is claimed by .* since .*, until ", answer.err)
    return next(number for number, answer in enumerate(answers) if answer.status == 0)


def settled(answers: list[tuple[int, str, str]]) -> Counter[int]:
    """How often each status; no process may have fallen over."""
    for status, out, err in answers:
        assert "Traceback" not in err, err
        assert status in (0, 1, 4), (status, out, err)
    return Counter(status for status, _, _ in answers)


def test_different_tasks_in_one_checkout(project: Project) -> None:
    ids = with_tasks(project)
    before = project.count()
    for verb, state in (("start", "in_progress"), ("done", "done")):
        assert settled(race([(project, [verb, one]) for one in ids])) == {0: MANY}
        assert {project.state(one) for one in ids} == {state}
        assert project.clean(), project.status()
    assert project.count() == before + 2 * MANY
    project.git("fsck", "--strict")
    project.ok("verify", "--all")


def test_different_tasks_in_eight_checkouts(project: Project) -> None:
    ids = with_tasks(project)
    checkouts = [project.worktree(f"agent-{number}") for number in range(MANY)]
    for verb in ("start", "done"):
        assert settled(race([(at, [verb, one]) for at, one in zip(checkouts, ids)])) == {0: MANY}
    for at, one in zip(checkouts, ids):
        assert at.state(one) == "done"
        assert at.clean(), at.status()
    assert project.clean()
    project.git("merge", "-q", "--no-edit", *(at.path.name for at in checkouts))
    assert {project.state(one) for one in ids} == {"done"}
    project.ok("verify", "--all")


def test_new_tasks_get_different_ids(project: Project) -> None:
    answers = race([(project, ["new", f"Task {number}"]) for number in range(MANY)])
    assert settled(answers) == {0: MANY}
    assert len({answer.out for answer in answers}) == MANY
    for answer in answers:
        assert project.state(answer.out.strip()) == "todo"
    assert project.clean()


def test_one_id_is_given_once(project: Project) -> None:
    answers = race([(project, ["new", "--id", "e", f"By {number}"]) for number in range(MANY)])
    assert Counter(answer.status for answer in answers) == {0: 1, 2: MANY - 1}
    assert project.clean()


def test_one_task_has_one_winner(project: Project) -> None:
    before = project.count()
    answers = race([(project, ["start", "a", "--as", f"agent-{n}"]) for n in range(MANY)])
    winner = only_winner(answers)
    assert f"owner: agent-{winner}\n" in project.file("a")
    assert project.count() == before + 1
    assert project.clean()


def test_one_key_is_one_commit(project: Project) -> None:
    before = project.count()
    command = ["start", "a", "--key", "once", "--json"]
    answers = race([(project, command) for _ in range(4)])
    assert settled(answers) == {0: 4}
    assert {answer.json["commit"] for answer in answers} == {project.head()}
    assert project.count() == before + 1


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.long)])
def test_a_user_who_commits_code_meanwhile_loses_nothing(project: Project, rounds: int) -> None:
    """git itself says no where it meets tk (a lock, a moved HEAD, a hook); then one tries again,
    as a user does.
    """
    project.ok("hooks", "install")
    ids = with_tasks(project, MANY)
    written = []
    for turn in range(rounds):
        verb = ("note", "edit")[turn % 2]
        words = ["words"] if verb == "note" else ["--owner", f"agent-{turn}"]
        with at_once([(project, [verb, one, *words]) for one in ids]) as line:
            while any(process.poll() is None for process in line.processes):
                name = f"code-{len(written)}.txt"
                project.write(name, name)
                _until_it_works(project, "add", name)
                _until_it_works(project, "commit", "-q", "-m", name)
                written.append(name)
            answers = line.answers()
        settled(answers)
        for one, answer in zip(ids, answers):
            if answer.status == Exit.BUSY:  # safe to try again
                project.ok(verb, one, *words)
    project.ok("note", "a", "the last one finishes what the index was too busy for")
    assert project.clean(), project.status()
    assert set(written) <= set(project.git("ls-files").splitlines())
    for one in ids:
        assert project.file(one).count("- words") == (rounds + 1) // 2
        assert f"owner: agent-{rounds - 1}\n" in project.file(one)
    project.ok("verify", "--all")


def _until_it_works(project: Project, *command: str) -> None:
    while subprocess.run(["git", *command], cwd=project.path, capture_output=True).returncode:
        pass


@pytest.mark.long
def test_thirty_for_one_task_again_and_again(project: Project) -> None:
    for turn in range(5):
        started = [(project, ["start", "a", "--as", f"agent-{one}"]) for one in range(30)]
        answers = race(started)
        assert Counter(status for status, *_ in answers) == {0: 1, Exit.CLAIMED: 29}, turn
        assert project.clean()
        winner = next(one for one, (status, *_) in enumerate(answers) if status == 0)
        block = ["block", "a", "--reason", "other", "--as", f"agent-{winner}"]
        assert settled(race([(project, block) for _ in range(30)]))[0] == 1, turn
        assert project.clean()
        project.ok("requeue", "a", "--as", f"agent-{winner}")
