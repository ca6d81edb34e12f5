"""One set of filters: the same tasks in lists, trees, boards and logs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import Project
from tests.support.templates import Templates

TASKS: tuple[dict[str, Any], ...] = (
    {"id": "kid10", "title": "Release", "priority": 1, "label": ["ship"], "owner": "ann"},
    {"id": "kid2", "title": "Packages", "priority": 1, "parent": "kid10", "type": "bug"},
    {"id": "kid9", "title": "Notes", "parent": "kid10", "label": ["docs", "ship"], "stream": "web"},
    {"id": "loose", "title": "all of it", "priority": 3, "depends_on": ["kid2"]},
    {"id": "old", "title": "Before", "label": ["docs"], "owner": "bob"},
    {"id": "odd", "title": "Twice", "backlog": True},
)


@pytest.fixture
def some(templates: Templates, tmp_path: Path) -> Project:
    """A project with six tasks: one has ended, one has two parts, one waits for one of these."""
    return Project.copy(templates.of(_some), tmp_path / "some")


def _some(template: Path) -> None:
    made = Project.create(template)
    made.ok("init", "--no-hooks")
    lines = [{"op": "new", **one} for one in TASKS]
    made.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in lines))
    for verb in ("start", "done"):
        made.ok(verb, "old", "--as", "bob")


def ids(project: Project, command: str) -> list[str]:
    """The ids that a command's JSON has, in their order."""
    found = project.ok(*command.split(), "--json").json
    if "columns" in found:
        return [one["id"] for column in found["columns"].values() for one in column]
    waiting, ids = [*reversed(found["tasks"])], []
    while waiting:
        one = waiting.pop()
        ids += [one["id"]] if one.get("matches", True) else []
        waiting += reversed(one.get("children", []))
    return ids


FILTERS = [
    ("--grep PACK", {"kid2"}),
    ("--grep of --grep all", {"loose"}),
    ("--state open", {"kid10", "kid2", "kid9", "loose", "odd"}),
    ("--state done,backlog", {"old", "odd"}),
    ("--type bug", {"kid2"}),
    ("--label docs", {"kid9", "old"}),
    ("--label docs --label ship", {"kid9"}),
    ("--owner ann", {"kid10"}),
    ("--owner ann,bob", {"kid10", "old"}),
    ("--owner none --state todo", {"kid2", "kid9", "loose"}),
    ("--parent kid10", {"kid2", "kid9"}),
    ("--priority high", {"kid10", "kid2"}),
    ("--stream web", {"kid9"}),
    ("--blocked-by kid2", {"loose"}),
    ("--waiting", set()),
    ("--parent kid10 --label ship", {"kid9"}),
]


@pytest.mark.parametrize("command", ["list", "tree", "board"])
@pytest.mark.parametrize(("words", "found"), FILTERS, ids=[words for words, _ in FILTERS])
def test_a_filter_leaves_the_same_tasks_in_every_view(
    some: Project, command: str, words: str, found: set[str]
) -> None:
    assert {*ids(some, f"{command} {words}")} == found
    assert some.ok(command, *words.split(), "--json").json["total"] == len(found)


@pytest.mark.parametrize(("words", "found"), FILTERS, ids=[words for words, _ in FILTERS])
def test_a_log_is_of_the_tasks_that_match(some: Project, words: str, found: set[str]) -> None:
    entries = some.ok("log", *words.split(), "--json").json["entries"]
    assert {one["task"] for one in entries} == found


def test_a_log_of_matching_tasks_has_as_many_as_are_asked_for(some: Project) -> None:
    some.ok("note", "loose", "words")
    some.ok("note", "kid9", "words")
    told = some.ok("log", "--label", "ship", "-n", "2", "--json").json["entries"]
    assert [(one["event"], one["task"]) for one in told] == [("new", "kid9"), ("edit", "kid9")]


def test_ready_is_filtered_as_lists_are(some: Project) -> None:
    assert ids(some, "ready") == ["kid2", "kid9"]
    assert ids(some, "ready --label docs") == ["kid9"]
    assert ids(some, "ready --type bug,chore --owner none") == ["kid2"]
    assert some.ok("ready", "--type", "chore").err.splitlines() == [
        "warning: no task has the type 'chore'; there are bug, task",
        "none of the 2 tasks that are ready matches: tk ready",
    ]
    some.ok("start", "kid9")
    told = some.ok("ready", "--type", "chore").err
    assert told.endswith("\nthe one task that is ready does not match: tk ready\n")


def test_what_waits_for_a_task_does_so_until_it_is_done(some: Project) -> None:
    some.ok("wait", "kid9", "--on", "kid2")
    assert {*ids(some, "list --blocked-by kid2")} == {"kid9", "loose"}
    some.ok("cancel", "kid2")
    assert ids(some, "list --blocked-by kid2") == ["loose"]
    some.ok("edit", "loose", "--no-depends-on", "kid2", "--depends-on", "old")
    assert ids(some, "list --blocked-by old") == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("id", "kid2 kid9 kid10 loose odd"),
        ("-id", "odd loose kid10 kid9 kid2"),
        ("title", "loose kid9 kid2 kid10 odd"),
        ("priority", "kid2 kid10 kid9 odd loose"),
        ("-priority", "loose kid9 odd kid2 kid10"),
        ("state", "odd kid2 kid10 kid9 loose"),
        ("type", "kid2 kid10 kid9 odd loose"),
        ("owner", "kid10 kid2 kid9 odd loose"),
        ("-owner", "kid10 kid2 kid9 odd loose"),
        ("stream", "kid9 kid2 kid10 odd loose"),
    ],
)
def test_tasks_come_in_the_order_that_is_asked_for(some: Project, sort: str, order: str) -> None:
    assert ids(some, f"list --state open --sort {sort}") == order.split()


def test_ids_are_put_in_order_by_their_numbers(some: Project) -> None:
    assert ids(some, "list --state open") == ["kid2", "kid10", "kid9", "odd", "loose"]
    some.ok("edit", "kid2", "--priority", "2")
    some.ok("edit", "kid10", "--priority", "2")
    order = ["kid2", "kid9", "kid10", "odd", "loose"]
    assert ids(some, "list --state open") == order  # as made anew of what changed
    (some.path / ".git/tk/views").rename(some.path / ".git/tk/other")
    assert ids(some, "list --state open") == order  # as made of all
    assert ids(some, "tree") == ["kid10", "kid2", "kid9", "odd", "loose", "old"]
    assert ids(some, "board --state todo") == ["kid2", "kid9", "kid10", "loose"]
    some.ok("new", "Third", "--id", "kid11", "--parent", "kid10", "--owner", "ann")
    some.ok("edit", "kid9", "--owner", "ann")
    derived = some.ok("show", "kid10", "--json").json["derived"]
    assert derived["children"] == ["kid2", "kid9", "kid11"]
    some.ok("start", "kid11", "kid9", "--as", "ann")
    told = some.ok("status", "--as", "ann", "--json").json["in_progress"]["items"]
    assert [one["id"] for one in told] == ["kid9", "kid11"]


def test_a_tree_has_its_tasks_in_the_order_that_is_asked_for(some: Project) -> None:
    assert ids(some, "tree --sort -id") == ["old", "odd", "loose", "kid10", "kid9", "kid2"]
    shown = some.ok("tree", "--sort", "-id").out
    order = [shown.index(f" {one} ") for one in ("odd", "loose", "kid10", "kid9", "kid2")]
    assert order == sorted(order)


def test_a_limit_cuts_and_says_of_how_many(some: Project) -> None:
    assert ids(some, "list --limit 2") == ["kid2", "kid10"]
    assert some.ok("list", "--limit", "2", "--json").json["total"] == 6
    assert ids(some, "tree --type task --limit 2") == ["kid10", "kid9"]
    assert ids(some, "board --limit 1") == ["odd", "kid2", "old"]
    assert len(some.ok("board", "--limit", "1").out.splitlines()) == 3


def test_a_task_of_a_tree_that_only_leads_to_others_says_so(some: Project) -> None:
    (top,) = some.ok("tree", "--label", "docs", "--state", "open", "--json").json["tasks"]
    assert (top["id"], top["matches"]) == ("kid10", False)
    assert [(one["id"], one.get("matches")) for one in top["children"]] == [("kid9", None)]
    assert some.ok("tree", "--label", "docs").out == (
        "○ todo kid10 (Release)\n└─ ○ todo kid9 P2 Notes\n"
    )


def test_an_order_and_a_state_are_some_of_those_there_are(some: Project) -> None:
    answer = some.tk("list", "--sort", "age")
    assert (answer.status, answer.err.splitlines()[0]) == (2, "error: no such order: 'age'")
    assert "-priority" in answer.err
    assert some.tk("list", "--blocked-by", "nothing").status == 3


TEXTS = (
    {"id": "one", "title": "The parser", "message": "It fails on an EMPTY file.\n"},
    {"id": "two", "title": "Écran vide", "message": 'Says "nothing" of C:\\new (a.b)'},
    {"id": "three", "title": "解析器", "label": ["parser"], "owner": "parser"},
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["parser"], {"one"}),
        (["empty parser"], {"one"}),
        (["parser", "FILE."], {"one"}),
        (["fil"], {"one"}),
        (["éCRAN"], {"two"}),
        (['"nothing"'], {"two"}),
        (["c:\\NEW"], {"two"}),
        (["(a.b)"], {"two"}),
        (["a.*b"], set()),
        (["解析"], {"three"}),
        (["later"], {"three"}),
        (["-e", "--", "title"], set()),
        (["()"], set()),
        ([" "], {"one", "two", "three"}),
    ],
)
def test_words_are_looked_for_in_title_description_and_notes(
    some: Project, words: list[str], found: set[str]
) -> None:
    lines = [{"op": "new", "stream": "texts", **one} for one in TEXTS]
    some.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in lines))
    some.ok("note", "three", "not later than\nthe parsing")
    asked = [option for word in words for option in ("--grep", word)]
    told = some.ok("list", "--stream", "texts", *asked, "--json").json["tasks"]
    assert {one["id"] for one in told} == found


def test_words_are_looked_for_in_tasks_as_they_are_shown(some: Project) -> None:
    some.ok("work", "kid2")
    there = Project(Path(some.ok("work", "kid2", "--path").out.strip()))
    there.ok("note", "kid2", "found elsewhere")
    assert ids(some, "list --grep elsewhere") == ["kid2"]
    assert ids(some, "list --grep elsewhere --at HEAD") == []


@pytest.fixture
def dated(templates: Templates, tmp_path: Path) -> Project:
    """A project whose tasks were made, and changed, on known days long ago; the last one now."""
    made = Project.copy(templates.of(_dated), tmp_path / "dated")
    made.ok("new", "Now", "--id", "now")
    return made


def _dated(template: Path) -> None:
    made = Project.create(template)
    for date, words in (
        ("2020-01-01", ["init", "--no-hooks"]),
        ("2020-01-02", ["new", "First", "--id", "first"]),
        ("2020-01-03", ["new", "Second", "--id", "second"]),
        ("2020-01-04", ["new", "Third", "--id", "third"]),
        ("2020-02-01", ["note", "first", "once more"]),
        ("2020-02-02", ["block", "third", "--reason", "user"]),
        ("2020-03-01", ["step", "second", "-m", "work that no file shows"]),
    ):
        os.environ["GIT_COMMITTER_DATE"] = f"{date}T12:00:00Z"  # until it is made
        made.ok(*words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("--since 2020-02-02", {"second", "third", "now"}),
        ("--since 2020-02-03", {"second", "now"}),
        ("--until 2020-02-01", {"first"}),
        ("--until 2020-01-31", set()),
        ("--since 2020-02-01 --until 2020-02-29", {"first", "third"}),
        ("--stale 14d", {"first", "second", "third"}),
        ("--stale 2w --waiting", {"third"}),
        ("--since yesterday", {"now"}),
        ("--since 1h", {"now"}),
        ("--stale 9999d", set()),
    ],
)
def test_tasks_are_found_by_when_they_changed(dated: Project, words: str, found: set[str]) -> None:
    for command in ("list", "tree", "board"):
        assert {*ids(dated, f"{command} {words}")} == found
    dated.git("checkout", "-q", "-b", "other", "HEAD~1")
    assert {*ids(dated, f"list {words} --at HEAD")} == found - {"now"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--since 2020-02-02", "block third, step second, new now"),
        ("--since 2020-01-04 --until 2020-02-01", "new third, edit first"),
        ("--until 2020-01-03", "new first, new second"),
        ("second --since 2020-02-01", "step second"),
        ("--grep first --since 2020-02-01", "edit first"),
        ("--since 2020-01-01 -n 2", "step second, new now"),
        ("--until 2020-02-29 -n 1", "block third"),
    ],
)
def test_a_log_is_cut_by_the_dates_of_its_commits(dated: Project, words: str, told: str) -> None:
    entries = dated.ok("log", *words.split(), "--json").json["entries"]
    assert ", ".join(f"{one['event']} {one['task']}" for one in entries) == told


def test_tasks_are_put_in_order_by_when_they_were_made_and_changed(dated: Project) -> None:
    assert ids(dated, "list --sort created") == ["first", "second", "third", "now"]
    assert ids(dated, "list --sort -created --limit 2") == ["now", "third"]
    assert ids(dated, "list --sort updated") == ["first", "third", "second", "now"]
    assert ids(dated, "board --sort -updated") == ["now", "second", "first", "third"]


def test_a_merge_is_no_change_of_what_it_brings(dated: Project) -> None:
    main = dated.git("branch", "--show-current")
    dated.git("checkout", "-q", "-b", "other", "HEAD~3")
    dated.git("merge", "-q", "--no-ff", "-m", "join", main)
    assert {*ids(dated, "list --stale 14d")} == {"first", "second", "third"}


def test_what_is_not_a_time_is_said(dated: Project) -> None:
    answer = dated.tk("list", "--since", "someday")
    assert answer.status == 2
    assert answer.err.startswith("error: --since: 'someday' is not a time such as 2h, in 3 days")
    remedy = answer.err.split("remedy: ")[1].split()
    assert dated.ok(*remedy[1:]).status == 0


def test_only_the_fields_that_are_asked_for_are_given(some: Project) -> None:
    told = some.ok("list", "--fields", "id,labels,owner", "--limit", "2", "--json").json["tasks"]
    assert told == [{"id": "kid2"}, {"id": "kid10", "labels": ["ship"], "owner": "ann"}]
    (tree,) = some.ok("tree", "kid10", "--fields", "title", "--label", "ship", "--json").json[
        "tasks"
    ]
    assert tree == {"title": "Release", "children": [{"title": "Notes", "children": []}]}
    (tree,) = some.ok("tree", "kid10", "--fields", "owner", "--label", "docs", "--json").json[
        "tasks"
    ]
    assert tree == {"owner": "ann", "matches": False, "children": [{"children": []}]}
    columns = some.ok("board", "--fields", "stream", "--stream", "web", "--json").json["columns"]
    assert columns["todo"] == [{"stream": "web"}]
    entries = some.ok("log", "kid9", "--fields", "event,from,to", "--json").json["entries"]
    assert entries == [{"event": "new", "to": "todo"}]
    told = some.ok("ready", "--fields", "priority,type,description", "--json").json["tasks"]
    assert told == [{"priority": 1, "type": "bug"}, {"priority": 2, "type": "task"}]


def test_fields_are_columns_of_a_table(some: Project) -> None:
    some.ok("edit", "kid2", "--budget", "steps=5,cost=1.5", "-m", "two\nlines")
    words = ("--fields", "id,budget,description,labels", "--priority", "1")
    rows = ["kid2   steps=5, cost=1.5  two lines  -", "kid10  -                  -          ship"]
    assert some.ok("list", *words).out.splitlines() == rows
    assert some.ok("board", *words).out.splitlines() == rows
    assert some.ok("tree", *words).out.splitlines() == [
        "kid10  -  -  ship",
        "└─ kid2  steps=5, cost=1.5  two lines  -",
    ]
    assert some.ok("log", "loose", "--fields", "task,from,to").out == "loose  -  todo\n"


@pytest.mark.parametrize("command", ["list", "tree", "log"])
def test_a_field_that_does_not_exist_is_said(some: Project, command: str) -> None:
    answer = some.tk(command, "--fields", "state,age" if command != "log" else "task,age")
    assert (answer.status, answer.err.splitlines()[0]) == (2, "error: no such field: 'age'")


def test_what_rows_say_of_fields_is_what_files_say(some: Project) -> None:
    fields = ("id", "title", "state", "owner", "labels", "parent", "depends_on", "stream")
    whole = some.ok("list", "--json").json["tasks"]
    told = some.ok("list", "--fields", ",".join(fields), "--json").json["tasks"]
    assert told == [{name: one[name] for name in fields if name in one} for one in whole]


def test_the_first_twenty_tasks_that_are_ready_are_few_bytes(tmp_path: Path) -> None:
    made = Project.create(tmp_path / "many")
    made.ok("init", "--no-hooks")
    lines = (
        {"op": "new", "title": f"Make the parser read its {n}th kind of file", "label": ["parser"]}
        for n in range(1_000)
    )
    made.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in lines))
    answer = made.ok("ready", "--json", "--limit", "20")
    assert (len(answer.json["tasks"]), answer.json["total"]) == (20, 1_000)
    assert len(answer.out.encode()) < 8_000
