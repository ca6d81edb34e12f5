"""A lease that is lost between the look at the remote and the push: the branch does not move, and no
hook of a server is needed for that.
"""

from __future__ import annotations

import sys

import pytest

from tests.support.project import Answer, Project
from tkledger.errors import Exit

CLAIM = "refs/tk/claims/a"
TAKES = f"{sys.executable} -m tkledger start a -C {{bob}} --as bob"
"""Bob takes the task over, whose lease has run out."""


@pytest.fixture
def late(clones: list[Project]) -> tuple[Project, Project]:
    """Alice's lease has run out, and she has not pushed her work yet; Bob wants the task."""
    alice, bob = clones
    alice.ok("start", "a", "--as", "alice")
    alice.write("work.txt", "work\n")
    alice.git("add", "-A")
    alice.git("commit", "-q", "-m", "work\n\nTk-Task: a\nTk-Actor: alice")
    alice.ok("renew", "a", "--ttl", "0", "--as", "alice")
    return alice, bob


def at_server(project: Project, *words: str) -> str:
    return Project(project.path.parent / "server.git").git(*words)


def before_it(alice: Project, command: str) -> Answer:
    """Alice syncs; the command is run when she has looked, and before git does."""
    return alice.at_point("before push", command, "sync", "--as", "alice")


def while_it(alice: Project, command: str) -> Answer:
    """The same when git has looked as well, and before it sends."""
    once = f"#!/bin/sh\nmkdir ../once 2>/dev/null || exit 0\nunset GIT_DIR\n{command} >&2\n"
    alice.write(".git/hooks/pre-push", once).chmod(0o755)
    return alice.process("sync", "--as", "alice")


@pytest.mark.parametrize("syncs", [before_it, while_it])
def test_the_branch_does_not_move(late: tuple[Project, Project], syncs: object) -> None:
    assert callable(syncs)
    alice, bob = late
    before, head = at_server(alice, "rev-parse", "main"), alice.head()
    answer = syncs(alice, TAKES.format(bob=bob.path))
    assert bob.state("a") == "in_progress", "he has it"
    assert answer.status == Exit.REJECTED, answer.said
    assert "error[TK707] a: alice " in answer.err
    assert "but bob has claimed it" in answer.err
    assert (at_server(alice, "rev-parse", "main"), alice.head()) == (before, head)
    assert "holder: bob\n" in at_server(alice, "log", "-1", "--format=%b", CLAIM)
    bob.ok("done", "a", "--as", "bob")
    bob.ok("sync", "--as", "bob")
    bob.ok("verify", "--all")


def test_whoever_still_holds_it_renews_it_with_the_work(late: tuple[Project, Project]) -> None:
    alice, _ = late
    before = at_server(alice, "rev-parse", CLAIM)
    alice.ok("sync", "--as", "alice")
    assert at_server(alice, "rev-parse", "main", f"{CLAIM}^") == f"{alice.head()}\n{before}"
    assert at_server(alice, "rev-parse", CLAIM) == alice.git("rev-parse", CLAIM)
    assert "nothing to do" in alice.ok("sync").out
    alice.ok("note", "b", "not about a")
    alice.ok("sync")
    assert at_server(alice, "rev-parse", f"{CLAIM}^") == before, "renewed for work on a only"
    alice.ok("renew", "a", "--as", "alice")


def test_nobody_renews_what_another_holds(late: tuple[Project, Project]) -> None:
    """Who passes on another's work, fetched by hand, has that claim from a sync and not of its own."""
    alice, bob = late
    alice.git("push", "-q", "origin", "main:other")
    held = at_server(alice, "rev-parse", CLAIM)
    bob.ok("sync")
    bob.git("fetch", "-q", "--no-tags", str(alice.path), "main")
    bob.git("merge", "-q", "--ff-only", "FETCH_HEAD")
    bob.ok("sync")
    assert at_server(alice, "rev-parse", CLAIM, "main") == f"{held}\n{alice.head()}"


def test_a_remote_that_cannot_take_all_at_once_is_asked_for_the_claim_first(
    late: tuple[Project, Project],
) -> None:
    alice, bob = late
    at_server(alice, "config", "receive.advertiseAtomic", "false")
    before = at_server(alice, "rev-parse", "main")
    answer = while_it(alice, TAKES.format(bob=bob.path))
    assert (answer.status, "TK707" in answer.err) == (Exit.REJECTED, True), answer.said
    assert at_server(alice, "rev-parse", "main") == before
