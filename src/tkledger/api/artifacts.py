"""The files of a task: attached, and brought here when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tkledger.api.session import Session
from tkledger.claims import remote as remotes
from tkledger.core.artifact import Artifact, artifacts
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import ACTOR
from tkledger.errors import usage_error
from tkledger.ledger import artifacts as kept
from tkledger.ledger.proposal import Proposal, Recorded
from tkledger.verbs.ids import existing


def attach(
    session: Session,
    word: str,
    files: Sequence[str],
    *,
    name: str | None = None,
    kind: str | None = None,
    key: str | None = None,
    dry_run: bool = False,
) -> tuple[Recorded, list[Artifact]]:
    """Store files, and name them in a task; what it names already is left out. ``name`` and ``kind`` are those
    of a single file. Raises TkError, USAGE, if one cannot be stored, and Refused.
    """
    if name is not None and len(files) > 1:
        raise usage_error(
            "one-name", "--name goes with one file", f"tk attach {word} FILE --name NAME"
        )
    found = [kept.stored(session.repo, one, name, kind, dry_run=dry_run) for one in files]
    oids = [one.oid for one in found]

    def propose(before: Snapshot) -> Proposal:
        task = existing(session.ledger.usable(before), word)
        more = [
            one for one in dict.fromkeys(each.text for each in found) if one not in task.artifacts
        ]
        after = before.put(changed(task, artifacts=(*task.artifacts, *more))) if more else before
        names = ", ".join(one.name for one in found)
        return Proposal(after, f"attach {task.id} {names}", ((ACTOR, session.actor(before)),))

    along = partial(kept.swaps, session.repo, oids)
    recorded = session.record(propose, dry_run=dry_run, key=key, along=along)
    if not dry_run:  # perhaps there was nothing to commit: another clone attached the same
        kept.keep(session.repo, oids)
    return recorded, found


def artifact(task: Task, word: str) -> Artifact:
    """The artifact of a task by its name, of several the newest, or by the beginning of its id. Raises
    TkError, USAGE, if it has none.
    """
    found = [*artifacts(task.artifacts)]
    named = [one for one in found if one.name == word]
    by_id = [one for one in found if len(word) >= 4 and one.oid.startswith(word)]
    if not named and len({one.oid for one in by_id}) != 1:
        fact = f"{task.id} has no artifact {quoted(word)}"
        raise usage_error("no-such-artifact", fact, f"tk artifacts {task.id}")
    return (named or by_id)[-1]


def fetch(session: Session, one: Artifact) -> None:
    """Bring an artifact here, if it is not. Raises TkError if no remote has it."""
    repo = session.repo
    kept.fetch(repo, remotes.name_of(repo.variables(), repo.head_ref), one)
