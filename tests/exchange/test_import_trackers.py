"""``tk import`` of what other trackers wrote, into a real ledger: its report, and what can be done afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.test_trackers import HERE, LOST, SOURCES
from tests.support.golden import hold
from tests.support.project import Project
from tests.support.templates import Templates

AT_WORK = {"backlog": "task-1", "beads": "web-a1b2-1", "github": "gh-2", "ticket": "ws-4ygk"}
"""A task of each that is in progress there, by its id here."""


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def ledger(templates: Templates, tmp_path: Path) -> Project:
    """A ledger without a task; no hooks."""

    def make(template: Path) -> None:
        Project.create(template).ok("init", "--no-hooks")

    return Project.copy(templates.of(make), tmp_path / "repo")


@pytest.mark.parametrize("name", SOURCES)
def test_an_import_says_what_it_brought_and_what_is_lost(name: str, ledger: Project) -> None:
    kind, place = SOURCES[name]
    words = ("import", "--from", kind, str(HERE / place))
    empty = ledger.head()
    foreseen = ledger.ok(*words, "--dry-run").out
    assert ledger.head() == empty
    report = ledger.ok(*words).out
    assert foreseen.splitlines()[1:] == report.splitlines()[1:]
    hold(report, f"trackers/{name}.txt")

    assert "no violation" in ledger.ok("verify").out
    imported = ledger.head()
    again = ledger.ok(*words, "--json").json
    assert (again["imported"], ledger.head()) == ([], imported)


@pytest.mark.parametrize("name", SOURCES)
def test_at_most_one_value_in_a_hundred_is_lost_in_an_import(name: str, ledger: Project) -> None:
    kind, place = SOURCES[name]
    report = ledger.ok("import", "--from", kind, str(HERE / place), "--dry-run", "--json").json
    assert [f"{one['key']} {one['field']}" for one in report["lost_fields"]] == LOST.get(name, [])
    assert report["percent"] <= 1


def test_what_is_lost_stands_under_x(ledger: Project) -> None:
    ledger.ok("import", "--from", "beads", str(HERE / "beads"))
    assert "src/form.py" in ledger.file("web-e5f6").partition("\nx:\n")[2]


def test_a_folder_that_is_not_of_its_kind_is_refused_and_nothing_is_written(
    ledger: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    head = ledger.head()
    for kind in ("beads", "backlog", "ticket", "taskmaster", "speckit"):
        answer = ledger.tk("import", "--from", kind, str(folder))
        assert answer.status == 3
        assert str(folder) in answer.err
    assert (ledger.head(), ledger.clean()) == (head, True)


@pytest.mark.parametrize("name", AT_WORK)
def test_imported_work_goes_on(name: str, ledger: Project) -> None:
    kind, place = SOURCES[name]
    ledger.ok("import", "--from", kind, str(HERE / place))
    task = AT_WORK[name]
    ledger.ok("note", task, "It goes on here.")
    ledger.ok("block", task, "--reason", "other", "-m", "not now")
    ledger.ok("requeue", task)
    assert ledger.state(task) == "todo"
    assert ledger.ok("verify").status == 0
