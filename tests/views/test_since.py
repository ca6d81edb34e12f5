"""How `tk diff --since` looks, and that foreign text stays text in a note."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.golden import coloured, drawn, hold
from tests.views.test_lists import made
from tkledger.core.since import TaskChange, by_person, task_change
from tkledger.core.task import Task
from tkledger.exchange.markdown import plain_text
from tkledger.views.since import changes, markdown

HEAD = "9 tasks changed since yesterday (2026-01-30T00:00Z, 0123456789)"
LONG = "A title that is longer than most of them are, so that it goes on where there is little room"


def change(old: Task | None, new: Task | None, *by: str) -> TaskChange:
    some = new or old
    assert some is not None
    return task_change(some.id, old, new)._replace(by=by)


WAIT = {"reason": "user", "detail": "which of the two parsers is to be kept, and why?"}
CHANGES = [
    change(made("tk-a", LONG, "in_review"), made("tk-a", LONG, "done"), "ann"),
    change(None, made("tk-b", "修复解析器的崩溃问题", "done"), "ann", "bob"),
    change(made("tk-c", "Write 🎉"), made("tk-c", "Write 🎉", "blocked", wait=WAIT), "ann"),
    change(made("tk-d", "תיקון"), made("tk-d", "תיקון", "in_progress"), "זואי"),
    change(made("tk-e", "Old"), made("tk-e", "Renamed", labels=["x"], parent="tk-a"), "bob"),
    change(made("tk-f", "Noted"), made("tk-f", "Noted", notes=["more"]), "bob"),
    change(
        made("tk-g", "Moved", parent="tk-e"), made("tk-g", "Moved", parent="tk-a"), "所有者" * 6
    ),
    change(
        made("tk-h", "Idea"),
        made("tk-h", "Idea", "cancelled", error={"message": "not\nwanted"}),
        "bob",
    ),
    change(made("tk-i", "Gone")._replace(title="Gone \x1b[2J \u202ereversed"), None),
]
PEOPLE = by_person(CHANGES)


def test_it_looks_so(terminal: Any, piped: Any) -> None:
    view = changes(PEOPLE, HEAD)
    text = drawn({"what changed": view}, terminal, piped)
    text += f"== with colours\n{coloured(view)}\n== as Markdown\n"
    hold(text + "\n".join([*markdown(PEOPLE, HEAD), ""]), "since.txt")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, text - (of) 'all' \"kinds\"; 50 %", None),
        ("in_progress -> done", None),
        ("_so_ *so* **so**", r"\_so\_ \*so\* \*\*so\*\*"),
        ("`rm -rf`", r"\`rm -rf\`"),
        ("![x](javascript:a)", r"!\[x\](javascript:a)"),
        ("<script>&lt;", r"\<script>\&lt;"),
        (r"\*", r"\\\*"),
        ("a | b ~~c~~ $d$", r"a \| b \~\~c\~\~ \$d\$"),
        ("@everyone @here", "@\u2060everyone @\u2060here"),
        ("ann@example.org", None),
        ("see #12, !3", "see #\u206012, !\u20603"),
        ("<!channel>", "\\<!\u2060channel>"),
    ],
)
def test_in_markdown_foreign_text_is_text(text: str, shown: str | None) -> None:
    assert plain_text(text) == (text if shown is None else shown)
