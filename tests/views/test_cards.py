"""How one task looks, with the tasks around it and what happened to it, as exact text."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.golden import coloured, drawn, hold
from tkledger.core.causes import Cause
from tkledger.core.evidence import EvidenceLine
from tkledger.core.gates import GateStanding
from tkledger.core.guard import Gate
from tkledger.core.history import Details, HistoryEntry, Joint, Related, WorkCommit
from tkledger.core.lifecycle import State
from tkledger.core.task import task
from tkledger.core.usage import Used
from tkledger.views.log import days, graphed, timeline
from tkledger.views.records import lists
from tkledger.views.show import LISTS, card
from tkledger.views.why import in_words, moves

NOW = 1_767_349_233
HOUR, DAY = 3_600, 86_400

WIDE = "修复支付流程中的崩溃问题，并在后台显示所有被扣留的付款"
JOINED = "👩‍👩‍👧‍👦 family accounts pay once ❤️ and no more"
HEBREW = "החזרים בעברית, גם חלקיים"


def did(
    number: int, ago: int, actor: str, event: str, *states: State | None, **more: Any
) -> HistoryEntry:
    source, target = states
    assert target is not None
    message = f"tk: {event} fraud\n\nTk-Actor: {actor}"
    return HistoryEntry(
        *(f"{number:040x}", NOW - ago, actor, "fraud", "Fraud check", event),
        *(source, target, message),
        **more,
    )


TODO, DOING, REVIEW, BLOCKED = State.TODO, State.IN_PROGRESS, State.IN_REVIEW, State.BLOCKED
ANN, BOB, ZOE = "ann@example.org", "bob@example.org", "zoë@example.org"
ENTRIES = (
    did(1, 9 * DAY, ANN, "new", None, TODO),
    did(2, 8 * DAY, BOB, "start", TODO, DOING),
    did(
        3,
        7 * DAY,
        BOB,
        "edit",
        DOING,
        DOING,
        notes=("no sandbox yet",),
        reasons=("no sandbox yet",),
    ),
    did(
        *(4, 6 * DAY, ANN, "edit", DOING, DOING),
        notes=("use the recorded answers until then: tests/data/scorer\nand ask again in May\n",),
        reasons=("use the recorded answers until then: tests/data/scorer\nand ask again in May",),
    ),
    did(5, 5 * DAY, BOB, "block", DOING, BLOCKED, reasons=("user: which amounts are held?",)),
    did(6, 4 * DAY, BOB, "resume", BLOCKED, DOING),
    did(7, 3 * DAY, BOB, "submit", DOING, REVIEW, used=Used(1, 0, 129_000, 1_840_000)),
    did(8, 2 * HOUR, ZOE, "edit", REVIEW, REVIEW, notes=(HEBREW,), reasons=(HEBREW,)),
)
FRAUD = task(
    {
        **{"id": "fraud", "title": "Fraud check before money moves", "state": "in_review"},
        **{"type": "feature", "priority": 0, "owner": BOB, "creator": ANN, "attempt": 2},
        **{"parent": "checkout", "depends_on": ["scorer", "rules"], "labels": ["api", "risk"]},
        **{"due": "2026-01-05", "estimate": 3 * DAY, "links": ["https://example.org/rfc/77"]},
        **{"budget": {"steps": 40, "seconds": 7200}},
        "description": "Ask the scorer before each capture; hold what it doubts.\n",
        "criteria": ["the scorer is asked once a capture", "what is held is shown"],
        "met": ["the scorer is asked once a capture"],
        "evidence": [EvidenceLine("unit", False, "a" * 40, BOB, "1", "3", "0" * 64, "make").text],
        "lessons": ["a recorded answer is no sandbox"],
        "tried": ["all above 500"],
        "notes": [*(note for entry in ENTRIES for note in entry.notes), "of an unknown author"],
    }
)
DETAILS = Details(
    **{"created_at": NOW - 9 * DAY, "started_at": NOW - 8 * DAY, "updated_at": NOW - 2 * HOUR},
    used=Used(2, 4_000, 129_000, 1_840_000),
    at=NOW,
    parent=Related("checkout", TODO, "Checkout that never loses a payment"),
    children=(
        Related("scorer-client", State.DONE, "Client for the scorer", BOB),
        Related("hold", DOING, WIDE, ZOE),
        Related("family", TODO, JOINED),
    ),
    depends_on=(
        Related("scorer", State.DONE, "The scorer answers within 300 ms", ANN, "scorer-2"),
        Related("rules"),
    ),
    needed_by=(
        Related("capture", TODO, "Capture in one request", ZOE),
        Related("hebrew", State.BACKLOG, HEBREW),
        Related("old", State.CANCELLED, "Capture in two requests"),
    ),
    blocked_by=("rules", "scorer"),
    legal=("reject", "block"),
    claim={
        **{"holder": BOB, "branch": "tk/fraud", "epoch": 3, "token": "f" * 40},
        **{"since": "2026-01-02T08:20:33Z", "until": "2026-01-02T10:50:33Z"},
    },
    work=(
        WorkCommit("c" * 40, NOW - 3 * DAY, BOB, "A slow server in the test of the timeout"),
        WorkCommit("b" * 40, NOW - 8 * DAY, BOB, f"Hold it {JOINED}"),
    ),
    steps_in_all=12,
    entries=ENTRIES,
    gates=(
        GateStanding("lint", Gate("ruff"), True),
        GateStanding(
            "unit", Gate("make"), False, f"failed on this code (exit 1), says {BOB}", True
        ),
    ),
)
MANY = DETAILS._replace(
    depends_on=(),
    needed_by=(),
    blocked_by=(),
    children=tuple(
        Related(f"kid{n}", State.DONE if n % 2 else TODO, f"Part {n}") for n in range(1, 31)
    ),
)
OTHERS = (
    HistoryEntry("d" * 40, NOW - 40 * DAY, ZOE, "hebrew", HEBREW, "new", None, TODO, "tk: new"),
    HistoryEntry("e" * 40, NOW - DAY, ANN, "family", JOINED, "edit", TODO, TODO, "looks odd"),
    HistoryEntry("f" * 40, NOW, BOB, "wide", WIDE, "jump", TODO, State.DONE, "tk: done wide"),
    HistoryEntry("9" * 40, 10**19, BOB, "wide", WIDE, "edit", TODO, TODO, "tk: edit wide"),
)
LANES = tuple(f"{number}" * 40 for number in "9fed")
FORKED = {LANES[0]: LANES[1:], **dict.fromkeys(LANES[1:], ())}
MERGE = Joint("7" * 40, NOW, ANN, f"Merge branch '{HEBREW}'")
JOINED_BY = {MERGE.commit: LANES[1:3], LANES[1]: LANES[3:], LANES[2]: LANES[3:], LANES[3]: ()}
FORKS = {"many": tuple(map(str, range(8))), **{str(n): () for n in range(8)}}
BRANCHED = tuple(OTHERS[n % 4]._replace(commit=one) for n, one in reversed([*enumerate(FORKS)]))
LOGS = {
    "the log of a task": days(ENTRIES, NOW, one=True, chosen=False),
    "the log of all": days(OTHERS, NOW, one=False, chosen=False),
    "a log with a graph": graphed(
        OTHERS, (), FORKED, NOW, one=False, patches=["", "", "+a\n-b", ""]
    ),
    "a log with a merge": graphed(OTHERS[:3], (MERGE,), JOINED_BY, NOW, one=False, patches=()),
    "a log with more lanes than there is room for": graphed(
        BRANCHED, (), FORKS, NOW, one=True, patches=()
    ),
    "a log of nothing": days((), NOW, one=False, chosen=False),
    "a log of nothing that was asked for": days((), NOW, one=False, chosen=True),
}
VIEWS = {
    "a task in review": card(FRAUD, DETAILS),
    "a task with many parts": card(
        task({"id": "checkout", "title": JOINED, "state": "todo"}), MANY
    ),
    "a task that has ended": card(
        FRAUD._replace(state=State.DONE, notes=(), evidence=(), lessons=(), tried=()),
        Details(
            at=NOW,
            entries=(*ENTRIES, did(9, HOUR, ANN, "approve", REVIEW, State.DONE)),
            legal=(),
            onward="tk reopen fraud",
        ),
    ),
}


def test_a_task_looks_so(terminal: Any, piped: Any) -> None:
    hold(drawn(VIEWS, terminal, piped), "show.txt")


def test_colours_only_repeat_what_a_task_says(terminal: Any) -> None:
    shown = VIEWS["a task in review"]
    text = coloured(shown)
    assert re.sub(r"ESC\[[\d;]*m", "", text).rstrip() == terminal(shown)
    hold(text, "show-colours.txt")


def test_a_log_looks_so(terminal: Any, piped: Any) -> None:
    hold(drawn(LOGS, terminal, piped), "log.txt")
    assert piped(LOGS["the log of all"]) == piped(timeline(OTHERS)), "oldest first, in UTC"


@pytest.mark.parametrize("width", range(4, 41))
def test_a_log_is_no_wider_than_its_terminal_and_cuts_with_a_sign(
    terminal: Any, width: int
) -> None:
    short = did(5, 5 * DAY, BOB, "block", DOING, BLOCKED, reasons=("user: which?", "a few"))
    patches = ["-state: in_progress\n+state: blocked"]
    several = {**LOGS, "replayed": timeline(OTHERS)}
    several["one entry"] = days([short], NOW, one=False, chosen=False, patches=patches)
    for name, view in several.items():
        for line in terminal(view, width).split("\n"):
            assert cell_len(line) <= width, (name, line)
    narrow, wide = (
        Counter("".join(terminal(several["one entry"], n).split())) for n in (width, 200)
    )
    assert narrow == wide or narrow["…"]
    assert width < 33 or narrow == wide


def test_a_log_has_the_days_of_the_terminal_s_clock(
    terminal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "XXX-20")  # 20 hours before UTC is the next day already
    time.tzset()
    try:
        shown = terminal(LOGS["the log of all"]).splitlines()
    finally:
        monkeypatch.undo()
        time.tzset()
    begin = shown.index("Sat 2026-01-03, today")
    assert shown[begin + 1] == "  06:20  wide    todo -> done  bob"
    assert "Fri 2026-01-02, yesterday" in shown[begin:]


WHYS = {
    f"why, {name}": moves(
        FRAUD._replace(title=title, state=TODO, owner=None),
        [("block", BLOCKED, "Blocked before start"), ("cancel", State.CANCELLED, HEBREW)],
        [("start", DOING, [("TK211", f"cannot be worked on: {JOINED}", f"tk why {'x' * 60} --y")])],
        ("admit", "done"),
        nearest=in_words(found, NOW),
    )
    for name, title, found in (
        ("one is at it", HEBREW, Cause((), Related("fraud", DOING, WIDE, BOB), NOW - 3 * DAY)),
        (
            *("it is blocked", WIDE),
            Cause(
                tuple(f"step-{n}" for n in range(12)),
                Related("asked", BLOCKED, HEBREW, ZOE, "side"),
                *(NOW - 90, "user – which amounts are held?"),
            ),
        ),
        ("there is no such task", JOINED, Cause(("a",), Related("gone"))),
    )
}


def test_why_names_what_is_nearest(terminal: Any, piped: Any) -> None:
    hold(drawn(WHYS, terminal, piped), "why.txt")
    assert "\nnearest: fraud, in_progress 3d, bob@example.org\n" in piped(WHYS["why, one is at it"])


def test_a_card_asks_for_each_list_that_is_drawn() -> None:
    names = [name for name, _ in lists(FRAUD, Details())]
    assert [name for name in names if name != "gates"] == [*LISTS]
