"""One actor at one repository: what the application layer returns, with nothing printed."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.support.project import Project
from tkledger.api import filters, json
from tkledger.api.filters import TaskFilter
from tkledger.api.overview import Shown
from tkledger.api.session import Session, each, moved
from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.errors import Exit, TkError


@pytest.fixture
def session(project: Project, capfd: pytest.CaptureFixture[str]) -> Session:
    """Ada at the project; at the end of the test nothing may have been printed."""
    capfd.readouterr()
    return Session(str(project.path), actor="ada")


def test_a_move_is_returned_and_not_printed(
    session: Session, project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    carried = session.carry_out(each("start", ["a", "b"], {}))
    assert [(one.task.id, one.source, one.task.state) for one in moved(carried.recorded)] == [
        ("a", State.TODO, State.IN_PROGRESS),
        ("b", State.TODO, State.IN_PROGRESS),
    ]
    assert carried.recorded.commit == project.head()
    assert "owner: ada" in project.file("a")
    assert capfd.readouterr() == ("", "")


def test_a_refusal_is_raised_with_its_violations(session: Session, project: Project) -> None:
    before = project.head()
    with pytest.raises(Refused) as refused:
        session.carry_out(each("done", ["a"], {}))
    assert [one.code for one in refused.value.violations] == ["TK201"]
    assert refused.value.violations[0].remedy == "tk start a && tk done a"
    assert project.head() == before


def test_a_dry_run_records_nothing(session: Session, project: Project) -> None:
    before = project.head()
    carried = session.carry_out(each("start", ["a"], {}), dry_run=True)
    assert carried.recorded.commit is None
    assert carried.recorded.after.task("a") != carried.recorded.before.task("a")
    assert project.head() == before


def test_the_same_key_gives_the_first_answer(session: Session, project: Project) -> None:
    first = session.carry_out(each("start", ["a"], {}), key="once")
    again = session.carry_out(each("start", ["a"], {}), key="once")
    assert again.recorded.commit == first.recorded.commit == project.head()


def test_what_others_wrote_is_looked_at(session: Session, project: Project) -> None:
    project.ok("new", "Urgent", "--id", "u", "--priority", "0")
    session.repo.refresh()
    ledger = Shown(session)
    every = range(len(ledger.overview))
    found = filters.matching(ledger, TaskFilter(state=["todo"]), every)
    assert ledger.overview.column("id")[found[0]] == "u"
    assert filters.matching(ledger, TaskFilter(priority=[0]), every) == [found[0]]
    assert filters.matching(ledger, TaskFilter(owner=["bob"]), every) == []


def test_an_earlier_ledger_is_looked_at_by_revision(session: Session, project: Project) -> None:
    project.ok("start", "a")
    session.repo.refresh()
    then = session.read("HEAD~1").task("a")
    now = session.read().task("a")
    assert then is not None
    assert then.state is State.TODO
    assert now is not None
    assert now.state is State.IN_PROGRESS


def test_a_repository_without_a_ledger_is_unusable(bare_git: Project) -> None:
    with pytest.raises(TkError) as failed:
        Session(str(bare_git.path)).head()
    assert (failed.value.exit, failed.value.remedy) == (Exit.UNUSABLE, "tk init")


def test_a_task_as_json_has_no_null(session: Session) -> None:
    task = session.head().task("a")
    assert task is not None
    assert json.task_json(task)["state"] == "todo"
    assert None not in json.task_json(task).values()


def test_what_a_session_reads_with_ends_with_it(project: Project) -> None:
    """Not when garbage is next collected: it has a process."""
    gc.disable()
    try:
        session = Session(str(project.path))
        assert len(list(session.head().tasks())) == 4
        session.carry_out([("start", {"id": "a"})])
        repo = weakref.ref(session.repo)
        del session
        assert repo() is None
    finally:
        gc.enable()
