"""``tk wake``: the end of ``tk sleep``."""

from __future__ import annotations

from tkledger.api import agents
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.commands.send import checked
from tkledger.cli.commands.sleep import marked, sleeper
from tkledger.core import agent as law
from tkledger.verbs.parameters import WHY_IDLE


def wake(
    name: str | None = None,
    all: bool = False,
    reason: str | None = None,
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """End what `tk sleep` began."""
    session = Session(path, actor=actor, progress=TERMINAL)
    who = sleeper(session, name, "wake", everybody=all)
    why = checked(WHY_IDLE, reason, law.reason, "wake") if reason else ""
    is_new = agents.wake(session, who, why)
    return Answer(
        lambda: {"actor": who, "asleep": False}, lambda: marked(who, "awake", is_new=is_new)
    )
