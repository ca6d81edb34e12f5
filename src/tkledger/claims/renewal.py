"""Renews claims along with the work that is pushed, so that a lease lost meanwhile stops both.

Pushing an unchanged claim proves nothing: git does not send a ref that has not moved, and the branch
would be taken although another actor holds the task by now. A renewal is taken with it or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tkledger.claims.moves import Turn, together
from tkledger.claims.standing import Standing, standing
from tkledger.core.ref_names import CLAIMS
from tkledger.git import refs, writing
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.first_seen import note_first_seen


def renew_pushed(
    repo: Repo, tasks: Iterable[str], theirs: Mapping[str, Oid]
) -> tuple[RefSwap, ...]:
    """Renew here the claims on these tasks that were made here and that the remote has as well; gives
    how they are to move there. Those that differ are pushed in any case.

    One that has run out is renewed as well, since another actor may be taking it. Raises RefMoved if
    another command moved one of them.
    """
    known = standing(repo, list(tasks))
    turned = [
        Turn(task, held, held.claim)
        for task, held in known.items()
        if theirs.get(CLAIMS + task) == held.oid and _is_ours(repo, held)
    ]
    if not turned:
        return ()
    landing = together(repo, turned)
    writing.write_objects(repo, landing.objects)
    refs.swap(repo, landing.swaps, "tk: renewed with its work")
    return landing.swaps


def _is_ours(repo: Repo, held: Standing) -> bool:
    return not held.claim.released and made_here(repo, held.oid)


def made_here(repo: Repo, oid: Oid) -> bool:
    """Whether a claim was made in this repository; one that a sync fetched is not ours."""
    return note_first_seen(repo.common_dir, oid).here
