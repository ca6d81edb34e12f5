"""A commit of code names the only task that its author has in progress, on any branch."""

from __future__ import annotations

import os
import re
import shlex

import pytest

from tests.support.clone import Clone, Refused


def named(clone: Clone) -> str:
    """The task that the newest commit names."""
    return clone.git("log", "-1", "--format=%(trailers:key=Tk-Task,valueonly)").strip()


def commits(clone: Clone, words: str = "work", **env: str) -> str:
    """A commit of code, by what is in the environment; the task that it names."""
    clone.write("code.txt", (clone.path / "code.txt").read_text() + "more\n")
    clone.git("commit", "-q", "-m", words, "code.txt", env=env)
    return named(clone)


def test_the_hook_names_the_only_task_that_the_author_has_in_progress(clone: Clone) -> None:
    assert commits(clone) == "", "p and s are in progress"
    clone.ok("submit", "s")
    clone.ok("start", "b", "--as", "bob")
    assert commits(clone) == "p"
    assert commits(clone, TK_ACTOR="bob") == "b"
    assert commits(clone, GIT_AUTHOR_EMAIL="new@example.org") == ""
    assert commits(clone, "for c\n\nTk-Task: c") == "c", "what a message says is left alone"
    assert [commits(clone, TK_TASK=one) for one in ("c", "-")] == ["c", ""]
    clone.git("commit", "-q", "--allow-empty", "-m", "no work")
    assert named(clone) == ""
    clone.git("switch", "-q", "-c", "side")
    assert commits(clone) == "p", "on any branch"
    clone.commit(c={"labels": ["x"]})
    assert named(clone) == "", "the ledger alone is no work"
    clone.ok("config", "set", "actors", "new@example.org=test@example.org")
    assert commits(clone, GIT_AUTHOR_EMAIL="new@example.org") == "p", "by another of one's names"


def test_an_amended_commit_names_what_it_named(clone: Clone) -> None:
    """Also by another message; what that says itself counts."""
    clone.ok("submit", "s")
    assert commits(clone) == "p"
    for option in ("--amend", "--am"):
        clone.git("commit", "-q", option, "-m", "better")
        assert named(clone) == "p"
    clone.write("code.txt", "other\n")
    clone.git("commit", "-q", "-a", "--amend", "-n", "-m", "better still", env={"TK_ACTOR": "eve"})
    assert named(clone) == "p"
    clone.git("commit", "-q", "--amend", "-m", "for c", "-m", "Tk-Task: c")
    assert named(clone) == "c"
    clone.git("commit", "-q", "--amend", "-m", "for both", "-m", "Tk-Task: c\n  Tk-Task: p")
    clone.git("commit", "-q", "--amend", "-m", "still")
    assert named(clone).split() == ["c", "p"]
    clone.git("commit", "-q", "--allow-empty", "-m", "-m --amend")
    assert named(clone) == ""
    clone.git("commit", "-q", "--amend", "--allow-empty", "-m", "that named none")
    assert named(clone) == ""


def test_a_commit_beside_a_review_is_told_how_it_would_count(clone: Clone) -> None:
    for task in ("p", "s"):
        clone.ok("submit", task)
    clone.write("code.txt", "other\n")
    said = clone.run("commit", "-q", "-a", "-m", "more").stderr.decode()
    assert named(clone) == ""
    fact, way = said.splitlines()
    assert fact == "tk: p is in review, so this commit does not name it; if it is work on it, then:"
    clone.git(*shlex.split(way)[1:])
    assert named(clone) == "p"
    clone.write("code.txt", "another\n")
    for env in ({"TK_TASK": "p"}, {"TK_ACTOR": "eve"}):
        assert clone.run("commit", "-q", "-a", "-m", "it", env={**os.environ, **env}).stderr == b""
        clone.write("code.txt", env.get("TK_TASK", ""))
    clone.ok("config", "set", "attribution", "required")
    clone.write("code.txt", "one more\n")
    with pytest.raises(Refused, match="TK_TASK=p git commit, or TK_TASK=s git commit") as refused:
        clone.git("commit", "-q", "-a", "-m", "no name")
    assert "in review" not in str(refused.value), "there is nothing to amend"


def test_what_git_makes_of_other_commits_is_not_work_of_now(clone: Clone) -> None:
    clone.ok("submit", "s")
    clone.git("switch", "-q", "-c", "side")
    clone.write("other.txt", "1\n")
    clone.git("add", "other.txt")
    clone.git("commit", "-q", "-m", "other", env={"TK_TASK": "-"})
    clone.git("switch", "-q", "main")
    commits(clone, TK_TASK="-")
    clone.git("cherry-pick", "side")
    assert named(clone) == ""
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.git("rebase", "-q", "main", "side")
    assert named(clone) == ""
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--squash", "side")
    clone.git("commit", "-q", "--no-edit")
    assert named(clone) == ""
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert named(clone) == ""


def test_the_hook_asks_anew_only_if_the_ledger_changed(clone: Clone) -> None:
    """A note that is not true shows when it is read; one that is odd counts for nothing."""
    note = clone.path / ".git/tk/mine"
    clone.ok("submit", "s")
    assert commits(clone) == "p"
    tree, task, actor = note.read_text().split()
    assert (tree, task) == (clone.oid("HEAD:.tasks"), "p")
    note.write_text(f"{tree} a {actor}\n")
    assert commits(clone) == "a"
    for odd in ("", "\n", f"{tree}\n", f"{tree} a\n", f"{tree} a {actor}x\n", f"x a {actor}\n"):
        note.write_text(odd)
        assert commits(clone) == "p", odd
    for task in ("../p", "-x", "-", "p\u00e4"):
        note.write_text(f"{tree} {task} {actor}\n")
        assert commits(clone) == "", task
    clone.ok("submit", "p")
    assert commits(clone) == ""


def test_who_has_several_tasks_or_none_is_told_how_where_the_policy_asks(clone: Clone) -> None:
    clone.ok("config", "set", "attribution", "required")
    clone.ok("start", "b", "--as", "bob")
    with pytest.raises(Refused) as refused:
        commits(clone)
    fact, way = str(refused.value).strip().splitlines()
    assert fact.endswith("error[TK706] this commit: names no task")
    assert way == "  remedy: TK_TASK=p git commit, or TK_TASK=s git commit"
    variable, *words = shlex.split(way.partition(": ")[2].partition(",")[0])
    clone.git(*words[1:], "-qam", "work", env=dict([variable.split("=")]))
    assert named(clone) == "p"
    clone.ok("submit", "p")
    clone.ok("submit", "s")
    with pytest.raises(
        Refused, match="remedy: TK_TASK=ID git commit, with the id of a task: tk list"
    ):
        commits(clone, TK_ACTOR="eve")
    clone.git("checkout", "-q", "HEAD", "code.txt")
    clone.ok("start", "a")
    assert commits(clone) == "a"


def test_what_is_begun_by_hand_without_an_owner_is_nobody_s_until_it_is_started(
    clone: Clone,
) -> None:
    """The hook says so, and so does every look; the command that they name makes it the actor's."""
    for task in "ps":
        clone.ok("submit", task)
    path = clone.path / ".tasks" / "b.yaml"
    path.write_text(path.read_text().replace("state: todo", "state: in_progress"))
    done = clone.run("commit", "-qam", "Begin by hand")
    words = "warning: b is in progress without an owner: tk start b makes it yours\n"
    assert (done.returncode, done.stderr.decode()) == (0, words)
    assert commits(clone) == ""
    (item,) = clone.ok("status", "--json").json["nobodys"]["items"]
    assert (item["id"], item["why"]) == ("b", "in progress: tk start b")
    assert "no owner     b  P2  Task b  in progress: tk start b\n" in clone.ok("status").out
    assert re.search(r"  without an owner +Task b\n", clone.ok("list").out)
    assert "without an owner: tk start b takes it up" in clone.ok("why", "b").out
    words = "b is in progress without an owner: tk start b"
    assert words in "".join(clone.tk("next", "--label", "x", "--json").json["reasons"])
    clone.ok("start", "b")
    assert commits(clone) == "b"
    assert "nobodys" not in clone.ok("status", "--json").json
    for state in ("in_review", "in_progress"):  # it has an owner now
        path.write_text(re.sub("state: .*", f"state: {state}", path.read_text()))
        assert clone.run("commit", "-qam", "By hand").stderr == b""
