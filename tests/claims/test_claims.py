"""Who holds a task: taken by a start, ended by a move, kept by renewals, lost by silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit

CLAIM = "refs/tk/claims/a"


def claims_of(project: Project) -> list[str]:
    """The names of all claims."""
    out = project.git("for-each-ref", "--format=%(refname)", "refs/tk/claims")
    return [name.rpartition("/")[2] for name in out.splitlines()]


def says(project: Project, name: str = CLAIM) -> dict[str, str]:
    """What a claim says."""
    body = project.git("log", "-1", "--format=%b", name)
    return dict(line.split(": ", 1) for line in body.splitlines() if line)


def runs_out(project: Project, task: str = "a", actor: str = "alice") -> None:
    """The lease of a task runs out."""
    project.ok("renew", task, "--ttl", "0", "--as", actor)


def test_a_start_claims_the_task_and_its_end_drops_the_claim(project: Project) -> None:
    project.ok("start", "a", "b", "--as", "alice")
    assert claims_of(project) == ["a", "b"]
    said = says(project)
    assert (said["task"], said["holder"], said["ttl"], said["epoch"]) == ("a", "alice", "3600", "1")
    assert said["branch"] == said["base"] == "refs/heads/main"
    project.ok("done", "a", "--as", "alice")
    assert claims_of(project) == ["b"]
    project.git("fsck", "--strict")


@pytest.mark.parametrize(
    ("moves", "held"),
    [
        (["submit a"], True),
        (["submit a", "reject a"], True),
        (["submit a", "approve a"], False),
        (["cancel a"], False),
        (["block a --reason user"], False),
        (["block a --reason user", "resume a"], True),
        (["block a --reason user", "requeue a"], False),
    ],
)
def test_what_moves_do_to_the_claim(project: Project, moves: list[str], held: bool) -> None:
    for words in ["start a", *moves]:
        project.ok(*words.split())
    assert claims_of(project) == (["a"] if held else [])


def test_a_refused_move_leaves_no_claim(project: Project) -> None:
    project.ok("edit", "a", "--depends-on", "b")
    assert project.tk("start", "a").status == Exit.REJECTED
    project.write(".tasks/b.yaml", project.file("b") + "\nedited\n")
    assert project.tk("start", "b").status == Exit.UNUSABLE
    assert claims_of(project) == []


def test_a_dry_run_claims_nothing(project: Project) -> None:
    project.ok("start", "a", "--dry-run")
    assert claims_of(project) == []
    other = project.worktree("other")
    other.ok("start", "a", "--as", "bob")
    assert project.tk("start", "a", "--dry-run").status == Exit.CLAIMED


def test_whoever_comes_second_is_told_the_holder(project: Project) -> None:
    other = project.worktree("other")
    other.ok("start", "a", "--as", "bob")
    for where in (project, other):
        answer = where.tk("start", "a", "--as", "alice")
        assert answer.status == Exit.CLAIMED
        stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        assert re.search(
            rf"a is claimed by bob on other since {stamp}, until {stamp} unless renewed\n"
            r"  remedy: tk next, or .* tk start a --take\n",
            answer.err,
        ), answer.said
    answer = project.tk("start", "b", "a", "--json", "--as", "alice")
    assert answer.json["error"]["kind"] == "claimed"
    assert claims_of(project) == ["a"]
    assert project.state("b") == "todo"


def test_the_same_actor_in_another_worktree_is_second_too(project: Project) -> None:
    other = project.worktree("other")
    other.ok("start", "a")
    assert project.tk("start", "a").status == Exit.CLAIMED


def test_a_start_that_was_undone_can_be_made_again(project: Project) -> None:
    project.ok("start", "a")
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.ok("start", "a")
    assert says(project)["epoch"] == "1"


def test_a_renewal_is_a_child(project: Project) -> None:
    project.ok("start", "a")
    first = project.git("rev-parse", CLAIM)
    answer = project.ok("renew", "a", "--ttl", "7200", "--json")
    assert project.git("rev-parse", f"{CLAIM}^") == first
    assert answer.json["tasks"][0]["token"] == project.git("rev-parse", CLAIM)
    assert says(project)["ttl"] == "7200"
    assert project.tk("renew", "a", "--as", "bob").status == Exit.CLAIMED


def test_only_its_holder_releases_a_claim_or_one_who_names_him(project: Project) -> None:
    project.ok("start", "a", "--as", "alice")
    assert project.tk("release", "a", "--as", "bob").status == Exit.CLAIMED
    assert project.tk("release", "a", "--from", "carol", "--as", "bob").status == Exit.CLAIMED
    project.ok("release", "a", "--from", "alice", "--as", "bob")
    other = project.worktree("other")
    other.git("reset", "-q", "--hard", "HEAD~1")
    other.ok("start", "a", "--as", "bob")
    assert says(project)["epoch"] == "2"
    assert project.tk("release", "b").status == Exit.UNUSABLE
    assert project.tk("renew", "b").status == Exit.UNUSABLE


def test_who_cannot_renew_a_claim_is_told_why_and_the_way_on(project: Project) -> None:
    project.ok("start", "a", "--as", "alice")
    released = "bob released the claim that alice had on a"
    for move, fact, remedy in (
        ("release a --from alice --as bob", released, "start a --take"),
        ("block a --reason user --as alice", "a is blocked, so no one works on it", "resume a"),
        ("done a --as alice", "a is done, so no one works on it", "reopen a"),
    ):
        project.ok(*move.split())
        refused = project.tk("renew", "a", "--as", "alice")
        assert (refused.status, fact in refused.err) == (Exit.UNUSABLE, True), refused.said
        assert refused.err.rstrip().endswith(f"tk {remedy}")
        project.ok(*remedy.split(), "--as", "alice")
        if not remedy.startswith("reopen"):
            project.ok("renew", "a", "--as", "alice")


def test_a_lease_that_ran_out_is_taken_over(project: Project) -> None:
    other = project.worktree("other")
    project.ok("start", "a", "--as", "alice")
    token = project.git("rev-parse", CLAIM)
    assert other.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    runs_out(project)
    other.ok("start", "a", "--as", "bob")
    assert (says(project)["holder"], says(project)["epoch"]) == ("bob", "2")
    project.git("merge-base", "--is-ancestor", token, CLAIM)


def test_reap_frees_what_ran_out_and_nothing_else(project: Project) -> None:
    project.ok("start", "a", "b", "--as", "alice")
    assert "no lease has run out" in project.ok("reap").err
    runs_out(project)
    dry = project.ok("reap", "--dry-run")
    fact = "the lease of alice has run out"
    said = f"would be: a: released, {fact}; in_progress: tk next offers it  Task a\n"
    assert (dry.out, "released" in says(project)) == (said, False)
    answer = project.ok("reap", "--json")
    assert answer.json["tasks"] == [{"id": "a", "fact": fact, "state": "in_progress"}]
    assert (says(project)["released"], project.state("a")) == ("True", "in_progress")
    assert project.ok("reap").out == ""
    taken = project.ok("next", "--claim", "--as", "bob", "--json").json
    assert (taken["task"]["id"], "attempt" in taken["task"]) == ("a", False)
    assert says(project)["holder"] == "bob"
    project.ok("verify", "--all")


def test_a_finished_task_stays_claimed_until_it_is_merged(project: Project) -> None:
    other = project.worktree("other")
    other.ok("start", "a", "--as", "bob")
    other.ok("done", "a", "--as", "bob")
    assert says(project)["final"] == "done"
    answer = project.tk("start", "a", "--as", "alice")
    assert answer.status == Exit.CLAIMED
    assert (
        "a is done by bob on other, which is not merged yet\n  remedy: git merge other"
        in answer.err
    )
    project.ok("reap")
    assert claims_of(project) == ["a"]
    project.git("merge", "-q", "other")
    project.ok("reap")
    assert claims_of(project) == []


def test_unmerged_work_that_was_thrown_away_may_be_repeated(project: Project) -> None:
    other = project.worktree("other")
    other.ok("start", "a")
    other.ok("done", "a")
    project.git("worktree", "remove", str(other.path))
    project.git("branch", "-q", "-D", "other")
    project.ok("start", "a")


def test_a_claim_that_nobody_can_read_stands_in_nobody_s_way(project: Project) -> None:
    project.git("update-ref", CLAIM, "HEAD")
    project.ok("start", "a")
    project.git("update-ref", "refs/tk/claims/b", "HEAD:code.txt")
    assert project.tk("start", "b").status in (Exit.OK, Exit.UNUSABLE)


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_the_holder_s_clock_says_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, skew: int
) -> None:
    import time

    other = project.worktree("other")
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(time.time()) + skew} +0000")
    project.ok("start", "a", "--as", "alice")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    assert other.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    assert "no lease" in other.ok("reap").err
    runs_out(project)
    other.ok("start", "a", "--as", "bob")


def test_a_claim_costs_no_process(project: Project, tmp_path: Path) -> None:
    """As many git processes as an edit, which claims nothing."""

    def started(*words: str) -> int:
        trace = tmp_path / words[0]
        project.git("config", "--global", "trace2.eventTarget", str(trace))
        assert project.process(*words).status == 0
        project.git("config", "--global", "--unset", "trace2.eventTarget")
        return trace.read_text().count('"event":"start"') - 1  # the unset is traced, too

    assert started("start", "a") <= started("edit", "b", "--title", "Another")
    assert started("done", "a") <= started("note", "b", "well")
