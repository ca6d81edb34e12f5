"""Who may change the policy, once it says so: every command and every door asks."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused


@pytest.fixture
def named(clone: Clone) -> Clone:
    """A clone whose policy, here and at the server, only alice may change."""
    clone.ok("config", "set", "roles", "policy=alice")
    clone.push()
    return clone


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
