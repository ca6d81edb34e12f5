"""``tk wait``: a task blocked until a time, or something else, has come."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


def wait(
    id: str,
    until: str | None = None,
    event: str | None = None,
    ask: str | None = None,
    choice: Sequence[str] = (),
    job: str | None = None,
    child: Sequence[str] = (),
    on: Sequence[str] = (),
    approval: str | None = None,
    timeout: str | None = None,
    by: str | None = None,
    message: str | None = None,
    tried: Sequence[str] = (),
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Block a task: until a time, for an event, an answer, a job, other tasks or an approval."""
    session = Session(path, actor=actor, progress=TERMINAL)
    options = {
        **{"until": until, "event": event, "ask": read_text(ask), "choice": list(choice)},
        **{"job": job, "child": list(child), "on": list(on), "approval": approval},
        **{"timeout": timeout, "by": by, "message": read_text(message), "tried": list(tried)},
    }
    recorded, _ = session.carry_out(each("wait", read_ids([id]), options), dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="waits")
