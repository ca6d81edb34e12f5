"""What waited is offered once its wait is over, and who takes it resumes it; nobody has to tick."""

from __future__ import annotations

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
