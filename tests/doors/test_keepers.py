"""Who may change the policy does not loosen it alone, if there are two of them: at every door."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused, followed
from tests.support.templates import After
from tkledger.core import policy_fields
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.errors import Exit
from tkledger.files import codec

ANN, BOB = ("--as", "ann"), ("--as", "bob")


@pytest.fixture
def kept(clone_after: After[Clone]) -> Clone:
    """A policy of ann and bob, with a depth of 5."""
    return clone_after(_kept)


def _kept(clone: Clone) -> None:
    clone.ok("config", "set", "depth", "5")
    clone.ok("config", "set", "roles.policy", "ann", "bob")
    clone.push()


def law(clone: Clone) -> Policy:
    return codec.load_policy((clone.path / POLICY_PATH).read_bytes())


def made(clone: Clone, policy: Policy, actor: str, *parents: str) -> str:
    """A commit of a policy, in somebody's name, that no ref shows."""
    tree = clone.tree({POLICY_PATH: codec.dump_policy(policy)})
    return clone.commit_tree(tree, *(parents or ("HEAD",)), message=f"law\n\nTk-Actor: {actor}")


def refused(clone: Clone, policy: Policy, actor: str, code: str = "TK511") -> str:
    """No door takes this policy from who commits it; what the hooks say."""
    head = clone.oid()
    clone.write(POLICY_PATH, codec.dump_policy(policy))
    with pytest.raises(Refused, match=code) as found:
        clone.git("commit", "-q", "-a", "-m", "law", env={"GIT_AUTHOR_EMAIL": actor})
    clone.git("restore", "--staged", "--worktree", "--source=HEAD", ".")
    forged = made(clone, policy, actor)
    with pytest.raises(Refused, match=code):
        clone.push(f"{forged}:refs/heads/try", options=("--no-verify",))
    assert clone.verified(f"{head}..{forged}") == {code}
    return str(found.value)


def test_what_loosens_is_proposed_by_one_and_approved_by_another(kept: Clone) -> None:
    answer = kept.ok("config", "set", "depth", "9", *ANN)
    assert answer.out == "proposed: depth: 9 (policy version 5)\n"
    assert answer.err == "looser: depth 5 -> 9\nbob puts it in force: tk config approve\n"
    assert law(kept).depth == 5
    for dry in ((), ("--dry-run",)):
        own = kept.tk("config", "approve", *ANN, *dry)
        assert "[TK511]" in own.err
        assert "remedy: ask bob: tk config approve\n" in own.err
    assert "[TK502]" in kept.tk("config", "approve", "--as", "eve").err
    said = kept.ok("config", "approve", *BOB, "--json").json
    assert (said["version"], said["looser"]) == (5, ["depth 5 -> 9"])
    assert (law(kept).depth, law(kept).proposal) == (9, None)
    kept.push()
    assert kept.verified() == set()
    nothing = kept.tk("config", "approve", *BOB)
    assert (nothing.status, nothing.err.split("\n")[0]) == (
        Exit.NOTHING,
        "error: nothing is proposed",
    )


def test_a_keeper_learns_of_a_proposal_by_looking_and_by_sync(kept: Clone) -> None:
    kept.ok("config", "set", "depth", "9", *ANN)
    words = "ann proposes another policy (depth): tk config show shows it"
    assert words in kept.ok("status", *BOB).out
    assert words in kept.ok("sync", *BOB).out
    (item,) = kept.ok("status", *BOB, "--json").json["proposal"]["items"]
    assert (item["by"], item["why"]) == ("ann", "ann proposes another policy (depth)")
    assert "depth" in kept.ok("sync", *BOB, "--json").json["proposal"]
    for who in ("ann", "eve"):
        assert "proposes" not in kept.ok("status", "--as", who).out
        assert "proposes" not in kept.ok("sync", "--as", who).out
    kept.ok("config", "approve", *BOB)
    assert "proposes" not in kept.ok("sync", *BOB).out


def test_all_keepers_are_named(kept: Clone) -> None:
    answer = kept.tk("config", "set", "lease", "60", "--as", "eve")
    assert "remedy: ask ann or bob: tk config set KEY VALUE\n" in answer.err


def test_what_tightens_or_binds_nobody_is_anybody_s_of_them(kept: Clone) -> None:
    kept.ok("config", "set", "depth", "9", *ANN)
    assert "proposed" not in kept.ok("config", "set", "depth", "3", *BOB, "--json").json
    assert law(kept).proposal is None, "any other change drops what was proposed"
    kept.ok("config", "set", "depth", "9", *ANN)
    for dry, would in ((("--dry-run",), "would drop"), ((), "drops")):
        said = kept.ok("config", "set", "lease", "60", *BOB, *dry).err
        assert f"{would} what ann proposed (depth)\n" in said
    kept.ok("config", "set", "prefix", "job", *ANN)
    kept.ok("config", "set", "guards.safe", "state=done", "fields=pr", *ANN)
    kept.push()
    assert kept.verified() == set()


def test_no_door_takes_what_one_loosens_alone(kept: Clone) -> None:
    old = law(kept)
    looser = policy_fields.changed(old, depth=9)
    said = refused(kept, looser, "ann")
    assert "remedy: git stash push" in said
    assert "tk config set KEY VALUE, which proposes it; then ask bob: tk config approve" in said
    refused(kept, policy_fields.changed(old, roles={"policy": ["ann"]}), "ann")
    refused(kept, policy_fields.changed(old, roles={"policy": ["ann", "bob", "me"]}), "ann")
    refused(kept, policy_fields.changed(old, accepted={"0" * 40: "trust me"}), "bob")
    refused(kept, policy_fields.changed(old, actors={"eve": "bob"}), "ann")
    later = looser._replace(version=old.version + 2)
    forged = policy_fields.changed(old, proposal={"by": "bob", "policy": later})
    assert "ann proposes in the name of bob" in refused(kept, forged, "ann")
    too_far = policy_fields.changed(
        old, proposal={"by": "ann", "policy": later._replace(version=9)}
    )
    assert "the next is 5" in refused(kept, too_far, "ann")


def test_an_approval_is_of_what_was_proposed_and_no_more(kept: Clone) -> None:
    kept.ok("config", "set", "depth", "9", *ANN)
    held = law(kept)
    refused(kept, policy_fields.changed(held, depth=10), "bob")
    refused(kept, policy_fields.changed(held, depth=9, children=None, protected=[]), "bob")
    refused(kept, policy_fields.changed(held, depth=9), "ann")
    kept.git("commit", "-q", "--allow-empty", "-m", "something in between")
    kept.write(POLICY_PATH, codec.dump_policy(policy_fields.changed(held, depth=9)))
    kept.git("commit", "-q", "-a", "-m", "law", env={"GIT_AUTHOR_EMAIL": "bob"})
    kept.push()
    assert kept.verified() == set()


def test_an_old_proposal_is_not_replayed(kept: Clone) -> None:
    """It was approved once, then taken back: its commits, made again, are refused."""
    kept.ok("config", "set", "depth", "9", *ANN)
    kept.ok("config", "approve", *BOB)
    proposal, approval = kept.oid("HEAD~1"), kept.oid()
    kept.ok("config", "set", "depth", "5", *BOB)
    for oid in (proposal, approval):
        with pytest.raises(Refused, match=r"TK\d\d\d|conflict"):
            kept.git("cherry-pick", oid)
        kept.git("cherry-pick", "--abort")
        replayed = made(kept, codec.load_policy(kept.git("show", f"{oid}:{POLICY_PATH}").encode() + b"\n"),
                        "bob")  # fmt: skip
        assert kept.verified(f"HEAD..{replayed}") >= {"TK602"}


def test_accepting_a_commit_takes_both(kept: Clone) -> None:
    kept.hooks_off()
    bad = kept.commit(a={"state": "done"})
    kept.git("config", "--unset", "core.hooksPath")
    answer = kept.ok("accept", bad, "--reason", "by hand", *ANN)
    assert answer.out == f"proposed: accept {bad[:10]}: by hand\n"
    assert law(kept).accepted == {}
    kept.ok("config", "approve", *BOB)
    assert law(kept).accepted == {bad: "by hand"}


def test_a_merge_does_not_loosen_what_one_could_not(kept: Clone) -> None:
    """One who is alone on an old branch, or one whose branch has more versions, does not win by that."""
    start = kept.oid("main~2")  # before there was a depth, and before there were two
    kept.git("switch", "-q", "-c", "old", start)
    for number in range(4):
        kept.ok("config", "set", "lease", str(60 + number))
    kept.git("switch", "-q", "main")
    with pytest.raises(
        Refused, match=r"TK511.*the merge gives up version 3 for one that is looser: depth 5 -> 10"
    ):
        kept.git("merge", "-q", "-X", "theirs", "-m", "x", "old")
    kept.git("merge", "--abort")
    tree = kept.git("rev-parse", "old^{tree}")
    forged = kept.commit_tree(tree, "main", "old", message="x\n\nTk-Actor: ann")
    assert kept.verified(f"main..{forged}") >= {"TK511"}
    with pytest.raises(Refused, match="TK511"):
        kept.push(f"{forged}:main", options=("--no-verify",))
    kept.git("switch", "-q", "old")
    kept.ok("config", "set", "depth", "5")
    kept.ok("config", "set", "roles.policy", "ann", "bob")
    kept.git("switch", "-q", "main")
    kept.git("merge", "-q", "-X", "theirs", "-m", "x", "old", env={"GIT_AUTHOR_EMAIL": "ann"})
    kept.push("main", "old")
    assert kept.verified() == set()


def test_one_keeper_is_not_bound_and_is_told_so(clone: Clone) -> None:
    clone.ok("config", "set", "roles.policy", "ann")
    told = [line for line in clone.tk("doctor").out.split("\n") if "keepers" in line]
    fact = "ann is not bound by the policy, which it may loosen alone; with another: "
    way = "tk config set roles.policy ann OTHER"
    assert told == [f"ok   keepers: {fact}{way}"]
    clone.ok("config", "set", "depth", "99", *ANN)
    followed(clone, f"{way.replace('OTHER', 'bob')} --as ann")
    assert (
        "ok   keepers: ann, bob: what loosens the policy takes two of them\n"
        in clone.tk("doctor").out
    )
    clone.push()
    assert clone.verified() == set()
