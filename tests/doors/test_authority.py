"""Who may change the policy, once it says so: every command and every door asks."""

from __future__ import annotations

import pytest

from stress import verify_elsewhere
from tests.support.clone import Clone, Refused
from tests.support.templates import After
from tkledger.core.layout import POLICY_PATH, path_of


@pytest.fixture
def named(clone_after: After[Clone]) -> Clone:
    """A clone whose policy, here and at the server, only alice may change."""
    return clone_after(_named)


def _named(clone: Clone) -> None:
    clone.ok("config", "set", "roles", "policy=alice")
    clone.push()


def test_only_the_role_changes_the_policy(named: Clone) -> None:
    assert "[TK502]" in named.tk("config", "set", "depth", "3").err
    assert "[TK502]" in named.tk("config", "set", "roles", "--as", "bob").err
    named.ok("config", "set", "depth", "3", "--as", "alice")
    named.push()
    assert named.verified() == set()


def test_only_the_role_accepts_what_breaks_the_rules(named: Clone) -> None:
    bad = named.hooks_off().commit(a={"state": "done"})
    accept = ["accept", bad, "--reason", "it happened"]
    answer = named.tk(*accept)
    assert "[TK502] .tasks/config.yaml: the policy changes: not for test@example.org" in answer.err
    assert "ask alice: tk config set" in answer.err
    named.ok(*accept, "--as", "alice")
    named.git("remote", "remove", "origin")  # its branch would have to accept it first
    assert named.verified() == set()


def test_what_another_accepts_stays_refused(named: Clone) -> None:
    """Each acceptance is itself a change of the policy, and none can name the last one."""
    bad = named.hooks_off().commit(a={"state": "done"})
    for _ in range(2):
        named.policy(accepted={bad: "trust me"})
        bad = named.commit("policy")
    with pytest.raises(Refused, match="TK502"):
        named.push(options=("--no-verify",))
    assert "TK502" in named.verified()


def test_a_merge_that_keeps_the_policy_is_for_everybody(named: Clone) -> None:
    """An old branch may have changed the policy, too; whoever merges it does not weaken anything."""
    named.git("switch", "-q", "-c", "old", "main~1")
    named.ok("config", "set", "depth", "3")
    named.git("switch", "-q", "main")
    named.ok("config", "set", "lease", "60", "--as", "alice")
    named.git("merge", "-q", "-m", "x", "-X", "ours", "old")
    named.push()
    assert named.verified() == set()


def test_who_names_no_one_has_no_role(named: Clone) -> None:
    """A commit without an e-mail is by nobody: who may do nothing that asks for a role, nor approve alone."""
    named.ok("config", "set", "guards.lead", "state=cancelled", "role=lead", "--as", "alice")
    named.ok("config", "set", "approvals", "role=lead", "--as", "alice")
    named.ok("config", "set", "roles.lead", "alice", "--as", "alice")
    named.ok("submit", "s")
    named.push()
    base = named.oid()
    gone = {"state": "cancelled", "resolution": "dropped"}
    changes = (
        ("TK502", lambda: {POLICY_PATH: named.policy(depth=3)}),
        ("TK505", lambda: {path_of("s"): named.task_bytes("s", state="done")}),
        ("TK507", lambda: {path_of("a"): named.task_bytes("a", **gone)}),
    )
    for code, made in changes:
        for path, data in made().items():
            named.write(path, data)
            named.git("add", path)
            with pytest.raises(Refused, match=code):
                named.git("commit", "-q", "-m", "x", env={"GIT_AUTHOR_EMAIL": ""})
            named.git("restore", "--staged", "--worktree", ".")
            tree = named.tree({path: data})
        for author in ("author x <> 1700000000 +0000\n", ""):
            lines = f"tree {tree}\nparent {base}\n{author}committer x <x@x> 1700000000 +0000\n\nx\n"
            forged = named.git(
                "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=lines
            )
            with pytest.raises(Refused, match=code):
                named.push(f"{forged}:refs/heads/tk/try", options=("--no-verify",))
            assert named.verified(f"{base}..{forged}") == {code}
            found = verify_elsewhere.verdicts(str(named.path), forged)
            assert {one for one, _ in found[forged]} == {code}
