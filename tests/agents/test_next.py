"""What to take next: the most urgent, then the oldest, within limits; and why there is nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import TK, Project, race
from tkledger.errors import Exit


def nothing(project: Project, *options: str) -> str:
    """Why there is nothing to do."""
    answer = project.tk("next", *options)
    assert (answer.status, answer.out) == (Exit.NOTHING, ""), answer.said
    return answer.err


def test_the_most_urgent_then_the_oldest(project: Project) -> None:
    project.ok("new", "Older", "--id", "z")
    project.ok("new", "Newer", "--id", "y", "--priority", "1")
    project.ok("new", "Newest", "--id", "x", "--priority", "1")
    taken = [project.ok("next", "--claim").out.strip() for _ in range(3)]
    assert taken == ["y", "x", "a"]
    project.ok("done", "a")
    for one in "bcd":
        project.ok("cancel", one)
    project.ok("new", "Last", "--id", "0")
    assert project.ok("next").out == "z\n"
    assert project.state("z") == "todo"


def test_a_claim_elsewhere_takes_a_task_out(project: Project) -> None:
    other = project.worktree("other")
    other.ok("start", "a", "b", "--as", "bob")
    assert project.ok("next").out == "c\n"
    other.ok("start", "c", "d", "--as", "bob")
    assert "4 ready but claimed" in nothing(project)
    project.ok("renew", "b", "--ttl", "0", "--as", "bob")
    assert project.ok("next", "--claim", "--as", "alice").out == "b\n"


def test_labels_and_assignments(project: Project) -> None:
    project.ok("edit", "c", "--label", "python")
    assert project.ok("next", "--label", "python").out == "c\n"
    for one in "abd":
        project.ok("edit", one, "--owner", "bob")
    assert project.ok("next", "--as", "alice").out == "c\n"
    assert "4 ready but without label rust" in nothing(project, "--label", "rust")
    project.ok("edit", "c", "--owner", "bob")
    assert "4 ready but assigned to others" in nothing(project, "--as", "alice")
    assert project.ok("next", "--as", "bob").out == "a\n"
    project.ok("config", "set", "actors", "bob=robert")
    assert project.ok("next", "--as", "robert").out == "a\n", "assigned to him by another name"
    assert project.ok("list", "--owner", "robert").out.count("\n") == 4


def test_limits_of_the_policy(project: Project) -> None:
    project.ok("config", "set", "wip_actor", "1")
    project.ok("config", "set", "wip_total", "2")
    project.ok("next", "--claim", "--as", "alice")
    assert "alice is at work on a, the policy's wip_actor is 1" in nothing(project, "--as", "alice")
    project.ok("next", "--claim", "--as", "bob")
    assert "2 tasks are worked on, the policy's wip_total is 2" in nothing(project, "--as", "carol")


def test_who_failed_too_often_gets_nothing(project: Project) -> None:
    project.ok("config", "set", "failures", "2")
    for one in "ab":
        project.ok("start", one, "--as", "alice")
        project.ok("block", one, "--reason", "failed", "-m", "boom", "--as", "alice")
    assert "alice failed at b, a, the policy's failures is 2" in nothing(project, "--as", "alice")
    assert project.ok("next", "--as", "bob").out == "c\n"
    project.ok("requeue", "a")
    assert project.ok("next", "--as", "alice").out == "a\n"


def test_json(project: Project) -> None:
    answer = project.ok("next", "--claim", "--json").json
    assert (answer["task"]["id"], answer["task"]["state"]) == ("a", "in_progress")
    assert answer["commit"] == project.head()
    assert answer["claim"]["token"] == project.git("rev-parse", "refs/tk/claims/a")
    project.ok("start", "b", "c", "d")
    answer = project.tk("next", "--json")
    assert answer.status == Exit.NOTHING
    assert answer.json["reasons"] == ["no task is ready to start"]


def test_a_shell_loop_does_all_there_is(project: Project) -> None:
    tk = " ".join(TK)
    script = f"while id=$({tk} next --claim 2>/dev/null); do {tk} done $id; done; echo $?"
    done = subprocess.run(["sh", "-c", script], cwd=project.path, capture_output=True, text=True)
    assert {project.state(one) for one in "abcd"} == {"done"}, done.stderr
    project.ok("verify", "--all")


@pytest.mark.parametrize("name", ["agent-{}", "one-name-for-all"])
def test_many_at_once_get_a_task_each(project: Project, name: str) -> None:
    answers = race([(project, ["next", "--claim", "--as", name.format(n)]) for n in range(8)])
    assert Counter(one.status for one in answers) == {0: 4, Exit.NOTHING: 4}
    assert sorted(one.out for one in answers if one.out) == ["a\n", "b\n", "c\n", "d\n"]


def test_agents_in_clones_get_a_task_each(project: Project, tmp_path: Path) -> None:
    places = cloned(project, tmp_path, 5)
    answers = race(
        [(one, ["next", "--claim", "--as", f"agent-{n}"]) for n, one in enumerate(places)]
    )
    assert Counter(one.status for one in answers) == {0: 4, Exit.NOTHING: 1}
    assert sorted(one.out for one in answers if one.out) == ["a\n", "b\n", "c\n", "d\n"]


@pytest.mark.parametrize("bound", [["30"], []])
def test_waiting_ends_when_there_is_one(project: Project, bound: list[str]) -> None:
    project.ok("start", "a", "b", "c", "d")
    waiting = subprocess.Popen(
        [*TK, "next", "--claim", "--wait", *bound, "--json"],
        cwd=project.path,
        stdout=subprocess.PIPE,
        text=True,
    )
    project.ok("new", "Now", "--id", "e")
    out, _ = waiting.communicate(timeout=300)
    assert json.loads(out)["task"]["id"] == "e"


def test_what_its_holder_left_is_offered_wherever_it_was_begun(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    other = project.worktree("other")
    other.ok("start", "b", "--as", "ada")
    there = Project(Path(project.ok("work", "c", "--path", "--as", "ada").out.strip()))
    there.ok("note", "c", "half of it", "--as", "ada")
    project.ok("cancel", "d")
    nothing(project, "--as", "bob")
    for place, one in ((project, "a"), (other, "b"), (there, "c")):
        place.ok("renew", one, "--ttl", "0", "--as", "ada")
    offered = project.ok("next", "--as", "bob").out
    project.ok("reap")
    assert offered == project.ok("next", "--as", "bob").out == "a\n"
    assert project.ok("next", "--claim", "--as", "bob").out == "a\n"
    assert project.ok("next", "--claim", "--as", "bob").out == "b\n"
    assert project.state("b") == "in_progress", "begun anew: another's branch is left alone"
    nothing(project, "--claim", "--key", "k", "--as", "bob")
    asked = project.ok("next", "--as", "bob")
    assert "(on tk/c)" in asked.err
    assert "why: the only task that you can take now; its work so far is on tk/c" in asked.err
    before = project.git("for-each-ref")
    assert project.ok("next", "--claim", "--dry-run", "--as", "bob").out == "c\n"
    assert project.git("for-each-ref") == before
    taken = project.ok("next", "--claim", "--as", "bob")
    assert (taken.out, f"its checkout: cd {there.path}\n" in taken.err) == ("c\n", True)
    assert "half of it" in there.file("c")
    assert (project.state("c"), "owner: bob" in there.file("c")) == ("todo", True)
    nothing(project, "--claim", "--as", "bob")  # nor to another process of the same name
    there.ok("release", "c", "--as", "bob")
    found = project.ok("next", "--claim", "--as", "eve", "--json").json
    assert (found["path"], found["elsewhere"]) == (str(there.path), "tk/c")
    assert (found["task"]["state"], found["commit"]) == ("in_progress", there.head())
    there.ok("done", "c", "--as", "eve")
    project.ok("verify", "--all")


def test_waiting_is_bounded(project: Project) -> None:
    project.ok("start", "a", "b", "c", "d")
    assert "no task is ready" in nothing(project, "--wait", "0.2")


def test_who_sleeps_makes_no_tasks(hooked: Project) -> None:
    hooked.ok("sleep", "--as", "alice")
    hooked.ok("edit", "b", "--owner", "alice", "--as", "alice")  # by herself: she sleeps on
    hooked.ok("new", "By another")
    answer = hooked.tk("new", "T", "--id", "e", "--as", "alice")
    assert answer.status == Exit.REJECTED
    assert "error[TK708] e: is new, but alice is asleep\n  remedy: tk wake --as alice" in answer.err
    assert "alice is asleep: tk wake" in nothing(hooked, "--as", "alice")
    hooked.ok("start", "a", "--as", "alice")
    hooked.ok("done", "a", "--as", "alice")
    hooked.write(".tasks/e.yaml", "id: e\ntitle: E\ntype: task\nstate: todo\n")
    hooked.git("add", "-A")
    for options in ([], ["--no-verify"]):
        done = subprocess.run(
            ["git", "commit", *options, "-qm", "by hand"],
            cwd=hooked.path,
            env={**os.environ, "TK_ACTOR": "alice"},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, "TK708" in done.stderr) == (1, True), done.stderr
    hooked.git("rm", "-qf", ".tasks/e.yaml")
    hooked.ok("wake", "--as", "alice")
    hooked.ok("new", "T", "--id", "e", "--as", "alice")
    assert "already awake" in hooked.ok("wake", "--as", "alice").err


def test_a_server_that_sleeps_takes_no_new_task(project: Project, tmp_path: Path) -> None:
    (one,) = cloned(project, tmp_path, 1)
    server = Project(tmp_path / "server.git")
    server.ok("hooks", "install", "--server")
    server.ok("sleep", "--all")
    one.ok("start", "a")
    one.git("push", "-q", "origin", "main")
    one.ok("new", "T")
    with pytest.raises(AssertionError, match="TK708"):
        one.git("push", "-q", "origin", "main")
    server.ok("wake", "--all")
    one.git("push", "-q", "origin", "main")


def test_says_why_and_offers_no_parent_of_open_work(project: Project) -> None:
    project.ok("new", "Whole", "--id", "whole", "--priority", "0")
    project.ok("new", "Part", "--id", "part", "--parent", "whole", "--priority", "3")
    answer = project.ok("next")
    assert (answer.out, answer.err.splitlines()[1:]) == (
        "a\n",
        ["why: P2: the oldest of 4 with this priority; 5 can be taken now"],
    )
    before = project.head()
    tried = project.ok("next", "--claim", "--dry-run")
    assert (tried.out, tried.err.splitlines()[0]) == ("a\n", "would be: P2 Task a (started)")
    assert (project.head(), project.git("for-each-ref", "refs/tk")) == (before, "")
    project.ok("cancel", "a", "b", "c")
    assert (
        project.ok("next", "--json").json["why"] == "P2: the most urgent of 2 that you can take now"
    )
    project.ok("cancel", "d", "part")
    assert "the only task that you can take now" in project.ok("next").err
    project.ok("reopen", "part")
    project.ok("start", project.ok("next").out.strip())
    assert "1 ready but with open children" in nothing(project)


def test_a_review_is_of_the_work_of_others_and_the_longest_wait_comes_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no work of others waits for a review" in nothing(project, "--review")
    project.ok("edit", "b", "--priority", "0")
    for day, (one, who) in enumerate(zip("abc", ("ada", "bob", "ada")), 1):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2030-01-0{day}T12:00:00Z")
        project.ok("start", one, "--as", who)
        project.ok("submit", one, "--as", who)
    found = project.ok("next", "--review", "--as", "carol", "--json").json
    assert found["task"]["id"] == "a"
    assert found["why"] == (
        "waits the longest of 3 for your review, since 2030-01-01T12:00:00Z, by ada"
    )
    answer = project.ok("next", "--review", "--as", "ada")
    assert (answer.out, "the only one that waits" in answer.err) == ("b\n", True)
    project.ok("reject", "b", "--as", "carol", "-m", "no test")
    project.ok("edit", "b", "--owner", "dan")  # who worked on it is not only its owner
    project.ok("submit", "b", "--as", "dan")
    assert project.ok("next", "--review", "--as", "ada").out == "b\n"
    assert project.ok("next", "--review", "--as", "bob").out == "a\n"
    project.ok("approve", "a", "c")
    assert "no work of others waits" in nothing(project, "--review", "--as", "bob")
    refused = project.tk("next", "--review", "--claim")
    assert (refused.status, "a review needs no claim" in refused.err) == (Exit.USAGE, True)
    assert project.ok("next", "--review", "--as", "carol").out == "b\n"  # the remedy
