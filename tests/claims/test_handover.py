"""What a server lets become of a claim (TK709): each refusal beside what is legal, by real pushes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.core.claim import Claim, message
from tkledger.core.policy import LONGEST_LEASE
from tkledger.errors import Exit

REF = "refs/tk/claims/a"
BRANCH = "refs/heads/main"
LIVE = Claim("a", "alice", BRANCH, BRANCH, 3600, "n1")
OVER = LIVE._replace(ttl=0)
BOBS = LIVE._replace(holder="bob", nonce="n2", epoch=2)


@pytest.fixture
def clone(project: Project, tmp_path: Path) -> Project:
    """A clone of a server that judges; it has no hooks of its own, and can push anything."""
    (made,) = cloned(project, tmp_path, 1)
    Project(tmp_path / "server.git").ok("hooks", "install", "--server")
    return made


def made(clone: Project, claim: Claim | str, on: str | None = None, tree: str = "") -> str:
    """The commit of a claim, not pushed yet."""
    text = claim if isinstance(claim, str) else message(claim)
    parent = ["-p", on] if on else []
    tree = tree or clone.git("mktree")
    return clone.git("commit-tree", tree, *parent, "-F", "-", stdin=text)


def push(clone: Project, *what: str, pusher: str = "") -> str:
    """Push past all that git itself asks; what the server's rules say, in their first line."""
    env = {**os.environ, **({"REMOTE_USER": pusher} if pusher else {})}
    words = ["git", "push", "--atomic", "-q", "origin", *what]
    done = subprocess.run(words, cwd=clone.path, env=env, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if "error[" in line]
    return lines[0].partition("error[")[2].rstrip() if lines else done.stderr


def pushed(clone: Project, claim: Claim, on: str | None = None) -> str:
    """A claim that the server has; an end came with a commit, which is not made here."""
    oid = made(clone, claim, on)
    if claim.final:
        server = Project(clone.path.parent / "server.git")
        server.git("fetch", "-q", str(clone.path), oid)
        server.git("update-ref", REF, oid)
    else:
        assert push(clone, f"+{oid}:{REF}") == ""
    return oid


def forgotten(clone: Project) -> None:
    """As if the server never had the claim."""
    server = clone.path.parent / "server.git"
    Project(server).git("update-ref", "-d", REF)
    for seen in (server / "tk" / "seen").glob("*"):
        seen.unlink()


CREATED = [
    (LIVE, ""),
    (LIVE._replace(ttl=LONGEST_LEASE), ""),
    (
        LIVE._replace(epoch=7),
        "TK709] a: the pushed claim is of epoch 7; 1 is the last that may follow",
    ),
    (
        message(LIVE).replace("3600", str(LONGEST_LEASE + 1)),
        "TK709] a: the pushed claim asks for 2592001 s; 2592000 s (30 days) is the longest lease",
    ),
    (LIVE._replace(task="b"), "TK709] a: the pushed object is not a claim on this task"),
    ("just words", "TK709] a: the pushed object is not a claim on this task"),
]


def test_what_a_claim_begins_as(clone: Project) -> None:
    for claim, said in CREATED:
        assert push(clone, f"{made(clone, claim)}:{REF}") == said, claim
        forgotten(clone)


SUCCEEDED = [
    (LIVE, LIVE, ""),
    (
        LIVE,
        LIVE._replace(final="done"),
        "TK709] a: the pushed claim says done on main, but it is todo there after the push",
    ),
    (
        LIVE,
        LIVE._replace(final="done", branch="refs/heads/x", base="refs/heads/y"),
        "TK709] a: the pushed claim says done on x, but it is not there after the push",
    ),
    (LIVE, LIVE._replace(released=True), ""),
    (LIVE, LIVE._replace(nonce="n2", epoch=2), ""),
    (LIVE, BOBS, "TK709] a: still claimed by alice; the push gives it to bob"),
    (OVER, BOBS, ""),
    (OVER, BOBS._replace(epoch=1), "TK709] a: goes from alice to bob within epoch 1"),
    (LIVE._replace(released=True), BOBS, ""),
    (LIVE._replace(final="done"), BOBS, ""),
    (
        BOBS,
        BOBS._replace(epoch=1),
        "TK709] a: the pushed claim is of epoch 1, the current one of epoch 2",
    ),
    (LIVE, "just words", "TK709] a: the pushed object is not a claim on this task"),
]


def test_what_a_claim_becomes(clone: Project) -> None:
    for old, new, said in SUCCEEDED:
        first = pushed(clone, old, made(clone, LIVE))
        assert push(clone, f"{made(clone, new, first)}:{REF}") == said, (old, new)
        assert clone.git("ls-remote", "origin", REF).startswith(first) == bool(said), (old, new)
        forgotten(clone)


def test_what_does_not_go_on_from_the_last_is_refused(clone: Project) -> None:
    first = pushed(clone, OVER)
    other = made(clone, BOBS)
    said = "TK709] a: the pushed claim does not follow from the current one"
    assert push(clone, f"+{other}:{REF}") == said
    later = made(clone, OVER, made(clone, OVER, first))
    assert push(clone, f"+{later}:{REF}") == "", "two renewals at once"


def test_an_end_comes_with_its_commit(clone: Project) -> None:
    clone.ok("start", "a", "--as", "alice")
    clone.ok("done", "a", "--as", "alice")
    oid = clone.git("rev-parse", REF)
    said = "TK709] a: the pushed claim says done on main, but it is todo there after the push"
    assert push(clone, f"{oid}:{REF}") == said
    assert push(clone, "main", f"{oid}:{REF}") == ""


def test_a_lease_runs_by_the_server_s_own_clock(clone: Project) -> None:
    first = pushed(clone, LIVE)
    bobs = made(clone, BOBS, first)
    seen = clone.path.parent / "server.git" / "tk" / "seen" / first
    for ago, said in ((3000, "still claimed by alice"), (4000, "")):
        seen.write_text(f"- 0 {time.time() - ago} there")
        answer = push(clone, f"{bobs}:{REF}")
        assert said in answer
        assert bool(said) == bool(answer)


DELETED = [
    (LIVE, "alice", ""),
    (LIVE, "bob", "TK709] a: the claim of alice is deleted by bob"),
    (LIVE, "", ""),
    (OVER, "bob", ""),
    (LIVE._replace(released=True), "bob", ""),
    (LIVE._replace(final="done"), "bob", ""),
]


@pytest.fixture
def reviewed(clone: Project) -> Project:
    """The same where reviews are required and the server asks who pushes; a is in progress."""
    clone.ok("config", "set", "claims", "local")
    clone.ok("config", "set", "review", "required")
    clone.ok("config", "set", "proof", "pusher")
    clone.ok("start", "a", "--as", "alice")
    assert push(clone, "main") == ""
    return clone


def test_who_deletes_a_claim(reviewed: Project) -> None:
    for claim, pusher, said in DELETED:
        pushed(reviewed, claim)
        assert push(reviewed, f":{REF}", pusher=pusher) == said, (claim, pusher)
        forgotten(reviewed)


def test_who_puts_the_task_down_deletes_its_claim(reviewed: Project) -> None:
    """Where claims are local a person may end what another name began, and the claim goes along."""
    pushed(reviewed, LIVE)
    reviewed.ok("block", "a", "--reason", "user", "--as", "bob")
    assert push(reviewed, "main", f":{REF}", pusher="bob") == ""


def test_where_names_do_not_count_nobody_is_asked_for_one(clone: Project) -> None:
    pushed(clone, LIVE)
    assert push(clone, f":{REF}", pusher="bob") == ""


def test_no_commit_is_known_for_being_under_a_claim(clone: Project) -> None:
    """An illegal commit comes in neither as a claim nor as what one is made on."""
    text = (clone.path / ".tasks/a.yaml").read_text().replace("state: todo", "state: done")
    clone.write(".tasks/a.yaml", text)
    clone.git("commit", "-q", "-am", "by hand")
    assert "is not a claim on this task" in push(clone, f"main:{REF}")
    under = made(clone, LIVE, clone.head(), clone.git("rev-parse", "HEAD^{tree}"))
    assert "comes with the pushed claim" in push(clone, f"{under}:{REF}")
    assert "TK201" in push(clone, "main")
    assert "TK201" in push(clone, f"{under}:refs/heads/other")


def test_tk_s_own_moves_are_legal_successors(project: Project, tmp_path: Path) -> None:
    alice, bob = cloned(project, tmp_path, 2)
    Project(tmp_path / "server.git").ok("hooks", "install", "--server")
    for words in ("start a b c", "renew a", "done a", "release b", "block c --reason user"):
        alice.ok(*words.split(), "--as", "alice")
    alice.ok("sync", "--as", "alice")
    alice.ok("reap")
    alice.ok("renew", "b", "--ttl", "0", "--as", "alice")
    bob.ok("sync", "--as", "bob")
    bob.ok("release", "b", "--from", "alice", "--as", "bob")
    bob.ok("renew", "b", "--as", "bob")
    assert "holder: bob" in bob.git("log", "-1", "--format=%b", "refs/tk/claims/b")
    answer = alice.tk("renew", "b", "--as", "alice")
    assert answer.status == Exit.CLAIMED, answer.said


def test_a_refused_claim_is_told_with_its_rule(project: Project, tmp_path: Path) -> None:
    """A clock that runs ahead of the server's lease does not take the task."""
    alice, bob = cloned(project, tmp_path, 2)
    Project(tmp_path / "server.git").ok("hooks", "install", "--server")
    alice.ok("start", "a", "--as", "alice")
    bob.git("fetch", "-q", "origin", f"{REF}:refs/tk/remotes/origin/claims/a")
    oid = bob.git("rev-parse", "refs/tk/remotes/origin/claims/a")
    bob.tk("start", "a", "--as", "bob")
    bob.write(f".git/tk/seen/{oid}", "- 0 0 there")
    answer = bob.tk("start", "a", "--as", "bob")
    assert answer.status == Exit.UNUSABLE, answer.said
    assert "origin rejected the claim: error[TK709] a: still claimed by alice" in answer.err


def test_a_claim_of_an_older_tk_holds_as_long_as_any_and_is_renewed(clone: Project) -> None:
    forever = made(clone, message(LIVE).replace("3600", str(10**15)))
    clone.git("update-ref", REF, forever)
    assert f"{LONGEST_LEASE + 1}" in clone.tk("renew", "a", "--ttl", str(LONGEST_LEASE + 1)).err
    for words in (("show", "a"), ("list",), ("reap",)):
        assert clone.tk(*words).status == Exit.OK
    refused = clone.tk("start", "a", "--as", "bob")
    assert (refused.status, refused.err.count("until 2")) == (Exit.CLAIMED, 1), refused.said
    assert "TK709" in push(clone, REF)
    clone.ok("renew", "a", "--ttl", str(LONGEST_LEASE), "--as", "alice")
    assert push(clone, REF) == "", "the remedy"
