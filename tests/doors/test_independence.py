"""Who did the work does not approve it: at the command line, in a clone's hooks, on a server, in verify."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clone import Clone, Refused
from tests.support.every_door import Attempt, each_at_every_door
from tests.support.templates import After


@pytest.fixture
def reviewed(clone_after: After[Clone]) -> Clone:
    """Task a is in review: alpha owns it, and beta made a commit of work for it."""
    return clone_after(_reviewed)


def _reviewed(clone: Clone) -> None:
    clone.ok("config", "set", "review", "required")
    clone.ok("config", "set", "approvals", "independent=true")
    clone.ok("start", "a", "--as", "alpha")
    clone.write("code.txt", "more\n")
    clone.git("commit", "-q", "-a", "-m", "work\n\nTk-Task: a\nTk-Actor: beta")
    clone.ok("submit", "a", "--as", "alpha")
    clone.ok("reject", "a", "-m", "too slow", "--as", "gamma")  # which is not work
    clone.ok("submit", "a", "--as", "alpha")
    clone.push()


def test_every_door_refuses_who_worked_and_takes_another(reviewed: Clone) -> None:
    for actor, why in (("alpha", "who owns it"), ("beta", "who worked on it in this attempt")):
        for options in ((), ("--dry-run",)):
            answer = reviewed.tk("approve", "a", "--as", actor, *options)
            assert f"error[TK503] a: approved by {actor}, {why}" in answer.err
    approval = "approve\n\nTk-Actor: beta"
    with pytest.raises(Refused, match="TK503"):
        reviewed.commit(approval, a={"state": "done"})
    reviewed.git("restore", "--staged", "--worktree", ".")
    forged = reviewed.commit_tree(reviewed.tree_with(a={"state": "done"}), "HEAD", message=approval)
    with pytest.raises(Refused, match="TK503"):
        reviewed.push(f"{forged}:refs/heads/main", options=("--no-verify",))
    assert reviewed.verified(forged) == {"TK503"}
    reviewed.ok("approve", "a", "--as", "gamma")
    reviewed.push()
    assert reviewed.verified() == set()


def test_another_attempt_has_other_workers_and_who_is_alone_has_a_way_on(reviewed: Clone) -> None:
    reviewed.ok("block", "a", "--reason", "failed", "--as", "gamma")
    reviewed.ok("requeue", "a", "--as", "gamma")
    reviewed.ok("start", "a", "--as", "gamma")
    reviewed.ok("submit", "a", "--as", "gamma")
    assert "who owns it" in reviewed.tk("approve", "a", "--as", "gamma").err
    reviewed.ok("approve", "a", "--as", "beta", "--dry-run")
    reviewed.ok("config", "set", "approvals")
    reviewed.ok("approve", "a", "--as", "gamma")
    reviewed.push()


def test_who_jumps_over_the_work_did_it(fresh: Callable[[str], Clone]) -> None:
    """Where a squashed branch may pass in progress, who passes it does not approve: neither a jump, nor a
    birth, nor another attempt leaves the work to no one.
    """
    clone = fresh("jumps")
    clone.ok("config", "set", "squash", "path")
    clone.ok("config", "set", "approvals", "count=1", "independent=true")
    clone.ok("submit", "s")
    clone.push()
    rows = []
    for name, task, more in (("jump", "a", {}), ("birth", "z", {}), ("anew", "s", {"attempt": 2})):
        fields: dict[str, Any] = {"state": "in_review", "owner": "bob", **more}
        Attempt("", {task: fields}, "eve").by_hand(clone)
        own, other = (
            Attempt(f"approve {task}", {task: {"state": "done"}}, who) for who in ("eve", "cy")
        )
        rows.append((name, "TK505", own, other))
    clone.push()
    each_at_every_door(clone, rows)
