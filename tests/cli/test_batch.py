"""The contract of `tk batch`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.contract import Git, Tk, failed, lines, moved, refused, state_of
from tkledger.errors import Exit


def test_a_batch_is_one_commit(ledger: Tk, git: Git, tmp_path: Path) -> None:
    before = int(git("rev-list", "--count", "HEAD"))
    text = lines(
        {"op": "new", "title": "Whole", "id": "w", "priority": 0, "label": ["x", "y"]},
        {"op": "new", "title": "Part", "id": "p", "parent": "w", "depends-on": "a"},
        {"op": "start", "id": "a"},
        {"op": "done", "id": "a", "resolution": "merged", "message": "quick"},
        {"op": "note", "id": "b", "message": "a note"},
        {"op": "edit", "id": "b", "title": "Other", "no_label": [], "budget": {"steps": 3}},
    )
    answer = ledger("batch", "--json", stdin=text)
    refused(answer, "TK201")
    text = text.replace(
        lines({"op": "done", "id": "a", "resolution": "merged", "message": "quick"}), ""
    )
    said = moved(ledger, "batch", stdin=text)
    assert said == [
        ("a", "todo", "in_progress"),
        ("b", "todo", "todo"),
        ("p", None, "todo"),
        ("w", None, "todo"),
    ]
    assert int(git("rev-list", "--count", "HEAD")) == before + 1
    file = tmp_path / "batch.jsonl"
    file.write_text(lines({"op": "done", "id": "a"}))
    assert moved(ledger, "batch", str(file)) == [("a", "in_progress", "done")]


def test_a_thousand_creations_are_one_commit(ledger: Tk, git: Git) -> None:
    before = int(git("rev-list", "--count", "HEAD"))
    text = lines(*({"op": "new", "title": f"Task {n}"} for n in range(1000)))
    assert len(moved(ledger, "batch", stdin=text)) == 1000
    assert int(git("rev-list", "--count", "HEAD")) == before + 1
    assert len(ledger("list", "--json").json["tasks"]) == 1002
    assert ledger("verify").status is Exit.OK
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("{", Exit.USAGE),
        ("[]", Exit.USAGE),
        ('{"op": "destroy"}', Exit.USAGE),
        ('{"op": []}', Exit.USAGE),
        ("[" * 100_000, Exit.USAGE),
        ('{"title": "T"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "colour": "red"}', Exit.USAGE),
        ('{"op": "new", "title": 7}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": "high"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": 9}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": true}', Exit.USAGE),
        ('{"op": "new", "title": "T", "label": [1]}', Exit.USAGE),
        ('{"op": "new", "title": "T", "label": ["a b"]}', Exit.USAGE),
        ('{"op": "new", "title": "T", "id": "a"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "budget": {"stepz": 1}}', Exit.USAGE),
        ('{"op": "new", "title": "T", "budget": {"steps": "many"}}', Exit.USAGE),
        ('{"op": "new"}', Exit.USAGE),
        ('{"op": "start"}', Exit.USAGE),
        ('{"op": "note", "id": "a"}', Exit.USAGE),
        ('{"op": "block", "id": "a"}', Exit.USAGE),
        ('{"op": "block", "id": "a", "reason": "whim"}', Exit.USAGE),
        ('{"op": "start", "id": "zz"}', Exit.UNUSABLE),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_nothing_is_written(
    ledger: Tk, git: Git, line: str, status: Exit
) -> None:
    before = git("rev-parse", "HEAD")
    text = (
        lines({"op": "new", "title": "Good"})
        + "\n"
        + line
        + "\n"
        + lines({"op": "start", "id": "b"})
    )
    answer = ledger("batch", "--json", stdin=text)
    assert answer.status is status
    assert answer.json["error"]["message"].startswith("line 3: "), answer
    assert git("rev-parse", "HEAD") == before
    assert state_of(ledger, "b") == "todo"


def test_a_batch_is_text_with_one_object_a_line(ledger: Tk, tmp_path: Path) -> None:
    assert moved(ledger, "batch", stdin='{"op": "note", "id": "a", "message": "x\u2028y"}\r\n')
    assert ledger("show", "a", "--json").json["task"]["notes"] == ["x\u2028y"]
    file = tmp_path / "latin"
    file.write_bytes(b'{"op": "note", "id": "a", "message": "\xe9"}\n')
    failed(ledger("batch", str(file), "--json"), Exit.USAGE, "bad-file")
    failed(ledger("batch", str(tmp_path / "none"), "--json"), Exit.UNUSABLE, "bad-file")


def test_a_batch_is_all_or_nothing_before_the_rules_too(ledger: Tk, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    text = lines(
        {"op": "start", "id": "a"},
        {"op": "new", "title": "T", "id": "c"},
        {"op": "submit", "id": "b"},
    )
    refused(ledger("batch", "--json", stdin=text), "TK201")
    failed(ledger("batch", "--json", stdin="\n"), Exit.USAGE, "empty")
    assert git("rev-parse", "HEAD") == before
    dry = ledger("batch", "--dry-run", "--json", stdin=lines({"op": "start", "id": "a"})).json
    assert dry == {"schema": "tk/1", "tasks": [{"id": "a", "from": "todo", "to": "in_progress"}]}
    assert git("rev-parse", "HEAD") == before
