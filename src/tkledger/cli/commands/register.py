"""``tk register``: what an actor can do, and how much it takes at once."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api import agents
from tkledger.api.json import agent_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.send import checked
from tkledger.core import agent as law
from tkledger.verbs.parameters import ACTOR_NAME, CAN, KIND_OF_ACTOR


def register(
    name: str | None = None,
    can: Sequence[str] = (),
    capacity: int | None = None,
    kind: str = "",
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Say what an actor can do, and how much it takes at once; it replaces what was said before."""
    session = Session(path, actor=actor, progress=TERMINAL)
    able = checked(CAN, tuple(can), law.words, "register")
    type_ = checked(KIND_OF_ACTOR, kind, law.word, "register") if kind else ""
    who = whom(session, name, "register")
    is_new = agents.register(session, who, able, capacity, type_)

    def view() -> list[str | Aside]:
        if not is_new:
            return [Aside(f"nothing to do: {who} is already registered so")]
        parts = [f"can {', '.join(able)}"] if able else []
        parts += [f"takes {capacity} at once"] if capacity else []
        return [f"{who} is registered" + (f": {'; '.join(parts)}" if parts else "")]

    return Answer(lambda: agent_json(agents.known(session, [who])[0]), view)


def whom(session: Session, name: str | None, command: str) -> str:
    """The actor that is meant, by the policy's name: who acts, if none is named."""
    ledger = session.ledger.head()
    if name is None:
        return session.actor(ledger)
    given = str(checked(ACTOR_NAME, name, law.name, command))
    return ledger.policy.actor(given) if ledger.policy else given
