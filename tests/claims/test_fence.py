"""One who was away for longer than the lease comes back: no door lets that work through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit


def commits(project: Project, message: str, actor: str = "", *options: str) -> tuple[int, str]:
    """A commit of code by hand; its status and what hooks say."""
    project.write(f"code-{len(message)}.txt", f"{message}\n")
    project.git("add", "-A")
    env = {**os.environ, **({"TK_ACTOR": actor} if actor else {})}
    done = subprocess.run(
        ["git", "commit", "-q", *options, "-m", message],
        cwd=project.path,
        env=env,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def edits(project: Project, task: str, old: str, new: str, actor: str) -> tuple[int, str]:
    """A change of a task's file by hand."""
    project.write(f".tasks/{task}.yaml", project.file(task).replace(old, new) + "\n")
    return commits(project, f"{task}: {new}", actor)


@pytest.fixture
def late(hooked: Project) -> tuple[Project, Project]:
    """Alice began a; her lease ran out, and Bob has it now, in a worktree of his own."""
    other = hooked.worktree("other")
    hooked.ok("start", "a", "--as", "alice")
    hooked.ok("renew", "a", "--ttl", "0", "--as", "alice")
    other.ok("start", "a", "--as", "bob")
    return hooked, other


def test_moves_by_tk_are_refused(late: tuple[Project, Project]) -> None:
    alice, bob = late
    for words in (["done", "a"], ["submit", "a"], ["block", "a", "--reason", "user"]):
        answer = alice.tk(*words, "--as", "alice")
        assert answer.status == Exit.REJECTED, answer.said
        assert "error[TK707] a: alice works on it, but bob has claimed it" in answer.err
    assert alice.tk("renew", "a", "--as", "alice").status == Exit.CLAIMED
    bob.ok("done", "a", "--as", "bob")
    assert alice.tk("done", "a", "--as", "alice").status == Exit.REJECTED, "done already, elsewhere"


def test_the_remedy_of_a_refusal_leads_on(late: tuple[Project, Project]) -> None:
    """Of work in progress an open take-over; of work handed in, which no start takes, a release."""
    alice, _ = late
    assert "tk start a --take" in alice.tk("submit", "a", "--as", "alice").err
    assert "tk start a --take" in commits(alice, "work\n\nTk-Task: a", "alice")[1]
    alice.ok("start", "a", "--take", "--as", "alice")
    assert commits(alice, "work\n\nTk-Task: a", "alice") == (0, "")
    alice.ok("submit", "a", "--as", "alice")
    assert "tk release a --from alice" in alice.tk("step", "a", "-m", "x", "--as", "bob").err
    alice.ok("release", "a", "--from", "alice", "--as", "bob")
    alice.ok("step", "a", "-m", "x", "--as", "bob")


def test_changes_of_the_task_by_hand_are_refused(late: tuple[Project, Project]) -> None:
    alice, bob = late
    before = alice.head()
    status, said = edits(alice, "a", "in_progress", "in_review", "alice")
    assert (status, "TK707" in said) == (1, True)
    status, said = commits(alice, "never mind the hooks", "alice", "--no-verify")
    assert (status, "TK707" in said, alice.head()) == (1, True, before)
    assert edits(bob, "a", "in_progress", "in_review", "bob") == (0, "")


def test_a_commit_of_work_is_refused(late: tuple[Project, Project]) -> None:
    alice, bob = late
    status, said = commits(alice, "work\n\nTk-Task: a", "alice")
    assert (status, "TK707" in said) == (1, True)
    for lines in ("  Tk-Task: a", "Tk-Task: a\nTk-Task: b"):
        assert commits(alice, f"work\n\n{lines}", "alice") == (status, said), "it is charged"
    assert commits(bob, "work\n\nTk-Task: a", "bob") == (0, "")
    assert commits(alice, "other work\n\nTk-Task: b", "alice") == (0, "")
    assert commits(alice, "no task", "alice") == (0, "")


def test_comments_and_reviews_are_not_work(late: tuple[Project, Project]) -> None:
    _, bob = late
    bob.ok("note", "a", "looks good", "--as", "alice")
    bob.ok("edit", "a", "--priority", "0", "--as", "alice")
    bob.ok("submit", "a", "--as", "bob")
    bob.ok("reject", "a", "--as", "alice")
    bob.ok("submit", "a", "--as", "bob")
    bob.ok("approve", "a", "--as", "alice")


def test_a_person_may_end_what_another_name_began(hooked: Project) -> None:
    """Where claims are local, and on the same branch: nobody who works alone is in the way."""
    hooked.ok("start", "a", "--as", "alice")
    hooked.ok("done", "a")
    hooked.ok("start", "b", "--as", "alice")
    assert edits(hooked, "b", "in_progress", "done", "")[0] == 0


def test_where_claims_are_required_a_start_by_hand_is_refused(hooked: Project) -> None:
    hooked.ok("config", "set", "claims", "required")
    status, said = edits(hooked, "a", "todo", "in_progress", "alice")
    assert (status, "without a claim, which the policy requires" in said) == (1, True)
    hooked.git("reset", "-q", "--hard")
    hooked.ok("start", "a", "--as", "alice")
    hooked.ok("done", "a", "--as", "alice")


@pytest.fixture
def late_clone(project: Project, tmp_path: Path) -> tuple[Project, Project]:
    """The same in two clones; Alice's made commits of work that she could not push in time."""
    alice, bob = cloned(project, tmp_path, 2)
    for one in (alice, bob):
        one.ok("hooks", "install")
    alice.ok("start", "a", "--as", "alice")
    alice.write("work.txt", "work\n")
    alice.git("add", "work.txt")
    alice.git("commit", "-q", "-m", "work\n\nTk-Task: a\nTk-Actor: alice")
    alice.ok("renew", "a", "--ttl", "0", "--as", "alice")
    bob.ok("start", "a", "--as", "bob")
    return alice, bob


def test_her_push_is_refused_by_her_own_clone(late_clone: tuple[Project, Project]) -> None:
    alice, bob = late_clone
    refused = push(alice, "main:refs/heads/alice")
    assert "TK707" in refused
    assert "alice" in refused
    assert "tk start a --take" in refused
    assert push(bob, "main:refs/heads/bob") == ""


def test_her_push_is_refused_by_the_server(
    late_clone: tuple[Project, Project], tmp_path: Path
) -> None:
    alice, bob = late_clone
    server = Project(tmp_path / "server.git")
    server.ok("hooks", "install", "--server")
    assert "TK707" in push(alice, "main:refs/heads/alice", "--no-verify")
    assert push(bob, "main:main", "--no-verify") == ""
    bob.ok("done", "a", "--as", "bob")
    assert "TK707" in push(alice, "main:refs/heads/alice", "--no-verify")
    assert push(bob, "main:main") == ""


def push(project: Project, what: str, *options: str) -> str:
    done = subprocess.run(
        ["git", "push", "-q", *options, "origin", what],
        cwd=project.path,
        capture_output=True,
        text=True,
    )
    return done.stderr if done.returncode else ""


def test_who_is_stopped_beyond_the_lease_writes_nothing(hooked: Project) -> None:
    """An agent halts between two moves; when it goes on, another has the task."""
    other = hooked.worktree("other")
    script = (
        "import os, subprocess, sys\n"
        "tk = [sys.executable, '-m', 'tkledger']\n"
        "subprocess.run([*tk, 'start', 'a', '--as', 'alice'], check=True)\n"
        "subprocess.run([*tk, 'renew', 'a', '--ttl', '1', '--as', 'alice'], check=True)\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "sys.exit(subprocess.run([*tk, 'done', 'a', '--as', 'alice']).returncode)\n"
    )
    agent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=hooked.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout
    while agent.stdout.readline() != "ready\n":
        pass
    agent.send_signal(signal.SIGSTOP)
    while (answer := other.tk("start", "a", "--as", "bob")).status == Exit.CLAIMED:
        pass
    assert answer.status == Exit.OK, answer.said
    agent.send_signal(signal.SIGCONT)
    _, said = agent.communicate("go on\n")
    assert (agent.returncode, "TK707" in said) == (Exit.REJECTED, True), said
    assert hooked.state("a") == "in_progress"
    other.ok("done", "a", "--as", "bob")
