"""A run that is interrupted, killed or repeated gives its task back, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import Project
from tests.support.running import agent_at, at_work, claim_of, in_a_terminal, left, runs, seen
from tkledger.agents import process
from tkledger.agents.interruptions import Interruptions
from tkledger.errors import Exit


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_gives_the_task_back(project: Project, number: signal.Signals) -> None:
    agent = agent_at(project, "trap '' HUP; echo half >new.txt; sleep 600 & wait")
    while not (project.path.parent / "repo.work/a/new.txt").exists():
        time.sleep(0.02)
    agent.send_signal(number)
    out, err = agent.communicate()
    assert (agent.returncode, out) == (Exit.INTERRUPTED, "a: given back: interrupted\n"), err
    assert project.state("a", "tk/a") == "in_progress"
    assert "released: True" in claim_of(project)
    assert not left(project)
    assert "remedy: to continue: tk run a -- COMMAND" in err
    answer = project.process("run", "a", "--as", "bob", "--", "cat", "new.txt")
    assert answer.out == "a: done\n", answer.said
    assert "attempt: " not in project.file("a", "tk/a")


def test_what_a_killed_tk_left_is_reaped_and_taken_up(project: Project) -> None:
    agent = agent_at(project, "sleep 600")
    pid = at_work(project)
    agent.kill()
    agent.communicate()
    os.kill(pid, 0)
    project.ok("renew", "a", "--ttl", "0", "--as", "alice")
    assert project.ok("reap").out == (
        "a: released, the lease of alice has run out, and its command was stopped;"
        " in_progress on tk/a: tk next offers it  Task a\n"
    )
    assert not left(project)
    answer = project.process("run", "--next", "--as", "bob", "--", "true")
    assert answer.out == "".join(f"{one}: done\n" for one in "abcd"), answer.said
    assert "a was alice's: released by alice\n" in answer.err
    project.ok("verify", "--all")


@pytest.mark.parametrize("how", ["interrupt", "terminate", "hang up"])
def test_an_interruption_goes_on_to_all_jobs(project: Project, how: str) -> None:
    """The terminal sends a hang-up to tk and its jobs, not to the commands, which have left it."""
    agent, leader = in_a_terminal(project, "run", "--next", "--jobs", "2", "--", "sleep", "600")
    for one in "ab":
        at_work(project, one)
    if how == "hang up":
        os.close(leader)
    else:
        agent.send_signal({"interrupt": signal.SIGINT, "terminate": signal.SIGTERM}[how])
        seen(leader)
        os.close(leader)
    agent.communicate()
    assert agent.returncode == Exit.INTERRUPTED
    assert not left(project)
    for one in "ab":
        assert "released: True" in claim_of(project, one)
    assert project.ok("next").out == "a\n"


def test_an_interruption_just_after_the_start_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*words, **options))
        os.kill(os.getpid(), signal.SIGTERM)
        return started[0]

    start, started = subprocess.Popen, list[subprocess.Popen[bytes]]()
    monkeypatch.setattr(process.subprocess, "Popen", interrupted)
    files = str(tmp_path / "log"), None, 1.0, bool, str(tmp_path / "child")
    command = process.Invocation(["sleep", "600"], str(tmp_path), {}, *files)
    with Interruptions() as interruptions:
        assert process.run_command(command, interruptions).end is process.End.INTERRUPTED
    assert started[0].returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("point", "status"),
    [
        *((one, Exit.INTERRUPTED) for one in ("before ls-files", "worktree", "update-ref")),
        ("before commit", Exit.OK),  # a move that has begun is made
    ],
)
def test_an_interruption_at_any_moment_leaves_no_claim(
    project: Project, point: str, status: Exit
) -> None:
    command = ("run", "a", "--as", "alice", "--", "sh", "-c", "echo half >new.txt")
    answer = project.at_point(point, 'kill -s TERM "$PPID"', *command)
    assert (answer.status, "Traceback" in answer.err) == (status, False), answer.said
    project.settle()
    claim = claim_of(project)
    assert not claim or "released: True" in claim or "final: done" in claim, answer.said
    if "final" not in claim:
        assert runs(project, "a", "true").out == "a: done\n"
    project.ok("verify", "--all")


def test_an_interruption_ends_the_wait_for_another_attempt(project: Project) -> None:
    project.ok("config", "set", "retry", "3")
    code = '[ "$TK_ATTEMPT" = 2 ] && exec sleep 600; exit 1'  # should the second begin already
    agent = agent_at(project, code, "--retries", "1")
    while "attempt: 2" not in project.git("show", "tk/a:.tasks/a.yaml", check=False):
        time.sleep(0.02)
    agent.send_signal(signal.SIGTERM)
    out, err = agent.communicate()
    assert (agent.returncode, out.splitlines()[0]) == (
        *(Exit.INTERRUPTED, "a: blocked: sh ended with exit 1"),
    ), err
    assert claim_of(project) == "" or "released: True" in claim_of(project)
    assert not left(project)


def test_a_task_is_run_once_at_a_time(project: Project) -> None:
    """Two processes of one name are told apart; what a killed one left running ends before another begins."""
    agent = agent_at(project, "sleep 600")
    pid = at_work(project)
    second = runs(project, "a", "true")
    folder = project.path / ".git/tk/runs/a"
    said = f"error: a is being run already\n  remedy: tk show a, and its output: ls {folder}\n"
    assert (second.status, second.err) == (Exit.CLAIMED, said)
    others = project.process("run", "--next", "--as", "alice", "--", "true")
    assert others.out == "".join(f"{one}: done\n" for one in "bcd"), others.said
    os.kill(pid, 0)
    agent.kill()
    agent.communicate()
    os.kill(pid, 0)
    assert runs(project, "a", "true").out == "a: done\n"
    assert not left(project)


def test_what_next_claimed_is_run_by_the_same_actor(project: Project) -> None:
    for one in "ab":
        assert project.ok("next", "--claim", "--as", "alice").out == f"{one}\n"
    assert runs(project, "a", "echo code >new.txt").out == "a: done\n"
    assert (project.state("a"), project.state("a", "tk/a")) == ("in_progress", "done")
    assert project.tk("run", "b", "--as", "bob", "--", "true").status == Exit.CLAIMED
    place = project.ok("work", "b", "--path", "--as", "alice").out.strip()
    Project(Path(place)).ok("done", "b", "--as", "alice")
    for one in "ab":
        project.ok("work", one, "--merge", "--as", "alice")
        assert project.state(one) == "done"
    assert "attempt" not in project.file("a")
    assert project.git("for-each-ref", "refs/tk/claims") == ""
    project.ok("verify", "--all")
