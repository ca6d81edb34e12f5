"""What a push does to records outside the branches: inboxes and agents only grow, artifacts never change."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.artifact import MAX_BYTES
from tkledger.core.door_rules import door_rule
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import ALL, ARTIFACTS, ASIDE, RECORDS
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


def put_aside(ref: str) -> str:
    """The commands that have a sync bring what the server has of a chain, and keep what is here aside."""
    return (
        f"git update-ref {quoted(ASIDE + ref.removeprefix(ALL + '/'))} {quoted(ref)}"
        f" && git update-ref -d {quoted(ref)}, then tk sync"
    )


class RecordMoved(NamedTuple):
    """A ref of a record that a push moves: its full name, and what it names before and after, None for absent.

    forward: whether the new commit has the old one in its history
    size: of the file that it names after, in bytes; None if that is not a file
    """

    ref: str
    old: str | None
    new: str | None
    forward: bool
    size: int | None = None


@door_rule("TK718", RecordMoved)
def record_cut(moved: RecordMoved) -> Iterator[Finding]:
    """A push deletes an inbox or an agent, or takes events out of it.

    Such a record only grows: what two clones added is joined.

    Why: a message that was sent, taken or refused would never have been; and who was put to sleep would be awake.

    Remedy: `tk sync` joins what is here with what the server has.
    """
    if moved.ref.startswith(RECORDS) and moved.old and not moved.forward:
        what = "would lose what others added" if moved.new else "would be deleted"
        yield Finding(moved.ref, what, "tk sync")


@door_rule("TK719", RecordMoved)
def artifact_not_itself(moved: RecordMoved) -> Iterator[Finding]:
    """A push of an artifact that is not the file that its name says, or that is too large; or one that takes
    an artifact away.

    `refs/tk/artifacts/ID` names the file whose id in git that is, of at most 100 MiB.

    Why: a task names its artifacts by these ids, and each reader gets what was attached.

    Remedy: `tk attach ID FILE` and `tk sync`; what is too large is kept elsewhere, with a link in the task.
    """
    if not moved.ref.startswith(ARTIFACTS):
        return
    name = moved.ref.removeprefix(ARTIFACTS)
    if moved.new is None:
        yield Finding(moved.ref, "is an artifact, and would be deleted", "keep it")
    elif moved.size is None or moved.new != name:
        what = "a file" if moved.size is None else f"the file {quoted(name)}"
        yield Finding(moved.ref, f"is not {what}", "tk attach ID FILE, then tk sync")
    elif moved.size > MAX_BYTES:
        fact = f"has {moved.size} bytes, of {MAX_BYTES} at most"
        yield Finding(moved.ref, fact, "keep it elsewhere, with a link in the task")
