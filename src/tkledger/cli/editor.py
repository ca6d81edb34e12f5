"""``tk edit ID`` without options: the task's file in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile

from tkledger.api.session import Session
from tkledger.core.layout import SUFFIX
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import ACTOR
from tkledger.errors import unusable, usage_error
from tkledger.files import codec
from tkledger.ledger.proposal import Proposal, Recorded
from tkledger.verbs.ids import existing


def edit_file(session: Session, text: str, *, dry_run: bool) -> Recorded:
    """Open the task's file, and commit what was saved, form put right.

    What was written is never lost: if it cannot be taken, a line names the file it is in.
    """
    if not on_terminal():
        raise usage_error(
            "no-terminal",
            "an editor needs a terminal; without one give the fields as options",
            "tk edit --help",
        )
    before = existing(session.read(), text)
    editor = session.repo.answers("var", "GIT_EDITOR")
    if not editor:
        raise unusable("no-editor", "no editor is set", f"EDITOR=vi tk edit {before.id}")
    scratch = _scratch(before)
    try:
        _open(editor, scratch)
        recorded = _record(session, before, scratch, dry_run)
    except BaseException:
        if os.path.exists(scratch):
            session.progress.say(f"your text: {scratch}")
        raise
    os.unlink(scratch)
    return recorded


def on_terminal() -> bool:
    """Whether a person can use an editor here; elsewhere it would wait for ever."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _scratch(task: Task) -> str:
    """A file of its own that holds the task."""
    handle, path = tempfile.mkstemp(prefix=f"{task.id}-", suffix=SUFFIX)
    with os.fdopen(handle, "wb") as file:
        file.write(codec.dump_task(task))
    return path


def _open(editor: str, path: str) -> None:
    try:
        words = shlex.split(editor)
    except ValueError as error:
        raise unusable(
            "editor", f"not a command: {editor}: {error}", "git var GIT_EDITOR"
        ) from None
    try:
        done = subprocess.run([*words, path])
    except OSError as error:
        said = f"{editor} cannot be run: {error.strerror}"
        raise unusable("editor", said, "git var GIT_EDITOR") from None
    if not os.path.exists(path):
        raise unusable("editor", f"{editor} removed the file", "git var GIT_EDITOR")
    if done.returncode:
        raise unusable("editor", f"{editor} exited with {done.returncode}", "tk edit ID --help")


def _record(session: Session, before: Task, path: str, dry_run: bool) -> Recorded:
    with open(path, "rb") as file:
        data = file.read()
    again = f"tk edit {before.id}"

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
