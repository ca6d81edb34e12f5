"""Claims and inboxes at a remote and here: who goes on, who yields, who let go."""

from __future__ import annotations

import pytest

from tests.support.project import Project
from tests.support.team import Team, tk_refs


def both(*members: Project) -> None:
    for one in members:
        one.ok("sync")


def test_a_claim_is_seen_by_all(team: Team, ada: Project, bob: Project) -> None:
    oid = team.claim(ada, "a", "holds")
    assert ada.ok("sync").out.splitlines()[1] == "claim sent: a"
    assert bob.ok("sync").out.splitlines()[1] == "a: claimed by ada"
    assert tk_refs(bob) == tk_refs(team.server) == {"a": oid}


def test_a_renewal_and_a_takeover_are_followed(team: Team, ada: Project, bob: Project) -> None:
    first = team.claim(ada, "a", "holds")
    both(ada, bob)
    renewed = team.claim(ada, "a", "renews", on=first)
    both(ada, bob)
    assert tk_refs(bob) == {"a": renewed}
    taken = team.claim(bob, "a", "takes over", on=renewed)
    both(bob, ada)
    assert tk_refs(ada) == tk_refs(team.server) == {"a": taken}


def test_of_two_claims_the_remotes_stands_and_the_loser_is_told(
    team: Team, ada: Project, bob: Project
) -> None:
    won = team.claim(ada, "a", "holds")
    team.claim(bob, "a", "holds as well")
    kept = team.claim(bob, "b", "holds")
    both(ada)
    said = bob.ok("sync").out
    assert "a: your claim is lost, since it is claimed by ada" in said
    assert "claim sent: b" in said
    assert tk_refs(bob) == {"a": won, "b": kept}
    bob.ok("start", "c")
    team.claim(bob, "a", "again")
    assert bob.ok("sync", "--json").json["claims"] == {"sent": ["c"], "lost": ["a"]}


def test_a_released_claim_goes_everywhere(team: Team, ada: Project, bob: Project) -> None:
    team.claim(ada, "a", "holds")
    both(ada, bob)
    ada.git("update-ref", "-d", "refs/tk/claims/a")
    assert "claim sent: a" in ada.ok("sync").out
    assert tk_refs(team.server) == {}
    assert bob.ok("sync").out.splitlines()[1] == "a: no longer claimed"
    assert tk_refs(bob) == {}
    assert "nothing to do" in ada.ok("sync").out


def test_a_claim_that_was_let_go_does_not_come_back(team: Team, ada: Project, bob: Project) -> None:
    """Not even by a clone that had seen it, and had not heard yet."""
    team.claim(ada, "a", "holds")
    both(ada, bob)
    ada.git("update-ref", "-d", "refs/tk/claims/a")
    both(ada, bob, ada, bob)
    assert tk_refs(team.server) == tk_refs(ada) == tk_refs(bob) == {}


def test_a_fetch_that_prunes_spares_claims_that_were_not_sent_yet(
    team: Team, ada: Project, bob: Project
) -> None:
    team.claim(bob, "b", "holds")
    bob.ok("sync")
    oid = team.claim(ada, "a", "holds")
    ada.git("config", "fetch.prune", "true")
    ada.ok("sync", "--dry-run")
    ada.git("fetch", "-q", "--prune")
    assert tk_refs(ada) == {"a": oid}


def test_what_is_no_claim_of_a_task_is_passed_over(team: Team, ada: Project, bob: Project) -> None:
    oid = team.claim(ada, "a", "holds")
    blob = team.server.git("hash-object", "-w", "--stdin", stdin="no commit")
    for ref, target in (("a/b", None), ("x.y", None), ("blob", blob)):
        other = target or team.server.git("rev-parse", "main")
        team.server.git("update-ref", f"refs/tk/claims/{ref}", other)
        team.server.git("update-ref", f"refs/tk/inbox/{ref}", other)
    bob.ok("sync")
    assert tk_refs(bob) == {}
    assert oid not in tk_refs(bob).values()


def test_inboxes_that_went_apart_become_one(team: Team, ada: Project, bob: Project) -> None:
    for one in (ada, bob):
        tree = one.git("mktree")
        oid = one.git("commit-tree", tree, "-m", f"by {one.path.name}")
        one.git("update-ref", "refs/tk/inbox/carl%40x", oid)
    both(ada)
    said = bob.ok("sync").out.splitlines()[1]
    assert said == "inbox sent: carl@x; inbox received: carl@x"
    both(ada)
    assert tk_refs(ada, "inbox") == tk_refs(bob, "inbox") == tk_refs(team.server, "inbox")
    log = ada.git("log", "--format=%s", "refs/tk/inbox/carl%40x").splitlines()
    assert sorted(log) == ["by ada", "by bob", "tk: both copies"]


def test_branch_and_claim_go_together_or_not_at_all(team: Team, ada: Project, bob: Project) -> None:
    """Somebody claims the task between our look at the server and our push."""
    won = team.claim(bob, "a", "holds")
    team.claim(ada, "a", "holds as well")
    ada.ok("start", "a")
    push = f"git -C {bob.path} push -q origin refs/tk/claims/a"
    hook = f'#!/bin/sh\nmkdir "{team.folder}/once" 2>/dev/null && {push}\nexit 0\n'
    ada.write(".git/hooks/pre-push", hook).chmod(0o755)
    said = ada.ok("sync", "--json").json
    assert (said["tries"], said["claims"]) == (2, {"lost": ["a"]})
    assert tk_refs(ada) == tk_refs(team.server) == {"a": won}
    assert team.server.git("rev-parse", "main") == ada.head()


def test_the_clones_own_hook_is_not_asked_again_for_claims_that_go_along(ada: Project) -> None:
    """tk sync has asked that door; what it did not ask about is judged, or not let through."""
    hook = ada.path / ".git/hooks/pre-push"
    lines = hook.read_text().splitlines()
    lines[lines.index(next(x for x in lines if x.startswith("python=")))] = "python='/gone'"
    hook.write_text("\n".join(lines) + "\n")
    ada.ok("start", "a")
    assert "claim sent: a" in ada.ok("sync").out
    ada.ok("note", "a", "more")
    with pytest.raises(AssertionError, match="cannot judge this"):
        ada.git("push", "-q", "origin", "main")
    with pytest.raises(AssertionError, match="cannot judge this"):
        ada.git("push", "-q", "origin", "main", "refs/tk/claims/a:refs/tk/inbox/a")


def test_all_that_a_fetch_brings_is_one_transaction(ada: Project, bob: Project) -> None:
    """git starts the hook twice for each."""
    for task in "abc":
        ada.ok("start", task)
    ada.ok("sync")
    seen = bob.path / "seen"
    chained = bob.write(
        ".git/hooks/reference-transaction.before-tk",
        f"#!/bin/sh\n[ \"$1\" = prepared ] || exit 0\necho start >>'{seen}'\ncat >>'{seen}'\n",
    )
    chained.chmod(0o755)
    bob.ok("sync")
    moves = [one for one in seen.read_text().split("start\n") if "refs/tk/remotes/" in one]
    assert [one.count("refs/tk/remotes/origin/claims/") for one in moves] == [3]
    assert moves[0].count("refs/tk/remotes/origin/heads/main") == 1
