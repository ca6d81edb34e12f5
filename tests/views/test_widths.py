"""How views of chosen tasks look, on terminals of several widths and through a pipe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.golden import drawn, hold
from tests.views.test_lists import SNAPSHOT, made
from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen
from tkledger.core.recall import TextLine, lines_of
from tkledger.core.rows import overview
from tkledger.core.task import Task
from tkledger.ledger.recall import Hit, Hits
from tkledger.views.board import board
from tkledger.views.fields import table, texts
from tkledger.views.list import listing
from tkledger.views.search import results
from tkledger.views.text_layout import Lines
from tkledger.views.tree import tree

LONG = made(
    "tk-f10",
    "A title that is longer than most of them are, so that it is cut where there is little room",
    parent="tk-c",
    owner="maintainers@example.org",
    labels=["a", "docs", "packages", "release"],
    depends_on=["tk-a", "tk-c", "tk-d"],
)
SHOWN = overview(SNAPSHOT.put(LONG))


def places(*ids: str) -> Sequence[int]:
    return [SHOWN.places[one] for one in ids]


VALUES: list[dict[str, Any]] = [
    {"id": "tk-c", "title": "Write the notes 🎉", "state": "todo", "budget": {"steps": 5}},
    {**LONG._asdict(), "budget": None},
]
TEXTS = {SHOWN.places[one["id"]]: texts(("id", "title", "labels"), one) for one in VALUES}

NOTED = made("tk-n", "Noted", "done", notes=[f"{'before ' * 40}a word{' and after' * 40}"])


def hit(task: Task, field: str) -> Hit:
    text = next(line.text for line in lines_of(task) if line.field == field)
    spans = [one.span() for one in re.finditer("word|most|tk", text)]
    return Hit(task, TextLine(field, text), spans)


VIEWS: dict[str, Lines] = {
    "a list that is cut": listing(SHOWN, Chosen(places("tk-a", "tk-c"), 4, 4), {State.DONE: 1}),
    "a list of what matches": listing(
        SHOWN, Chosen(places("tk-c", "tk-f10"), 2, 1213, filtered=True), {State.CANCELLED: 3}
    ),
    "a list that is filtered and cut": listing(
        SHOWN, Chosen(places("tk-f10"), 40, 1213, filtered=True), {}, "ready"
    ),
    "a tree of what matches": tree(SHOWN, Chosen(places("tk-f10", "tk-d"), 2, 5, filtered=True)),
    "a tree that is filtered and cut": tree(SHOWN, Chosen(places("tk-f10"), 3, 5, filtered=True)),
    "a tree in another order": tree(
        SHOWN, Chosen(places("tk-d", "tk-c", "tk-a"), 3, 4, False, True)
    ),
    "a tree of nothing": tree(SHOWN, Chosen([], 0, 5, filtered=True)),
    "a board of what matches": board(SHOWN, places("tk-c", "tk-f10", "tk-e"), range(len(SHOWN))),
    "a board that is cut": board(SHOWN, range(len(SHOWN)), range(len(SHOWN)), 1),
    "some fields": table(("id", "title", "labels", "budget"), VALUES, "2 of 1,213 open"),
    "many fields": table(
        ("id", "title", "state", "owner", "labels", "parent", "depends_on", "stream"), VALUES
    ),
    "fields of a tree": tree(SHOWN, Chosen(places("tk-f10"), 1, 5, filtered=True), None, TEXTS),
    "fields of a board": board(SHOWN, places("tk-c"), range(len(SHOWN)), None, TEXTS),
    "what was found": results(
        Hits([hit(LONG, "title"), hit(NOTED, "notes"), hit(NOTED, "id")], 134, True)
    ),
    "a board of nothing": board(SHOWN, [], range(len(SHOWN))),
}


def test_views_of_chosen_tasks_look_so(terminal: Any, piped: Any) -> None:
    hold(drawn(VIEWS, terminal, piped), "views.txt")


@pytest.mark.parametrize("width", range(6, 60, 3))
def test_fields_are_no_wider_than_their_terminal(terminal: Any, width: int) -> None:
    names = ("id", "title", "state", "owner", "labels", "parent", "depends_on", "stream")
    for fields in (names, names[:3]):
        lines = terminal(table(fields, VALUES, "2 of 1,213 open"), width).split("\n")
        assert max(map(cell_len, lines)) <= width
        text = "".join("".join(line.split()) for line in lines)
        assert "Writethenotes🎉" in text or "…" in text, "what is cut has a sign"
