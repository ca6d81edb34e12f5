"""``tk spend``: tokens, cost and calls that work on a task used."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, say_advice, with_commit, would_be
from tkledger.cli.parser import read_ids, read_text
from tkledger.verbs.verb import Options


def spend(
    id: str,
    tokens_in: int | None = None,
    tokens_out: int | None = None,
    cost: str | None = None,
    calls: int | None = None,
    model: str | None = None,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Record what work on a task used; never refused, since it has happened."""
    amounts = {"tokens_in": tokens_in, "tokens_out": tokens_out, "cost": cost, "calls": calls}
    said = {"model": model, "message": read_text(message)}
    session = Session(path, actor=actor, progress=TERMINAL)
    return charge(session, "spend", id, {**amounts, **said}, dry_run, key)


def charge(
    session: Session, verb: str, id: str, options: Options, dry_run: bool, key: str | None
) -> Answer:
    """Carry out a verb that charges a task; the answer says what was charged."""
    recorded, steps = session.carry_out(
        each(verb, read_ids([id]), options), dry_run=dry_run, key=key
    )
    task = recorded.after.task(steps[0].id)
    assert task is not None
    say_advice(session, recorded, [task.id])
    row = {"id": task.id, "from": task.state, "to": task.state}
    charged = steps[0].words.split(" ", 2)[2]
    return Answer(
        lambda: {"tasks": [row], **with_commit(recorded)},
        lambda: [f"{would_be(dry_run)}{task.id}: {verb}  {charged}"],
    )
