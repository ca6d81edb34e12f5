"""A task that is cancelled while a command works on it elsewhere: the command ends, and nothing takes it back."""

from __future__ import annotations

from tests.support.project import TK, Project
from tests.support.running import agent_at, at_work, claim_of, left, runs
from tkledger.errors import Exit


def test_a_cancel_from_elsewhere_ends_the_command(project: Project) -> None:
    project.ok("config", "set", "lease", "12")  # it looks every 4 s, and gives back before it ends
    agent = agent_at(project, "echo half > done.txt; sleep 600")
    at_work(project)
    project.ok("cancel", "a", "-m", "nobody wants it", "--as", "ann")
    out, err = agent.communicate(timeout=300)
    assert out == "a: cancelled on main: nobody wants it; the command was stopped\n", err
    assert agent.returncode == Exit.REJECTED
    assert "tk reopen a" in err
    assert left(project) == []
    assert "holder" not in claim_of(project) or "released: True" in claim_of(project)
    assert project.state("a", "tk/a") == "in_progress"
    again = runs(project, "a", "true")
    assert (again.status, "cancelled -> in_progress" in again.err) == (Exit.REJECTED, True)


def test_a_command_that_ends_first_does_not_take_done_over_cancelled(project: Project) -> None:
    tk = " ".join(TK) + f" cancel a -m 'no use' -C {project.path} --as ann"
    answer = runs(project, "a", tk)
    assert answer.out == "a: cancelled on main: no use\n", answer.said
    assert project.state("a", "tk/a") == "in_progress"


def test_claimed_children_are_named_and_taken_only_if_that_is_said(project: Project) -> None:
    project.ok("edit", "b", "--parent", "a")
    project.ok("start", "b", "--as", "bob")
    answer = project.tk("cancel", "a", "--children", "cascade", "--as", "ann")
    assert answer.status == Exit.CLAIMED
    assert "b (by bob)" in answer.err
    assert "tk cancel a --children cascade --take" in answer.err
    project.ok("cancel", "a", "--children", "cascade", "--take", "--as", "ann")
    assert project.state("b") == "cancelled"
    assert claim_of(project, "b") == ""
    project.ok("verify", "--all")
