"""``tk reserve``: the files and folders that the work on a task is going to change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from tkledger.api import reserving
from tkledger.api.json import reserved_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.send import checked
from tkledger.core import reservation
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.parameters import PATHS


def reserve(
    id: str | None = None,
    paths: Sequence[str] = (),
    drop: bool = False,
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Reserve files and folders for a task; without any, list what is reserved."""
    session = Session(path, actor=actor, progress=TERMINAL)
    if id is None:
        if drop:
            raise usage_error(
                "no-id", "which task gives up what it reserved?", "tk reserve ID --drop"
            )
        return _listed(reserving.every(session))
    task = existing(session.head(), id, reading=not (paths or drop)).id
    if paths or drop:
        given = checked(
            PATHS, [_from_top(session, path, one) for one in paths], reservation.paths, "reserve"
        )
        is_new = checked(
            PATHS, given, lambda some: reserving.reserve(session, task, some, drop=drop), "reserve"
        )
        if not is_new:
            session.progress.say("nothing to do: already reserved")
    return _listed(reserving.every(session, task))


def _from_top(session: Session, folder: str, path: str) -> str:
    """A path as it was typed in a folder, from the top of the repository."""
    top = session.repo.top
    if top is None:
        return path
    here = os.path.realpath(folder)
    typed = os.path.join(here, path)
    return os.path.relpath(os.path.normpath(typed), os.path.realpath(top)).replace(os.sep, "/")


def _listed(found: Sequence[reserving.Reserved]) -> Answer:
    def view() -> Iterable[str | Aside]:
        for one in found:
            who = f"held by {one.holder}" if one.holder else "not claimed"
            yield f"{one.reservation.task}  {who}  {', '.join(one.reservation.paths)}"
            yield from (Aside(reserving.words(met)) for met in one.overlaps)
        if not found:
            yield Aside("nothing is reserved: tk reserve ID PATH")

    return Answer(lambda: {"reservations": [reserved_json(one) for one in found]}, view)
