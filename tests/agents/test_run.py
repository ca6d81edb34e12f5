"""An agent's whole life: however its command ends, the task, the claim and the processes follow."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import TK, Answer, Project
from tkledger.agents import process
from tkledger.agents.interruptions import Interruptions
from tkledger.errors import Exit

PYTHON = sys.executable


def runs(project: Project, task: str, code: str, *options: str) -> Answer:
    """`tk run` of a shell script, as a process."""
    return project.process("run", task, *options, "--as", "alice", "--", "sh", "-c", code)


def log_of(project: Project, task: str = "a", attempt: int = 1) -> str:
    return log_path(project, task, attempt).read_text()


def log_path(project: Project, task: str = "a", attempt: int = 1) -> Path:
    return project.path / f".git/tk/runs/{task}/attempt-{attempt}.log"


def claim_of(project: Project, task: str = "a") -> str:
    return project.git("log", "-1", "--format=%b", f"refs/tk/claims/{task}", check=False)


def test_a_success_ends_the_task(project: Project) -> None:
    code = 'echo "$TK_TASK $TK_ACTOR $TK_ATTEMPT"; pwd; echo code >new.txt; git add .; git commit -qm w'
    answer = runs(project, "a", code)
    assert (answer.status, answer.out) == (0, "a: done\n"), answer.said
    assert answer.err == "to merge what is done: tk work a --merge\n"
    assert project.state("a", "tk/a") == "done"
    assert log_of(project).splitlines() == ["a alice 1", str(project.path.parent / "repo.work/a")]
    assert "final: done" in claim_of(project)


def test_where_reviews_are_required_it_is_sent_there(project: Project) -> None:
    project.ok("config", "set", "review", "required")
    assert runs(project, "a", "true").out == "a: submit\n"
    assert project.state("a", "tk/a") == "in_review"


def test_a_move_by_the_command_itself_stays(project: Project) -> None:
    tk = " ".join(TK)
    answer = runs(project, "a", f"{tk} block a --reason user -m 'which one?'")
    assert answer.out == "a: moved to blocked by the command\n", answer.said
    assert "reason: user" in project.file("a", "tk/a")


@pytest.mark.parametrize(
    ("code", "options", "words"),
    [
        ("echo oh; exit 3", (), "sh ended with exit 3"),
        ("kill -9 $$", (), "sh ended with signal 9"),
        ("sleep 600", ("--timeout", "0.3"), "took longer than 0.3 s"),
        (
            "trap '' TERM; sleep 600 & wait; sleep 600",
            ("--timeout", "0.3"),
            "took longer than 0.3 s",
        ),
    ],
)
def test_a_failure_blocks_the_task(
    project: Project, code: str, options: tuple[str, ...], words: str
) -> None:
    answer = runs(project, "a", code, *options)
    assert (answer.status, answer.out) == (Exit.REJECTED, f"a: blocked: {words}\n")
    file = project.file("a", "tk/a")
    assert "reason: failed" in file
    assert words in file
    assert claim_of(project) == ""
    assert not left(project)
    assert f"remedy: tail {log_path(project)}; then tk retry a --gap TEXT, and" in answer.err


def test_a_failed_run_leads_on_and_shows_in_every_view(project: Project) -> None:
    runs(project, "a", "exit 3")
    why = "failed: sh ended with exit 3"
    for view in ("show a", "list", "tree", "why a", "board", "status --as alice"):
        text = project.ok(*view.split()).out
        assert ("exit 3" in text or view == "why a", "blocked" in text) == (True, True), text
    assert (
        "not merged   tk/a  P2  Task a  blocked: tk retry a --gap TEXT" in project.ok("status").out
    )
    place = project.path.parent / "repo.work/a"
    ways = "tk retry a --gap TEXT for another attempt, or "
    ways += f"tk resume a -C {place} to go on with this one\n"
    for word in ("work", "run"):
        words = () if word == "work" else ("--", "true")
        answer = project.tk(word, "a", "--as", "alice", *words)
        assert answer.status == Exit.REJECTED
        assert answer.err == f"error: a is blocked on tk/a: {why}\n  remedy: {ways}"
    for word in ("start", "resume", "requeue"):
        answer = project.tk(word, "a", "--as", "alice")
        assert "remedy: tk retry a --gap TEXT\n" in answer.err, answer.said
    Project(place).ok("resume", "a", "--as", "alice")
    assert runs(project, "a", "exit 3").status == Exit.REJECTED, "it goes on with it"
    project.ok("retry", "a", "--gap", "TEXT")
    assert project.ok("next").out == "a\n"
    runs(project, "a", "exit 3")
    project.ok("work", "a", "--drop")
    refused = project.tk("work", "a", "--as", "alice")
    assert f"remedy: git worktree add {place} tk/a; then {ways}" in refused.err
    project.git("worktree", "add", "-q", str(place), "tk/a")
    project.ok("retry", "a", "--gap", "TEXT")
    assert runs(project, "a", "true").out == "a: done\n"


def left(project: Project) -> list[int]:
    """What is still running in the checkouts."""
    return Project(project.path.parent / "repo.work").left_running()


def test_a_command_that_cannot_be_run_is_no_attempt(project: Project) -> None:
    (project.path / ".git").chmod(0o2775)  # as git has it where several users share a repository
    before = project.git("for-each-ref")
    for words in (("a",), ("--next",), ("--next", "--jobs", "2")):
        for command in ("/no/such/command", "nosuchcommand"):
            answer = project.process("run", *words, "--", command)
            said = f"error: {command} is not there\n  remedy: tk run ID -- COMMAND"
            assert (answer.status, said in answer.err) == (Exit.NOT_RUN, True), answer.said
    assert project.git("for-each-ref") == before, "nothing was claimed"
    project.write("tool", "#!/bin/sh\n")
    project.git("add", "tool")
    project.git("commit", "-qm", "tool")
    for command, why in (
        (["./tool"], "./tool is not executable"),
        (["./tools"], "./tools is not there"),
        (["sh", "-c", "nosuchcommand"], "sh ended with exit 127: what it was to run is not there"),
    ):
        answer = project.process("run", "--next", "--as", "alice", "--", *command)
        assert (answer.status, answer.out) == (Exit.NOT_RUN, f"a: given back: {why}\n"), answer.said
        assert (project.state("a", "tk/a"), "released" in claim_of(project)) == (
            "in_progress",
            True,
        )
    assert runs(project, "a", "true").out == "a: done\n", "the remedy"
    assert "attempt: " not in project.file("a", "tk/a")
    for folder in ("runs", "runs/a"):
        mode = (project.path / ".git/tk" / folder).stat().st_mode & 0o7777
        assert mode == 0o2775, "another user's run writes there, too"


def test_another_attempt_hears_of_the_first_once_it_may_begin(project: Project) -> None:
    project.ok("config", "set", "retry", "3")  # with it each attempt has to wait
    project.ok("note", "a", "mind the gap")
    code = 'cat "$TK_FEEDBACK"; [ "$TK_ATTEMPT" = 2 ]'
    answer = runs(project, "a", code, "--retries", "2")
    assert answer.out == "a: blocked: sh ended with exit 1\na: done\n", answer.said
    assert "attempt: 2" in project.file("a", "tk/a")
    heard = log_of(project, attempt=2)
    assert "mind the gap" in heard
    assert "attempt 1 of this run blocked: sh ended with exit 1" in heard
    assert "the last lines that attempt 1 printed:\nTask a\n\nmind the gap\n" in heard
    assert "a: mind the gap\n" in answer.err, "people at the terminal see it, too"


def test_a_command_is_given_the_messages_that_wait_for_its_actor(project: Project) -> None:
    project.ok("send", "alice", "use the new parser", "--task", "a", "--as", "bob")
    project.ok("send", "alice", "lunch at one", "--as", "bob")
    project.ok("send", "alice", "about something else", "--task", "b", "--as", "bob")
    project.ok("send", "bob", "not for alice", "--as", "carol")
    read = project.ok("send", "alice", "read already", "--as", "bob").out.strip()
    project.ok("inbox", "--ack", read, "--as", "alice")
    tk = " ".join(TK)
    take = f'{tk} inbox --ack $(grep -v "^ " "$TK_INBOX" | cut -c1-10) --as alice >&2'
    answer = runs(project, "a", f'cat "$TK_INBOX"; {take}')
    assert answer.status == 0, answer.said
    said = log_of(project)
    for text in (said, answer.err):
        assert re.search("from bob  a  for .* more\n  use the new parser\n", text)
        assert "lunch at one" in text
        for other in ("something else", "not for alice", "read already"):
            assert other not in text
    assert "use the new parser" not in project.ok("inbox", "--as", "alice").out
    assert runs(project, "b", 'cat "$TK_INBOX"').status == 0
    assert log_of(project, "b").endswith("  about something else\n")


def test_a_lease_is_held_on_as_long_as_the_command_runs(project: Project) -> None:
    project.ok("config", "set", "lease", "1")
    gate = project.path.parent / "gate"
    agent = agent_at(project, f"while ! [ -e {gate} ]; do sleep 0.05; done")
    first = claim_until(project, "ttl: 1")
    while project.git("rev-parse", "refs/tk/claims/a~3", check=False).startswith("refs"):
        time.sleep(0.05)
    assert project.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    gate.touch()
    assert agent.communicate()[0] == "a: done\n"
    project.git("merge-base", "--is-ancestor", first, "refs/tk/claims/a")


def agent_at(project: Project, code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TK, "run", "a", "--as", "alice", "--", "sh", "-c", code],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heeds_signals,
    )


def claim_until(project: Project, words: str) -> str:
    """Wait until the claim says so; its token."""
    while words not in claim_of(project):
        time.sleep(0.02)
    return project.git("rev-parse", "refs/tk/claims/a")


def at_work(project: Project, task: str = "a") -> int:
    """Wait until the command of a task is running; the process."""
    child = project.path / f".git/tk/runs/{task}/child"
    while not child.exists() or not child.read_text():
        time.sleep(0.02)
    return int(child.read_text().split()[0])


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
    assert "remedy: to go on: tk run a -- COMMAND" in err
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


def test_an_agent_that_lost_its_claim_is_ended(project: Project) -> None:
    project.ok("config", "set", "lease", "1")
    agent = agent_at(project, "sleep 600")
    at_work(project)
    project.ok("release", "a", "--from", "alice", "--as", "boss")
    out, err = agent.communicate()
    assert agent.returncode == Exit.CLAIMED, (out, err)
    assert project.state("a", "tk/a") == "in_progress"
    assert not left(project)


def test_all_there_is_is_done_side_by_side(project: Project) -> None:
    project.ok("edit", "b", "--priority", "0")
    answer = project.process(
        "run", "--next", "--jobs", "3", "--", "sh", "-c", 'test "$TK_TASK" != c'
    )
    assert answer.status == Exit.REJECTED, answer.said
    states = {one: project.state(one, f"tk/{one}") for one in "abcd"}
    assert states == {"a": "done", "b": "done", "c": "blocked", "d": "done"}
    assert "nothing more to do" in answer.err
    merges = re.findall(r"^to merge what is done: tk (.*)$", answer.err, re.MULTILINE)
    assert merges == [f"work {one} --merge" for one in "abd"], "once, not by each job"
    for one in merges:
        project.ok(*one.split())
    project.git("merge", "-q", "--no-edit", "tk/c")
    project.ok("reap")
    assert project.git("for-each-ref", "refs/tk/claims") == ""
    project.ok("verify", "--all")


def in_a_terminal(project: Project, *command: str) -> tuple[subprocess.Popen[bytes], int]:
    """A tk whose terminal is on stderr, and the end at which that is read, or closed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*TK, *command],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=follower,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"},
        start_new_session=True,
        preexec_fn=_at_its_own_terminal,
    )
    os.close(follower)
    return process, leader


def _heeds_signals() -> None:
    """Tests may run where these are ignored: in the background of a shell, or under nohup."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _at_its_own_terminal() -> None:
    _heeds_signals()
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


def seen(leader: int, words: str = "") -> str:
    """What a terminal is sent until these words come, or to the end."""
    text = ""
    with suppress(OSError):  # how a terminal ends
        while not words or words not in text:
            text += os.read(leader, 65536).decode()
    return text


def test_a_terminal_shows_what_each_job_is_at(project: Project) -> None:
    gate = project.path.parent / "gate"
    code = f'echo "compiling $TK_TASK"; while ! [ -e {gate} ]; do sleep 0.05; done'
    agent, leader = in_a_terminal(
        project, "run", "--next", "--jobs=2", "--as", "alice", "--", "sh", "-c", code
    )
    text = ""
    while not re.search(r"◐ in_progress +a .*compiling a", text):
        text += seen(leader, "compiling")
    gate.touch()
    text += seen(leader)
    out = agent.communicate()[0].decode()
    os.close(leader)
    assert agent.returncode == 0, text
    assert sorted(out.splitlines()) == [f"{one}: done" for one in "abcd"]
    assert "nothing more to do" in text
    assert text.count("tk work c --merge") == 1
    assert not left(project)


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


def test_without_a_terminal_nothing_of_rich_is_loaded(project: Project) -> None:
    code = "import sys; from tkledger import cli; s = cli.run(sys.argv[1:]); print(*sys.modules); sys.exit(s)"
    command = ["run", "--next", "--jobs", "2", "--as", "alice", "--", "true"]
    project.ok("send", "alice", "hello", "--as", "bob")
    done = subprocess.run(
        [PYTHON, "-c", code, *command], cwd=project.path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "hello" in done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "tkledger" in loaded
    assert not loaded & {"rich", "git", "yaml"}


def test_words_are_wanted(project: Project) -> None:
    assert project.tk("run", "a").status == Exit.USAGE
    assert Path(project.path / ".git/tk/runs").exists() is False
