"""Keys of commands: finds the commit that the same command made before under the same key."""

from __future__ import annotations

from tkledger.core.change import Refused, change
from tkledger.core.field import FieldError
from tkledger.core.snapshot import Entry, Snapshot
from tkledger.core.task import Spent, Task
from tkledger.core.trailers import KEY, folded
from tkledger.errors import TkError, usage_error
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.ledger.proposal import Propose, Recorded
from tkledger.ledger.reader import Ledger


def answered(ledger: Ledger, key: str, propose: Propose) -> Recorded | None:
    """What the commit with this key recorded, if there is one on this branch.

    Anyone can write a key into a message: the commit has to be the one that ``propose`` asks for on
    its parent, with the same words. Raises TkError, USAGE, if the key was used for anything else.
    """
    tip, key = ledger.place.tip, folded(key)
    other: Commit | None = None
    for commit in history.log(ledger.repo, tip, grep=f"{KEY}: {key}") if tip else ():
        if commit.trailers.get(KEY) != key:
            continue
        before = ledger.at(commit.parents[0]) if commit.parents else ledger.empty()
        after = ledger.at(commit.oid)
        if _is_asked_for(propose, before, after, commit):
            touched = change((before,), after).touched
            return Recorded(commit.oid, before, after, tuple(sorted(touched)))
        other = commit
    if other is not None:
        fact = f"the key {key} was used for something else: {other.text.partition(chr(10))[0]}"
        raise usage_error(
            "key-used", fact, f"another --key; git show {other.oid[:10]} has the first"
        )
    return None


def _is_asked_for(propose: Propose, before: Snapshot, after: Snapshot, commit: Commit) -> bool:
    """Whether a commit did what is proposed for its parent's ledger, as far as it depends on that."""
    try:
        proposal = propose(before)
    except (TkError, Refused, FieldError):
        return False
    if proposal.message.strip() != commit.message.strip():
        return False
    keys = change((before,), proposal.after).touched | change((before,), after).touched
    return all(_uncounted(proposal.after.entry(k)) == _uncounted(after.entry(k)) for k in keys)


def _uncounted(entry: Entry | None) -> Entry | None:
    """A file without what was counted for it, which depends on the time."""
    return entry._replace(spent=Spent()) if isinstance(entry, Task) else entry
