"""``tk prime``: what an agent has to know before it goes on."""

from __future__ import annotations

from tkledger.agents.prime import Brief, BriefPart, brief
from tkledger.agents.prime_lines import prime as lines_of
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.commands.status import item_json
from tkledger.core.typing import Any


def prime(actor: str | None = None, path: str = ".") -> Answer:
    """Say what an agent has to know before it goes on, with the commands to run."""
    session = Session(path, actor=actor, progress=TERMINAL)
    found = brief(session)
    return Answer(lambda: _json(found), lambda: lines_of(found))


def _json(found: Brief) -> dict[str, Any]:
    head = without_empty({"actor": found.actor, "branch": found.branch, "idle": found.idle})
    return {**head, "rules": found.rules, "parts": [_part_json(one) for one in found.parts]}


def _part_json(part: BriefPart) -> dict[str, Any]:
    found = {
        "name": part.name,
        "total": part.total,
        "items": [item_json(item) for item in part.items],
        "obstacles": part.obstacles,
        "steps": [without_empty(one._asdict()) for one in part.steps],
    }
    return without_empty(found)
