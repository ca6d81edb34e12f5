"""Says in a dry run what the server would refuse of the commits to be sent, by what it published."""

from __future__ import annotations

from tkledger.core.change import Refused, Violation
from tkledger.doors.foreseen import unvouched
from tkledger.doors.gate import in_commit
from tkledger.doors.published import asked_by
from tkledger.git.commit import is_signed
from tkledger.git.objects import Oid
from tkledger.ledger import changes
from tkledger.ledger.newest import bytes_of
from tkledger.ledger.reader import Ledger


def require_accepted(ledger: Ledger, published: Oid, tip: Oid, theirs: Oid | None) -> None:
    """Raise Refused if the server will not take these commits, which the object ``published`` says."""
    repo = ledger.repo
    asked = asked_by(repo, published)
    if asked is None or not asked.knows_nobody:
        return
    found: list[Violation] = []
    for commit, change in changes.walk(ledger, tip, *([f"^{theirs}"] if theirs else [])):
        if change is None or not change.touched:
            continue
        laws = [change.policy, *(side.policy for side in change.parents)]
        broken = tuple(unvouched(change, laws, asked))
        if broken and not is_signed(bytes_of(ledger, commit.oid)):  # it may know the signer
            found += in_commit(commit, broken)
    if found:
        raise Refused(*found)
