"""An agent's whole life: however its command ends, the task, the claim and the processes follow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.project import TK, Project
from tests.support.running import (
    agent_at,
    at_work,
    claim_of,
    in_a_terminal,
    left,
    log_of,
    log_path,
    runs,
    seen,
)
from tkledger.errors import Exit

PYTHON = sys.executable


def test_a_success_ends_the_task(project: Project) -> None:
    code = 'echo "$TK_TASK $TK_ACTOR $TK_ATTEMPT"; pwd; echo code >new.txt; git add .; git commit -qm w'
    answer = runs(project, "a", code)
    assert (answer.status, answer.out) == (0, "a: done\n"), answer.said
    assert answer.err == (
        f"  output: {log_path(project)}\nto merge what is done: tk work a --merge\n"
    )
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
    ways += f"tk resume a -C {place} to continue with this one\n"
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
        (["sh", "-c", "nosuchcommand"], "sh ended with exit 127: its command does not exist"),
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
    project.ok("config", "set", "lease", "4")
    gate = project.path.parent / "gate"
    waits = f"while ! [ -e {gate} ]; do sleep 0.05; done"
    agent = agent_at(project, waits, "--timeout", "0")  # which is no limit
    first = claim_until(project, "ttl: 4")
    while project.git("rev-parse", "refs/tk/claims/a~3", check=False).startswith("refs"):
        time.sleep(0.05)
    assert project.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    gate.touch()
    assert agent.communicate()[0] == "a: done\n"
    project.git("merge-base", "--is-ancestor", first, "refs/tk/claims/a")


def claim_until(project: Project, words: str) -> str:
    """Wait until the claim says so; its token."""
    while words not in claim_of(project):
        time.sleep(0.02)
    return project.git("rev-parse", "refs/tk/claims/a")


def test_an_agent_that_lost_its_claim_is_ended(project: Project) -> None:
    project.ok("config", "set", "lease", "4")
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


def test_nothing_more_is_taken_after_the_first_that_fails(project: Project, tmp_path: Path) -> None:
    job = {"TK_JOB": str(tmp_path / "0")}
    command = ("run", "--next", "--fail-fast", "--", "sh", "-c", 'test "$TK_TASK" != b')
    answer = project.process(*command, env=job)
    assert answer.status == Exit.REJECTED, answer.said
    assert "nothing more is taken: b failed\n" in answer.err
    states = {one: project.state(one, f"tk/{one}") for one in "ab"}
    assert states == {"a": "done", "b": "blocked"}
    assert {project.state(one) for one in "cd"} == {"todo"}
    other = {"TK_JOB": str(tmp_path / "1")}
    assert project.process(*command, env=other).status == Exit.OK, "its neighbour was told"
    assert {project.state(one) for one in "cd"} == {"todo"}


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
    assert re.search(r"2 at work · \d+[ms]", text)
    table = re.split(r"4 tasks in (?:\d+m )?\d+[ms]: 4 done\r?\n", text)[1].splitlines()
    assert sorted(line.split()[:3] for line in table[:4]) == [["●", "done", one] for one in "abcd"]
    assert text.count("tk work c --merge") == 1
    assert not left(project)


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
