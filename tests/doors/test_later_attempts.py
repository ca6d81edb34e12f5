"""A review that is asked for from some attempt on: at every door, and where a run ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clone import Clone, followed
from tests.support.every_door import Attempt, each_at_every_door
from tests.support.project import Project
from tests.support.running import runs
from tests.support.templates import After

DONE = {"state": "done"}
REVIEWED = "guards.again state=done approvals=1 attempt=2"


@pytest.fixture
def again(clone_after: After[Clone]) -> Clone:
    """a is in its first attempt and s in its second; a server knows the guard, too."""
    return clone_after(_again)


def _again(clone: Clone) -> None:
    clone.ok("start", "a")
    clone.ok("block", "s", "--reason", "failed", "-m", "it broke")
    clone.ok("requeue", "s")
    clone.ok("start", "s")
    clone.ok("config", "set", *REVIEWED.split())
    clone.push()


def test_a_later_attempt_ends_by_a_review_and_the_first_one_need_not(again: Clone) -> None:
    row = "not reviewed", "TK507", Attempt("done s", {"s": DONE}), Attempt("done a", {"a": DONE})
    each_at_every_door(again, [row])


def test_what_the_refusal_says_ends_it(again: Clone) -> None:
    (found,) = again.tk("done", "s", "--json").json["violations"]
    assert found["message"] == "cannot enter done: it has 0 of 1 approval (guard again)"
    first, _, second = found["remedy"].partition(", then an actor runs ")
    followed(again, first)
    followed(again, second)  # who did the work looks at it once more
    assert again.ok("show", "s", "--json").json["task"]["state"] == "done"
    assert again.verified() == set()


def test_a_run_sends_a_later_attempt_to_its_review(project: Project) -> None:
    project.ok("config", "set", *REVIEWED.split())
    answer = runs(project, "a", '[ "$TK_ATTEMPT" = 2 ]', "--retries", "1")
    assert answer.out == "a: blocked: sh ended with exit 1\na: submit\n", answer.said
    assert runs(project, "b", "true").out == "b: done\n"
    checkout = Project(Path(project.ok("work", "a", "--path", "--as", "alice").out.strip()))
    assert checkout.tk("done", "a", "--as", "alice").status != 0
    checkout.ok("approve", "a", "--as", "alice")
    assert project.ok("work", "a", "--merge").status == 0
    assert project.state("a") == "done"
