"""`tk stats`: out of history, of what filters choose, remembered up to a commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.contract import Git, Tk
from tests.support.project import Project
from tests.support.templates import Templates
from tkledger.errors import Exit

MONDAY = 1_893_456_000 + 6 * 86_400  # 2030-01-07, in UTC
DAY = 86_400


def on(patch: pytest.MonkeyPatch, day: float) -> None:
    """The day of the commits that follow, from a Monday on."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        patch.setenv(name, f"@{MONDAY + int(day * DAY)} +0000")


HISTORY = (
    (0, "new A --id aa --type bug --label x"),
    (0, "new B --id bb --label x --label y"),
    (0, "new C --id cc"),
    (1, "start aa --as ann"),
    (2, "start bb --as bob"),
    (3, "spend aa --tokens-in 100 --cost 0.5 --model m --as ann"),
    (4, "submit bb --as bob"),
    (5, "reject bb --as cyd"),
    (8, "done aa --as ann"),
    (9, "submit bb --as bob"),
    (10, "spend bb --cost 1.5 --calls 3 --as bob"),
    (11, "approve bb --as cyd"),
    (12, "cancel cc --as cyd"),
    (15, "new D --id dd"),
    (16, "start dd --as ann"),
)


@pytest.fixture
def flowing(here: Tk, templates: Templates, repo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tk:
    """A ledger with two and a half weeks of history; the tasks aa to dd."""

    def make(template: Path) -> None:
        made = Project.create(template)
        on(monkeypatch, 0)
        made.ok("init", "--no-hooks")
        for day, words in HISTORY:
            on(monkeypatch, day)
            made.ok(*words.split())

    Project.copy(templates.of(make), repo_path)
    return here


def found(tk: Tk, *words: str) -> dict[str, Any]:
    """The statistics, as of the last commit."""
    return tk("stats", "--at", "HEAD", *words, "--json").json


def test_the_json_has_it_all(flowing: Tk) -> None:
    answer = found(flowing)
    assert answer["weeks"] == [
        {
            **{"week": "2030-W02", "begin": "2030-01-07", "created": 3, "done": 0, "cancelled": 0},
            **{"sent_back": 1, "states": {"todo": 1, "in_progress": 2}},
        },
        {
            **{"week": "2030-W03", "begin": "2030-01-14", "created": 0, "done": 2, "cancelled": 1},
            **{"sent_back": 0, "states": {"done": 2, "cancelled": 1}},
        },
        {
            **{"week": "2030-W04", "begin": "2030-01-21", "created": 1, "done": 0, "cancelled": 0},
            **{"sent_back": 0, "states": {"in_progress": 1, "done": 2, "cancelled": 1}},
        },
    ]
    assert (answer["tasks"], answer["wip"]) == (4, 1)
    assert answer["states"] == {"in_progress": 1, "done": 2, "cancelled": 1}
    assert (answer["begin"], answer["end"]) == ("2030-01-07T00:00:00Z", "2030-01-23T00:00:01Z")
    assert answer["lead"] == {"tasks": 2, "median": 8 * DAY, "p85": 11 * DAY, "total": 19 * DAY}
    assert answer["cycle"] == {"tasks": 2, "median": 7 * DAY, "p85": 9 * DAY, "total": 16 * DAY}
    assert answer["in_state"]["in_review"] == {
        **{"tasks": 1, "median": 3 * DAY, "p85": 3 * DAY, "total": 3 * DAY}
    }
    assert answer["sent_back"] == {"reject": 1, "tasks": 1}
    assert answer["ended"] == [
        {"actor": "ann", "done": 1},
        {"actor": "cyd", "done": 1, "cancelled": 1},
    ]
    assert answer["spent"] == {
        "total": {"tokens": 100, "cost": "2", "calls": 3},
        "owner": [
            {"owner": "bob", "cost": "1.5", "calls": 3},
            {"owner": "ann", "tokens": 100, "cost": "0.5"},
        ],
        "type": [
            {"type": "task", "cost": "1.5", "calls": 3},
            {"type": "bug", "tokens": 100, "cost": "0.5"},
        ],
        "model": [
            {"model": "", "cost": "1.5", "calls": 3},
            {"model": "m", "tokens": 100, "cost": "0.5"},
        ],
        "label": [
            {"label": "x", "tokens": 100, "cost": "2", "calls": 3},
            {"label": "y", "cost": "1.5", "calls": 3},
        ],
    }
    assert answer["forecast"] == {"open": 1, "sample": [0, 2]}


def test_filters_choose_tasks_and_times_what_happened(flowing: Tk) -> None:
    bugs = found(flowing, "--type", "bug")
    assert (bugs["tasks"], bugs["lead"]["tasks"], bugs["spent"]["total"]["cost"]) == (1, 1, "0.5")
    later = found(flowing, "--since", "2030-01-18T00:00Z")
    assert later["lead"]["tasks"] == 1
    assert later["ended"] == [{"actor": "cyd", "done": 1, "cancelled": 1}]
    first = found(flowing, "--until", "2030-01-13T23:00Z")
    assert [week["week"] for week in first["weeks"]] == ["2030-W02"]
    assert "lead" not in first
    assert first["spent"]["total"]["cost"] == "0.5"
    told = flowing("stats", "--type", "none", "--json")
    assert "no task has the type 'none'" in told.err
    assert told.json["tasks"] == 0


def test_enough_weeks_make_a_forecast_that_stays_the_same(
    flowing: Tk, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, 22)
    flowing("new", "E", "--id", "ee")
    ahead = found(flowing)["forecast"]
    assert (ahead["open"], ahead["sample"]) == (2, [0, 2, 0])
    assert ahead["p50"]["weeks"] <= ahead["p85"]["weeks"] <= ahead["p95"]["weeks"]
    assert ahead["p50"] == {"weeks": 2, "date": "2030-02-12"}
    assert found(flowing)["forecast"] == ahead


def test_what_is_remembered_is_not_read_again(flowing: Tk, git: Git, repo_path: Path) -> None:
    """Of a history whose older task files are missing, only what is new is read."""
    first = flowing("stats", "--json").json
    old = git("rev-parse", "HEAD~8:.tasks/aa.yaml")
    (repo_path / ".git" / "objects" / old[:2] / old[2:]).unlink()
    flowing("note", "dd", "more")
    again = flowing("stats", "--json").json
    assert again["lead"] == first["lead"]
    assert again["weeks"][0] == first["weeks"][0]
    page = repo_path / ".git" / "tk" / "moves"
    page.write_bytes(page.read_bytes()[:-1])
    broken = flowing("stats", "--json")
    assert broken.status is Exit.UNUSABLE, "without it all is read"
    assert broken.json["error"]["kind"] == "missing-object"


def test_an_older_commit_and_a_rewritten_history_are_read_as_they_are(
    flowing: Tk, git: Git, repo_path: Path
) -> None:
    flowing("stats")
    page = (repo_path / ".git" / "tk" / "moves").read_bytes()
    assert flowing("stats", "--at", "HEAD~6", "--json").json["states"] == {
        "todo": 1,
        "in_progress": 1,
        "done": 1,
    }
    assert (repo_path / ".git" / "tk" / "moves").read_bytes() == page
    git("reset", "-q", "--hard", "HEAD~6")
    assert "lead" in flowing("stats", "--json").json
    assert flowing("stats", "--json").json["states"]["todo"] == 1


def test_work_on_two_branches_counts_as_the_merge_says(project: Project) -> None:
    side = project.worktree("side")
    assert side.process("start", "a").status == Exit.OK
    assert side.process("done", "a").status == Exit.OK
    project.ok("note", "b", "meanwhile")
    project.git("merge", "-q", "--no-edit", "side")
    answer = project.ok("stats", "--json").json
    assert answer["states"]["done"] == answer["weeks"][-1]["states"]["done"] == 1
    assert answer["cycle"]["tasks"] == 1


def test_a_shallow_clone_says_what_it_lacks(flowing: Tk, git: Git, tmp_path: Path) -> None:
    path = tmp_path / "shallow"
    git("clone", "-q", "--depth", "2", f"file://{git('rev-parse', '--show-toplevel')}", str(path))
    clone = Project(path)
    answer = clone.ok("stats", "--json").json
    assert answer["shallow"] is True
    assert answer["states"] == {"in_progress": 1, "done": 2, "cancelled": 1}
    assert "lead" not in answer
    assert not (path / ".git" / "tk" / "moves").exists(), "more of its history may come"


def test_it_is_drawn_and_told_to_a_monitor(flowing: Tk) -> None:
    lines = flowing("stats").out.splitlines()
    assert lines[0] == "tasks                  4"
    assert "ended by cyd           1 done, 1 cancelled" in lines
    exposed = flowing("stats", "--prometheus").out
    assert 'tk_tasks{state="done"} 2\n' in exposed
    assert 'tk_ended_total{state="cancelled",actor="cyd"} 1\n' in exposed
    assert 'tk_spent_dollars_by_owner_total{owner="bob"} 1.5\n' in exposed


def test_a_ledger_without_tasks_has_no_figures(tk: Tk) -> None:
    tk("init", "--no-hooks")
    assert tk("stats").out == "tasks    0\nat work  0\n"
    assert tk("stats", "--json").json["tasks"] == 0
