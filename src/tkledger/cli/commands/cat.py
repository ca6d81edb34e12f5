"""``tk cat``: what an artifact holds."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable

from tkledger.api.artifacts import artifact as artifact_of
from tkledger.api.artifacts import fetch
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.artifact import Artifact
from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.errors import usage_error
from tkledger.git import blobs
from tkledger.verbs.ids import existing

MAX_SHOWN = 1 << 20
"""How many bytes of text a terminal is shown."""


def cat(
    id: str, artifact: str, output: str | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """Write out an artifact of a task; fetch it first if it is not here. A file that exists is not replaced;
    a terminal is shown text only, with nothing in it that could steer the terminal.
    """
    session = Session(path, progress=TERMINAL)
    task = existing(session.look(at), id, reading=True)
    one = artifact_of(task, artifact)
    way = f"tk cat {task.id} {quoted(artifact)} -o FILE"
    if output is not None and os.path.lexists(output):
        raise usage_error("exists", f"{output} exists", "give another name with -o")
    fetch(session, one)
    shown = _text(session, one, way) if output is None and sys.stdout.isatty() else None

    def view() -> Iterable[str | Aside]:
        if shown is not None:
            yield from lines(shown.expandtabs())
            return
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


def _text(session: Session, one: Artifact, way: str) -> str:
    """The text of an artifact, for a terminal. Raises TkError, USAGE, if it is none, or long."""
    if blobs.sizes(session.repo, [one.oid])[one.oid] > MAX_SHOWN:
        raise usage_error("terminal", f"{one.name} is long for a terminal", way)
    data = io.BytesIO()
    blobs.copy(session.repo, one.oid, data)
    try:
        text = data.getvalue().decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise usage_error("terminal", f"{one.name} is not text, and would go to the terminal", way)
    return text


def _write(session: Session, oid: str, path: str) -> None:
    with open(path, "xb") as file:
        blobs.copy(session.repo, oid, file)
