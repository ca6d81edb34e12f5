"""`tk diff --since`: what changed in the ledger, by person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.contract import Git, Tk, failed
from tests.support.project import Project
from tkledger.errors import Exit

NOW = int(time.time())
DAY = 86_400


@pytest.fixture
def week(ledger: Tk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tk]:
    """A ledger that several people changed on several days."""

    def on(days_ago: int, *words: str) -> None:
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"@{NOW - days_ago * DAY} +0000")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{NOW - days_ago * DAY} +0000")
        answer = ledger(*words)
        assert answer.status is Exit.OK, answer.err

    on(9, "new", "Whole", "--id", "w", "--as", "cyd")
    for one in ("f", "m", "bl", "p", "t", "n", "c"):
        on(9, "new", f"Task {one}", "--id", one, "--as", "cyd")
    on(9, "snapshot", "then")
    on(3, "start", "f", "--as", "ann")
    on(3, "done", "f", "--as", "bob")
    on(3, "start", "m", "--as", "ann")
    on(3, "start", "bl", "--as", "ann")
    on(3, "block", "bl", "--reason", "user", "-m", "which one?", "--as", "ann")
    on(2, "edit", "p", "--parent", "w", "--as", "bob")
    on(2, "edit", "t", "--title", "Other", "--label", "x", "--as", "bob")
    on(2, "edit", "t", "--label", "y", "--as", "ann")
    on(1, "note", "n", "remember", "--as", "ann")
    on(1, "cancel", "c", "-m", "not wanted", "--as", "ann")
    on(1, "new", "Fresh", "--id", "fresh", "--as", "ann")
    on(1, "new", "Wrong", "--id", "wrong", "--as", "bob")
    on(1, "note", "wrong", "of another", "--as", "ann")
    on(1, "delete", "wrong", "--as", "bob")
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    return ledger


def rows(tk: Tk, *words: str) -> dict[str, Any]:
    """The changes by ids, in their order."""
    changes = tk("diff", "--since", *words, "--json").json["changes"]
    return {one.pop("id"): one for one in changes}


def test_each_change_is_told_with_who_made_it(week: Tk) -> None:
    assert rows(week, "then") == {
        "m": {
            **{"title": "Task m", "kinds": ["moved"], "from": "todo", "to": "in_progress"},
            "by": ["ann"],
        },
        "bl": {
            **{"title": "Task bl", "kinds": ["blocked"], "from": "todo", "to": "blocked"},
            "by": ["ann"],
        },
        "fresh": {"title": "Fresh", "kinds": ["new"], "to": "todo", "by": ["ann"]},
        "n": {"title": "Task n", "kinds": ["edited"], "by": ["ann"]},
        "t": {
            **{"title": "Other", "kinds": ["edited"], "fields": ["title", "labels"]},
            "by": ["ann", "bob"],
        },
        "c": {
            **{"title": "Task c", "kinds": ["cancelled"], "from": "todo", "to": "cancelled"},
            "by": ["ann"],
        },
        "f": {
            **{"title": "Task f", "kinds": ["finished"], "from": "todo", "to": "done"},
            "by": ["bob", "ann"],
        },
        "p": {
            **{"title": "Task p", "kinds": ["re-parented"], "parent": {"to": "w"}},
            **{"fields": ["parent"], "by": ["bob"]},
        },
    }


def test_it_reads_as_a_table_through_a_pipe_and_as_a_note(week: Tk) -> None:
    assert week("diff", "--since", "then").out == (
        "ann  moved        m      todo -> in_progress      Task m\n"
        "ann  blocked      bl     user: which one?         Task bl\n"
        "ann  new          fresh  -                        Fresh\n"
        "ann  edited       n      more was said            Task n\n"
        "ann  edited       t      title, labels; with bob  Other\n"
        "ann  cancelled    c      not wanted               Task c\n"
        "bob  finished     f      with ann                 Task f\n"
        "bob  re-parented  p      no parent -> w           Task p\n"
    )
    note = week("diff", "--since", "then", "--md").out.splitlines()
    assert note[0].startswith("## 8 tasks changed since then (")
    assert note[1:5] == ["", "### ann", "", "- **moved** Task m (`m`): todo -> in_progress"]
    assert "- **cancelled** Task c (`c`): not wanted" in note
    assert note[-5:] == [
        *("", "### bob", "", "- **finished** Task f (`f`): with ann"),
        "- **re-parented** Task p (`p`): no parent -> w",
    ]


def test_the_beginning_is_a_time_a_revision_or_a_snapshot(week: Tk, git: Git) -> None:
    assert {*rows(week, "25h")} == {"n", "c", "fresh"}
    assert {*rows(week, "60h")} == {"p", "t", "n", "c", "fresh"}
    assert {*rows(week, "2 weeks")} == {*"abwfmptnc", "bl", "fresh"}
    assert rows(week, "HEAD~3", "--at", "HEAD~2") == {
        "wrong": {"title": "Wrong", "kinds": ["new"], "to": "todo", "by": ["bob"]}
    }
    assert week("diff", "--since", "HEAD").err == "nothing has changed since HEAD\n"
    answer = week("diff", "--since", "then", "--json").json
    assert answer["since"]["commit"] == git("rev-parse", "tk/then^{commit}")
    assert answer["until"]["commit"] == git("rev-parse", "HEAD")
    assert answer["since"].keys() == answer["until"].keys() == {"at", "commit"}
    failed(week("diff", "--since", "nowhere", "--json"), Exit.UNUSABLE, "git")


def test_a_word_like_a_time_far_too_long_ago_is_a_commit(ledger: Tk, git: Git) -> None:
    git("update-ref", "refs/tags/123456d", "HEAD~1")
    assert {*rows(ledger, "123456d")} == {"b"}
    assert {*rows(ledger, "12345d")} == {"a", "b"}


def test_what_was_before_the_ledger_began_is_nothing(ledger: Tk) -> None:
    assert {key: one["kinds"] for key, one in rows(ledger, "2000-01-31").items()} == {
        "a": ["new"],
        "b": ["new"],
    }
    assert ledger("diff", "--since", "2000-01-31", "--json").json["since"] == {
        "at": "2000-01-31T00:00:00Z"
    }
    failed(ledger("diff", "--since", "yesterday", "--at", "q9", "--json"), Exit.UNUSABLE, "git")


def test_without_a_ledger_it_says_so(tk: Tk) -> None:
    failed(tk("diff", "--since", "yesterday", "--json"), Exit.UNUSABLE, "no-ledger")


@pytest.mark.parametrize(
    ("words", "kind", "remedy"),
    [
        ("diff", "no-id", "tk diff --since yesterday"),
        ("diff --md", "no-id", "tk diff --since yesterday"),
        ("diff a --since yesterday", "both", "tk log a --since yesterday"),
        ("diff a --md", "both", "tk log a --since yesterday"),
        ("diff --since yesterday --stat", "both", "tk diff --since yesterday"),
    ],
)
def test_a_task_or_a_time_is_named(ledger: Tk, words: str, kind: str, remedy: str) -> None:
    failed(ledger(*words.split(), "--json"), Exit.USAGE, kind)
    assert f"remedy: {remedy}\n" in ledger(*words.split()).err
    assert ledger(*remedy.split()[1:]).status is Exit.OK


def test_a_side_branch_that_came_in_later_counts_as_new(project: Project) -> None:
    at = {"GIT_COMMITTER_DATE": f"@{NOW - 3 * DAY} +0000"}
    side = project.worktree("side")
    assert side.process("new", "On the side", "--id", "s", env=at).status == Exit.OK
    project.ok("note", "a", "on the branch itself")
    project.git("merge", "-q", "--no-edit", "side")
    changes = project.ok("diff", "--since", "2d", "--json").json["changes"]
    assert {"s", "a"} <= {one["id"] for one in changes}
    then = project.tk("show", "s", "--at", "2 days ago")
    assert then.status == Exit.UNUSABLE, "the branch did not have it then"


def test_a_task_that_no_commit_names_is_told_without_a_person(project: Project) -> None:
    project.git("branch", "before")
    project.ok("note", "a", "only there")
    project.git("branch", "there")
    project.git("reset", "-q", "--hard", "before")
    (row,) = project.ok("diff", "--since", "there", "--json").json["changes"]
    assert row == {"id": "a", "title": row["title"], "kinds": ["edited"]}
    assert project.ok("diff", "--since", "there").out.startswith("-  edited")
    assert "### no commit says who\n" in project.ok("diff", "--since", "there", "--md").out


def test_only_what_changed_is_read(project: Project) -> None:
    """A task file that is missing is not noticed unless it changed."""
    oid = project.git("rev-parse", "HEAD:.tasks/b.yaml")
    project.ok("note", "a", "more")
    (project.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    (row,) = project.ok("diff", "--since", "HEAD~1", "--json").json["changes"]
    assert row["id"] == "a"


def test_a_shallow_clone_does_not_take_what_is_missing_for_nothing(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "shallow"
    project.git("clone", "-q", "--depth", "1", f"file://{project.path}", str(path))
    clone = Project(path)
    failed(clone.tk("diff", "--since", "2000-01-31", "--json"), Exit.UNUSABLE, "shallow")
    assert clone.tk("diff", "--since", "HEAD").status == Exit.OK
