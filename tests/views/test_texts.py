from __future__ import annotations

import io
import os
import pty
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import tkledger
from tests.support.overviews import board_of, listed, tree_of
from tests.views.test_lists import made
from tkledger.core.history import Details, FieldChange, HistoryEntry, Related
from tkledger.core.lifecycle import State
from tkledger.core.rules import RULES
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, task
from tkledger.core.usage import Used
from tkledger.report import in_ascii, visible
from tkledger.views.explain import catalogue, page
from tkledger.views.log import timeline, words
from tkledger.views.show import card
from tkledger.views.style import LOOKS, console, show
from tkledger.views.text_layout import cells, cut, isolated, safe, wrap
from tkledger.views.why import Onward, moves
from tkledger.views.words import duration, minute


def happened(
    commit: str,
    at: int,
    actor: str,
    event: str,
    states: tuple[str | None, str],
    message: str,
    **more: Any,
) -> HistoryEntry:
    source, target = states
    return HistoryEntry(
        *(commit, at, actor, "tk-a", "Parse the file", event),
        *(State(source) if source else None, State(target), message),
        **more,
    )


class Rejected(NamedTuple):
    code: str = "TK999"
    name: str = "too-late"
    page: str = "A task\nis late.\n\nWhy: `done` is done.\n\nRemedy: begin earlier than that."
    since: int = 2


TODO = task({"id": "tk-a", "title": "Parse", "state": "todo"})
FULL = task(
    {
        "id": "tk-a",
        "title": "Parse the file",
        "type": "feature",
        "state": "blocked",
        "priority": 0,
        "parent": "tk-p",
        "depends_on": ["tk-d"],
        "labels": ["cli"],
        "owner": "bob",
        "creator": "alice",
        "attempt": 2,
        "branch": "tk/tk-a",
        "base": "main",
        "pr": "12",
        "concerns": ["design: two parsers", "ops: who restarts it?"],
        "settled": ["design: two parsers"],
        "budget": {"steps": 50, "seconds": 1800},
        "spent": {"steps": 12, "cost": "0.5"},
        "wait": {"reason": "user"},
        "error": {"kind": "timeout", "message": "one\ntwo"},
        "description": "First.\n\n\tSecond.\n",
        "notes": ["a note", "two\nlines"],
        "x": {"ci": {"run": 7}},
    }
)
DETAILS = Details(
    created_at=1767349233,
    started_at=1767349300,
    used=Used(seconds=4000),
    depth=1,
    parent=Related("tk-p", State.IN_PROGRESS, "Parent"),
    children=(Related("tk-a", State.TODO, "Parse"), Related("tk-c", State.DONE, "Child")),
    depends_on=(Related("tk-d", State.TODO, "Data", "bob"),),
    blocked_by=("tk-d",),
    legal=("resume", "cancel"),
)


def test_card_shows_all_there_is(terminal: Any) -> None:
    assert (
        terminal(card(FULL, DETAILS), 60)
        == """\
Parse the file
✗ blocked  tk-a  P0  feature  bob  attempt 2

  waiting       user – timeout: one two
  error         timeout: one
                two
  parent        tk-p  in_progress  Parent
  labels        cli
  branch        tk/tk-a
  base          main
  pr            12

  steps         12 of 50
  active        1h 6m of 30m
  cost          $0.5
  x.ci          run 7

  created       2026-01-02 10:20, by alice
  started       2026-01-02 10:21

waits for  0 of 1 done
  ○  tk-d  Data  bob

children  1 of 2 done
  ○  tk-a  Parse
  ●  tk-c  Child

description
  First.

      Second.

concerns
  1  design: two parsers (settled)
  2  ops: who restarts it?

notes
  1  a note
  2  two
     lines

next
  tk resume tk-a · tk cancel tk-a · tk why tk-a"""
    )


def test_card_of_a_small_task_is_small(terminal: Any) -> None:
    assert terminal(card(TODO)) == "Parse\n○ todo  tk-a  P2  task"


def test_card_knows_children_by_id_and_state(terminal: Any) -> None:
    children = (Related("tk-b", State.DONE), Related("tk-c", State.IN_REVIEW))
    assert terminal(card(TODO, Details(children=children))) == (
        "Parse\n○ todo  tk-a  P2  task\n\n"
        "children  1 of 2 done\n  ● done       tk-b\n  ◑ in_review  tk-c"
    )


def test_card_counts_no_child_that_was_cancelled(terminal: Any) -> None:
    gone = Related("tk-d", State.CANCELLED)
    children = (Related("tk-b", State.DONE), Related("tk-c", State.TODO), gone)
    assert "children  1 of 2 done\n" in terminal(card(TODO, Details(children=children)))
    assert "children\n  ⊘ cancelled  tk-d" in terminal(card(TODO, Details(children=(gone,))))


def test_card_says_how_a_task_ended(terminal: Any) -> None:
    ended = task({"id": "tk-a", "title": "Parse", "state": "cancelled", "resolution": "duplicate"})
    assert "⊘ cancelled  duplicate  tk-a" in terminal(card(ended))


ENTRIES = (
    happened("ab12cd34" * 5, 1767349233, "alice", "new", (None, "todo"), "tk: new tk-a Parse"),
    happened(
        *("0f" * 20, 1767352800, "bob", "start", ("todo", "in_progress")),
        "tk: start tk-a Parse the file\n\nTk-Actor: bob\nTk-Reason: at last",
        reasons=("at last",),
    ),
    happened("9e" * 20, 10**19, "bob", "edit", ("todo", "todo"), "looks odd\n\nmore"),
)
CHARGED = (
    happened(
        *("9e" * 20, 0, "bob", "edit", ("todo", "todo"), "tk: edit tk-a Parse\n\nTk-Task: tk-a"),
        changes=(
            FieldChange("labels", (), ("x", "y")),
            FieldChange("description", "a\nb " * 20, None),
        ),
        used=Used(steps=1, tokens=1200, cost=500_000),
    ),
    happened("9e" * 20, 0, "bob", "step", ("todo", "todo"), "tk: step tk-a wrote it", used=Used(1)),
)


def test_timeline_is_a_line_an_event(terminal: Any, piped: Any) -> None:
    wide = (
        "2026-01-02T10:20Z      ab12cd34  tk-a  new    -> todo              alice  Parse the file\n"
        "2026-01-02T11:20Z      0f0f0f0f  tk-a  start  todo -> in_progress  bob    Parse the file (at last)\n"
        "@10000000000000000000  9e9e9e9e  tk-a  edit                        bob    Parse the file (looks odd)"
    )
    assert terminal(timeline(ENTRIES), 120) == wide
    assert piped(timeline(ENTRIES)) == wide.replace("edit    ", "edit   -") + "\n"
    assert terminal(timeline([])) == "nothing happened yet"
    assert [words(one) for one in CHARGED] == [
        "Parse the file (labels - -> x, y; description a b a b a b a b a b a b a b a b a b a b… -> -; 1 step;"
        " 1,200 tokens; $0.5)",
        "Parse the file (wrote it)",
    ]


def test_narrow_timeline_has_the_message_below(terminal: Any) -> None:
    assert terminal(timeline(ENTRIES[:2]), 60) == (
        "2026-01-02T10:20Z  tk-a  -> todo              alice\n"
        "  ab12cd34  Parse the file\n"
        "2026-01-02T11:20Z  tk-a  todo -> in_progress  bob\n"
        "  0f0f0f0f  Parse the file (at last)"
    )


def test_moves_say_what_stands_in_the_way(terminal: Any) -> None:
    legal = [("cancel", State.CANCELLED, "Cancelled before start")]
    obstacle = ("TK210", "depends on tk-d, which is todo, and so cannot start", "tk start tk-d")
    hindered = [("start", State.IN_PROGRESS, [obstacle])]
    assert (
        terminal(moves(TODO, legal, hindered), 50)
        == """\
Parse
○ todo  tk-a

legal now
  tk cancel tk-a  -> cancelled

not now
  start -> in_progress
    TK210  depends on tk-d, which is todo, and so
           cannot start
           remedy: tk start tk-d"""
    )


def test_moves_of_an_ended_task_name_the_remedy(piped: Any) -> None:
    ended, onward = TODO._replace(state=State.DONE), Onward((), "tk reopen tk-a")
    assert piped(moves(ended, [], [], (), onward)) == (
        "Parse\n● done  tk-a\n\nnothing: done is final\n  remedy: tk reopen tk-a\n"
    )


def test_page_is_filled_to_the_width(terminal: Any) -> None:
    assert (
        terminal(page(Rejected()), 24)
        == """\
TK999  too-late

A task is late.

Why: `done` is done.

Remedy: begin earlier
than that.

since rules version 2"""
    )


def test_catalogue_lists_every_rule(terminal: Any, piped: Any) -> None:
    assert [line.split()[0] for line in piped(catalogue(RULES)).splitlines()] == [
        rule.code for rule in RULES
    ]
    assert terminal(catalogue([Rejected()]), 80) == "TK999  too-late  A task is late."
    assert terminal(catalogue([Rejected()]), 30) == "TK999  too-late\n       A task is late."


HOSTILE = "a\x1b[31mred\u202egnp.exe\u200b\x07"
SHOWN = "a\\u001b[31mred\\u202egnp.exe\\u200b\\u0007"


def hostile() -> Task:
    """What no task file can hold all of, shown all the same by whoever did not check."""
    wait = TODO.wait._replace(reason="user", detail=HOSTILE)
    return TODO._replace(
        title=HOSTILE,
        owner=HOSTILE,
        state=State.BLOCKED,
        wait=wait,
        description=f"{HOSTILE}\n",
        concerns=(HOSTILE,),
        notes=(HOSTILE,),
        creator=HOSTILE,
    )


def test_nothing_in_a_task_can_steer_the_terminal(terminal: Any, piped: Any) -> None:
    one = hostile()
    snapshot = Snapshot().put(one)
    entry = ENTRIES[0]._replace(actor=HOSTILE, message=HOSTILE, event=HOSTILE, reasons=(HOSTILE,))
    bad = [("start", State.TODO, [("TK1", HOSTILE, HOSTILE)])]
    others = (Related("x", State.TODO, HOSTILE, HOSTILE, HOSTILE),)
    hostile_details = Details(
        at=1767349233,
        children=others,
        needed_by=others,
        depends_on=others,
        parent=others[0],
        claim={"holder": HOSTILE, "branch": HOSTILE, "final": HOSTILE},
        entries=(entry._replace(notes=(HOSTILE,)),),
    )
    for view in (
        listed([one], snapshot, {}),
        tree_of(snapshot),
        board_of(snapshot),
        card(one, hostile_details),
        timeline([entry]),
        moves(one, [], bad),  # type: ignore[arg-type]
    ):
        for text in (piped(view), terminal(view, 200)):
            assert text.replace("\n", "").isprintable()
            assert SHOWN in text


def test_rich_markup_in_a_title_is_text(piped: Any) -> None:
    one = TODO._replace(title="[red]x[/red] :smile:")
    assert "[red]x[/red] :smile:" in piped(listed([one], Snapshot().put(one), {}))


def on_a_terminal(view: Any) -> str:
    """What a real terminal is sent."""
    leader, follower = pty.openpty()
    with open(follower, "w", encoding="utf-8") as stdout:
        console(stdout).print(view)
        stdout.flush()
        text = os.read(leader, 65536).decode()
    os.close(leader)
    return text


def test_a_terminal_has_colours_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    view = listed([TODO], Snapshot().put(TODO), {})
    assert "\x1b[36mtk-a\x1b[0m" in on_a_terminal(view)
    monkeypatch.setenv("NO_COLOR", "1")
    assert on_a_terminal(view) == (
        "id    P   title\r\n\r\n○ todo 1\r\ntk-a  P2  Parse\r\n\r\n1 open\r\n"
    )


def test_a_terminal_has_the_width_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("NO_COLOR", "1")
    one = TODO._replace(title="word " * 20 + "end")
    lines = on_a_terminal(tree_of(Snapshot().put(one))).splitlines()
    assert lines[0] == "○ tk-a P2 word word word word wo…"


def test_a_pipe_gets_no_escape_codes_whatever_the_environment(
    monkeypatch: pytest.MonkeyPatch, piped: Any
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in piped(card(FULL, DETAILS)) + piped(tree_of(Snapshot().put(FULL)))


class Ascii(io.TextIOWrapper):
    """A stream that has no other letters, a terminal or not."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]


@pytest.mark.parametrize("terminal", [True, False])
def test_an_ascii_stream_gets_signs_of_ascii(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    every = [made(f"tk-{state}", "Naïve", state) for state in LOOKS]
    below = [one._replace(parent=every[0].id) for one in every[1:]]
    snapshot = Snapshot().put(every[0], *below)
    for view in (listed(every, snapshot, {}), tree_of(snapshot, None, True)):
        stdout = Ascii(terminal=terminal)
        show(view, stdout)
        text = stdout.text()
        assert [one.label for one in LOOKS.values() if in_ascii(one.glyph) + " " not in text] == []
        assert text.count("?") == text.count("Na?ve") > 0  # only letters of others are unknown


def test_every_sign_has_one_of_ascii() -> None:
    found = set()
    for path in Path(tkledger.__file__).parent.rglob("*.py"):
        if path.parent.name == "exchange":  # what others write
            continue
        found.update(re.findall(r"[^\x00-\x7f]", path.read_text(encoding="utf-8")))
    found -= {"«", "»"}  # around foreign words only
    assert found >= {look.glyph for look in LOOKS.values()}
    assert [sign for sign in sorted(found) if not in_ascii(sign).isascii()] == []
    assert {len(in_ascii(sign)) for sign in found} == {1}


JOINED = {  # what it is: the text, its cells
    "a family": ("👨‍👩‍👧‍👦", 2),
    "a rainbow flag": ("🏳️‍🌈", 2),
    "a couple of two tones": ("👩🏽‍❤️‍💋‍👨🏿", 2),
    "a heart as emoji": ("❤️", 2),
    "a heart as text": ("❤︎", 1),
    "a key": ("1️⃣", 2),
    "a flag of two letters": ("🇩🇪", 2),
    "a flag of a part of a country": ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
    "an emoji newer than this Python": ("\U0001fae9", 2),
    "Persian": ("می‌خواهم", 7),
    "Hindi": ("क्षि", 2),
    "Japanese with its blank": ("修復　作業", 10),
    "French with a blank that does not break": ("quoi\u00a0?", 6),
}


@pytest.mark.parametrize(("text", "size"), JOINED.values(), ids=JOINED)
def test_joined_letters_and_emoji_are_text_of_their_width(text: str, size: int) -> None:
    assert safe(text) == visible(text) == text
    assert cells(text) == size
    assert cut(f"{text} and more", size + 1) == f"{text}…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200db", "a\\u200db"),
        ("\u200d👍\u200d", "\\u200d👍\\u200d"),
        ("a\u200cb", "a\\u200cb"),
        ("x\U000e0041", "x\\U000e0041"),
        ("🏴\U000e0067", "🏴\\U000e0067"),
        ("id\u00a0", "id\\u00a0"),
        ("\u2067ab\u2069\u202e\u061c", "\\u2067ab\\u2069\\u202e\\u061c"),
        ("\x1b[31m\x9b0m\x7f", "\\u001b[31m\\u009b0m\\u007f"),
    ],
)
def test_what_only_hides_or_steers_is_shown_as_its_code(text: str, shown: str) -> None:
    assert (visible(text), safe(text)) == (shown, shown)


def test_no_cut_goes_through_a_letter() -> None:
    assert [cut("👨‍👩‍👧‍👦🏳️‍🌈ab", width) for width in range(6)] == [
        *("", "…", "…", "👨‍👩‍👧‍👦…", "👨‍👩‍👧‍👦…", "👨‍👩‍👧‍👦🏳️‍🌈…"),
    ]
    assert [cut("🇩🇪🇫🇷🇮🇹", width) for width in range(7)] == [
        *("", "…", "…", "🇩🇪…", "🇩🇪…", "🇩🇪🇫🇷…", "🇩🇪🇫🇷🇮🇹"),
    ]
    assert wrap("👨‍👩‍👧‍👦🏳️‍🌈👍🏽", 2) == ["👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽"]


def test_a_title_from_right_to_left_turns_nothing_around_it(
    monkeypatch: pytest.MonkeyPatch, terminal: Any, piped: Any
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    one = made("tk-1", "תיקון הבאג (v2)", owner="זואי")
    view = tree_of(Snapshot().put(one))
    assert (
        terminal(view).splitlines()[0] == "○ tk-1 P2 \u2068תיקון הבאג (v2)\u2069  \u2068זואי\u2069"
    )
    assert piped(view) == "○ todo tk-1 P2 תיקון הבאג (v2)  זואי\n"
    assert isolated("  זואי · 3 done · إصلاح") == "  \u2068זואי\u2069 · 3 done · \u2068إصلاح\u2069"
    stdout = Ascii(terminal=True)
    show(view, stdout)
    assert stdout.text().splitlines()[0] == "o tk-1 P2 ????? ???? (v2)  ????"


def test_every_state_has_a_look_of_its_own() -> None:
    assert list(LOOKS) == list(State)
    assert len({look.glyph for look in LOOKS.values()}) == len(State)
    assert [look.label for look in LOOKS.values()] == [state.value for state in State]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3661, "1h 1m"), (86400, "1d"), (90061, "1d 1h")],
)
def test_durations_have_two_units_at_most(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_minutes_are_utc() -> None:
    assert (minute(0), minute(-(10**15))) == ("1970-01-01T00:00Z", "@-1000000000000000")


def test_cutting_and_wrapping_count_cells() -> None:
    assert [cut("修复解析", width) for width in (8, 7, 6, 2, 1, 0)] == [
        "修复解析",
        "修复解…",
        "修复…",
        "…",
        "…",
        "",
    ]
    assert wrap("  one two three", 7) == ["  one", "  two", "  three"]
    assert wrap("修复解析器", 4) == ["修复", "解析", "器"]
    assert wrap("one two three four", 8, 2) == ["one two", "three f…"]
