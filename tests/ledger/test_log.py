"""What log and show say happened: each task its own reason, what was charged and edited, what is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import Project
from tkledger.core import history as core_history
from tkledger.core.history import field_changes, given, reasons
from tkledger.core.task import Task, task

BATCH = [
    {"op": "block", "id": "a", "reason": "event", "message": "the build"},
    {"op": "start", "id": "b"},
    {"op": "edit", "id": "c", "title": "Renamed", "priority": 0, "reason": "it changed"},
    {"op": "cancel", "id": "d", "message": "a twin"},
]


def logged(project: Project, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = project.ok("log", "--json", *options).json["entries"]
    return found


def test_each_task_has_its_own_reason_and_all_that_happened_to_it(project: Project) -> None:
    project.ok("batch", stdin="".join(f"{json.dumps(one)}\n" for one in BATCH))
    last = {one["task"]: one for one in logged(project, "-n", "4")}
    assert {name: one.get("reason") for name, one in last.items()} == {
        **{"a": "event: the build", "b": None, "c": "it changed", "d": "a twin"}
    }
    assert last["c"]["changes"] == [
        {"field": "title", "from": "Task c", "to": "Renamed"},
        {"field": "priority", "from": 2, "to": 0},
    ]
    body = project.git("log", "-1", "--format=%b")
    assert "Tk-Reason: a: event\nTk-Reason: c: it changed\nTk-Reason: d: a twin" in body
    assert [logged(project, one)[-1] for one in "abcd"] == [last[one] for one in "abcd"]
    project.ok("cancel", "a", "c", "-m", "no more")
    assert "Tk-Reason: no more\n" in project.git("log", "-1", "--format=%b") + "\n"
    assert {one["reason"] for one in logged(project, "-n", "2")} == {"no more"}


def test_log_has_what_is_charged_and_show_the_sums_of_budget(
    project: Project, tmp_path: Path
) -> None:
    project.ok("edit", "b", "--parent", "a", "--budget", "tokens=100")
    project.ok("edit", "a", "--budget", "steps=10")
    project.ok("start", "b")
    project.ok("note", "b", "first\nsecond")
    project.ok("step", "b", "-m", "wrote it")
    project.ok("spend", "b", "--tokens-in", "5", "--tokens-out", "7", "--cost", "0.50")
    project.write("code.txt", "two\n")
    project.git("commit", "-qam", "code\n\nTk-Task: b")
    events = [(one["event"], one.get("used"), one.get("reason")) for one in logged(project, "b")]
    assert events[2:] == [
        ("start", None, None),
        ("edit", None, "first\nsecond"),
        ("step", {"steps": 1}, None),
        ("spend", {"tokens": 12, "cost": "0.5"}, None),
        ("step", {"steps": 1}, None),
    ]
    assert "Task b (wrote it)" in project.ok("log", "b").out
    assert "Task b (code)" in project.ok("log").out
    for one in "ab":
        (row,) = project.ok("budget", one, "--json").json["tasks"]
        derived = project.ok("show", one, "--json").json["derived"]
        limits = [{**limit, "exhausted_at": ""} for limit in derived["limits"]]
        assert limits == [{**limit, "exhausted_at": ""} for limit in row["limits"]]
        assert derived.get("steps") == row["used"].get("steps")
    assert "steps         2 of 10" in project.ok("show", "a").out
    assert "tokens        12 of 100" in project.ok("show", "b").out

    project.git("clone", "-q", "--depth", "2", f"file://{project.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    answer = shallow.ok("log", "b", "--json").json
    assert (answer["shallow"], [one["event"] for one in answer["entries"]]) == (
        True,
        ["spend", "step"],
    )
    assert "history begins is missing: git fetch --unshallow" in shallow.ok("log").err
    derived = shallow.ok("show", "b", "--json").json["derived"]
    assert (derived["shallow"], "created_at" in derived, "started_at" in derived) == (
        *(True, False, False),
    )
    shown = shallow.ok("show", "b").out
    assert "tokens        at least 12 of 100" in shown
    assert "not in this clone: git fetch --unshallow" in shown
    shallow.git("fetch", "-q", "--unshallow")
    assert logged(shallow, "b") == logged(project, "b")


def made(**fields: Any) -> Task:
    return task({"id": "a", "title": "T", "state": "todo", **fields})


def test_a_reason_that_is_told_of_another_task_is_not_this_ones() -> None:
    old, new = made(), made(labels=["x"])
    other = made(id="b", state="blocked", wait={"reason": "event", "detail": "it rains"})
    told = [(made(id="b"), other)]
    words = "tk: x\n\nTk-Reason: event\n"
    assert reasons(old, new, given(words, told)) == ()
    assert reasons(old, new, given(words, ())) == ("event",)
    assert reasons(old, new, given(f"{words}Tk-Reason: so\n", told)) == ("so",)
    assert reasons(old, new, given(f"{words}Tk-Reason: b: no\nTk-Reason: a: yes\n", told)) == (
        "yes",
    )
    assert reasons(old, new, given("tk: x\n\nTk-Reason: so\nTk-Reason: or so\n", ())) == (), (
        "it is not known which"
    )
    assert reasons(made(id="b"), other, given(words, [(old, new)])) == ("event: it rains",)
    noted = made(state="done", notes=["so"])
    assert reasons(old, noted, given("tk: x\n\nTk-Reason: so\n", ())) == ("so",)
    failed = made(state="blocked", wait={"reason": "failed", "detail": "x"}, error={"message": "x"})
    assert reasons(old, failed, given("", ())) == ("failed: x",)


def test_the_reasons_of_a_commit_are_found_once_however_many_tasks_it_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [{"op": "new", "id": f"n{number}", "title": "One of many"} for number in range(40)]
    project.ok("batch", stdin="".join(f"{json.dumps(one)}\n" for one in some))
    project.ok("cancel", *(one["id"] for one in some), "-m", "no more")
    asked: list[str] = []
    own = core_history.texts

    def counted(old: Task | None, new: Task) -> list[str]:
        asked.append(new.id)
        return own(old, new)

    monkeypatch.setattr(core_history, "texts", counted)
    assert {one["reason"] for one in logged(project, "-n", "40")} == {"no more"}
    assert len(asked) <= 3 * len(some)


def test_a_log_sets_apart_what_one_commit_says_and_names_where_an_import_came_from(
    project: Project, tmp_path: Path
) -> None:
    issue = {"id": "bd-1", "title": "Moved here", "notes": "said\nelsewhere", "issue_type": "bug"}
    (tmp_path / "beads.jsonl").write_text(json.dumps({**issue, "status": "open"}) + "\n")
    project.ok("import", str(tmp_path / "beads.jsonl"), "--from", "beads", "-m", "we move")
    notes = [{"op": "note", "id": "bd-1", "message": text} for text in ("one\nand more", "two")]
    project.ok("batch", stdin="".join(f"{json.dumps(one)}\n" for one in notes))
    lines = project.ok("log", "bd-1").out.split("\n")
    assert lines[0].endswith("  Moved here (imported from beads:bd-1; we move)")
    assert lines[1].endswith("  Moved here (one and more; two)")
    new, noted = logged(project, "bd-1")
    assert (new["reason"], noted["reason"]) == (
        *("imported from beads:bd-1\nwe move", "one\nand more\ntwo"),
    )


def test_the_fields_of_an_edit_are_told_leaf_by_leaf() -> None:
    new = made(budget={"steps": 3, "cost": "1"}, owner="ann", spent={"steps": 1})
    found = [tuple(one) for one in field_changes(made(budget={"steps": 2}), new)]
    assert found == [("owner", None, "ann"), ("budget.cost", None, "1"), ("budget.steps", 2, 3)]
    started = made(state="in_progress", owner="ann", attempt=2, title="U")
    assert [one.name for one in field_changes(made(), started)] == ["title"]
    assert field_changes(None, new) == ()
