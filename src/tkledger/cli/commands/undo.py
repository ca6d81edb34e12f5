"""``tk undo``: the newest change, taken back."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import undo as api
from tkledger.api.advice import remind
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, would_be
from tkledger.core.layout import is_task_key
from tkledger.core.typing import Any
from tkledger.ledger.newest import subject
from tkledger.ledger.undo import Undone


def undo(
    id: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Take back the newest change of the ledger: all that its commit did."""
    session = Session(path, actor=actor, progress=TERMINAL)
    done = api.undo(session, id, dry_run=dry_run, key=key)
    if done.head:
        remind(session)
    return taken_back(done, dry_run=dry_run)


def taken_back(done: Undone, *, dry_run: bool) -> Answer:
    """The answer of a command that takes a change back: the commit, and each task as it is then."""
    before, after = done.recorded.before, done.recorded.after
    keys = sorted(key for key in done.newest.touched if is_task_key(key))
    rows = [(key, before.task(key), after.task(key)) for key in keys]

    def to_json() -> dict[str, Any]:
        tasks = [
            {"id": key} | ({"from": was.state} if was else {}) | ({"to": now.state} if now else {})
            for key, was, now in rows
        ]
        commit = {"commit": done.head} if done.head else {}
        return {"undone": done.newest.commit.oid, "tasks": tasks, **commit}

    def view() -> Iterable[str]:
        commit = done.newest.commit
        yield f"{would_be(dry_run)}undone: {commit.oid[:10]} {subject(commit)}"
        for key, was, now in rows:
            old, new = (one.state if one else "" for one in (was, now))
            move = new if old == new else f"{old or 'absent'} -> {new or 'absent'}"
            shown = now or was
            yield f"{would_be(dry_run)}{key}: {move}  {shown.title if shown else ''}"

    return Answer(to_json, view)
