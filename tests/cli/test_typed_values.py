"""Values as people type them mean what they say."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Tk
from tkledger.cli import parser
from tkledger.errors import Exit, TkError

Git = Callable[..., str]


def test_an_owner_is_named_at_birth_and_me_is_the_actor(ledger: Tk) -> None:
    assert ledger("new", "T", "--id", "t", "--owner", "bo").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "bo"
    assert ledger("edit", "t", "--owner", "me", "--as", "eve").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "eve"
    assert ledger("edit", "t", "--owner", "").status is Exit.OK
    assert "owner" not in ledger("show", "t", "--json").json["task"]


CHANGES = (
    *("start W", "done W", "cancel W", "block W --reason other -m x", "edit W --title T"),
    *(
        "note W text",
        "concern W text",
        "decide W q --choice c --because b",
        "step W",
        "delete W",
        "reopen W",
        "undo W",
        "rename W new-name",
    ),
    *("release W", "renew W", "work W", "work W --drop", "work W --merge", "run W -- true"),
    *(
        "retry W --gap x",
        "escalate W",
        "new T --parent W",
        "new T --depends-on W",
        "new T --from W",
    ),
    *("send bo hi --task W", "edit a --no-depends-on W", "spend W --cost 1"),
)


@pytest.mark.parametrize("word", ["l", "LIS", "tk-abc"])
def test_a_change_needs_four_letters_of_an_id(ledger: Tk, git: Git, word: str) -> None:
    """Commands that read take any beginning, and the next step of a refusal is to name the task whole."""
    whole = "tk-abcde" if "-" in word else "listing-page"
    assert ledger("new", "The page", "--id", whole).status is Exit.OK
    head = git("rev-parse", "HEAD")
    for line in CHANGES:
        said = ledger(*(word if one == "W" else one for one in line.split()))
        assert said.status is Exit.USAGE, line
        assert f"{whole} begins so\n  remedy: give the whole id: {whole}\n" in said.err, line
    assert git("rev-parse", "HEAD") == head
    for line in ("show W", "why W", "log W", "tree W", "budget W", "list --parent W"):
        assert ledger(*(word if one == "W" else one for one in line.split())).status is Exit.OK, (
            line
        )
    four = {"tk-abc": "TK-ABCD"}.get(word, "List")
    said = ledger("cancel", four)
    assert said.out == f"{whole}: todo -> cancelled  The page\n"


def test_an_id_may_be_typed_in_capitals(ledger: Tk) -> None:
    assert ledger("new", "T", "--id", "Parse-Config").out == "parse-config\n"
    assert ledger("rename", "PARSE-CONFIG", "Parse-It").out == "parse-config -> parse-it  T\n"
    assert ledger("start", "A", "PARSE-IT").status is Exit.OK
    assert ledger("show", "Parse").out.startswith("T\n")


def shown(tk: Tk, task: str) -> dict[str, Any]:
    found: dict[str, Any] = tk("show", task, "--json").json["task"]
    return found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("new T --label a,b --label c", {"label": ["a", "b", "c"]}),
        ("new T --label 'needs review, ui'", {"label": ["needs-review", "ui"]}),
        ("new T --depends-on a,b", {"depends_on": ["a", "b"]}),
        ("new T --priority P1", {"priority": 1}),
        ("new T --priority=High", {"priority": 1}),
        ("new T --priority urgent", {"priority": 0}),
        ("new T --type Bug", {"type": "bug"}),
        ("edit a b --no-label a,b", {"ids": ["a", "b"], "no_label": ["a", "b"]}),
        ("list --state in-progress", {"state": ["in_progress"]}),
        ("list --state 'In Review,done'", {"state": ["in_review", "done"]}),
        (
            "list --state open",
            {"state": ["backlog", "todo", "in_progress", "in_review", "blocked"]},
        ),
        ("list --state closed", {"state": ["done", "cancelled"]}),
        ("list --owner me --owner bo,eve", {"owner": ["me", "bo", "eve"]}),
        ("list --owner ''", {"owner": [""]}),
        ("list --priority P0,1 --priority low", {"priority": [0, 1, 3]}),
        ("list --label 'good first issue'", {"label": ["good-first-issue"]}),
    ],
)
def test_values_mean_what_is_typed(line: str, found: dict[str, Any]) -> None:
    call = parser.parse(shlex.split(line))
    assert call is not None
    assert {name: value for name, value in call.values.items() if name != "title"} == found


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("list --state in-prog", "no such state: 'in-prog'"),
        ("list --priority soon", "--priority: 'soon' is not a number"),
        ("edit - -m -", "only one of ID and --message can be -, which is standard input"),
        ("new - -m -", "only one of TITLE and --message can be -, which is standard input"),
    ],
)
def test_what_means_nothing_is_told(line: str, fact: str) -> None:
    with pytest.raises(TkError) as told:
        parser.parse(line.split())
    assert told.value.message == fact


def test_several_tasks_are_edited_in_one_commit(ledger: Tk, git: Git) -> None:
    head = git("rev-parse", "HEAD")
    said = ledger("edit", "-", "--label", "x,y", stdin="a\nb\n")
    assert said.out == "a: todo (edited)  First\nb: todo (edited)  Second\n"
    assert git("rev-parse", "HEAD~1") == head
    assert [shown(ledger, one)["labels"] for one in "ab"] == [["x", "y"]] * 2
    assert "the editor takes one task" in ledger("edit", "a", "b").err


def test_a_text_alone_says_what_a_blocked_task_waits_for(ledger: Tk) -> None:
    assert ledger("start", "a", "b").status is Exit.OK
    said = ledger("block", "a", "--reason", "the key of the API")
    assert said.status is Exit.USAGE
    assert ledger(*shlex.split(said.err.split("remedy: tk ")[1])).status is Exit.OK
    assert shown(ledger, "a")["wait"] == {"reason": "other", "detail": "the key of the API"}
    told = ledger("block", "b").err
    assert "b wait for? --reason user|" in told
    assert ledger(*shlex.split(told.split("remedy: tk ")[1])).status is Exit.OK


def test_text_is_kept_as_lines(ledger: Tk, repo_path: Path) -> None:
    typed = "\n\n  One:\r\n\tindented\n\u00a0 two\n\n"
    assert ledger("edit", "a", "-m", typed).status is Exit.OK
    text = (repo_path / ".tasks/a.yaml").read_text()
    assert "description: |\n  One:\n    indented\n  two\n" in text
    assert ledger("note", "a", "-", stdin="  one\ttab").status is Exit.OK
    assert ledger("edit", "b", "--title", "Two\twords").status is Exit.OK
    assert shown(ledger, "b")["title"] == "Two words"
    said = ledger("edit", "a", "-m", "line\nbad \x1b[1m")
    assert "control characters: U+001B in line 2, column 5" in said.err
    assert "\x1b" not in said.err


def test_filters_add_up_and_what_nobody_has_is_said(grown: Tk) -> None:
    def ids(*line: str) -> list[str]:
        return sorted(one["id"] for one in grown("list", *line, "--json").json["tasks"])

    assert ids("--type", "bug", "--type", "task") == ["a", "b", "p", "w"]
    assert ids("--priority", "P0", "--priority", "2", "--state", "open") == ["p", "w"]
    assert ids("--owner", "alice") == ids("--owner", "me", "--owner", "alice") == ["a"]
    assert ids("--owner", "", "--owner", "alice") == ["a", "b", "p", "w"]
    said = grown("list", "--type", "bgu", "--owner", "alcie", "--label", "y")
    assert said.err.startswith(
        "warning: no task has the type 'bgu'; there are bug, task\n"
        "warning: no task has the owner 'alcie'; there are alice\n"
        "warning: no task has the label 'y'; there are x\n"
    )


def test_all_that_is_wrong_is_named_and_of_many_the_first_ten(ledger: Tk) -> None:
    batch = '{"op": "nwe"}\n{"op": "start", "id": 1}\n' + "{\n" * 20
    said = ledger("batch", stdin=batch).err
    assert "line 1: needs an op" in said
    assert "line 2: id cannot be 1" in said
    assert "line 10: not JSON" in said
    assert "\nand 12 more\n" in said
    batch = '{"op": "start", "id": "zz"}\n{"op": "done", "id": "a"}\n{"op": "start", "id": "yy"}\n'
    answer = ledger("batch", stdin=batch)
    assert answer.status is Exit.UNUSABLE
    for wrong in ("line 1: no such task: 'zz'", "line 2: a: ", "line 3: no such task: 'yy'"):
        assert wrong in answer.err
    many = [f"t{number}" for number in range(14)]
    for_all = "".join(f'{{"op": "new", "title": "T", "id": "{one}"}}\n' for one in many)
    assert ledger("batch", stdin=for_all).status is Exit.OK
    said = ledger("done", *many).err
    assert (said.count("error[TK201]"), said.endswith("\nand 4 more\n")) == (10, True)
    assert len(ledger("done", *many, "--json").json["violations"]) == 14
