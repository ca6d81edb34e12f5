"""What views show is remembered by the ledger's tree: the same text with and without, and nothing decided."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.project import Project
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, rank
from tkledger.core.policy import DEFAULT
from tkledger.core.rows import row
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, task
from tkledger.core.task_parts import RESOLUTIONS, Budget
from tkledger.files import codec
from tkledger.local.overviews import OverviewPages
from tkledger.local.page import read_page, write_page
from tkledger.local.store import CLAIMS, OVERVIEWS, TEXTS, Store

VIEWS = (
    *("list", "list --json", "list --all", "list -n 2 --label x", "list --owner ann"),
    *(
        "ready",
        "ready --json",
        "tree",
        "tree --json",
        "tree --all",
        "board",
        "board --json",
        "next",
    ),
)
IDS = [f"t{number}" for number in range(24)]
BROKEN = b"id: t1\ntitle\n"


def pages(project: Project) -> list[Path]:
    return [*(project.path / ".git" / "tk" / OVERVIEWS).glob("*")]


def forget(project: Project) -> None:
    """Take away all that is remembered."""
    shutil.rmtree(project.path / ".git" / "tk")


def looks(project: Project, *views: str) -> dict[str, tuple[int, str, str]]:
    """What each view prints."""
    return {view: tuple(project.tk(*view.split())) for view in views or VIEWS}  # type: ignore[misc]


def random_task(name: str, rng: Random) -> Task:
    """A task with whatever a view shows, fit or not."""
    state = rng.choice([*State, State.TODO, State.TODO])
    fields: dict[str, Any] = {
        "id": name,
        "title": rng.choice(["Plain", "Wörter", "宽 letters", "two  blanks", "zero\u200bwidth"]),
        "state": state.value,
        "priority": rng.choice([None, 0, 1, 4]),
        "type": rng.choice([None, "bug", "epic"]),
        "owner": rng.choice([None, None, "ann", "bob  x", "ünal"]),
        "labels": rng.sample(["x", "y", "z"], rng.choice([0, 0, 1, 2])),
        "parent": rng.choice([None, None, "gone", *rng.sample(IDS, 4)]),
        "depends_on": rng.sample([*IDS, "gone"], rng.choice([0, 0, 1, 5])),
        "budget": rng.choice([None, None, None, {"steps": 1}]),
        "concerns": ["design: why"] if rng.random() < 0.1 else [],
    }
    if state is State.BLOCKED:
        fields["wait"] = {"reason": "user", "detail": "a line\nand more"}
    if state in RESOLUTIONS:
        fields["resolution"] = rng.choice([None, *RESOLUTIONS[state]])
    return task(fields)


def random_files(rng: Random, count: int) -> dict[str, bytes]:
    return {
        path_of(name): codec.dump_task(random_task(name, rng)) if rng.random() < 0.95 else BROKEN
        for name in rng.sample(IDS, count)
    }


def ledgers(project: Project, rng: Random) -> Iterator[None]:
    """Ledgers that come one after the other: tasks come, change and go, some cannot be read."""
    project.plumb(random_files(rng, 20))
    yield
    for _ in range(3):
        project.plumb(random_files(rng, rng.choice([1, 2, 6])))
        yield
    project.plumb({".tasks/stray.txt": b"stray"})
    yield
    limited = DEFAULT._replace(budget=Budget(steps=1))
    project.plumb({POLICY_PATH: codec.dump_policy(limited)})
    yield
    stream = "commit refs/heads/main\ncommitter T <t@example.org> 1700000001 +0000\ndata 1\n.\n"
    gone = f"D .tasks/stray.txt\nD {path_of('t3')}\nD {path_of('a')}\n"
    project.git("fast-import", "--quiet", stdin=f"{stream}from refs/heads/main^0\n{gone}")
    yield


def test_what_is_remembered_changes_no_text(project: Project) -> None:
    for _ in ledgers(project, Random(1)):
        assert project.ok("list").out  # brought from what is remembered of the ledger before
        brought = looks(project)
        forget(project)
        assert looks(project) == brought


def test_a_warm_view_reads_no_task(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    warm = ("list", "ready", "tree", "board", "list --at HEAD")
    shown = looks(project, *warm)
    monkeypatch.setattr("tkledger.files.codec.load_task", None)
    monkeypatch.setattr("tkledger.core.task.Task.__new__", None)
    assert looks(project, *warm) == shown


def test_what_changed_is_read_and_no_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks(project, "list")
    project.ok("edit", "b", "--depends-on", "a")
    project.ok("start", "a")
    read = []
    load = codec.load_task

    def counted(data: bytes) -> Task:
        read.append(load(data))
        return read[-1]

    monkeypatch.setattr("tkledger.files.codec.load_task", counted)
    monkeypatch.setattr(Overview, "rows", property())  # nor are the rows of others made
    assert "waits for a" in project.ok("list").out
    assert {one.id for one in read} == {"a", "b"}
    read.clear()
    looks(project, "list")
    assert read == []


def test_other_rows_come_where_their_order_puts_them() -> None:
    rng = Random(1)

    def rows(numbers: Iterable[int]) -> list[TaskRow]:
        return [row(random_task(f"t{number}", rng), Snapshot({})) for number in numbers]

    known = {one.id: one for one in rows(range(40))}
    found = Overview(sorted(known.values(), key=rank))
    for _ in range(30):
        new = {one.id: one for one in rows(rng.sample(range(50), rng.randrange(6)))}
        gone = {f"t{key}" for key in rng.sample(range(50), 3)} - new.keys()
        found = found.changed(new.values(), gone)
        known = {key: one for key, one in {**known, **new}.items() if key not in gone}
        wanted = sorted(known.values(), key=rank)
        assert found.column("id") == [one.id for one in wanted]
        assert found.rows == wanted
        assert [found.at(found.places[key]) for key in known] == [*known.values()]


def test_a_damaged_page_is_made_again(project: Project) -> None:
    shown = looks(project, "list", "list --json")
    (page,) = pages(project)
    whole, store = page.read_bytes(), OverviewPages(str(project.path / ".git"))

    def is_whole() -> bool:
        found = store.read(page.name)
        return found is not None and [row.id for row in found.overview.rows] == [*"abcd"]

    for place in range(0, len(whole), 97):
        page.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert looks(project, "list") == {"list": shown["list"]}
        assert is_whole()
    for junk in (b"", whole[:-1], whole[1:], whole * 2):
        page.write_bytes(junk)
        assert looks(project, "list", "list --json") == shown
        assert is_whole()


def test_a_page_of_another_ledger_is_not_taken(project: Project, tmp_path: Path) -> None:
    other = Project.copy(project.path, tmp_path / "other")
    other.ok("new", "Foreign", "--id", "foreign")
    looks(other)
    looks(project, "list")
    (page,), (foreign,) = pages(project), pages(other)
    page.write_bytes(foreign.read_bytes())  # under the name of this one's tree
    assert "Foreign" not in project.ok("list").out
    page.unlink()
    shutil.copy(foreign, page.parent)  # under its own, to begin with
    assert "Foreign" not in project.ok("list").out
    assert "Task a" in project.ok("list").out


def test_few_pages_are_kept(project: Project) -> None:
    for number in range(7):
        project.ok("new", f"More {number}")
        looks(project, "list")
    assert len(pages(project)) == 4
    assert OverviewPages(str(project.path / ".git")).last() is not None


def test_what_is_forged_moves_no_verdict(project: Project) -> None:
    looks(project, "list")
    store = OverviewPages(str(project.path / ".git"))
    (page,) = pages(project)
    found = store.read(page.name)
    assert found is not None
    done = [row._replace(state=State.DONE, held=True) for row in found.overview.rows]
    store.write(page.name, found._replace(overview=found.overview.changed(done)))
    assert project.ok("list").out == ""
    project.ok("start", "a")
    project.ok("verify", "--all")
    (project.path / ".git" / "tk" / TEXTS).unlink(missing_ok=True)


def test_what_many_claims_say_is_remembered_and_decides_nothing(project: Project) -> None:
    for more in ({"op": "new", "title": "Claimed"}, {"op": "start"}):
        lines = [{**more, "id": f"c{n}"} for n in range(20)]
        project.ok("batch", stdin="".join(json.dumps(line) + "\n" for line in lines))
    shown = looks(project, "list", "ready")
    page = project.path / ".git" / "tk" / CLAIMS
    assert page.exists()
    assert looks(project, "list", "ready") == shown
    page.write_bytes(page.read_bytes()[:-1])
    assert looks(project, "list", "ready") == shown
    project.ok("release", "c3")
    assert "released by" in project.ok("list").out
    forget(project)
    assert "released by" in project.ok("list").out
    store = Store(str(project.path / ".git"))
    forged = {
        oid: (("c4", "mallory", *said[2:]), *rest)
        for oid, (said, *rest) in read_page(store, CLAIMS).items()
    }
    write_page(store, CLAIMS, forged)
    project.ok("done", "c4")
