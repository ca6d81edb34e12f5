"""``tk sleep``: an actor is idle."""

from __future__ import annotations

import time

from tkledger.api import agents
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.register import whom
from tkledger.cli.commands.send import checked
from tkledger.core import agent as law
from tkledger.core.field import FieldError
from tkledger.core.time import iso, seconds_of
from tkledger.errors import usage_error
from tkledger.verbs.parameters import UNTIL, WHY_IDLE


def sleep(
    name: str | None = None,
    all: bool = False,
    reason: str | None = None,
    until: str | None = None,
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Be idle: until `tk wake`, every hook rejects new tasks, and `tk next` has none."""
    session = Session(path, actor=actor, progress=TERMINAL)
    who = sleeper(session, name, "sleep", everybody=all)
    now = int(time.time())
    end = checked(UNTIL, until, lambda text: _to_come(text, now), "sleep") if until else None
    why = checked(WHY_IDLE, reason, law.reason, "sleep") if reason else ""
    is_new = agents.sleep(session, who, end, why)
    words = law.sleep_words(law.AgentEvent(law.ASLEEP, who, who, until=end, why=why))
    return Answer(
        lambda: without_empty(
            {"actor": who, "asleep": True, "wake_at": iso(end) if end else None, "reason": why}
        ),
        lambda: marked(who, f"asleep{words}", is_new=is_new),
    )


def _to_come(text: str, now: int) -> int:
    """A time to come as it was typed, in seconds since 1970. Raises ValueError for any other text."""
    from tkledger.verbs.typed_times import time_in_utc

    try:
        at = seconds_of(time_in_utc("until", text, now))
    except FieldError as error:
        raise ValueError(error.message) from None
    if at <= now:
        raise ValueError(f"{text!r} is not a time to come")
    return at


def sleeper(session: Session, name: str | None, command: str, *, everybody: bool) -> str:
    """The actor, or everybody, who is to sleep or to wake. Raises TkError, USAGE, if both are named."""
    if everybody and name is not None:
        raise usage_error("both", "--all and ACTOR exclude each other", f"tk {command} --all")
    return law.EVERYBODY if everybody else whom(session, name, command)


def marked(name: str, state: str, *, is_new: bool) -> list[str | Aside]:
    """That an actor, or everybody, is in a state, which may be no news."""
    who = "everybody" if name == law.EVERYBODY else name
    return [f"{who} is {state}" if is_new else Aside(f"nothing to do: {who} is already {state}")]
