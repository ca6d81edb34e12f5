"""``tk cat``: what an artifact holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from tkledger.api.artifacts import artifact as artifact_of
from tkledger.api.artifacts import fetch
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.quoting import quoted
from tkledger.errors import usage_error
from tkledger.git import blobs
from tkledger.verbs.ids import existing


def cat(
    id: str, artifact: str, output: str | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """Write out an artifact of a task; fetch it first if it is not here. A file that exists is not replaced."""
    session = Session(path, progress=TERMINAL)
    task = existing(session.look(at), id, reading=True)
    one = artifact_of(task, artifact)
    way = f"tk cat {task.id} {quoted(artifact)} -o FILE"
    if output is None and sys.stdout.isatty() and not one.type.startswith("text/"):
        fact = f"{one.name} may not be text, and would go to the terminal"
        raise usage_error("terminal", fact, way)
    if output is not None and os.path.lexists(output):
        raise usage_error("exists", f"{output} exists", "give another name with -o")
    fetch(session, one)

    def view() -> Iterable[Aside]:
        if output is None:
            sys.stdout.flush()
            blobs.copy(session.repo, one.oid, sys.stdout.buffer)
            return
        _write(session, one.oid, output)
        yield Aside(f"{output}: {one.size:,} bytes")

    def to_json() -> dict[str, object]:
        if output is None:
            raise usage_error("no-output", "--json needs a file to write to", way)
        _write(session, one.oid, output)
        return {**without_empty(one._asdict()), "path": output}

    return Answer(to_json, view)


def _write(session: Session, oid: str, path: str) -> None:
    with open(path, "xb") as file:
        blobs.copy(session.repo, oid, file)
