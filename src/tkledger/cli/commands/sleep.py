"""``tk sleep``: an actor is idle."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.doors import idle as asleep


def sleep(all: bool = False, actor: str | None = None, path: str = ".") -> Answer:
    """Be idle: until `tk wake`, every hook rejects new tasks, and `tk next` has none."""
    return mark(Session(path, actor=actor, progress=TERMINAL), all, idle=True)


def mark(session: Session, everybody: bool, *, idle: bool) -> Answer:
    """Mark an actor, or all of them, as idle or not."""
    name = asleep.EVERYBODY if everybody else session.actor(session.head())
    marked = asleep.mark(session.repo, name, idle=idle)
    who = "everybody" if everybody else name
    state = "asleep" if idle else "awake"

    def view() -> list[str | Aside]:
        return [
            f"{who} is {state}" if marked else Aside(f"nothing to do: {who} is already {state}")
        ]

    return Answer(lambda: {"actor": name, "asleep": idle}, view)
