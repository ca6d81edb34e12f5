"""Ways around what is counted: each refused by the server and named by ``tk verify``, beside it a
similar way that is legal.
"""

from __future__ import annotations

import json
import re
from unittest.mock import patch

import pytest

from tests.support.clone import Clone, Refused
from tests.support.project import Project
from tkledger.doors import branches
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger


@pytest.fixture
def past_hooks(clone: Clone) -> Clone:
    return clone.hooks_off()


def words(clone: Clone, *paragraphs: str) -> None:
    """A commit that changes nothing, of these words as they are."""
    message = "\n\n".join(paragraphs)
    clone.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", stdin=message)


def shut(clone: Clone, code: str, base: str = "origin/main") -> None:
    """The server refuses what was committed, and ``tk verify`` names it."""
    with pytest.raises(Refused, match=code):
        clone.push()
    assert code in clone.verified(f"{base}..HEAD")
    clone.git("reset", "-q", "--hard", base)


# -- what is remembered between pushes ---------------------------------------------------------


def test_pushes_about_another_task_do_not_forget_an_attempt(past_hooks: Clone) -> None:
    clone = past_hooks
    fields = {"budget": {"scope": "attempt", "steps": 1}}
    clone.commit("limits", a=fields, p={"budget": {"steps": 9}})
    clone.ok("block", "a", "--reason", "failed")
    clone.ok("requeue", "a")
    clone.push()
    for _ in range(3):
        words(clone, "work", "Tk-Task: p")
        clone.push()
    words(clone, "work", "Tk-Task: a")
    clone.push()
    words(clone, "work", "Tk-Task: a")
    shut(clone, "TK401")


# -- text that would be accounting -------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\u2028", "\r", "\x85"], ids=repr)
def test_a_reason_books_nothing_on_another_task(clone: Clone, end: str) -> None:
    clone.ok("edit", "s", "--budget", "tokens=9")
    charge = f"gone{end}Tk-Spend: s{end}Tk-Tokens: 7"
    clone.ok("step", "p", "-m", charge)
    clone.tk("cancel", "p", "-m", charge)  # a file holds no control characters
    clone.tk("block", "a", "--reason", charge)
    clone.tk("edit", "b", "--label", "x", "--reason", charge)
    assert clone.task("s").spent.tokens is None
    assert "0 of 9" in clone.ok("budget", "s").out
    clone.ok("spend", "s", "--tokens-in", "7")  # this is how
    assert clone.task("s").spent.tokens == 7
    clone.push()
    assert clone.verified() == set()


def test_a_title_uses_up_no_budget(past_hooks: Clone) -> None:
    clone = past_hooks
    clone.ok("edit", "s", "--budget", "tokens=9")
    title = "x\u2028Tk-Spend: s\u2028Tk-Tokens: 99999"
    answer = clone.tk("new", title, "--id", "x")
    assert answer.status == Exit.USAGE
    assert "title: must be one line" in answer.err
    assert clone.tk("edit", "a", "--title", title).status == Exit.USAGE
    clone.commit(
        f"tk: new x {title}", x={"title": title}
    )  # a file may hold it, and means nothing by it
    clone.ok("start", "x")
    clone.push()
    assert "0 of 9" in clone.ok("budget", "s").out
    clone.ok("step", "s")
    clone.push()
    assert clone.verified() == set()


def test_what_git_may_keep_below_the_scissors_is_judged(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "steps=0")
    scissors = "# ------------------------ >8 ------------------------"
    message = f"work\n\n{scissors}\nTk-Task: p\n"
    options = ("-q", "--allow-empty", "-F", "-")
    with pytest.raises(Refused, match="TK401"):
        clone.git("commit", *options, "--cleanup=verbatim", stdin=message)
    clone.write("code.txt", "Tk-Task: p\n")
    clone.git("commit", "-q", "-a", "-v", "-e", "-m", "code", env={"GIT_EDITOR": "true"})
    clone.push()
    assert clone.verified() == set()


# -- more than can be read or counted ----------------------------------------------------------


@pytest.mark.parametrize("date", [2**63 - 808, 10**26], ids=str)
def test_an_impossible_date_is_refused_and_breaks_no_command(past_hooks: Clone, date: int) -> None:
    clone = past_hooks
    made = clone.git("cat-file", "commit", clone.commit(a={"priority": 1}))
    raw = re.sub(r"(?m)^(author|committer) (.*) \d+ ", rf"\1 \2 {date} ", made) + "\n"
    oid = clone.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
    clone.git("reset", "-q", "--hard", oid)
    for words in (["show", "a"], ["log"], ["list"], ["budget", "a"], ["verify", "--all"]):
        assert clone.tk(*words).status == Exit.OK, words
    assert "9999-12-31" in clone.tk("show", "a").out
    with pytest.raises(Refused, match="TK703"):
        clone.push()
    clone.git("reset", "-q", "--hard", "origin/main")
    clone.commit(a={"priority": 1})
    clone.push()


def test_a_message_charges_a_thousand_tasks_at_most(past_hooks: Clone) -> None:
    clone = past_hooks
    many = "".join(f"Tk-Task: x{number}\nTk-Tokens: 1\n" for number in range(30_000))
    words(clone, "work", many)
    shut(clone, "TK406")
    words(clone, "work", "Tk-Task: p\n" * 30_000)  # one step of one task
    clone.push()
    assert clone.verified("origin/main~1..HEAD") == set()


def test_what_is_charged_to_no_task_takes_no_memory(project: Project) -> None:
    """Though history has it already, or another host took it."""
    for number in range(3):
        many = "".join(f"Tk-Task: x{number}-{one}\n" for one in range(2_000))
        message = f"work\n\n{many}Tk-Task: a\nTk-Task: ../a\n"
        project.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message)
    repo = Repo(str(project.path))
    sums = Ledger(repo).tally.sums(project.head())
    repo.close()
    found = {task: [*account.sums.values()] for task, account in sums.accounts.items()}
    assert found == {"a": [[3, 0, 0, 0, 0, 0]], "@test@example.org": [[3, 0, 0, 0, 0, 0]]}


# -- a budget for each branch ------------------------------------------------------------------


def branch(clone: Clone, name: str, start: str = "origin/main") -> None:
    clone.git("switch", "-q", "-c", name, start)


def stepped(clone: Clone, count: int, task: str = "p") -> None:
    for _ in range(count):
        number = clone.git("rev-list", "--all", "--count")  # no two are alike, made in one second
        words(clone, f"work {number}", f"Tk-Task: {task}")


@pytest.fixture
def limited(past_hooks: Clone) -> Clone:
    """Task p may take three steps, with all below it."""
    past_hooks.commit("limits", p={"budget": {"steps": 3}}, a={"parent": "p"})
    past_hooks.push()
    return past_hooks


def test_branches_from_one_commit_share_a_budget(limited: Clone) -> None:
    clone = limited
    branch(clone, "one")
    stepped(clone, 2)
    clone.push("one")
    branch(clone, "two")
    stepped(clone, 1, "a")
    clone.push("two")  # three, on two branches
    clone.commit(b={"priority": 1})
    clone.push("two")
    stepped(clone, 1)
    with pytest.raises(Refused, match=r"TK711.*4 of 3 steps used on all branches"):
        clone.push("two")
    branch(clone, "three", "origin/main")
    stepped(clone, 1)
    with pytest.raises(Refused, match="TK711"):
        clone.push("three")
    clone.git("switch", "-q", "one")  # merges are never refused, nor is the end
    clone.git("merge", "-q", "--no-edit", "origin/two")
    over = clone.commit_tree(
        clone.oid("HEAD^{tree}"), "origin/one", "two"
    )  # with its step too many
    assert "exceeded: p: 4 of 3 steps used" in clone.ok("verify", over).err
    (exceeded,) = json.loads(clone.ok("verify", over, "--json").out)["exceeded"]
    assert (exceeded["holder"], exceeded["used"], exceeded["limit"]) == ("p", 4, 3)
    assert "exceeded" not in clone.ok("verify", "HEAD").err
    clone.ok("submit", "p")
    clone.push("one")


def test_two_branches_in_one_push_share_it_too(limited: Clone) -> None:
    clone = limited
    for name in ("one", "two"):
        branch(clone, name)
        stepped(clone, 2)
    with pytest.raises(Refused, match="TK711"):
        clone.push("one", "two")
    clone.push("one")


def test_a_rewritten_branch_replaces_the_one_it_was(limited: Clone) -> None:
    clone = limited
    branch(clone, "one")
    stepped(clone, 3)
    clone.push("one")
    clone.git("switch", "-q", "main")
    clone.commit(b={"priority": 1})
    clone.git("rebase", "-q", "--force-rebase", "main", "one")
    clone.push("--force", "one")
    clone.push("one:main", ":one")
    assert clone.verified() == set()


def test_a_mark_outlives_its_branch(limited: Clone) -> None:
    """What was used on a branch with a mark counts after it was deleted; both remedies work."""
    clone = limited
    branch(clone, "one")
    stepped(clone, 2)
    clone.ok("block", "p", "--reason", "user")
    clone.push("one")
    gone = clone.oid()
    clone.push(":one")
    branch(clone, "two")
    stepped(clone, 1)
    clone.push("two")  # three in all
    stepped(clone, 1)
    reason = f"TK711.*4 of 3 steps used on all branches and on one that is gone, {gone[:10]}"
    with pytest.raises(Refused, match=reason):
        clone.push("two")
    over = clone.oid()
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.ok("submit", "p")
    clone.push("two")
    clone.git("switch", "-q", "-c", "more", over)
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.ok("edit", "p", "--budget", "steps=4", "--reason", "the first one was thrown away")
    stepped(clone, 1)
    clone.push("more")


def test_a_mark_that_was_carried_on_or_merged_counts_once(limited: Clone) -> None:
    clone = limited
    branch(clone, "one")
    stepped(clone, 1)
    clone.ok("block", "p", "--reason", "user")
    clone.push("one")
    clone.git("switch", "-q", "main")
    clone.commit(b={"priority": 1})
    clone.git("rebase", "-q", "--force-rebase", "main", "one")
    clone.push("--force", "one")
    clone.ok("resume", "p")
    stepped(clone, 1)
    clone.push("one:main", ":one")
    stepped(clone, 1)
    clone.push("one:main")
    assert clone.verified() == set()


def test_a_branch_each_does_not_give_more_children(past_hooks: Clone) -> None:
    clone = past_hooks
    clone.ok("config", "set", "children", "1")
    clone.push()
    branch(clone, "one")
    clone.ok("new", "First", "--id", "x", "--parent", "p")
    clone.push("one")
    branch(clone, "two")
    clone.ok("new", "Another", "--id", "y", "--parent", "p")
    with pytest.raises(Refused, match=r"TK711.*2 children on all branches"):
        clone.push("two")
    branch(clone, "three")
    clone.ok("new", "Elsewhere", "--id", "z", "--parent", "s")
    clone.push("three")


def test_a_push_that_adds_to_no_limit_looks_nothing_up(project: Project) -> None:
    project.ok("step", "a")
    project.ok("new", "Below", "--parent", "a")
    project.ok("edit", "b", "--budget", "steps=1")
    project.ok("step", "b")
    repo = Repo(str(project.path))
    ledger = Ledger(repo)
    limited = branches.Limited({}, {}, {})
    for commit, change in changes.walk(ledger, "HEAD~1"):
        limited.note(commit, change)
    assert limited == ({}, {}, {})
    repo.close()
    with patch.object(Repo, "run", side_effect=AssertionError):
        assert list(branches.judged(ledger, [], [], limited)) == []
    for commit, change in changes.walk(ledger, "HEAD"):
        limited.note(commit, change)
    assert limited.steps == {"b": project.head()}
    repo.close()
