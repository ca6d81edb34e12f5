"""The contract of the commands that only look."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.contract import OID, READING, TIME, Git, Tk
from tests.support.project import Project
from tkledger.core.lifecycle import State
from tkledger.core.task import FIELDS
from tkledger.errors import Exit


@pytest.mark.parametrize(
    "words", ["list a", "ready --all", "board a", "show", "show a b", "tree --a"]
)
def test_wrong_words_of_a_look_are_usage_errors(grown: Tk, words: str) -> None:
    assert grown(*words.split()).status == Exit.USAGE


def test_why_speaks_to_who_is_named(grown: Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    grown("config", "set", "approvals", "independent=true", "count=2")
    grown("start", "p", "--as", "wanda")
    grown("submit", "p", "--as", "wanda")

    def told() -> list[str]:
        (found,) = [
            one for one in grown("why", "p", "--json").json["legal"] if one["event"] == "approve"
        ] or [{}]
        return [found.get("more", "")]

    assert "1 of 2 approvals (test@example.org) with yours" in told()[0]
    monkeypatch.setenv("TK_ACTOR", "bob")
    assert "1 of 2 approvals (bob) with yours" in told()[0]
    monkeypatch.setenv("TK_ACTOR", "wanda")
    assert told() == [""]
    assert "who owns it" in grown("why", "p").out


def test_list_gives_the_file_s_fields_by_their_names(grown: Tk) -> None:
    tasks = grown("list", "--json").json["tasks"]
    assert [task["id"] for task in tasks] == ["w", "p", "a", "b"]
    for task in tasks:
        assert set(task) <= {field.name for field in FIELDS}
        assert list(task)[:2] == ["id", "title"]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["--state", "todo"], ["w", "p"]),
        (["--state", "done", "--state", "cancelled"], ["a", "b"]),
        (["--type", "bug"], ["p"]),
        (["--label", "x"], ["w"]),
        (["--owner", "alice"], ["a"]),
        (["--owner", ""], ["w", "p", "b"]),
        (["--parent", "w"], ["p"]),
        (["--priority", "0"], ["w"]),
        (["--limit", "1"], ["w"]),
        (["-n", "2"], ["w", "p"]),
        (["--at", "2030-01-03"], ["w", "b", "p", "a"]),
        (["--at", "HEAD~5"], ["a", "b"]),
    ],
)
def test_list_filters(grown: Tk, filters: list[str], ids: list[str]) -> None:
    assert sorted(t["id"] for t in grown("list", *filters, "--json").json["tasks"]) == sorted(ids)
    assert grown("list", *filters).status is Exit.OK


def test_ready_gives_what_can_be_started(grown: Tk) -> None:
    def ready(*words: str) -> list[str]:
        return [task["id"] for task in grown("ready", *words, "--json").json["tasks"]]

    assert ready() == ["p"]  # w has a part that is open
    assert ready("--at", "HEAD~2") == ["b"]
    assert ready("--at", "HEAD~4", "--label", "x") == ["w"]
    grown("cancel", "p")
    assert ready("--label", "x") == ["w"]
    answer = grown("ready", "--label", "none")
    assert (answer.status, answer.out) == (Exit.OK, "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("tree", "nothing open (tk tree --all)"),
        ("tree --state blocked", "no task matches (tk tree --all)"),
        ("board --state blocked", "no task matches (tk board)"),
        ("list", "no open task, 2 cancelled: tk list --all"),
    ],
)
def test_what_is_empty_says_what_to_do(ledger: Tk, words: str, hint: str) -> None:
    ledger("cancel", "a", "b")
    answer = ledger(*words.split())
    assert (answer.status, answer.out, answer.err) == (Exit.OK, "", f"{hint}\n")


def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    empty = Project.create(tmp_path / "empty")
    empty.ok("init", "--no-hooks")
    assert empty.ok("tree").err == "no tasks yet (tk new TITLE)\n"
    assert empty.ok("board").err == "nothing on the board (tk new TITLE)\n"
    assert empty.ok("list").err == "no tasks yet: tk new TITLE\n"
    assert empty.ok("graph").err == "no task waits for another, or is a part of one\n"


def test_tree_nests_children(grown: Tk) -> None:
    tasks = {task["id"]: task for task in grown("tree", "--json").json["tasks"]}
    assert set(tasks) == {"a", "b", "w"}
    assert [child["id"] for child in tasks["w"]["children"]] == ["p"]
    assert tasks["a"]["children"] == []
    (only,) = grown("tree", "w", "--json").json["tasks"]
    assert only["id"] == "w"
    (top,) = grown("tree", "w", "--depth", "0", "--json").json["tasks"]
    assert top == {**only, "children": []}
    assert "1 deeper (tk tree w)" in grown("tree", "w", "--depth", "0").out


def test_board_has_a_column_for_each_state(grown: Tk) -> None:
    columns = grown("board", "--json").json["columns"]
    assert list(columns) == [state.value for state in State]
    assert [task["id"] for task in columns["done"]] == ["a"]
    assert grown("board").status is Exit.OK
    by = grown("board", "--by", "parent", "--json").json["columns"]
    assert {name: [task["id"] for task in tasks] for name, tasks in by.items()} == {
        "": ["w"],
        "w": ["p"],
    }
    assert grown("board", "--by", "size").status is Exit.USAGE


def test_show_gives_the_file_and_what_is_derived(grown: Tk, git: Git) -> None:
    said = grown("show", "a", "--json").json
    assert list(said) == ["schema", "task", "derived"]
    derived = said["derived"]
    known = {
        "created_at", "updated_at", "started_at", "seconds_active", "steps", "tokens", "cost",
        "depth", "children", "blocked_by", "needed_by", "claim", "legal", "limits",
    }  # fmt: skip
    assert set(derived) <= known
    assert all(TIME.match(derived[name]) for name in ("created_at", "updated_at", "started_at"))
    assert derived["started_at"] == "2030-01-03T12:00:00Z"
    assert derived["updated_at"] == "2030-01-04T12:00:00Z"
    assert derived["seconds_active"] == 86400
    assert derived["legal"] == []
    part = grown("show", "p", "--json").json["derived"]
    assert (part["depth"], part["children"], part["blocked_by"]) == (1, [], [])
    assert "started_at" not in part
    assert grown("show", "w", "--json").json["derived"]["children"] == ["p"]
    then = grown("show", "a", "--at", "2030-01-03", "--json").json
    assert then["task"]["state"] == "in_progress"
    assert then["derived"]["updated_at"] == "2030-01-03T12:00:00Z"
    assert "done" in then["derived"]["legal"]
    text = grown("show", "a").out
    assert (text.endswith("\nnext\n  tk reopen a · tk why a\n"), "claim" in text) == (True, False)


def test_log_is_the_history_oldest_first(grown: Tk, git: Git) -> None:
    entries = grown("log", "a", "--json").json["entries"]
    assert [(one["event"], one.get("from"), one["to"]) for one in entries] == [
        ("new", None, "todo"),
        ("start", "todo", "in_progress"),
        ("done", "in_progress", "done"),
    ]
    for one in entries:
        assert OID.match(one["commit"])
        assert TIME.match(one["at"])
        assert one["message"].startswith("tk: ")
    assert entries[1]["actor"] == "alice"
    assert entries[1]["at"] == "2030-01-03T12:00:00Z"
    assert len(grown("log", "--json").json["entries"]) == 7
    assert [one["event"] for one in grown("log", "-n", "2", "--json").json["entries"]] == [
        "done",
        "cancel",
    ]
    assert len(grown("log", "a", "--at", "HEAD~2", "--json").json["entries"]) == 2
    assert grown("log").status is Exit.OK


@pytest.mark.parametrize(
    "name", [name for name in READING if name not in ("verify", "config show")]
)
def test_at_takes_revisions_and_dates_and_says_what_is_neither(grown: Tk, name: str) -> None:
    words = [*name.split(), *(["a"] if name in ("show", "why") else [])]
    for at in ("HEAD", "HEAD~1", "main", "2030-01-04", "2030-01-04T12:00:00Z"):
        assert grown(*words, "--at", at, "--json").status is Exit.OK
    for at in ("nowhere", "1999-01-01", "-x", ""):
        answer = grown(*words, f"--at={at}", "--json")
        assert answer.status in (Exit.UNUSABLE, Exit.USAGE), at
        assert answer.json["error"]["remedy"]


def test_why_names_the_legal_moves_and_what_hinders_the_others(grown: Tk) -> None:
    grown("new", "Waits", "--id", "q", "--depends-on", "p")
    said = grown("why", "q", "--json").json
    assert list(said) == ["schema", "id", "state", "legal", "hindered", "nearest"]
    assert (said["id"], said["state"]) == ("q", "todo")
    assert {(one["event"], one["to"]) for one in said["legal"]} == {
        ("block", "blocked"),
        ("cancel", "cancelled"),
    }
    hindered = {one["event"]: [v["code"] for v in one["violations"]] for one in said["hindered"]}
    assert hindered["start"] == ["TK211"]
    assert hindered["done"] == ["TK201"]
    assert len(said["legal"]) + len(said["hindered"]) == 10
    text = grown("why", "q").out
    assert "TK211" in text
    assert grown("why", "a", "--json").json["legal"] == []
