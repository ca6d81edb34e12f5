"""`tk snapshot` and `tk restore`, and what `--at` takes."""

from __future__ import annotations

import time

import pytest

from tests.support.contract import Git, Tk, failed, moved, refused
from tests.support.project import Project
from tkledger.errors import Exit


@pytest.fixture
def taken(ledger: Tk) -> Tk:
    """A ledger with a snapshot, and a change since."""
    assert ledger("snapshot", "first-one", "-m", "before the move").status is Exit.OK
    ledger("edit", "a", "--title", "Another", "-m", "more")
    ledger("start", "a")
    ledger("new", "New", "--id", "n")
    return ledger


def test_a_snapshot_is_taken_listed_and_searched(taken: Tk, git: Git) -> None:
    oid = git("rev-parse", "HEAD~3")
    taken("snapshot", "v1.0", "--at", "HEAD~1")
    (first, second) = taken("snapshot", "--json").json["snapshots"]
    assert (first["name"], first["commit"], first["text"]) == ("first-one", oid, "before the move")
    assert set(first) == {"name", "commit", "at", "by", "text"}
    assert (second["name"], second["commit"]) == ("v1.0", git("rev-parse", "HEAD~1"))
    lines = taken("snapshot").out.splitlines()
    assert [line.split()[0] for line in lines] == ["first-one", "v1.0"]
    assert lines[0].endswith(f"{oid[:10]}  before the move")
    found = taken("snapshot", "--search", "MOVE", "--search", "first", "--json").json["snapshots"]
    assert [one["name"] for one in found] == ["first-one"]
    assert taken("snapshot", "--search", "nowhere").err == "no snapshots: tk snapshot NAME\n"


def test_a_snapshot_is_compared_with_what_is_now(taken: Tk) -> None:
    by = {"by": ["test@example.org"]}
    assert taken("snapshot", "--diff", "first-one", "--json").json["changes"] == [
        {
            **{"id": "a", "title": "Another", "kinds": ["moved", "edited"]},
            **{"from": "todo", "to": "in_progress", "fields": ["title", "description"], **by},
        },
        {"id": "n", "title": "New", "kinds": ["new"], "to": "todo", **by},
    ]
    assert taken("snapshot", "--diff", "first-one").out == (
        "test@example.org  moved  a  todo -> in_progress; title, description  Another\n"
        "test@example.org  new    n  -                                        New\n"
    )
    assert taken("snapshot", "--diff", "HEAD").err == "nothing has changed since HEAD\n"


@pytest.mark.parametrize(
    "name", ["", "A", "a b", "-x", "a..b", "x.lock", "x.", "a/b", "é", "a" * 64]
)
def test_what_cannot_be_a_name(ledger: Tk, git: Git, name: str) -> None:
    if name:
        failed(ledger("snapshot", "--json", "--", name), Exit.USAGE, "bad-name")
    assert git("tag") == ""


def test_a_name_is_taken_once_and_is_no_branch_of_a_task(taken: Tk, git: Git) -> None:
    failed(taken("snapshot", "first-one", "--json"), Exit.USAGE, "name-taken")
    git("branch", "tk/n")
    failed(taken("snapshot", "n", "--json"), Exit.USAGE, "name-taken")
    assert taken("snapshot", "dry", "--dry-run").status is Exit.OK
    assert git("tag") == "tk/first-one"
    failed(taken("snapshot", "x", "--diff", "first-one", "--json"), Exit.USAGE, "both")


LOOKS = (
    "list",
    "ready",
    "show a",
    "tree",
    "board",
    "streams",
    "log",
    "why a",
    "budget a",
    "recall First",
    "config show",
)


@pytest.mark.parametrize("command", LOOKS)
def test_every_look_takes_a_snapshot_and_a_date(taken: Tk, command: str) -> None:
    words = [*command.split(), "--json", "--at"]
    at = {one: taken(*words, one) for one in ("first-one", "tk/first-one", "HEAD~3")}
    assert at["first-one"].out == at["tk/first-one"].out == at["HEAD~3"].out
    assert at["first-one"].status in (Exit.OK, Exit.NOTHING)
    for date in ("yesterday", "2 days ago", "1 week ago", "2000-01-31"):
        answer = taken(*words, date)
        assert "nothing was committed before" in answer.json["error"]["message"], date


def test_a_time_ago_finds_what_was_then(ledger: Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(time.time()) - 3 * 86_400} +0000")
    ledger("edit", "a", "--title", "Long ago")
    for then in ("yesterday", "2 days ago", "50 hours ago"):
        assert ledger("show", "a", "--at", then, "--json").json["task"]["title"] == "Long ago"
    for early in ("4 days ago", "1 week ago"):
        assert ledger("show", "a", "--at", early).status is Exit.UNUSABLE
    for no_time in ("0 days ago", "days ago", "2 days", "tomorrow"):
        failed(ledger("show", "a", "--at", no_time, "--json"), Exit.UNUSABLE, "git")


def test_a_revision_comes_before_a_snapshot_of_its_name(taken: Tk, git: Git) -> None:
    git("tag", "tk/main", "tk/first-one^{commit}")
    assert taken("show", "a", "--at", "main", "--json").json["task"]["title"] == "Another"
    assert taken("show", "a", "--at", "tk/main", "--json").json["task"]["title"] == "First"


def test_a_tag_that_names_no_commit_is_told_and_not_followed(taken: Tk, git: Git) -> None:
    git("tag", "tk/blob", "HEAD:.tasks/a.yaml")
    git("tag", "tk/tree", "HEAD^{tree}")
    git("update-ref", "refs/tags/tk/Odd$(gone)", "HEAD")
    out = taken("snapshot").out
    assert "blob  " in out
    assert out.count("names no commit") == 2
    assert "Odd$(gone)  " in out
    for name in ("blob", "tk/tree"):
        answer = taken("list", "--at", name, "--json")
        assert answer.status is Exit.UNUSABLE
        assert "names no commit" in answer.json["error"]["message"]


def test_restore_brings_back_texts_by_an_edit_and_no_state(taken: Tk) -> None:
    assert moved(taken, "restore", "a", "--at", "first-one") == [
        ("a", "in_progress", "in_progress")
    ]
    task = taken("show", "a", "--json").json["task"]
    assert (task["title"], task["state"]) == ("First", "in_progress")
    assert "description" not in task
    entry = taken("log", "a", "--json").json["entries"][-1]
    assert entry["event"] == "edit"
    assert "as at first-one" in taken("log", "a").out
    failed(taken("restore", "n", "--at", "first-one", "--json"), Exit.UNUSABLE, "no-such-task")
    taken("cancel", "n")
    taken("edit", "b", "--title", "x")
    taken("cancel", "b")
    refused(taken("restore", "b", "--at", "first-one", "--json"), "TK208")
    assert taken("verify", "--all").status is Exit.OK


def test_a_sync_leaves_snapshots_here_and_git_pushes_them(ada: Project, bob: Project) -> None:
    ada.ok("snapshot", "first")
    ada.ok("sync")
    assert "tk/first" not in ada.git("ls-remote", "--tags", "origin")
    ada.git("push", "-q", "origin", "tk/first")
    bob.git("fetch", "-q", "--tags")
    assert bob.ok("snapshot", "--json").json["snapshots"][0]["name"] == "first"
    assert bob.ok("list", "--at", "first").status is Exit.OK
