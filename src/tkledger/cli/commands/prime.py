"""``tk prime``: a brief for an agent."""

from __future__ import annotations

import json
import sys

from tkledger.agents.prime import HELD, Brief, BriefPart, brief
from tkledger.agents.prime_lines import prime as lines_of
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.status import item_json
from tkledger.core.quoting import few
from tkledger.core.typing import Any
from tkledger.errors import Exit

_MOST_INPUT = 1 << 16
"""So much is read of what a tool says at the end of a session."""


def prime(end: bool = False, actor: str | None = None, path: str = ".") -> Answer:
    """Brief an agent: what it has to know, with the commands to run."""
    if end and _asked_before():
        return Answer(lambda: {"held": []}, lambda: ())
    session = Session(path, actor=actor, progress=TERMINAL)
    found = brief(session)
    if end:
        return _at_end(found)
    return Answer(lambda: _json(found), lambda: lines_of(found))


def _asked_before() -> bool:
    """Whether a session continues because it was asked at its end; its tool says so on standard input."""
    if sys.stdin.isatty():
        return False
    try:
        said = json.loads(sys.stdin.read(_MOST_INPUT))
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("stop_hook_active") is True


def _at_end(found: Brief) -> Answer:
    """What the actor still holds, and exit 2, which makes the session continue once."""
    held = [one for one in found.parts if one.name in HELD]
    ids = [item.id for one in held for item in one.items]
    if not ids:
        return Answer(lambda: {"held": []}, lambda: ())
    steps = [f"  {step.command}" for one in held for step in one.steps]
    words = f"{found.actor} still holds {few(ids)}: end, block or release it"
    return Answer(
        lambda: {"held": ids}, lambda: [Aside(one) for one in (words, *steps)], lambda: Exit.USAGE
    )


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
