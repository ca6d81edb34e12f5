"""What is newest of the work on a task after what people do to branches, from whatever was counted before."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task
from tests.support.project import Project
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger


def newest(project: Project, task: str = "a", at: str = "HEAD") -> list[str]:
    """The subjects of the newest work, which a count from the beginning finds as well."""
    repo = Repo(str(project.path))
    tip = project.git("rev-parse", at)
    found = [
        ledger.tally.usage([tip], 0).newest(a_task(task))
        for ledger in (Ledger(repo, remembers=True), Ledger(repo))
    ]
    repo.close()
    assert found[0] == found[1]
    return sorted(project.git("log", "-1", "--format=%s", oid) for oid in found[0])


def work(project: Project, name: str, *words: str, task: str = "a") -> None:
    project.write(f"{name}.txt", f"{name}\n")
    project.git("add", f"{name}.txt")
    project.git("commit", "-q", "-m", name, *words, "-m", f"Tk-Task: {task}")


@pytest.fixture
def worked(project: Project) -> Project:
    """Two branches with work on a, each with one commit more than the other, and sums that are known."""
    work(project, "one")
    project.git("switch", "-q", "-c", "side")
    work(project, "side")
    assert newest(project) == ["side"]
    project.git("switch", "-q", "main")
    work(project, "two")
    assert newest(project) == ["two"]
    return project


def test_from_branch_to_branch_and_where_they_meet(worked: Project) -> None:
    for at, expected in (("side", ["side"]), ("main", ["two"]), ("main~1", ["one"])):
        assert newest(worked, at=at) == expected
        assert newest(worked, "b", at=at) == []
    worked.git("merge", "-q", "--no-edit", "side")
    assert newest(worked) == ["side", "two"]
    work(worked, "both")
    assert newest(worked) == ["both"]
    assert newest(worked, at="HEAD~1") == ["side", "two"]


def test_work_that_was_rewritten_is_no_longer_there(worked: Project) -> None:
    worked.git("commit", "-q", "--amend", "-m", "two again", "-m", "Tk-Task: a")
    assert newest(worked) == ["two again"]
    worked.git("reset", "-q", "--hard", "HEAD~1")
    assert newest(worked) == ["one"]
    worked.git("merge", "-q", "--squash", "side")
    worked.git("commit", "-q", "-m", "squashed", "-m", "Tk-Task: a")
    assert newest(worked) == ["squashed"]
    worked.git("switch", "-q", "-c", "again", "side")
    worked.git("rebase", "-q", "main")
    assert newest(worked) == ["squashed"], "what is there already, git leaves out"


def test_an_attempt_does_not_matter_and_steps_without_files_count(worked: Project) -> None:
    worked.ok("start", "a")
    worked.ok("block", "a", "--reason", "failed")
    worked.ok("requeue", "a")
    assert newest(worked) == ["two"]
    worked.ok("step", "a", "-m", "thought")
    assert newest(worked) == ["tk: step a thought"]
    worked.ok("spend", "a", "--tokens-in", "1")
    assert newest(worked) == ["tk: step a thought"]


def test_a_merge_is_work_if_it_has_content_of_its_own(worked: Project) -> None:
    worked.git("merge", "-q", "side", "-m", "joined", "-m", "Tk-Task: a")
    assert newest(worked) == ["side", "two"]
    worked.git("reset", "-q", "--hard", "HEAD~1")
    worked.git("merge", "-q", "--no-commit", "side")
    worked.write("side.txt", "resolved\n")
    worked.git("add", "side.txt")
    worked.git("commit", "-q", "-m", "joined", "-m", "Tk-Task: a")
    assert newest(worked) == ["joined"]
    assert newest(worked, at="side") == ["side"]
    assert newest(worked) == ["joined"]
