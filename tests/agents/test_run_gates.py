"""The gates of a task run by themselves before the work on it ends: trusted ones, recorded as by `tk gate`."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.project import TK, Project
from tests.support.running import agent_at, at_work, claim_of, left, log_of, log_path, runs
from tkledger.core.evidence import EvidenceLine, parsed
from tkledger.errors import Exit

ONE = "printf 'one\\n' >code.txt"
TWO = "printf 'two\\n' >code.txt"


@pytest.fixture
def gated(hooked: Project) -> Project:
    """Before a task is done, code.txt has to say one, on a machine that trusts the check."""
    hooked.ok(
        "config", "set", "gates.check", "run=cat code.txt; grep -q one code.txt", "state=done"
    )
    hooked.ok("gates", "trust")
    return hooked


def place_of(project: Project, task: str = "a") -> Project:
    return Project(project.path.parent / "repo.work" / task)


def evidence(project: Project, task: str = "a") -> list[EvidenceLine]:
    shown = place_of(project, task).ok("show", task, "--json").json["task"]
    return [parsed(one) for one in shown.get("evidence", [])]


def test_a_run_is_done_once_its_gate_passed_on_what_it_left(gated: Project) -> None:
    answer = runs(gated, "a", ONE)
    assert (answer.status, answer.out) == (0, "a: done\n"), answer.said
    assert "a: gate check passed on " in answer.err
    (found,) = evidence(gated)
    assert (found.gate, found.passed, found.actor, found.exit) == ("check", True, "alice", "0")
    assert place_of(gated).ok("verify", "--all").status == Exit.OK


def test_a_gate_that_fails_blocks_the_task_and_the_next_attempt_sees_why(gated: Project) -> None:
    code = f'cat "$TK_FEEDBACK"; if [ "$TK_ATTEMPT" = 1 ]; then {TWO}; else {ONE}; fi'
    answer = runs(gated, "a", code, "--retries", "1")
    first, second = answer.out.splitlines()
    assert first.startswith("a: blocked: gate check failed on "), answer.said
    assert first.endswith(" s)")
    assert second == "a: done"
    assert [(one.passed, one.exit) for one in evidence(gated)] == [(False, "1"), (True, "0")]
    assert "gate check failed on " in log_of(gated, attempt=2), "what the first came to, and"
    assert "\ntwo\n" in log_of(gated, attempt=2), "what the gate said"
    (line,) = place_of(gated).ok("show", "a", "--json").json["task"]["attempts"]
    assert line.startswith('1 failed alice - tk/a "gate check failed on ')
    assert place_of(gated).ok("log", "a", "--json").json["entries"][-1]["run"]["exit"] == "0"


def test_a_gate_that_fails_leaves_the_way_to_go_on(gated: Project) -> None:
    answer = runs(gated, "a", TWO)
    assert answer.status == Exit.REJECTED
    assert f"remedy: tail {log_path(gated)}; then tk retry a --gap TEXT, and" in answer.err
    assert place_of(gated).state("a") == "blocked"
    assert claim_of(gated) == ""
    gated.ok("retry", "a", "--gap", "say one")
    assert runs(gated, "a", ONE).out == "a: done\n"


def test_what_is_not_trusted_is_not_run_and_nothing_is_claimed_for_it(hooked: Project) -> None:
    hooked.ok("config", "set", "gates.check", f"run=touch {hooked.path.parent}/ran", "state=done")
    before = hooked.git("for-each-ref")
    for words in (("a",), ("--next",)):
        answer = hooked.process("run", *words, "--as", "alice", "--", "true")
        assert answer.status == Exit.UNUSABLE, answer.said
        assert "error: the gate check is not trusted here: touch " in answer.err
        assert "remedy: if it may run on this machine: tk gates trust check\n" in answer.err
    assert hooked.git("for-each-ref") == before
    assert not (hooked.path.parent / "ran").exists()
    hooked.ok("gates", "trust", "check")
    assert runs(hooked, "a", "true").out == "a: done\n", "the remedy"
    assert (hooked.path.parent / "ran").exists()


def test_a_gate_that_a_command_changed_is_not_trusted_any_more(gated: Project) -> None:
    ran = gated.path.parent / "ran"
    change = f"{' '.join(TK)} config set gates.check run='touch {ran}' state=done"
    answer = runs(gated, "a", change)
    assert answer.status == Exit.UNUSABLE, answer.said
    assert f"a: given back: the gate check is not trusted here: touch {ran}\n" in answer.out
    assert not ran.exists()
    assert place_of(gated).state("a") == "in_progress"
    assert "released: True" in claim_of(gated)


def test_gates_of_others_are_left_to_them(gated: Project) -> None:
    for setting in ("gates.ci role=ci run=false state=done", "roles.ci robot"):
        gated.ok("config", "set", *setting.split())
    answer = runs(gated, "a", ONE)
    assert answer.out.startswith("a: blocked: ended, but "), answer.said
    assert "the gate ci did not run on this code" in answer.out
    assert [one.gate for one in evidence(gated)] == ["check"], "it ran its own"


def test_a_gate_that_does_not_end_is_ended_by_its_time(gated: Project) -> None:
    gated.ok("config", "set", "gates.check", "run=sleep 600", "timeout=1", "state=done")
    gated.ok("gates", "trust")
    answer = runs(gated, "a", ONE)
    assert answer.out.startswith("a: blocked: gate check failed on "), answer.said
    assert evidence(gated)[-1].exit == "timeout"
    assert not left(gated)


def _at_the_gate(project: Project, before: str = "true") -> subprocess.Popen[str]:
    """A run whose command has ended, and whose gate runs until it is ended."""
    started = project.path.parent / "started"
    project.ok("config", "set", "gates.check", f"run=touch {started}; sleep 600", "state=done")
    project.ok("gates", "trust")
    agent = agent_at(project, before)
    while not started.exists():
        time.sleep(0.02)
    return agent


def test_an_interruption_of_a_gate_gives_the_task_back(gated: Project) -> None:
    agent = _at_the_gate(gated)
    agent.send_signal(signal.SIGINT)
    out, err = agent.communicate()
    assert (agent.returncode, out) == (Exit.INTERRUPTED, "a: given back: interrupted\n"), err
    assert place_of(gated).state("a") == "in_progress"
    assert "released: True" in claim_of(gated)
    assert (evidence(gated), left(gated)) == ([], [])


def test_a_claim_is_held_while_a_gate_runs(gated: Project) -> None:
    gated.ok("config", "set", "lease", "4")
    agent = _at_the_gate(gated)
    first = gated.git("rev-parse", "refs/tk/claims/a")
    while gated.git("rev-parse", "refs/tk/claims/a") == first:
        time.sleep(0.05)
    assert gated.ok("reap").out == ""
    agent.send_signal(signal.SIGTERM)
    agent.communicate()
    assert not left(gated)


def test_a_task_that_is_cancelled_meanwhile_ends_its_gate(gated: Project) -> None:
    agent = _at_the_gate(gated)
    gated.ok("cancel", "a", "-m", "not wanted", "--take")
    out, err = agent.communicate()
    assert agent.returncode == Exit.REJECTED, err
    assert out.startswith("a: cancelled"), out
    assert out.endswith("; the command was stopped\n")
    assert not left(gated)


def test_what_a_killed_tk_left_at_a_gate_is_reaped(gated: Project) -> None:
    agent = _at_the_gate(gated)
    at_work(gated)
    agent.kill()
    agent.communicate()
    gated.ok("renew", "a", "--ttl", "0", "--as", "alice")
    assert "its command was stopped" in gated.ok("reap").out
    assert not left(gated)


def test_work_ends_by_its_gates_in_one_step(gated: Project) -> None:
    place = Project(Path(gated.ok("work", "a", "--path").out.strip()))
    place.write("code.txt", "two\n")
    answer = gated.tk("work", "a", "--done")
    assert (answer.status, "holds what is not committed" in answer.err) == (Exit.UNUSABLE, True)
    place.git("commit", "-qam", "two")
    answer = gated.tk("work", "a", "--done")
    assert answer.status == Exit.REJECTED
    assert "a: gate check failed on " in answer.err
    assert "\n  two\nerror: a is not done: check failed\n  remedy: tail " in answer.err
    assert place.state("a") == "in_progress"
    place.write("code.txt", "one\n")
    place.git("commit", "-qam", "one")
    answer = gated.ok("work", "a", "--done", "--json")
    assert answer.json["to"] == "done"
    assert answer.json["commit"] == place.head()
    assert [one.passed for one in evidence(gated)] == [False, True]
    gated.ok("work", "a", "--merge")
    assert gated.state("a") == "done"
    assert gated.ok("verify", "--all").status == Exit.OK


def test_work_ends_and_is_merged_or_waits_for_its_review(project: Project) -> None:
    project.ok("work", "a")
    answer = project.ok("work", "a", "--done", "--merge")
    assert answer.err == "a: tk/a is merged into main; it has no checkout any more\n"
    assert project.state("a") == "done"
    project.ok("config", "set", "review", "required")
    project.ok("work", "b")
    answer = project.ok("work", "b", "--done", "--merge")
    assert answer.out == "b: in_review\n"
    assert answer.err == "once it is approved: tk work b --merge\n"


def test_work_that_has_no_checkout_is_not_ended_from_here(project: Project) -> None:
    project.ok("start", "a")
    answer = project.tk("work", "a", "--done")
    assert (answer.status, answer.err) == (
        Exit.UNUSABLE,
        "error: a has no checkout of its own here\n  remedy: tk done a, where it is worked on\n",
    )
    for option in ("--done", "--merge"):
        answer = project.tk("work", "a", option, "--drop")
        said = f"error: {option} and --drop exclude each other\n  remedy: tk work a {option}\n"
        assert (answer.status, answer.err) == (Exit.USAGE, said)
