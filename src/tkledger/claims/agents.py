"""What agents are, as their chains say that are here; where none is, that costs no process and loads nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tkledger.core.ref_names import AGENTS, agent_ref
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import refs
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.core.agent import Agent, AgentEvent


class Agents:
    """The agents that are known here; a chain is read once, when it is first asked for. ``lines`` are refs as a
    push is about to leave them.
    """

    def __init__(self, repo: Repo, lines: Sequence[RefLine] = ()) -> None:
        self._repo = repo
        self._moving = {one.ref: one.new for one in lines if one.ref.startswith(AGENTS)}
        self._known: dict[str, Agent] = {}
        self._names = {*refs.names(repo, AGENTS), *self._moving}

    @property
    def any(self) -> bool:
        """Whether any agent is known at all."""
        return bool(self._names)

    def of(self, actor: str) -> Agent | None:
        """What an actor is; None if nothing is known of it."""
        ref = agent_ref(actor) if self._names else ""
        if ref not in self._names:
            return None
        if actor not in self._known:
            from tkledger.claims import agent_log

            if ref in self._moving:
                found = agent_log.at(self._repo, actor, self._moving[ref])
            else:
                found = agent_log.agent(self._repo, actor)
            self._known[actor] = found
        return self._known[actor]

    def sleep_of(self, actor: str) -> AgentEvent | None:
        """What put this actor, or everybody, to sleep; None if neither is idle now."""
        if not self._names:
            return None
        from tkledger.core.agent import EVERYBODY

        now = int(time.time())
        found = (self.of(name) for name in (actor, EVERYBODY))
        return next((it for one in found if one and (it := one.sleep(now))), None)
