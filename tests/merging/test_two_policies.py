"""Two branches change the policy: nothing is lost, and the way on is a line that works."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.support.clone import Clone
from tests.support.project import Project
from tkledger.core.policy import DEFAULT, Policy
from tkledger.errors import Exit
from tkledger.verbs.repeated import repeated
from tkledger.verbs.settings import changed

LINES = (
    "depth 20",
    "children 3",
    "squash path",
    "protected main 'release/*'",
    "forbid 'todo->cancelled'",
    "roles.lead ann 'bot-*'",
    "actors.a@b.c ann",
    "pushers.fleet a b",
    "loops.identity warn",
    "approvals.count 2",
    "approvals.independent true",
    "budget.cost 0.5",
    "budgets.bug steps=5 cost=1",
    "guards.safe state=done,in_review role=lead fields=pr",
    "guards.sign state=done signed=true",
    "may.bot-* verbs=note,start paths=src/*",
)


def after(begin: Policy, *lines: str) -> Policy:
    for line in lines:
        setting, *words = shlex.split(line)
        begin = changed(begin, setting, words)
    return begin


def typed(begin: Policy, line: str) -> Policy:
    """The policy after what a line has typed into a shell."""
    return after(begin, *(one.removeprefix("tk config set ") for one in line.split(" && ")))


def same(one: Policy, other: Policy) -> bool:
    return one._replace(version=1) == other._replace(version=1)


@pytest.mark.parametrize("line", LINES)
def test_a_change_is_repeated_by_the_line_that_made_it(line: str) -> None:
    made = after(DEFAULT, line)
    known = after(DEFAULT, "lease 60")
    assert repeated(DEFAULT, made, known) == f"tk config set {line}".replace(
        "may.bot-*", "'may.bot-*'"
    ).replace("paths=src/*", "'paths=src/*'")
    assert same(typed(known, repeated(DEFAULT, made, known)), after(known, line))
    back = repeated(made, DEFAULT, made)
    assert same(typed(made, back), DEFAULT), "and taken back"
    assert repeated(DEFAULT, made, made) == ""


def test_many_changes_and_what_no_word_says_are_for_an_editor() -> None:
    assert repeated(DEFAULT, after(DEFAULT, *LINES), DEFAULT) == "tk config edit"
    odd = DEFAULT._replace(
        may={"x": after(DEFAULT, "may.x paths=a").may["x"]._replace(paths=("a,b",))}
    )
    assert repeated(DEFAULT, odd, DEFAULT) == "tk config edit"


def test_sync_says_how_both_changes_come_in_force(ada: Project, bob: Project) -> None:
    ada.ok("config", "set", "depth", "20")
    ada.ok("sync")
    bob.ok("config", "set", "lease", "60")
    answer = bob.tk("sync")
    assert answer.status == Exit.UNUSABLE
    assert "remedy: tk config set depth 20 (as origin/main has it), then tk sync\n" in answer.err
    bob.ok("config", "set", "depth", "20")
    assert "gave way" not in bob.ok("sync").out
    ada.ok("sync")
    shown = ada.ok("config", "show").out
    assert "depth: 20\nlease: 60\n" in shown
    ada.ok("verify", "--all")


def test_sync_says_which_changes_gave_way_to_a_newer_policy(ada: Project, bob: Project) -> None:
    for depth in ("20", "21"):
        ada.ok("config", "set", "depth", depth)
    ada.ok("sync")
    bob.ok("config", "set", "lease", "60")
    assert bob.ok("sync", "--dry-run", "--json").json["repeat"] == "tk config set lease 60"
    assert bob.ok("sync").out.endswith("to make them again: tk config set lease 60\n")
    bob.ok("config", "set", "lease", "60")
    bob.ok("sync")
    assert "depth: 21\nlease: 60\n" in bob.ok("config", "show").out


def test_a_keeper_s_sync_does_not_give_its_limit_up(ada: Project, bob: Project) -> None:
    """The policy there is newer, and without the limit: this side's becomes as new, with all that is there."""
    names = [f"{one}@example.org" for one in ("ada", "bob")]
    ada.ok("config", "set", "roles.policy", *names)
    ada.ok("config", "set", "depth", "30")
    ada.ok("config", "approve", "--as", names[1])
    ada.ok("sync")
    bob.ok("sync")
    for line in ("depth 20", "lease 60"):
        ada.ok("config", "set", *line.split(" "))
    ada.ok("sync")
    bob.ok("config", "set", "children", "9")
    answer = bob.tk("sync")
    line = "tk config set depth 20 && tk config set lease 60"
    assert "TK511" in answer.err
    assert f"remedy: {line} (as origin/main has it), then tk sync\n" in answer.err
    for one in line.split(" && "):
        bob.ok(*one.split(" ")[1:])
    bob.ok("sync")
    assert "depth: 20\nchildren: 9\n" in bob.ok("config", "show").out
    bob.ok("verify", "--all")


def diverged(at: Clone, *mine: str) -> None:
    """A branch that has depth 20, and HEAD with other settings."""
    at.git("switch", "-q", "-c", "side")
    at.ok("config", "set", "depth", "20")
    at.git("switch", "-q", "main")
    for line in mine:
        at.ok("config", "set", *line.split(" "))


def way(at: Clone, *options: str) -> str:
    answer = at.tk("resolve", *options)
    assert answer.status == Exit.UNUSABLE
    return answer.err.partition("remedy: ")[2].strip()


def test_resolve_names_the_way_that_keeps_both(clone: Clone) -> None:
    """Where two keepers made the policy stricter, neither side may give the other's up."""
    clone.ok("config", "set", "roles.policy", "test@example.org", "bob")
    clone.ok("config", "set", "depth", "30")
    clone.ok("config", "approve", "--as", "bob")
    diverged(clone, "children 9")
    clone.run("merge", "side")
    line = "tk config set depth 20"
    told = f"git merge --abort, then {line} (as theirs has it), and merge again"
    assert way(clone) == way(clone, "--theirs") == told
    clone.git("merge", "--abort")
    clone.ok(*line.split(" ")[1:])
    clone.run("merge", "side")
    assert clone.ok("resolve").err == "now: git commit\n"
    clone.git("commit", "-q", "--no-edit")
    assert "depth: 20\nchildren: 9\n" in clone.ok("config", "show").out
    clone.push()
    assert clone.verified() == set()


def test_what_one_side_has_taken_alone_says_what_it_leaves_out(clone: Clone) -> None:
    diverged(clone, "lease 60")
    clone.run("merge", "side")
    said = clone.ok("resolve", "--ours").err
    assert (
        said
        == "it leaves changes out; to make them once this is committed: tk config set depth 20\nnow: git commit\n"
    )
    clone.git("commit", "-q", "--no-edit")
    clone.ok("config", "set", "depth", "20")
    assert "depth: 20\nlease: 60\n" in clone.ok("config", "show").out


def test_a_merge_says_which_changes_give_way(ada: Project) -> None:
    """With the merge driver, and without it."""
    ada.git("branch", "side")
    for depth in ("20", "21"):
        ada.ok("config", "set", "depth", depth)
    ada.git("switch", "-q", "side")
    ada.ok("config", "set", "lease", "60")
    merge = ["git", "merge", "--no-edit", "main"]
    said = subprocess.run(merge, cwd=ada.path, capture_output=True, check=True, text=True).stderr
    line = "tk config set lease 60"
    assert (
        f"tk: .tasks/config.yaml: the newer version is kept; to make the other's changes: {line}"
        in said
    )
    ada.git("reset", "-q", "--hard", "HEAD~1")
    ada.git("config", "--remove-section", "merge.tk")
    ada.git("merge", "main", check=False)
    assert line in ada.ok("resolve").err


def test_a_rebase_of_a_policy_goes_on_without_it(clone: Clone) -> None:
    diverged(clone, "lease 60")
    clone.git("switch", "-q", "side")
    clone.run("rebase", "main")
    line = "tk config set depth 20"
    assert way(clone, "--theirs") == f"git rebase --skip, or git cherry-pick --skip; then {line}"
    clone.git("rebase", "--skip")
    clone.ok(*line.split(" ")[1:])
    assert "depth: 20\nlease: 60\n" in clone.ok("config", "show").out
    assert not Path(clone.path / ".git/rebase-merge").exists()
