"""Renewed claims that go along with the work that is pushed, so that a lease lost meanwhile stops both.

A claim that is pushed as it is proves nothing: git does not send what has not moved, and the branch
goes through although another holds the task by now. A renewal has to be taken together with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tkledger.claims.moves import Turn, together
from tkledger.claims.standing import Standing, standing
from tkledger.core.ref_names import CLAIMS
from tkledger.git.objects import Oid
from tkledger.git.repo import RefSwap, Repo
from tkledger.local.first_seen import first_seen


def renewed(repo: Repo, tasks: Iterable[str], theirs: Mapping[str, Oid]) -> tuple[RefSwap, ...]:
    """Renew here the claims on these tasks that were made here, and stand as they are at the remote;
    gives how they are to move there. Those that differ are in what is sent anyhow.

    One that has run out is renewed as well: its taking over may be under way. Raises RefMoved if
    another command was at one of them.
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
    repo.write_objects(landing.objects)
    repo.swap_refs(landing.swaps, "tk: renewed with its work")
    return landing.swaps


def _is_ours(repo: Repo, held: Standing) -> bool:
    """Whether a claim was made in this repository; what a sync has brought is another's."""
    return not held.claim.released and first_seen(repo.common_dir, held.oid).here
