"""``tk artifacts``: the files of a task."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.artifact import artifacts as artifacts_of
from tkledger.git import blobs
from tkledger.verbs.ids import existing


def artifacts(id: str, at: str | None = None, path: str = ".") -> Answer:
    """List the files of a task: id, size, type and name, and whether each is here."""
    session = Session(path, progress=TERMINAL)
    task = existing(session.look(at), id, reading=True)
    found = [*artifacts_of(task.artifacts)]
    here = blobs.sizes(session.repo, [one.oid for one in found])

    def view() -> Iterable[str | Aside]:
        for one in found:
            away = "" if one.oid in here else "  (not here: tk cat fetches it)"
            yield f"{one.oid[:10]} {one.size:>11,}  {one.type or '-':<24} {one.name}{away}"
        if not found:
            yield Aside(f"{task.id} has no artifacts: tk attach {task.id} FILE")

    return Answer(
        lambda: {
            "artifacts": [
                {**without_empty(one._asdict()), "here": one.oid in here} for one in found
            ]
        },
        view,
    )
