"""How rules, the status, streams, agents, messages and an audit look, as exact text at several widths."""

from __future__ import annotations

from typing import Any

from tests.support.golden import drawn, hold
from tests.views.test_inbox import AT, LETTERS
from tests.views.test_status import BLOCKS
from tkledger.core.agent import ASLEEP, REGISTERED, Agent, AgentEvent, Known
from tkledger.core.audit import APPROVED, NAME, SIGNATURE, Act
from tkledger.core.catalogue import EVERY
from tkledger.core.lifecycle import State
from tkledger.core.streams import Stream, StreamBranch
from tkledger.core.task import NOT_JUDGED
from tkledger.views.agents import agents
from tkledger.views.audit import acts
from tkledger.views.explain import catalogue, page, settings
from tkledger.views.inbox import inbox
from tkledger.views.status import overview
from tkledger.views.streams import streams
from tkledger.views.text_layout import Lines

HEBREW, FAMILY = "חיפוש בחנות", "the 👩‍👩‍👧‍👦 of 修复"
KNOWN = [
    Known(
        Agent(
            f"{HEBREW}@example.org",
            AgentEvent(REGISTERED, "x", "ada", AT, type="coder", can=("rust", "修复"), capacity=2),
            AgentEvent(ASLEEP, "x", "ada", AT, why=f"{FAMILY}\x1b[2J", until=AT + 90_000),
        ),
        ("tk-a", "tk-with-a-long-name"),
        AT,
    ),
    Known(Agent("bob"), (), 0),
]
ACTS = [
    Act("a" * 40, AT, "ada@example.org", "tk-a", APPROVED, SIGNATURE, reason=f"{FAMILY} \u202e"),
    *(Act("b" * 40, AT, "bob", f"tk-{n}", NOT_JUDGED, NAME) for n in range(1_200)),
]
VIEWS: dict[str, Lines] = {
    "a rule": page(EVERY[0]),
    "rules": catalogue(EVERY[:3]),
    "settings": settings([("wip_total", f"How many tasks, {FAMILY}, may be begun.", "no limit")]),
    "a status": overview("ada on main: 7 open tasks", BLOCKS, ["That is all."]),
    "streams": streams(
        [
            Stream("shop", State.IN_PROGRESS, {State.DONE: 3, State.IN_PROGRESS: 1}, ("tk-a",)),
            Stream(
                *("web", State.DONE, {State.DONE: 1_200}, ()),
                StreamBranch("streams/web", "c" * 40, 1, 12),
            ),
        ]
    ),
    "agents": agents(KNOWN, AT + 600),
    "messages": inbox(LETTERS, AT + 60),
    "an audit": acts(ACTS),
}


def test_other_views_look_so(terminal: Any, piped: Any) -> None:
    hold(drawn(VIEWS, terminal, piped), "others.txt")
