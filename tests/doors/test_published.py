"""A server publishes what it asks, and its clones say what it will refuse before anything is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clone import Clone, Refused
from tests.support.templates import After
from tkledger.core import server
from tkledger.core.ref_names import SERVER
from tkledger.errors import Exit

BOB = {"REMOTE_USER": "bob"}


def published(clone: Clone) -> Any:
    return json.loads(clone.git("cat-file", "blob", SERVER, cwd=clone.server))


def push(clone: Clone, **env: str) -> None:
    clone.git("push", "-q", "origin", "main", env=env)


def test_a_server_publishes_what_it_asks_and_no_push_does(clone: Clone) -> None:
    assert "\nnames: an actor is who the commit says" in clone.server_tk("install").out
    assert published(clone)["proof"] == "name"
    assert published(clone)["protected"] == ["main"]
    clone.ok("note", "a", "one")
    push(clone)
    assert published(clone)["pusher"] == "nobody"
    clone.ok("note", "a", "two")
    push(clone, **BOB)
    assert published(clone)["pusher"] == "REMOTE_USER"
    clone.ok("config", "set", "proof", "pusher")
    push(clone)  # which tells nobody: that others are known is not forgotten
    assert (published(clone)["proof"], published(clone)["pusher"]) == ("pusher", "REMOTE_USER")
    blob = clone.blob("{}")
    with pytest.raises(Refused, match="TK704"):
        clone.git("push", "-q", "--no-verify", "origin", f"+{blob}:{SERVER}")


@pytest.fixture
def stuck(clone_after: After[Clone]) -> Clone:
    """Its policy asks who pushes, and its server does not know; task a is in review."""
    return clone_after(_stuck)


def _stuck(clone: Clone) -> None:
    clone.ok("config", "set", "review", "required")
    clone.ok("config", "set", "proof", "pusher")
    clone.ok("start", "a")
    clone.ok("submit", "a")
    push(clone)
    clone.ok("sync")


def test_a_refusal_is_foreseen_and_its_remedies_work(stuck: Clone) -> None:
    head, words = stuck.oid(), "pushed by an actor this server does not know"
    for options in ((), ("--dry-run",)):
        answer = stuck.tk("approve", "a", "--as", "bob", *options)
        assert answer.status == Exit.REJECTED
        assert f"error[TK705] a: approved in the name of bob, {words}" in answer.err
    assert stuck.oid() == head
    doctor = stuck.tk("doctor")
    assert "BAD  names: " in doctor.out
    stuck.git("config", "tk.pusher", "WHO", cwd=stuck.server)  # the first remedy
    stuck.ok("note", "b", "for a push")
    push(stuck, WHO="bob")
    stuck.ok("approve", "a", "--as", "bob")  # asks the server anew
    push(stuck, WHO="bob")


def test_a_dry_run_of_sync_says_what_the_server_will(stuck: Clone) -> None:
    stuck.git("config", "remote.origin.pushurl", "../server.git")
    stuck.git("update-ref", "-d", "refs/tk/remotes/origin/server")  # nothing is remembered
    stuck.ok("approve", "a", "--as", "bob")
    answer = stuck.tk("sync", "--dry-run")
    assert answer.status == Exit.REJECTED
    assert "TK705" in answer.err
    before = stuck.git("rev-parse", "main", cwd=stuck.server)
    assert "TK705" in stuck.tk("sync").err
    assert stuck.git("rev-parse", "main", cwd=stuck.server) == before


def test_what_would_have_every_approval_refused_is_not_set(clone: Clone) -> None:
    clone.ok("note", "a", "one")
    push(clone)
    answer = clone.tk("config", "set", "proof", "pusher")
    assert answer.status == Exit.UNUSABLE
    assert "origin does not know who pushes" in answer.err
    clone.git("config", "tk.pusher", "WHO", cwd=clone.server)
    clone.ok("note", "a", "two")
    push(clone, WHO="bob")
    said = clone.ok("config", "set", "proof", "pusher").err
    assert (
        "names: approvals, raised limits and the policy's roles are bound to who pushes, by WHO"
        in said
    )


def test_an_edition_that_the_server_does_not_know_is_not_taken_up(clone: Clone) -> None:
    older = server.published(server.asks("0.1", None, "")._replace(law=1))
    blob = clone.git("hash-object", "-w", "--stdin", stdin=older, cwd=clone.server)
    clone.git("update-ref", SERVER, blob, cwd=clone.server)
    answer = clone.tk("config", "set", "law", "2")
    assert answer.status == Exit.UNUSABLE
    assert "origin has tk 0.1, which knows law 1: it would refuse every push" in answer.err
    assert clone.tk("config", "set", "format", "2").status == Exit.USAGE  # it has this value


def test_an_unreachable_server_is_not_decided_for(stuck: Clone) -> None:
    stuck.server.rename(stuck.root / "away.git")
    assert "warning: origin refused this when it was last asked" in (
        stuck.ok("approve", "a", "--as", "bob").err
    )
