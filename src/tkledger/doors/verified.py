"""What all history up to a commit holds: what is new since an earlier run of ``tk verify`` is judged, no more.

Whether a commit breaks a rule, and how, is a function of its history alone, and so never changes.
Which of it is accepted does, and is not kept.
"""

from __future__ import annotations

from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.verified import Seen, VerifiedPage
from tkledger.report import Progress

if TYPE_CHECKING:
    from tkledger.doors.judged import Inspected

_MOST_KEPT = 100
"""What breaks rules, or sets them aside, more than so often is judged again each time."""


def all_history(ledger: Ledger, tip: Oid, progress: Progress, *, again: bool) -> Seen:
    """What all history up to ``tip`` holds.

    What is new since an earlier run is judged by itself if it breaks nothing. Else all is judged, so
    that a refusal never rests on what was kept; and so it is if something was broken before and lines
    were joined since, for the order in which it is named.
    """
    page = VerifiedPage(ledger.repo.common_dir)
    known = None if again else _newest_seen(ledger.repo, page, tip)
    if known is not None and known[0] == tip:
        return known[1]
    from tkledger.doors.judged import judge_all, together

    if known is not None:
        oid, seen = known
        new = judge_all(ledger, [tip], [f"^{oid}"], progress)
        if not new.broken and not (seen.broken and new.joins):
            limited = seen.limited or new.limited
            new = new._replace(
                commits=seen.commits + new.commits,
                broken=seen.broken,
                limited=limited,
                aside=(*seen.aside, *new.aside),
                signers=together([seen.signers, new.signers]),
                joined=(*seen.joined, *new.joined),
                imported=seen.imported + new.imported,
            )
            return _noted(ledger, page, tip, new)
    return _noted(ledger, page, tip, judge_all(ledger, [tip], [], progress))


def _noted(ledger: Ledger, page: VerifiedPage, tip: Oid, found: Inspected) -> Seen:
    """What was found, kept for later runs if they come to the same by beginning there.

    Which files were deleted before is not kept, and a policy that cannot be read has none to begin with.
    """
    seen = Seen(found.commits, found.broken, found.limited, found.aside, found.signers)
    seen = seen._replace(joined=found.joined, imported=found.imported)
    few = len(found.broken) + len(found.aside) + len(found.joined) <= _MOST_KEPT
    if few and not found.deletes and ledger.at(tip).policy is not None:
        page.note(tip, seen)
    return seen


def _newest_seen(repo: Repo, page: VerifiedPage, tip: Oid) -> tuple[Oid, Seen] | None:
    """Of the commits in the history of ``tip`` up to which all was judged the one with the longest, and
    what was found.
    """
    known = page.read()
    if tip in known:
        return tip, known[tip]
    for oid, seen in sorted(known.items(), key=lambda row: -row[1].commits):
        if history.is_commit(repo, oid) and history.is_ancestor(repo, oid, tip):
            return oid, seen
    return None
