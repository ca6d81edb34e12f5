"""``tk tidy``: what is left over and may go."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.agents import tidy as tidier
from tkledger.agents.tidy import Tidied
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.core.typing import Any
from tkledger.errors import usage_error


def tidy(
    checkouts: bool = False, actor: str | None = None, path: str = ".", dry_run: bool = False
) -> Answer:
    """Remove the checkouts of ended tasks that hold nothing more; name the others, and why they stay."""
    if not checkouts:
        raise usage_error("no-choice", "what is to be tidied?", "tk tidy --checkouts")
    found = tidier.tidy(Session(path, actor=actor, progress=TERMINAL), dry_run=dry_run)

    def view() -> Iterable[str | Aside]:
        none = True
        for one in found:
            none = False
            if one.why:
                yield f"{one.task}: kept {one.place.path}: {one.why}"
                yield Aside(f"  remedy: {one.remedy}")
            else:
                yield f"{would_be(dry_run)}{one.task}: removed {one.place.path}"
        if none:
            yield Aside("no task that has ended has a checkout")

    return Answer(lambda: {"checkouts": [_json(one) for one in found]}, view)


def _json(one: Tidied) -> dict[str, Any]:
    values = {"id": one.task, "path": one.place.path, "branch": one.place.short}
    return without_empty({**values, "kept": one.why, "remedy": one.remedy})
