"""Keys of commands: finds the commit that the same command made before under the same key."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Refused, change
from tkledger.core.field import FieldError, line
from tkledger.core.layout import is_task_key
from tkledger.core.snapshot import Entry, Snapshot
from tkledger.core.task import Task
from tkledger.core.task_parts import Spent
from tkledger.core.trailers import KEY, folded, own_lines
from tkledger.errors import TkError, usage_error
from tkledger.git import refs
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger.proposal import Proposal, Propose, Recorded
from tkledger.ledger.reader import Ledger


def answered(ledger: Ledger, key: str, propose: Propose) -> Recorded | None:
    """What the commit with this key recorded, if there is one on this branch.

    Anyone can write a key into a message: the commit has to be the one that ``propose`` asks for on
    its parent, with the same words. Raises TkError, USAGE, if the key was used for anything else.
    """
    other: Commit | None = None
    for commit in made_under(ledger, ledger.place.tip, key):
        before = ledger.before(commit)
        after = ledger.at(commit.oid)
        if _is_asked_for(propose, before, after, commit):
            touched = change((before,), after).touched
            return Recorded(commit.oid, before, after, tuple(sorted(touched)))
        other = commit
    if other is not None:
        raise used(key, other.text, other.oid)
    return None


def made_under(ledger: Ledger, tip: Oid | None, key: str) -> Iterator[Commit]:
    """The commits in the history of ``tip`` that say they were made under this key."""
    if tip is not None:
        yield from ledger.key_places.commits(folded(key), tip)


def is_used(ledger: Ledger, branch: str, key: str) -> bool:
    """Whether a commit of this branch, a full ref name, says it was made under this key."""
    return any(made_under(ledger, refs.listed(ledger.repo, branch).get(branch), key))


def touched_under(ledger: Ledger, key: str) -> tuple[str, ...]:
    """The tasks that the first commit with this key touched, on this branch; none if there is none."""
    for commit in made_under(ledger, ledger.place.tip, key):
        touched = change((ledger.before(commit),), ledger.at(commit.oid)).touched
        return tuple(sorted(one for one in touched if is_task_key(one)))
    return ()


def used(key: str, message: str, oid: Oid) -> TkError:
    """The error if the commit ``oid``, with this message, was made under this key by another command."""
    fact = f"the key {folded(key)} was used for something else: {message.partition(chr(10))[0]}"
    return usage_error("key-used", fact, f"another --key; git show {oid[:10]} has the first")


def _is_asked_for(propose: Propose, before: Snapshot, after: Snapshot, commit: Commit) -> bool:
    """Whether a commit did what is proposed for its parent's ledger, as far as it depends on that."""
    try:
        proposal = propose(before)
    except (TkError, Refused, FieldError):
        return False
    if own_lines(proposal.message) != own_lines(commit.message):
        return False
    keys = change((before,), proposal.after).touched | change((before,), after).touched
    return all(_uncounted(proposal.after.entry(k)) == _uncounted(after.entry(k)) for k in keys)


def _uncounted(entry: Entry | None) -> Entry | None:
    """A file without what depends on the time: what was counted for it, and until when it waits, of which
    the message says how it was given.
    """
    if not isinstance(entry, Task):
        return entry
    return entry._replace(spent=Spent(), wait=entry.wait._replace(until=None))


def kept(key: str) -> str:
    """A key as a message can hold it. Raises TkError, USAGE, if none can."""
    try:
        return line(key)
    except ValueError as error:
        raise usage_error("bad-key", f"the key {error}", "--key KEY") from None


def keyed(propose: Propose, key: str) -> Propose:
    """A proposal with its key in the message."""
    key = kept(key)

    def with_key(before: Snapshot) -> Proposal:
        proposal = propose(before)
        return proposal._replace(trailers=(*proposal.trailers, (KEY, key)))

    return with_key
