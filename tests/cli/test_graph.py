"""`tk graph`: of all, of one task, of what filters choose, and in each format."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contract import Tk, failed
from tkledger.errors import Exit


@pytest.fixture
def linked(ledger: Tk) -> Tk:
    """The tasks a and b, which are not linked, and a few that are."""
    for words in (
        "new Whole --id w --label x",
        "new Scan --id s --parent w",
        "new Parse --id p --parent w --depends-on s --label x",
        "new Eval --id e --depends-on p",
        "new Done --id d",
        "new Late --id l --depends-on e,d",
    ):
        assert ledger(*words.split()).status is Exit.OK
    ledger("start", "d")
    ledger("done", "d")
    return ledger


def found(tk: Tk, *words: str) -> dict[str, Any]:
    return tk("graph", *words, "--json").json


def ids(tk: Tk, *words: str) -> set[str]:
    return {one["id"] for one in found(tk, *words)["tasks"]}


def test_the_json_has_tasks_links_and_the_longest_chain(linked: Tk) -> None:
    answer = found(linked)
    assert {**answer, "tasks": 0} == {
        "schema": "tk/1",
        "tasks": 0,
        "links": [
            {"from": "p", "to": "e", "kind": "before"},
            {"from": "e", "to": "l", "kind": "before"},
            {"from": "s", "to": "p", "kind": "before"},
            {"from": "p", "to": "w", "kind": "part_of"},
            {"from": "s", "to": "w", "kind": "part_of"},
        ],
        "critical_path": ["s", "p", "e", "l"],
        "total": 5,
        "unlinked": 2,
    }
    tasks = {one.pop("id"): one for one in answer["tasks"]}
    scan = {"title": "Scan", "state": "todo", "priority": 2, "unblocks": 3, "critical": True}
    assert tasks["s"] == scan
    assert tasks["w"] == {"title": "Whole", "state": "todo", "priority": 2, "unblocks": 0}


def test_of_one_task_it_has_what_that_is_tied_to(linked: Tk) -> None:
    assert ids(linked, "p") == {*"spel"}
    assert ids(linked, "w") == {*"wspel"}
    assert ids(linked, "a") == {"a"}
    assert ids(linked, "l", "--all") == {*"speld"}
    assert ids(linked, "d") == {*"dl"}, "itself, though it is done"
    failed(linked("graph", "q", "--json"), Exit.UNUSABLE, "no-such-task")


def test_filters_and_a_limit_choose(linked: Tk) -> None:
    assert ids(linked, "--label", "x") == {*"wp"}
    assert ids(linked, "--all") == {*"wspeld"}
    assert ids(linked, "--state", "done,todo") == {*"wspeld"}
    cut = found(linked, "--limit", "3")
    assert (len(cut["tasks"]), cut["total"]) == (3, 5)
    assert ids(linked, "--at", "HEAD~3") == {*"wspe"}


@pytest.mark.parametrize(
    ("format", "begin", "end"),
    [
        ("text", "○ todo w P2 Whole\n└─ ○ todo s P2 Scan", "critical 4/4\n"),
        ("mermaid", "flowchart LR\n", "color:#222222\n"),
        ("dot", "digraph tk {\n", "\n}\n"),
        ("svg", "<svg xmlns=", "</svg>\n"),
        ("json", '{"schema": "tk/1", "tasks": ', "}\n"),
    ],
)
def test_it_is_drawn_and_written(linked: Tk, format: str, begin: str, end: str) -> None:
    answer = linked("graph", "--format", format)
    assert (answer.status, answer.err) == (Exit.OK, "")
    assert answer.out.startswith(begin)
    assert answer.out.endswith(end)
    if format != "text":
        cut = linked("graph", "--format", format, "--limit", "2")
        told = "" if format == "json" else "tasks: the others can be chosen by filters or an ID"
        assert told in cut.err


def test_an_unknown_format_is_told(linked: Tk) -> None:
    failed(linked("graph", "--format", "png", "--json"), Exit.USAGE, "no-such-format")
