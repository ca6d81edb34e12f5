"""The contract of `tk new`, `edit`, `note`, `concern` and `fmt`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.contract import Git, Tk, failed, lines, moved, refused
from tkledger.errors import Exit


def test_new_answers_with_the_id_and_the_commit(ledger: Tk, git: Git) -> None:
    said = ledger("new", "Third", "--json").json
    assert list(said) == ["schema", "id", "commit"]
    assert re.match(r"tk-[0-9a-hjkmnp-tv-z]{5}\Z", said["id"])
    assert said["commit"] == git("rev-parse", "HEAD")
    answer = ledger("new", "Fourth")
    assert answer.out.strip() + ".yaml" in git("ls-files", ".tasks")
    before = git("rev-parse", "HEAD")
    assert list(ledger("new", "Fifth", "--dry-run", "--json").json) == ["schema", "id"]
    assert ledger("new", "Fifth", "--dry-run").out.startswith("would be: ")
    assert git("rev-parse", "HEAD") == before
    assert git("status", "--porcelain") == ""


def test_new_takes_all_that_describes_a_task(ledger: Tk) -> None:
    answer = ledger(
        "new", "All of it", "--type", "bug", "--priority", "0", "--parent", "a", "--from", "b",
        "--depends-on", "b", "--label", "x", "--label", "y", "--backlog", "-m", "one\ntwo",
        "--budget", "steps=50,seconds=1800,tokens=9,cost=1.50,depth=4", "--id", "c",
        "--consumer", "us", "--pain", "slow", "--value", "fast", "--validation", "bench",
        "--as", "alice", "--json",
    )  # fmt: skip
    assert answer.status is Exit.OK
    assert ledger("show", "c", "--json").json["task"] == {
        "id": "c",
        "title": "All of it",
        "type": "bug",
        "state": "backlog",
        "priority": 0,
        "parent": "a",
        "origin": "b",
        "depends_on": ["b"],
        "labels": ["x", "y"],
        "creator": "alice",
        "budget": {"cost": "1.50", "depth": 4, "seconds": 1800, "steps": 50, "tokens": 9},
        "admission": {
            "consumer": "us",
            "expected_value": "fast",
            "pain_point": "slow",
            "validation_path": "bench",
        },
        "description": "one\ntwo\n",
    }


def test_texts_and_ids_come_from_standard_input(ledger: Tk) -> None:
    assert ledger("new", "-", "--id", "c", stdin="From a pipe\n").status is Exit.OK
    assert ledger("new", "T", "--id", "d", "-m", "-", stdin="one\ntwo\n").status is Exit.OK
    assert ledger("note", "c", "-", stdin="a note\n").status is Exit.OK
    assert moved(ledger, "start", "-", stdin="a b\nc\n") == [
        (one, "todo", "in_progress") for one in "abc"
    ]
    assert ledger("block", "d", "--reason", "user", "-m", "-", stdin="ask\n").status is Exit.OK
    tasks = {one["id"]: one for one in ledger("list", "--json").json["tasks"]}
    assert (tasks["c"]["title"], tasks["c"]["notes"]) == ("From a pipe", ["a note"])
    assert tasks["d"]["description"] == "one\ntwo\n"
    assert tasks["d"]["wait"] == {"reason": "user", "detail": "ask"}
    failed(ledger("start", "-", "--json", stdin="\n"), Exit.USAGE, "no-id")


def test_edit_changes_fields_and_takes_them_out(ledger: Tk, git: Git) -> None:
    said = moved(
        ledger, "edit", "a", "--title", "Other", "--type", "bug", "--priority", "1", "--owner", "bob",
        "--label", "x", "--label", "y", "--depends-on", "b", "-m", "why", "--budget", "steps=5",
    )  # fmt: skip
    assert said == [("a", "todo", "todo")]
    moved(ledger, "edit", "a", "--pr", "https://git.example/pull/7", "--agent", "agent-3@build")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["pr"], task["agent"]) == ("https://git.example/pull/7", "agent-3@build")
    moved(ledger, "edit", "a", "--pr", "7", "--agent", "")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["pr"], "agent" in task) == ("7", False)
    moved(ledger, "edit", "a", "--no-label", "x", "--budget", "tokens=7", "--label", "z")
    moved(ledger, "edit", "a", "--no-depends-on", "b", "--owner", "", "--budget", "steps=")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["title"], task["labels"], task["budget"]) == ("Other", ["y", "z"], {"tokens": 7})
    assert not {"owner", "depends_on"} & set(task)
    moved(ledger, "edit", "a", "--budget", "", "-m", "")
    assert not {"budget", "description"} & set(ledger("show", "a", "--json").json["task"])
    before = git("rev-parse", "HEAD")
    answer = ledger("edit", "a", "--title", "Other")
    assert (answer.status, answer.out) == (Exit.OK, "")
    assert answer.err == "nothing to do: already in that state\n"
    assert git("rev-parse", "HEAD") == before


def test_edit_refuses_what_the_rules_refuse(ledger: Tk) -> None:
    refused(ledger("edit", "a", "--depends-on", "a", "--json"), "TK305")
    failed(ledger("edit", "a", "--parent", "zz", "--json"), Exit.UNUSABLE, "no-such-task")


def test_notes_are_added(ledger: Tk) -> None:
    assert moved(ledger, "note", "a", "one") == [("a", "todo", "todo")]
    moved(ledger, "note", "a", "two\nlines")
    assert ledger("show", "a", "--json").json["task"]["notes"] == ["one", "two\nlines\n"]


def test_a_design_concern_stands_in_the_way_of_done_until_it_is_settled(ledger: Tk) -> None:
    assert moved(ledger, "start", "a") == [("a", "todo", "in_progress")]
    assert moved(ledger, "concern", "a", "who restarts it?", "--kind", "ops") == [
        ("a", "in_progress", "in_progress")
    ]
    moved(ledger, "concern", "a", "-", stdin="two parsers\n")
    answer = ledger("done", "a", "--json")
    refused(answer, "TK214")
    assert answer.json["violations"][0]["remedy"] == "tk concern a TEXT --settle 2"
    moved(ledger, "submit", "a")
    refused(ledger("approve", "a", "--json"), "TK214")
    assert "2 open concerns" in ledger("list").out
    failed(ledger("concern", "a", "two parsers", "--json"), Exit.USAGE, "known-concern")
    moved(ledger, "concern", "a", "one is gone", "--settle", "2")
    failed(ledger("concern", "a", "--settle", "2", "--json"), Exit.USAGE, "settled")
    moved(ledger, "approve", "a")
    task = ledger("show", "a", "--json").json["task"]
    assert task["concerns"] == ["ops: who restarts it?", "design: two parsers"]
    assert task["settled"] == ["design: two parsers"]
    assert task["notes"] == ["settled design: two parsers\none is gone\n"]
    text = lines({"op": "concern", "id": "a", "settle": 1})
    assert moved(ledger, "batch", stdin=text) == [("a", "done", "done")]
    assert ledger("verify", "--all").status is Exit.OK


def test_fmt_rewrites_what_it_can_and_names_what_it_cannot(
    ledger: Tk, repo_path: Path, git: Git
) -> None:
    a, b = (repo_path / ".tasks" / f"{name}.yaml" for name in "ab")
    right = a.read_bytes()
    assert ledger("fmt", "--json").json == {"schema": "tk/1", "files": []}
    a.write_bytes(right.replace(b"state: todo", b'state:   "todo"'))
    assert ledger("fmt", "--dry-run").out == "would rewrite .tasks/a.yaml\n"
    assert a.read_bytes() != right
    assert ledger("fmt").out == "rewrote .tasks/a.yaml\n"
    assert a.read_bytes() == right
    a.write_bytes(right.replace(b"First", b"'First one'"))
    assert ledger("fmt", "--staged", "--json").json["files"] == [".tasks/a.yaml"]
    assert git("diff", "--cached", "--name-only") == ".tasks/a.yaml"
    assert git("diff", "--name-only") == ""
    b.write_bytes(b"id: [\n")
    answer = ledger("fmt", "--json")
    refused(answer, "TK101")
    assert answer.json["violations"][0]["task"] == ".tasks/b.yaml"
    assert b.read_bytes() == b"id: [\n"
    assert ledger("fmt", "a").status is Exit.OK
    assert ledger("fmt", ".tasks/a.yaml").status is Exit.OK
    failed(ledger("fmt", "zz", "--json"), Exit.UNUSABLE, "no-such-file")
