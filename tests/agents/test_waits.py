"""What waited is offered once its wait is over, and who takes it resumes it; nobody has to tick."""

from __future__ import annotations

from pathlib import Path

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit

LATE = "2020-01-31T12:00:00Z"


def test_what_is_due_is_offered_and_taken_up(project: Project) -> None:
    for one in "bcd":
        project.ok("cancel", one)
    project.ok("start", "a", "--as", "bob")
    project.ok("wait", "a", "--event", "deploy", "--as", "bob")
    assert project.tk("next", "--as", "bob").status == Exit.NOTHING
    assert not project.ok("ready", "--json").json["tasks"]
    assert project.tk("start", "a", "--as", "bob").status == Exit.REJECTED
    project.ok("answer", "a", "true")
    assert [one["id"] for one in project.ok("ready", "--json").json["tasks"]] == ["a"]
    assert "assigned to others" in project.tk("next", "--as", "ann").err
    assert project.tk("start", "a", "--as", "ann").status == Exit.CLAIMED
    assert project.ok("next", "--claim", "--as", "bob").out.strip() == "a"
    assert project.state("a") == "in_progress"
    project.ok("wait", "a", "--until", LATE, "--as", "bob")
    project.ok("start", "a", "--take", "--as", "ann")
    assert project.ok("show", "a", "--json").json["task"]["owner"] == "ann"
    project.ok("verify", "--all")


def test_work_in_a_checkout_goes_on_once_its_wait_is_over(project: Project) -> None:
    place = project.ok("work", "a", "--path").out.strip()
    project.ok("wait", "a", "--event", "deploy", "-C", place)
    assert project.tk("work", "a").status == Exit.REJECTED
    project.ok("answer", "a", "true", "-C", place)
    assert project.ok("work", "a", "--path").out.strip() == place
    project.ok("done", "a", "-C", place)


def test_the_end_of_another_task_is_seen_in_a_remembered_list(project: Project) -> None:
    project.ok("wait", "a", "--on", "b")
    assert "a" not in {one["id"] for one in project.ok("ready", "--json").json["tasks"]}
    project.ok("cancel", "b")
    assert "a" in {one["id"] for one in project.ok("ready", "--json").json["tasks"]}


def _told(project: Project, who: str) -> list[str]:
    found = project.ok("inbox", "--as", who, "--json").json["messages"]
    return [one["text"] for one in found]


def test_a_signal_answers_all_who_wait_for_it(project: Project) -> None:
    project.ok("wait", "a", "--event", "deploy")
    project.ok("pause", "a")
    project.ok("wait", "b", "--event", "deploy")
    project.ok("wait", "c", "--event", "build")
    done = project.ok("signal", "deploy", "--payload", '{"build": 7}', "--json").json
    assert [one["id"] for one in done["tasks"]] == ["a", "b"]
    answers = project.ok("show", "a", "--json").json["task"]["answers"]
    assert answers == ['deploy: {"build":7}']
    assert project.tk("signal", "deploy").status == Exit.NOTHING
    assert project.tk("signal", "build", "--payload", "{").status == Exit.USAGE
    first = project.ok("signal", "build", "--key", "k", "--json").json
    assert project.ok("signal", "build", "--key", "k", "--json").json == first
    project.ok("verify", "--all")


def test_two_who_tick_apart_leave_one_record_one_message_and_no_attempt(
    project: Project, tmp_path: Path
) -> None:
    project.ok("edit", "a", "--budget", "rework=1")
    project.ok("start", "a", "--as", "bob")
    project.ok("wait", "a", "--event", "deploy", "--until", LATE, "--as", "bob")
    one, other = clones = cloned(project, tmp_path, 2)
    for clone in clones:
        assert clone.ok("tick", "--json").json["timed_out"] == ["a"]
        assert clone.tk("tick").out == ""
    for clone in (one, other, one):
        clone.ok("sync")
    for clone in clones:
        task = clone.ok("show", "a", "--json").json["task"]
        assert (task["state"], task["answers"]) == ("blocked", ["deploy: (timeout)"])
        assert "attempt" not in task
        assert _told(clone, "bob") == ["what a waits for is over (event): tk start a"]
    for _ in range(3):
        one.ok("start", "a", "--as", "bob")
        one.ok("wait", "a", "--until", LATE, "--as", "bob")
    task = one.ok("show", "a", "--json").json["task"]
    assert "attempt" not in task
    assert "rework" not in task.get("spent", {})
    one.ok("verify", "--all")
