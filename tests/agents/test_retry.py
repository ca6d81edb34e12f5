"""What comes after a failure: another attempt that hears what was missing, or somebody else's look."""

from __future__ import annotations

import pytest

from tests.support.project import Project
from tkledger.errors import Exit


def fails(project: Project) -> None:
    assert project.process("run", "a", "--as", "alice", "--", "false").status == Exit.REJECTED


def test_a_retry_is_told_the_gap(project: Project) -> None:
    fails(project)
    project.ok("retry", "a", "--gap", "no test for an empty file")
    assert project.state("a", "tk/a") == "todo"
    answer = project.process("run", "a", "--as", "alice", "--", "sh", "-c", 'cat "$TK_FEEDBACK"')
    assert answer.status == 0, answer.said
    log = (project.path / ".git/tk/runs/a/attempt-2.log").read_text()
    assert "gap: no test for an empty file" in log
    answer = project.tk("retry", "a", "--gap", "more")
    assert (answer.status, "nothing to retry" in answer.err) == (Exit.UNUSABLE, True)


def test_a_review_that_finds_a_gap_sends_it_back(project: Project) -> None:
    project.ok("start", "a")
    project.ok("submit", "a")
    project.ok("retry", "a", "--gap", "no test")
    assert project.state("a") == "in_progress"
    assert '\\"no test\\"' in project.file("a")


def test_tiers_one_after_the_other(project: Project) -> None:
    """Another attempt, then its creator; an approval, once it is said whose. Only the first counts an attempt."""
    project.ok("config", "set", "roles.lead", "eve")
    project.ok("start", "a", "--as", "alice")
    project.ok("block", "a", "--reason", "failed", "-m", "boom", "--as", "alice")
    project.ok("escalate", "a")
    assert project.state("a") == "todo"
    project.ok("start", "a", "--as", "alice")
    project.ok("block", "a", "--reason", "failed", "-m", "boom", "--as", "alice")
    assert "told" in project.ok("escalate", "a", "--as", "alice").err
    task = project.ok("show", "a", "--json").json["task"]
    assert (task["state"], task["wait"]["reason"]) == ("blocked", "child")
    answer = project.tk("escalate", "a", "--as", "alice")
    assert (answer.status, "which role approves" in answer.err) == (Exit.USAGE, True)
    project.ok("escalate", "a", "--approval", "lead", "--as", "alice")
    task = project.ok("show", "a", "--json").json["task"]
    assert (task["wait"]["by"], task["attempt"]) == ("lead", 2)
    project.ok("verify", "--all")


@pytest.mark.parametrize(
    "ways",
    [(), ("start a",), ("start a", "submit a"), ("start a", "block a --reason failed -m boom")],
)
def test_a_peer_is_asked_and_told(project: Project, ways: tuple[str, ...]) -> None:
    for words in ways:
        project.ok(*words.split(), "--as", "alice")
    answer = project.tk("escalate", "a", "--to", "peer", "--as", "alice")
    assert (answer.status, "--to peer --by ACTOR" in answer.err) == (Exit.USAGE, True)
    asks = ("escalate", "a", "--to", "peer", "--by", "bob", "--timeout", "2h", "-m", "which one?")
    before = project.count()
    assert "told: bob" in project.ok(*asks, "--as", "alice").err
    assert project.count() == before + 1
    task = project.ok("show", "a", "--json").json["task"]
    wait = task["wait"]
    assert (wait["prompt"], wait["by"], wait["set_by"]) == ("which one?", "bob", "alice")
    assert "until" in wait
    (letter,) = project.ok("inbox", "--as", "bob", "--json").json["messages"]
    assert (letter["task"], letter["type"], letter["action"]) == ("a", "escalation", "answer")
    assert "tk answer a TEXT" in letter["text"]
    assert project.tk("resume", "a", "--as", "alice").status == Exit.REJECTED
    project.ok("answer", "a", "ours", "--as", "bob")
    project.ok("start", "a", "--as", "alice")
    task = project.ok("show", "a", "--json").json["task"]
    assert (task["state"], task.get("attempt", 1)) == ("in_progress", 1)
    project.ok("verify", "--all")


def test_its_creator_gets_a_task_whose_end_wakes_it(project: Project) -> None:
    project.ok("new", "Hard", "--id", "hard", "--as", "eve")
    project.ok("start", "hard", "--as", "alice")
    project.ok("escalate", "hard", "--to", "owner", "-m", "which licence?", "--as", "alice")
    (child,) = project.ok("show", "hard", "--json").json["task"]["wait"]["tasks"]
    made = project.ok("show", child, "--json").json["task"]
    assert (made["type"], made["owner"], made["parent"]) == ("escalation", "eve", "hard")
    assert made["description"] == "which licence?"
    (letter,) = project.ok("inbox", "--as", "eve", "--json").json["messages"]
    assert f"tk start {child}" in letter["text"]
    assert project.tk("next", "--as", "alice").out != "hard\n"
    project.ok("start", child, "--as", "eve")
    project.ok("done", child, "--as", "eve")
    project.ok("start", "hard", "--as", "alice")
    project.ok("verify", "--all")


def test_an_approver_is_told_what_is_recommended_and_what_may_go_wrong(project: Project) -> None:
    project.ok("config", "set", "roles.lead", "eve")
    project.ok("start", "a", "--as", "alice")
    words = ("--recommend", "drop the table", "--risk", "users notice", "--risk", "no way back")
    project.ok("escalate", "a", "--to", "approval", "--approval", "lead", *words, "--as", "alice")
    wait = project.ok("show", "a", "--json").json["task"]["wait"]
    assert (wait["by"], wait["prompt"]) == ("lead", "drop the table")
    assert wait["choices"] == ["approve", "reject"]
    assert wait["detail"].splitlines()[1:] == [
        *("recommended: drop the table", "risk: users notice", "risk: no way back"),
    ]
    assert "until" in wait
    (letter,) = project.ok("inbox", "--as", "eve", "--json").json["messages"]
    assert letter["action"] == "approve"
    assert "risk: no way back" in letter["text"]
    assert project.tk("answer", "a", "approve", "--as", "bob").status == Exit.REJECTED
    project.ok("answer", "a", "approve", "--as", "eve")
    project.ok("resume", "a", "--as", "alice")
    project.ok("verify", "--all")


@pytest.fixture
def last(project: Project) -> Project:
    """Task a has one attempt; eve made it."""
    project.ok("config", "set", "retry", "1")
    project.ok("new", "Hard", "--id", "hard", "--as", "eve")
    return project


def test_a_run_escalates_after_the_last_attempt(last: Project) -> None:
    answer = last.process("run", "hard", "--retries", "3", "--as", "alice", "--", "false")
    assert answer.status == Exit.REJECTED
    words = (
        "hard: blocked: false ended with exit 1; attempt 1 of 1 was the last, escalated to owner\n"
    )
    assert answer.out == words, answer.said
    (letter,) = last.ok("inbox", "--as", "eve", "--json").json["messages"]
    assert "false ended with exit 1" in letter["text"]
    assert last.state("hard", "tk/hard") == "blocked"
    place = str(last.path.parent / "repo.work/hard")
    last.ok("escalate", "hard", "--to", "peer", "--by", "bob", "--as", "alice")
    last.ok("answer", "hard", "use the other one", "-C", place, "--as", "bob")
    last.ok("cancel", letter["text"].rpartition(" ")[2], "-C", place, "--as", "eve")
    again = last.process("run", "hard", "--as", "alice", "--", "sh", "-c", 'cat "$TK_FEEDBACK"')
    assert again.out == "hard: done\n", again.said
    assert ": use the other one" in (last.path / ".git/tk/runs/hard/attempt-1.log").read_text()


def test_a_run_of_its_own_creator_says_that_no_attempt_is_left(last: Project) -> None:
    answer = last.process("run", "hard", "--retries", "3", "--as", "eve", "--", "false")
    assert answer.out == "hard: blocked: false ended with exit 1; attempt 1 of 1 was the last\n"
    assert "tk escalate hard" in answer.err


def test_a_retry_without_attempts_left_escalates(last: Project) -> None:
    last.ok("start", "hard", "--as", "alice")
    last.ok("block", "hard", "--reason", "failed", "-m", "boom", "--as", "alice")
    answer = last.ok("retry", "hard", "--gap", "no test", "--as", "alice")
    assert "hard: attempt 1 of 1 was the last, so it is escalated to owner" in answer.err
    assert last.state("hard") == "blocked"
    assert "attempt" not in last.ok("show", "hard", "--json").json["task"]
    assert last.tk("requeue", "hard", "--as", "alice").status == Exit.REJECTED
    last.ok("verify", "--all")


def test_an_error_that_is_not_tried_again_is_escalated(last: Project) -> None:
    last.ok("config", "set", "retry", "9")
    last.ok("start", "hard", "--as", "alice")
    failed = ("--reason", "failed", "--error-kind", "permanent", "-m", "boom")
    last.ok("block", "hard", *failed, "--as", "alice")
    answer = last.ok("retry", "hard", "--gap", "no test", "--as", "alice")
    assert "an error of the kind permanent is not tried again" in answer.err
    assert last.ok("show", "hard", "--json").json["task"]["wait"]["reason"] == "child"


def test_what_has_ended_is_not_escalated(project: Project) -> None:
    project.ok("cancel", "a")
    assert project.tk("escalate", "a", "--to", "owner").status == Exit.UNUSABLE
    assert project.tk("escalate", "b", "--to", "heaven").status == Exit.USAGE
    assert project.tk("escalate", "b", "--to", "retry").status == Exit.UNUSABLE
