"""Tasks that go on without their answer, TK519, answers that are none, TK520, and waits ended by others, TK521."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, edit, used
from tests.support.rule_cases.case import Case
from tests.support.rule_cases.guards import NAMED
from tkledger.core.change import Change
from tkledger.core.policy import Policy
from tkledger.core.task import Task
from tkledger.core.time import iso

LAW = NAMED._replace(roles={**NAMED.roles, "waits": ("mia",)})
SQUASH = LAW._replace(squash="path")
ASKED = {"reason": "user", "key": "ask-1", "prompt": "Which?", "choices": ["eu", "us"]}
OPEN = {"reason": "user", "key": "ask-1"}
LATE, EARLY = iso(1_000), iso(1_001)
AT = 1_000
"""When the commits are made."""


def to(
    state: str,
    wait: dict[str, Any],
    *answers: str,
    known: tuple[str, ...] = (),
    left: dict[str, Any] | None = None,
    actor: str = "ann",
    law: Policy = LAW,
    among: tuple[Task, ...] = (),
    **more: Any,
) -> Change:
    """A commit by ann takes a blocked task to a state, and may answer; ``left`` is its wait afterwards."""
    old = a_task(state="blocked", wait=wait, answers=known)
    new = a_task(state=state, wait=left, answers=[*known, *answers], **more)
    return used(edit(old, new, policy=law, among=among), actor=actor, at=AT)


def answering(wait: dict[str, Any], *answers: str, **how: Any) -> Change:
    """A commit by ann that answers, and moves nothing."""
    return to("blocked", wait, *answers, left=wait, **how)


def wait_cases() -> list[Case]:
    return [*_resumed(), *_answered(), *_ended()]


def _resumed() -> list[Case]:
    yes = "ask-1: eu"
    paused = {"reason": "paused", "earlier": OPEN}
    rows = (
        ("without an answer", to("in_progress", OPEN), to("todo", OPEN, attempt=2)),
        ("with that of another", to("in_progress", OPEN, known=("ask-2: eu",)),
         to("in_progress", OPEN, known=(yes,))),
        ("with one that begins like it", to("in_progress", OPEN, known=("ask-11: eu",)),
         to("in_progress", OPEN, yes)),
        ("before its time", to("in_progress", {**OPEN, "until": EARLY}),
         to("in_progress", {**OPEN, "until": LATE})),
        ("of an event", to("in_progress", {**OPEN, "reason": "event"}), to("in_progress", {"reason": "event"})),
        ("from a pause", to("in_progress", paused), to("blocked", paused, left=OPEN)),
        ("asked of a role", to("in_progress", {**OPEN, "by": "lead"}),
         to("in_progress", {**OPEN, "by": "lead"}, known=(yes,))),
        ("on the way of a squash", to("done", ASKED, law=SQUASH), to("done", ASKED, known=(yes,), law=SQUASH)),
    )  # fmt: skip
    return [Case("TK519", what, broken, legal) for what, broken, legal in rows]


def _answered() -> list[Case]:
    yes, over = "ask-1: eu", "ask-1: (timeout)"
    leads = {**OPEN, "by": "waits"}
    approval = {**leads, "reason": "approval", "set_by": "mia"}
    born = birth(a_task(answers=[yes]), policy=LAW)._replace(actor="ann")
    rows = (
        ("to nothing", answering({"reason": "user"}, yes), answering(OPEN, yes)),
        ("to another question", answering(OPEN, "ask-2: eu"), answering(OPEN, yes)),
        ("a second time", answering(OPEN, "ask-1: us", known=(yes,)), answering(OPEN, yes)),
        ("twice at once", answering(OPEN, yes, yes), answering(OPEN, yes)),
        ("with what is no choice", answering(ASKED, "ask-1: mars"), answering(OPEN, "ask-1: mars")),
        ("by who is not asked", answering({**OPEN, "by": "bob"}, yes), answering({**OPEN, "by": "ann"}, yes)),
        ("by who does not fit", answering({**OPEN, "by": "b*"}, yes), answering({**OPEN, "by": "a*"}, yes)),
        ("without the role", answering(leads, yes), answering(leads, yes, actor="mia")),
        ("by who asks to be approved", answering(approval, yes, actor="mia"),
         answering({**approval, "set_by": "ann"}, yes, actor="mia")),
        ("as late before its time", answering({**OPEN, "until": EARLY}, over),
         answering({**OPEN, "until": LATE}, over)),
        ("as late without a time", answering(OPEN, over), answering({**leads, "until": LATE}, over)),
        ("in a new file", born, birth(a_task(), policy=LAW)._replace(actor="ann")),
    )  # fmt: skip
    return [Case("TK520", what, broken, legal) for what, broken, legal in rows]


def _ended() -> list[Case]:
    bobs = {"reason": "until", "until": EARLY, "set_by": "bob"}
    held = {"reason": "user", "set_by": "bob"}
    child = {"reason": "child", "tasks": ["c"], "set_by": "bob"}
    paused = {"reason": "paused", "set_by": "ann", "earlier": bobs}
    asked = {**OPEN, "set_by": "bob"}
    done, open_ = a_task("c", state="done"), a_task("c")
    before = a_task(state="in_progress")
    set_in_name = {
        who: used(edit(before, a_task(state="blocked", wait=held), policy=LAW), actor=who, at=AT)
        for who in ("ann", "bob")
    }
    rows = (
        ("resumed", to("in_progress", held), to("in_progress", held, actor="bob")),
        ("requeued", to("todo", asked, attempt=2), to("todo", asked, attempt=2, actor="bob")),
        ("before its time", to("in_progress", bobs), to("in_progress", {**bobs, "until": LATE})),
        ("by who has no role", to("in_progress", held), to("in_progress", held, actor="mia")),
        ("before the other has ended", to("in_progress", child, among=(open_,)),
         to("in_progress", child, among=(done,))),
        ("changed", to("blocked", bobs, left={**bobs, "until": LATE}), to("blocked", bobs, left=bobs, priority=1)),
        ("dropped by a pause", to("blocked", bobs, left={**paused, "earlier": {"reason": "user"}}),
         to("blocked", bobs, left=paused)),
        ("taken out of a pause", to("blocked", paused, left={**paused, "earlier": None}),
         to("blocked", paused, left=bobs)),
        ("given up", to("todo", {**OPEN, "set_by": "bob"}, attempt=2), to("cancelled", {**OPEN, "set_by": "bob"})),
        ("answered by nobody", to("todo", asked, attempt=2), to("todo", asked, known=("ask-1: x",), attempt=2)),
        ("set in another's name", set_in_name["ann"], set_in_name["bob"]),
    )  # fmt: skip
    return [Case("TK521", what, broken, legal) for what, broken, legal in rows]
