"""The ledger as a program uses it; docs/api.md is run as it stands."""

from __future__ import annotations

import doctest
import inspect
import os
import threading
from pathlib import Path

import pytest

import tkledger.api
from tests.support.project import Project
from tkledger.api import GitError, Ledger, Refused, TkError
from tkledger.errors import Exit

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_is_as_the_code_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.ok("edit", "b", "--depends-on", "a")
    monkeypatch.chdir(project.path)
    text = PAGE.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "api.md", str(PAGE), 0)
    assert len(test.examples) > 15
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(test).failed == 0


def test_every_name_is_there_with_its_meaning() -> None:
    for name in tkledger.api.__all__:
        assert inspect.getdoc(getattr(tkledger.api, name)), name
    for name, method in inspect.getmembers(Ledger, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.getdoc(method), name
            assert "return" in method.__annotations__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tkledger.api.nothing


def test_what_is_wrong_is_raised_and_nothing_is_written(project: Project, tmp_path: Path) -> None:
    before = project.snapshot()
    with Ledger(str(project.path), actor="ada") as ledger:
        for operations, kind in (
            ((), "empty"),
            (({"op": "fly", "id": "a"},), "bad-operation"),
            (({"op": "start", "id": "a", "actor": "eve"},), "bad-operation"),
            (({"op": "note", "id": "a", "message": {1}},), "bad-operation"),
            (({"op": "start", "id": "a"}, {"op": "start", "id": "none"}), "no-such-task"),
            (({"op": "new", "title": " "},), "no-title"),
        ):
            with pytest.raises(TkError) as wrong:
                ledger.record(*operations)
            assert wrong.value.kind == kind
        with pytest.raises(Refused) as refused:
            ledger.record({"op": "start", "id": "a"}, {"op": "approve", "id": "b"})
        assert [one.task for one in refused.value.violations] == ["b"]
        with pytest.raises(TkError):
            ledger.task("none")
        with pytest.raises(GitError):
            ledger.read("none")
    assert project.snapshot() == before
    with pytest.raises(GitError):
        Ledger(str(tmp_path))
    Project.create(tmp_path / "empty")
    with Ledger.open(str(tmp_path / "empty")) as empty, pytest.raises(TkError) as none:
        _ = empty.actor
    assert none.value.exit is Exit.UNUSABLE


def test_it_sees_what_others_do_in_the_meantime(project: Project) -> None:
    with Ledger(str(project.path), actor="ada") as ledger:
        assert ledger.task("a").state.value == "todo"
        project.ok("start", "a", "--as", "bob")
        assert ledger.task("a").owner == "bob"
        project.git("checkout", "-q", "-b", "side")
        project.ok("note", "b", "here", "--as", "bob")
        assert ledger.task("b").notes == ("here",)
        with pytest.raises((Refused, TkError)) as taken:
            ledger.record({"op": "start", "id": "a"})
        assert "bob" in str(taken.value)
        project.git("checkout", "-q", "main")
        assert ledger.record({"op": "start", "id": "b"}).commit == project.head()
    project.ok("verify", "--all")


def test_many_threads_with_a_ledger_each_take_each_task_once(project: Project) -> None:
    taken: list[str] = []
    start = threading.Barrier(4)

    def work(number: int) -> None:
        with Ledger(str(project.path), actor=f"agent-{number}") as ledger:
            start.wait()
            for task in "abcd":
                try:
                    ledger.record({"op": "start", "id": task})
                except (Refused, TkError):
                    continue
                taken.append(task)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == ["a", "b", "c", "d"]
    project.ok("verify", "--all")


def test_a_watch_goes_on_from_a_cursor_and_follows(project: Project) -> None:
    path = str(project.path)
    with Ledger(path, actor="ada") as ledger:
        ledger.record({"op": "start", "id": "a"})
        first, *_ = [*ledger.watch(since="HEAD~1", follow=False)]
        assert (first.task, first.target) == ("a", "in_progress")
        ledger.record({"op": "note", "id": "b", "message": "more"})
        events = ledger.watch(since=first.cursor.text)
        later = [next(events) for _ in range(2)]
        assert {"b"} <= {one.task for one in later}
        thread = threading.Thread(
            target=lambda: Ledger(path, actor="bob").record({"op": "start", "id": "c"})
        )
        thread.start()
        assert any(one.task == "c" for one in events)
        thread.join()
        events.close()


def test_what_is_worth_a_warning_is_returned_and_not_printed(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    for scope in ("--local", "--global"):
        project.git("config", scope, "--unset", "tk.hooks")
    with Ledger(str(project.path), actor="ada") as ledger:
        found = ledger.record({"op": "start", "id": "a"})
    assert found.warnings == (
        "tk's hooks are not installed in this clone, so git does not check commits: tk init",
    )
    assert capsys.readouterr() == ("", "")
    assert os.getcwd() != str(project.path)
