"""What a command leaves uncommitted in its checkout is work on the task; nothing of it is lost."""

from __future__ import annotations

import pytest

from tests.support.project import TK, Project
from tests.support.running import runs
from tkledger.errors import Exit


def there(project: Project, task: str) -> Project:
    """The checkout of a task."""
    return Project(project.path.parent / "repo.work" / task)


def with_another_branch(project: Project) -> None:
    project.git("checkout", "-qb", "other")
    project.write("code.txt", "other\n")
    project.git("commit", "-qam", "other")
    project.git("checkout", "-q", "main")


def test_files_that_are_not_committed_are_work_on_the_task(hooked: Project) -> None:
    hooked.write(".gitignore", "*.log\n")
    hooked.git("add", "-A")
    hooked.git("commit", "-qm", "ignore logs")
    hooked.git("config", "status.showUntrackedFiles", "no")
    code = "echo two >>code.txt; mkdir sub; echo new >sub/new.txt; echo >x.log; exit {}"
    for task, status, state in (("a", 0, "done"), ("b", 3, "blocked")):
        answer = runs(hooked, task, code.format(status))
        assert answer.out.startswith(f"{task}: {state}"), answer.said
        assert hooked.state(task, f"tk/{task}") == state
        body = hooked.git("log", "-1", "--format=%B", f"tk/{task}~1")
        words = f"work on {task} Task {task}\n\nTk-Task: {task}\nTk-Actor: alice"
        assert body.strip() == words
        assert hooked.git("show", f"tk/{task}:sub/new.txt") == "new"
        assert there(hooked, task).status() == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("echo new >new.txt", "its uncommitted files cannot be committed: git commit: not today"),
        (
            "git stash -q; git merge -q --no-edit other; git stash pop; true",
            "its checkout has conflicts that are not settled",
        ),
    ],
)
def test_files_that_cannot_be_committed_block_the_task(
    project: Project, code: str, why: str
) -> None:
    with_another_branch(project)
    project.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n").chmod(0o755)
    answer = runs(project, "a", f"echo mine >code.txt; {code}")
    assert (answer.status, answer.out) == (Exit.REJECTED, f"a: blocked: {why}\n"), answer.said
    tree = there(project, "a")
    assert tree.status() != ""
    assert f"remedy: git -C {tree.path} status; then tk retry a --gap TEXT" in answer.err
    (project.path / ".git/hooks/pre-commit").unlink()
    tree.git("add", "-A")
    tree.git("commit", "-qm", "settled")
    project.ok("retry", "a", "--gap", "TEXT")
    assert runs(project, "a", "true").out == "a: done\n", "the remedy"


@pytest.mark.parametrize("holder", ["a", "b"])
def test_a_budget_of_seconds_ends_the_command(hooked: Project, holder: str) -> None:
    hooked.ok("edit", "a", "--parent", "b")
    hooked.ok("edit", holder, "--budget", "seconds=2")
    code = ("sh", "-c", "echo half >new.txt; exec sleep 600")
    answer = hooked.process(
        "run", "a", "--retries", "2", "--timeout", "500", "--as", "alice", "--", *code
    )
    whose = "its budget" if holder == "a" else "the budget of b"
    assert answer.out == f"a: blocked: used up {whose} of 2 seconds\n", answer.said
    assert answer.status == Exit.REJECTED
    assert "reason: user" in hooked.file("a", "tk/a")
    tree = there(hooked, "a")
    ways = answer.err.partition("remedy: ")[2].partition(", and tk run")[0]
    assert str(tree.path) in ways
    for one in ways.replace("N", "600").replace(f" -C {tree.path}", "").split(", "):
        tree.ok(*one.split()[1:], "--as", "alice")
    assert runs(hooked, "a", "cat new.txt").out == "a: done\n", "the remedy"


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        (
            "git checkout -q --detach; echo new >new.txt",
            "its checkout is on no branch, so the task is not moved",
            "?? new.txt",
        ),
        (
            "echo mine >code.txt; git commit -qam mine; git merge -q other; true",
            "its checkout has conflicts that are not settled;"
            " a merge is in progress here, and must be committed first",
            "UU code.txt",
        ),
    ],
)
def test_what_git_is_in_the_middle_of_is_left_as_it_is(
    project: Project, code: str, said: str, status: str
) -> None:
    with_another_branch(project)
    answer = runs(project, "a", code)
    assert answer.out == f"a: given back: {said}\n"
    tree = there(project, "a")
    assert f"remedy: git -C {tree.path} status" in answer.err
    assert (answer.status in (Exit.REJECTED, Exit.UNUSABLE), tree.status()) == (True, status)
    assert project.state("a", "tk/a") == "in_progress"
    assert "released: True" in project.git("log", "-1", "--format=%b", "refs/tk/claims/a")


def test_what_cannot_be_moved_is_given_back_and_can_be_taken_up(hooked: Project) -> None:
    hooked.ok("config", "set", "forbid", "in_progress->blocked")
    refused = hooked.process("run", "a", "--as", "alice", "--", "false")
    said = (
        "a: given back: false ended with exit 1; in_progress -> blocked is not a transition here:"
        " the policy forbids it\n"
    )
    assert (refused.status, refused.out) == (Exit.REJECTED, said)
    hooked.ok("config", "set", "forbid")
    answer = runs(hooked, "b", "echo broken >.tasks/b.yaml")
    assert (answer.status, answer.out.startswith("b: given back: its uncommitted files")) == (
        *(Exit.UNUSABLE, True),
    ), answer.said
    taken = hooked.tk("work", "b", "--as", "bob")
    assert (taken.status, "has staged changes" in taken.err) == (Exit.UNUSABLE, True)
    answer = runs(hooked, "c", 'rm -rf "$TK_WORKTREE"')
    assert (answer.status, answer.out) == (
        *(Exit.UNUSABLE, "c: given back: its checkout is gone\n"),
    ), answer.said
    there(hooked, "b").git("reset", "-q", "--hard")
    hooked.git("worktree", "prune")
    for one in "abc":
        assert hooked.state(one, f"tk/{one}") == "in_progress"
        assert hooked.ok("next", "--as", "bob").out == f"{one}\n"
        assert runs(hooked, one, "true").out == f"{one}: done\n"


def test_a_command_that_moves_its_task_and_leaves_files_is_said(hooked: Project) -> None:
    tk = " ".join(TK)
    answer = runs(hooked, "a", f"{tk} submit a --as alice; echo new >new.txt")
    assert (answer.out, answer.status) == ("a: moved to in_review by the command\n", 0)
    assert hooked.git("show", "tk/a:new.txt") == "new"
    answer = runs(hooked, "b", f"{tk} done b --as alice; echo new >new.txt")
    assert (answer.out, answer.status) == ("b: moved to done by the command\n", 0)
    assert there(hooked, "b").status() == ""
    answer = runs(hooked, "c", "git reset -q --hard HEAD~1")
    assert (answer.out, answer.status) == ("c: moved to todo by the command\n", 0)
    assert hooked.git("for-each-ref", "refs/tk/claims/c") == ""
