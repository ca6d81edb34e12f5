"""The contract of `tk import`: one commit, a report, nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit
from tkledger.exchange.foreign import READERS
from tkledger.verbs.filters import IMPORTS

ISSUES = [
    {"id": "bd-1", "title": "One\u001b[31m", "status": "closed", "issue_type": "bug", "labels": ["a b"]},
    {"id": "BD-2", "title": "Two", "status": "open", "issue_type": "task", "priority": 1, "shape": [1, 2],
     "dependencies": [{"issue_id": "BD-2", "depends_on_id": "bd-1", "type": "blocks"}]},
]  # fmt: skip


def written(path: Path, issues: object = ISSUES) -> str:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in issues))  # type: ignore[attr-defined]
    return str(path)


def test_every_kind_has_a_reader() -> None:
    assert set(READERS) == set(IMPORTS)


def test_an_import_is_one_commit_with_a_report_and_the_second_brings_what_is_new(
    project: Project, tmp_path: Path
) -> None:
    file = written(tmp_path / "issues.jsonl")
    before = project.count()
    asked = ("import", "--from", "beads", file)
    tried = project.ok(*asked, "--dry-run", "--json").json
    assert project.count() == before
    assert project.clean()
    done = project.ok(*asked, "-m", "we move", "--json").json
    assert project.count() == before + 1
    assert project.clean()
    assert tried == {name: value for name, value in done.items() if name != "commit"}
    assert done["imported"] == ["bd-1", "bd-2"]
    assert done["mapped"] == [{"key": "BD-2", "id": "bd-2"}]
    assert (done["lost"], done["lost_fields"][0]["field"]) == (2, "shape")
    assert done["percent"] == round(200 / done["fields"], 2)
    message = project.git("log", "-1", "--format=%B")
    assert message.startswith("tk: import bd-1, bd-2 from beads\n")
    assert "Tk-Reason: we move" in message.split("\n")
    assert (
        project.ok("verify").out
        == "2 tasks imported, not judged\nchecked 4 commits: no violation\n"
    )
    again = project.ok(*asked)
    assert (again.out, again.err) == ("", "nothing to do; 2 are there already\n")
    more = written(tmp_path / "issues.jsonl", [*ISSUES, {**ISSUES[1], "id": "x"}])
    assert project.ok("import", "--from", "beads", more).out.splitlines()[:3] == [
        "1 task imported from beads; 2 are there already",
        "  1 todo",
        "  9 values read, 2 lost (22.2 %)",
    ]


def test_every_view_marks_what_nobody_judged(project: Project, tmp_path: Path) -> None:
    project.ok("import", "--from", "beads", written(tmp_path / "issues.jsonl"))
    assert "imported, not judged" in project.ok("list", "--all").out
    card = project.ok("show", "bd-1").out
    assert "beads:bd-1, not judged" in card
    assert "\x1b" not in card
    assert project.ok("show", "bd-1", "--json").json["task"]["imported"] == "beads:bd-1"
    assert project.ok("verify", "--json").json["imported"] == 2
    rows = project.ok("audit", "--json").json["acts"]
    assert {one["subject"] for one in rows if one["did"] == "imported, not judged"} == {
        "bd-1",
        "bd-2",
    }
    assert "  bd-1, bd-2  imported, not judged  " in project.ok("audit").out
    assert project.tk("start", "bd-2").status == Exit.OK, "it depends on one that is done"


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("beads", '{"id": "a", "title": "T", "status": "open"}\n' * 2, "a is there twice"),
        ("beads", '{"id": "a"}', "line 1 cannot be imported from beads"),
        (
            "jsonl",
            '{"id": "A", "title": "T", "state": "todo"}',
            "it is not a task of tk: id: 'A' is not an id",
        ),
        ("jsonl", "[" * 100_000, "it is too deep"),
        (
            "exec-kernel",
            '[{"id": "a", "title": "T", "status": "odd"}]',
            "it has no state of exec-kernel: 'odd'",
        ),
    ],
)
def test_what_is_not_of_the_kind_is_refused_by_its_place(
    project: Project, tmp_path: Path, kind: str, text: str, words: str
) -> None:
    file = tmp_path / "some"
    file.write_text(text)
    before = project.snapshot()
    answer = project.tk("import", "--from", kind, str(file))
    assert answer.status == Exit.UNUSABLE
    assert words in answer.err
    assert project.snapshot() == before


def test_who_may_not_import_is_told_whom_to_ask(project: Project, tmp_path: Path) -> None:
    project.ok("start", "a")
    answer = project.tk("import", "--from", "beads", written(tmp_path / "i.jsonl"))
    assert answer.status == Exit.REJECTED
    assert (
        "to import from beads:bd-1 takes the role policy, since tasks have moved here" in answer.err
    )
    assert "tk config set roles.policy ACTOR" in answer.err
    project.ok("config", "set", "roles.policy", "test@example.org")
    project.ok("import", "--from", "beads", written(tmp_path / "i.jsonl"))


def test_a_ledger_comes_over_whole_by_its_own_lines(project: Project, tmp_path: Path) -> None:
    project.ok("start", "a")
    project.ok("note", "a", "two\nlines")
    project.ok("done", "a", "-m", "made")
    project.ok("edit", "b", "--depends-on", "a", "--label", "x", "--estimate", "4h")
    project.ok("block", "c", "--reason", "user", "-m", "why")
    lines = project.ok("export").out
    file = tmp_path / "tasks.jsonl"
    file.write_text(lines)
    assert (
        project.ok("import", "--from", "jsonl", str(file)).err
        == "nothing to do; 4 are there already\n"
    )
    other = Project.create(tmp_path / "other")
    other.write("x", "x")
    other.git("add", "-A")
    other.git("commit", "-q", "-m", "x")
    other.ok("init", "--no-hooks")
    report = other.ok("import", "--from", "jsonl", str(file), "--json").json
    assert (report["lost"], report["mapped"]) == (0, [])
    there = [json.loads(line) for line in other.ok("export").out.splitlines()]
    assert [one.pop("imported") for one in there] == [f"jsonl:{one['id']}" for one in there]
    assert there == [json.loads(line) for line in lines.splitlines()]
    assert other.ok("verify", "--all").out.endswith("no violation\n")


def test_issues_of_exec_kernel_keep_why_they_are_wanted(project: Project, tmp_path: Path) -> None:
    """The description is as its create_task writes it."""
    why = {
        "consumer": "us",
        "pain_point": "slow",
        "expected_value": "fast",
        "validation_path": "timed",
    }
    block = json.dumps({**why, "origin_category": "demand"}, indent=2)
    text = f"What to do\n\n---\n### Admission Schema\n```json\n{block}\n```"
    issues = [
        {"id": "1f0e", "identifier": "PAP-1", "title": "Root", "status": "in_review", "description": text,
         "assigneeAgentId": "coder", "priority": "high", "createdAt": "2026-01-01T00:00:00.000Z",
         "comments": [{"body": "looks good", "authorAgentId": "cto", "createdAt": "2026-01-02T00:00:00Z"}]},
        {"id": "2f0e", "title": "Part", "status": "blocked", "parentId": "1f0e", "goalId": "g1",
         "description": "plain", "assigneeAgentId": "coder"},
    ]  # fmt: skip
    file = tmp_path / "issues.json"
    file.write_text(json.dumps({"issues": issues}))
    report = project.ok("import", "--from", "exec-kernel", str(file), "--json").json
    assert report["lost_fields"] == []
    root = project.ok("show", "1f0e", "--json").json["task"]
    assert root["admission"] == why
    assert (root["description"], root["priority"], root["owner"]) == ("What to do", 1, "coder")
    assert root["notes"][0] == "cto, 2026-01-02T00:00:00Z:\nlooks good\n"
    assert "origin category: demand" in root["notes"][1]
    part = project.ok("show", "2f0e", "--json").json["task"]
    assert (part["parent"], part["wait"]) == ("1f0e", {"reason": "other"})


def test_what_each_tracker_itself_wrote_comes_over_legally_with_at_most_a_hundredth_lost(
    project: Project,
) -> None:
    data = Path(__file__).parents[1] / "data" / "foreign"
    places = {"taskwarrior": "taskwarrior.json", "github": "github/issues.json"}
    for kind in sorted({*READERS} - {"jsonl", "exec-kernel"}):
        source = data / places.get(kind, kind)
        report = project.ok("import", "--from", kind, str(source), "--json").json
        assert report["imported"], kind
        assert report["percent"] <= 1, report["lost_fields"]
        assert project.ok("import", "--from", kind, str(source), "--json").json["imported"] == []
    assert project.ok("verify").out.endswith("no violation\n")
