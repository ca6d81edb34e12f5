"""``tk reap``: tasks whose lease has run out."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.agents import reap as reaper
from tkledger.agents.reap import Reaped
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.core.lifecycle import State


def reap(actor: str | None = None, path: str = ".", dry_run: bool = False) -> Answer:
    """Free the tasks whose lease has run out: their state stays, and `tk next` offers them."""
    found = reaper.reap(Session(path, actor=actor, progress=TERMINAL), dry_run=dry_run)

    def view() -> Iterable[str | Aside]:
        none = True
        for one in found:
            none = False
            yield f"{would_be(dry_run)}{one.id}: released, {one.fact}{_left(one)}"
        if none:
            yield Aside("no lease has run out")

    return Answer(lambda: {"tasks": [_json(one) for one in found]}, view)


def _left(one: Reaped) -> str:
    """How the task was left."""
    if one.task is None:
        return ""
    on = f" on {one.place}" if one.place else ""
    taken_up = ": tk next offers it" if one.task.state is State.IN_PROGRESS else ""
    return f"; {one.task.state}{on}{taken_up}  {one.task.title}"


def _json(one: Reaped) -> dict[str, str]:
    state = one.task.state.value if one.task else ""
    return without_empty({"id": one.id, "fact": one.fact, "state": state, "elsewhere": one.place})
