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
    seen = []
    for _ in range(4):
        project.ok("start", "a", "--as", "alice")
        project.ok("block", "a", "--reason", "failed", "-m", "boom", "--as", "alice")
        project.ok("escalate", "a")
        seen.append(project.state("a"))
        if project.state("a") == "blocked":
            project.ok("requeue", "a", "-m", "escalated to owner")
    assert seen == ["todo", "todo", "blocked", "blocked"]
    project.ok("verify", "--all")


@pytest.mark.parametrize(
    ("tier", "state", "reason"), [("owner", "blocked", "user"), ("approval", "blocked", "approval")]
)
def test_a_tier_by_name(project: Project, tier: str, state: str, reason: str) -> None:
    project.ok("start", "a")
    project.ok("escalate", "a", "--to", tier, "-m", "which licence?")
    assert project.state("a") == state
    assert f"reason: {reason}" in project.file("a")
    assert "which licence?" in project.file("a")
    assert project.tk("escalate", "a", "--to", "heaven").status == Exit.USAGE
