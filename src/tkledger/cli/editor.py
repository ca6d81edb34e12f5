"""``tk edit ID`` without options, and ``tk config edit``: a file of the ledger in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256

from tkledger.api.session import Session
from tkledger.core.layout import SUFFIX
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import TypeVar
from tkledger.errors import unusable, usage_error
from tkledger.files import codec
from tkledger.ledger.proposal import Proposal, Recorded
from tkledger.local.store import Store
from tkledger.verbs.ids import existing

Result = TypeVar("Result")


def edit_file(session: Session, text: str, *, dry_run: bool) -> Recorded:
    """Open the task's file, and commit what was saved, form put right; see `in_editor`."""
    before = existing(session.read(), text)
    again = f"tk edit {before.id}"

    def record(data: bytes) -> Recorded:
        return _record(session, before, data, again, dry_run)

    return in_editor(session, before.id, codec.dump_task(before), again, record)


def in_editor(
    session: Session,
    name: str,
    text: bytes,
    again: str,
    record: Callable[[bytes], Result],
    without: str = "give the fields as options",
) -> Result:
    """Open a text in the user's editor, and have what was saved recorded; ``again`` is the command, and
    ``without`` what to do where there is no terminal.

    What was written is never lost: if it cannot be taken, a line names the file it is in, and the next
    editor opens that one, as long as the text is what it was.
    """
    if not on_terminal() and _FOR_GIT not in os.environ:
        raise usage_error(
            "no-terminal",
            f"an editor needs a terminal; without one {without}, or set"
            f" {_FOR_GIT} to a program that needs none",
            f"{' '.join(again.split()[:2])} --help",
        )
    editor = session.repo.answers("var", "GIT_EDITOR")
    if not editor:
        raise unusable("no-editor", "no editor is set", f"{_FOR_GIT}=vi {again}")
    scratch = _scratch(session, name, text)
    try:
        _open(editor, scratch, again)
        with open(scratch, "rb") as file:
            data = file.read()
        recorded = record(data)
    except BaseException:
        if _is_written(scratch, text):
            session.progress.say(f"your text: {scratch}")
        raise
    os.unlink(scratch)
    return recorded


_FOR_GIT = "GIT_EDITOR"
"""Who sets it does so for this command, and knows what the program needs; EDITOR is set for a person, once."""


def on_terminal() -> bool:
    """Whether a person can use an editor here; elsewhere it would wait without end."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _scratch(session: Session, name: str, text: bytes) -> str:
    """The file for changes of this very text: as it was left, or new."""
    file_name = f"{name}-{sha256(text).hexdigest()[:12]}{SUFFIX}"
    path = Store(session.repo.common_dir).make(_EDITS, file_name)
    if os.path.exists(path):
        session.progress.say(f"going on with your text: {path}")
    else:
        with open(path, "xb") as file:
            file.write(text)
    return path


_EDITS = "edits"


def _is_written(path: str, text: bytes) -> bool:
    """Whether the file holds something else than the text; else it is removed."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        if file.read() != text:
            return True
        os.unlink(path)
    return False


def _open(editor: str, path: str, again: str) -> None:
    another = f"{_FOR_GIT}=vi {again}"
    try:
        words = shlex.split(editor)
    except ValueError as error:
        raise unusable("editor", f"not a command: {editor}: {error}", another) from None
    try:
        done = subprocess.run([*words, path])
    except OSError as error:
        said = f"the editor {editor} cannot be run: {error.strerror}"
        raise unusable("editor", said, another) from None
    if not os.path.exists(path):
        raise unusable("editor", f"{editor} removed the file", another)
    if done.returncode:
        said = f"{editor} exited with {done.returncode}, so nothing is changed"
        raise unusable("editor", said, again)


def _record(session: Session, before: Task, data: bytes, again: str, dry_run: bool) -> Recorded:
    def propose(ledger: Snapshot) -> Proposal:
        current = existing(session.ledger.usable(ledger), before.id)
        if current != before:
            raise unusable("changed", f"{before.id} was changed meanwhile", again)
        after = _shown(codec.load_task(codec.reformatted(data)), before)
        if after.id != before.id:
            raise usage_error("frozen", f"the id of {before.id} cannot change", again)
        actor = session.actor(ledger)
        words = f"edit {after.id} {after.title}"
        return Proposal(ledger.put(after), words, ((ACTOR, actor),))

    try:
        return session.record(propose, dry_run=dry_run)
    except codec.FormError as error:
        raise usage_error("bad-file", str(error), again) from None


def _shown(after: Task, before: Task) -> Task:
    """The task with a description that was written now in the form in which a file shows it."""
    if after.description is None or after.description == before.description:
        return after
    from tkledger.verbs.typed_text import tidied

    return changed(after, description=tidied(after.description))
