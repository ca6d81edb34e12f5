"""``tk budget``: limits and what is used of them."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.json import budget_json, quota_json, without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.charges import dollars
from tkledger.core.quoting import quoted
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import usage_error

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def budget(
    id: str | None = None,
    by: str | None = None,
    agent: str | None = None,
    at: str | None = None,
    path: str = ".",
) -> Answer:
    """Show what is used of the limits: of a task and all above it, or of every open task; of the quotas of an
    agent; or sums.
    """
    if agent is not None:
        if id or by:
            way = f"tk budget --agent {quoted(agent)}"
            raise usage_error("alone", "--agent goes with no task and no sum", way)
        return _quotas(Session(path, progress=TERMINAL), agent, at)
    if by:
        return _sums(Session(path, progress=TERMINAL), by, id, at)
    rows, now = look.spending(Session(path, progress=TERMINAL), id, at)

    def view() -> Iterable[Lines]:
        from tkledger.views.budget import budget as drawn

        return [drawn(rows, now, whole=id is not None)]

    return Answer(lambda: {"tasks": [budget_json(*row, now) for row in rows]}, view)


def _quotas(session: Session, agent: str, at: str | None) -> Answer:
    actor, gauges = look.quotas(session, agent, at)

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.budget import quotas

        if not gauges:
            way = f"tk config set {quoted(f'quotas.{actor}')} cost=5 window=24h"
            return [Aside(f"the policy has no quota for {actor}: {way}")]
        return [quotas(gauges)]

    return Answer(lambda: {"agent": actor, "quotas": [*map(quota_json, gauges)]}, view)


def _sums(session: Session, by: str, id: str | None, at: str | None) -> Answer:
    found = look.sums(session, by, id, at)

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.budget import sums

        if not found:
            return [
                Aside("no commit says that anything was used: tk spend ID --tokens-in N --cost USD")
            ]
        return [sums(found, by)]

    def answer() -> dict[str, object]:
        rows = [
            {by: name, "tokens": one.tokens, "cost": dollars(one.cost), "calls": one.calls or None}
            for name, one in found
        ]
        return {"by": by, "sums": [without_empty(row) for row in rows]}

    return Answer(answer, view)
