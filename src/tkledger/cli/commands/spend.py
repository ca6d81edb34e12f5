"""``tk spend``: tokens and cost that work on a task used."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.errors import Exit
from tkledger.report import print_json


def spend(
    id: str,
    tokens_in: int | None = None,
    tokens_out: int | None = None,
    cost: str | None = None,
    model: str | None = None,
    message: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Record tokens and cost that work on a task used; never refused, since it has happened."""
    amounts = {"tokens_in": tokens_in, "tokens_out": tokens_out, "cost": cost, "model": model}
    options = {**amounts, "message": read_text(message)}
    return charge("spend", id, options, actor, path, as_json, dry_run)


def charge(
    verb: str,
    id: str,
    options: dict[str, Any],
    actor: str | None,
    path: str,
    as_json: bool,
    dry_run: bool,
) -> int:
    """Carry out a verb that charges a task, and say what was charged."""
    session = Session(path, as_json=as_json, actor=actor)
    recorded, steps = session.carry_out(each(verb, read_ids([id]), options), dry_run=dry_run)
    task = recorded.after.task(steps[0].id)
    assert task is not None
    session.warn(recorded, [task.id])
    if as_json:
        moved = {"id": task.id, "from": task.state, "to": task.state}
        print_json(tasks=[moved], **({"commit": recorded.commit} if recorded.commit else {}))
    else:
        prefix = "would be: " if dry_run else ""
        print(f"{prefix}{task.id}: {verb}  {steps[0].words.split(' ', 2)[2]}")
    return Exit.OK
