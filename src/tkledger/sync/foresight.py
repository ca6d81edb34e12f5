"""Says in a dry run what the server would refuse of the commits to be sent, by what it published."""

from __future__ import annotations

from tkledger.core.change import Refused, Violation
from tkledger.doors.foreseen import asked_by, unvouched
from tkledger.doors.gate import in_commit
from tkledger.git.objects import Oid
from tkledger.ledger import changes
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
        if broken and not _is_signed(ledger, commit.oid):
            found += in_commit(commit, broken)
    if found:
        raise Refused(*found)


def _is_signed(ledger: Ledger, oid: Oid) -> bool:
    """Whether a commit has a signature: the server may know whose."""
    found = ledger.repo.read(oid)
    head = found[2].partition(b"\n\n")[0] if found else b""
    return b"\ngpgsig" in head
