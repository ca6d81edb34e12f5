"""`tk reopen`: a successor of an ended task, and what points at it."""

from __future__ import annotations

from tests.support.contract import Git, Tk, failed, lines, refused
from tkledger.errors import Exit


def _task(tk: Tk, task: str) -> dict[str, object]:
    found: dict[str, object] = tk("show", task, "--json").json["task"]
    return found


def test_what_has_ended_is_reopened_by_a_successor_in_one_legal_commit(
    ledger: Tk, git: Git
) -> None:
    words = ["--label", "x", "--type", "bug", "--priority", "0", "--budget", "steps=5"]
    words += ["-m", "how", "--validation", "make test", "--parent", "a"]
    ledger("new", "Parse it", "--id", "p", *words)
    for task in ("c", "d", "e"):
        ledger("new", f"Uses {task}", "--id", task, "--depends-on", "p", "--depends-on", "b")
    ledger("cancel", "e")
    ledger("start", "p")
    ledger("done", "p")
    ended = git("show", "HEAD:.tasks/p.yaml")
    count = int(git("rev-list", "--count", "HEAD"))

    tried = ledger("reopen", "p", "--dry-run", "--json").json
    assert tried["repointed"] == ["c", "d"]
    assert int(git("rev-list", "--count", "HEAD")) == count
    answer = ledger("reopen", "p", "-m", "fails on Windows", "--key", "k", "--as", "bob")
    new = answer.out.strip()
    assert answer.err == f"p (done) is reopened as {new}\nc, d now depend on {new}\n"
    again = ledger("reopen", "p", "-m", "fails on Windows", "--key", "k", "--as", "bob", "--json")
    assert again.json["id"] == new
    assert again.json["commit"] == git("rev-parse", "HEAD")
    assert int(git("rev-list", "--count", "HEAD")) == count + 1

    assert _task(ledger, new) == {
        **{"id": new, "title": "Parse it", "type": "bug", "state": "todo", "priority": 0},
        **{"parent": "a", "reopens": "p", "labels": ["x"], "creator": "bob"},
        **{"budget": {"steps": 5}, "admission": {"validation_path": "make test"}},
        **{"description": "how", "notes": ["fails on Windows"]},
    }
    assert git("show", "HEAD:.tasks/p.yaml") == ended
    assert [_task(ledger, one)["depends_on"] for one in "cde"] == [["b", new]] * 2 + [["b", "p"]]
    assert ledger("verify", "--all").status is Exit.OK
    assert ledger("show", "p", "--json").json["derived"]["reopened_as"] == [new]
    assert ledger("why", "p", "--json").json["reopened_as"] == [new]
    assert f"reopened as   {new}\n" in ledger("show", "p").out
    assert f"final\n  reopened as {new}\n  remedy: tk why {new}\n" in ledger("why", "p").out


def test_links_to_what_has_ended_are_left_out_and_said_or_lead_to_what_goes_on_with_it(
    ledger: Tk,
) -> None:
    ledger("new", "Part", "--id", "p", "--parent", "a", "--depends-on", "b")
    ledger("cancel", "p")
    ledger("cancel", "a", "b")
    first = ledger("reopen", "p")
    new = first.out.strip()
    assert first.err.splitlines()[1:] == [
        f"left out: the parent a has ended; tk edit {new} --parent ID",
        "left out: cancelled dependencies b",
    ]
    ledger("cancel", new)
    whole, other = (ledger("reopen", one).out.strip() for one in "ab")
    said = ledger("reopen", new, "--json").json
    assert "left_out" not in said
    assert "parent" not in _task(ledger, said["id"])  # what was left out once is no link any more
    ledger("new", "Another", "--id", "q", "--parent", whole, "--depends-on", other)
    ledger("cancel", "q")
    ledger("cancel", whole, other)
    whole, other = (ledger("reopen", one).out.strip() for one in (whole, other))
    later = ledger("reopen", "q", "--json").json
    assert "left_out" not in later
    found = _task(ledger, later["id"])
    assert (found["parent"], found["depends_on"]) == (whole, [other])
    assert ledger("verify", "--all").status is Exit.OK


def test_what_goes_on_or_was_reopened_is_not_reopened(ledger: Tk) -> None:
    refused(ledger("reopen", "a", "--json"), "TK313")
    ledger("cancel", "a")
    for words in (["start", "a"], ["cancel", "a"], ["edit", "a", "--title", "Other"]):
        answer = ledger(*words)
        assert answer.status is Exit.REJECTED
        assert "tk reopen a\n" in answer.err
    batch = ledger("batch", "-", stdin=lines({"op": "reopen", "id": "a"}))
    assert batch.status is Exit.OK, batch
    (new,) = ledger("why", "a", "--json").json["reopened_as"]
    assert failed(ledger("reopen", "a", "--json"), Exit.UNUSABLE, "reopened") == {
        "kind": "reopened",
        "message": f"a is already reopened as {new} (todo)",
        "remedy": f"tk why {new}",
    }
    ledger("cancel", new)
    assert ledger("start", "a").err.endswith(f"  remedy: tk reopen {new}\n")
    assert ledger("reopen", new).status is Exit.OK


def test_a_dependency_that_was_cancelled_is_reopened_for_those_that_wait_for_it(ledger: Tk) -> None:
    ledger("edit", "b", "--depends-on", "a")
    ledger("cancel", "a")
    assert "  remedy: tk reopen a, or tk edit b --no-depends-on a\n" in ledger("start", "b").err
    new = ledger("reopen", "a").out.strip()
    ledger("start", new)
    ledger("done", new)
    assert ledger("start", "b").status is Exit.OK


def test_a_ledger_of_format_1_names_another_way_on(ledger: Tk, git: Git) -> None:
    with open(".tasks/config.yaml", "r+", encoding="utf-8") as file:
        old = file.read().replace("format: 2", "format: 1").replace("law: 2", "law: 1")
        file.seek(0)
        file.write(old)
        file.truncate()
    git("commit", "-qam", "an older ledger", "--amend", "--no-edit")
    assert ledger("cancel", "a").status is Exit.OK
    assert "  remedy: tk new --from a TITLE\n" in ledger("start", "a").err
    answer = ledger("reopen", "a")
    assert answer.status is Exit.REJECTED
    assert ": tk config set format 2\n" in answer.err
