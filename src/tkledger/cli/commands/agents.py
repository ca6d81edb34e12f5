"""``tk agents``: what each agent can do, holds, and who is idle."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from tkledger.api import agents as registry
from tkledger.api.json import agent_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def agents(names: Sequence[str] = (), path: str = ".") -> Answer:
    """List the agents that are known here: what each can do and holds, who is idle, and when it was last seen."""
    session = Session(path, progress=TERMINAL)
    policy = session.ledger.head().policy
    found = registry.known(session, [policy.actor(one) if policy else one for one in names])

    def view() -> Iterable[Lines | Aside]:
        if not found:
            return [Aside("no agent is registered here: tk register")]
        from tkledger.views.agents import agents as drawn

        return [drawn(found, int(time.time()))]

    return Answer(lambda: {"agents": [agent_json(one) for one in found]}, view)
