"""Moves one claim by itself, by compare-and-swap: renews, reserves, releases or drops it."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.claims.claimant import Claimant
from tkledger.claims.elsewhere import task_at
from tkledger.claims.moves import Turn, agreement, given_up, is_free, require_free, taken, together
from tkledger.claims.standing import Standing, claimed, held_on, was_released
from tkledger.core.claim import Claim, is_active, is_held
from tkledger.core.trailers import ACTOR, KEY, trailers
from tkledger.errors import Exit, TkError, unusable
from tkledger.git import history, refs, writing
from tkledger.git.errors import RefMoved
from tkledger.git.repo import Repo
from tkledger.local.lock import retrying

_TRIES = 10
"""How often a lost race for a claim is run again before giving up BUSY."""


def renew(repo: Repo, who: Claimant, task: str, ttl: int | None) -> Standing:
    """Hold a task for longer: renew one's own claim, or make one if the task is free.

    Raises CLAIMED if another actor holds it.
    """

    def renewed(held: Standing | None) -> Claim:
        own = held is not None and held.here and who.holds(held.claim)
        other = _lost_to(repo, held, who) if held is not None else ""
        if other:
            fact = f"{other} released the claim that {who.actor} had on {task}"
            raise unusable("lost", fact, f"to continue it: tk start {task} --take")
        if held is not None and not is_free(repo, held, who) and (not own or held.claim.final):
            raise claimed(held)
        fresh = taken(held, task, who)
        lease = fresh.ttl if ttl is None else ttl
        return fresh._replace(ttl=lease, branch=held.claim.branch if held and own else who.branch)

    return _held(repo, who, task, renewed)


def _lost_to(repo: Repo, held: Standing, who: Claimant) -> str:
    """Who else released a claim of ``who``; empty if no one did."""
    if not (held.claim.released and who.holds(held.claim)):
        return ""
    made = history.as_commit(repo.read(held.oid))
    by = trailers(made.text).get(ACTOR) if made is not None else None
    return "" if who.policy.owns(who.actor, by) else by or "another actor"


def reserve(repo: Repo, who: Claimant, task: str, *, fresh: bool = False) -> Standing:
    """Hold a task while its worktree is made; starting the task renews the claim. The actor's own
    claim may come from the branch that the worktree leaves, unless the claim is to be ``fresh``.
    """

    def reserved(held: Standing | None) -> Claim:
        if fresh and held is not None and held.at_work:
            raise claimed(held)
        if held is not None and not is_free(repo, held, who) and not _comes_along(held, who):
            raise claimed(held)
        return taken(held, task, who, reserved=True)

    return _held(repo, who, task, reserved)


def _comes_along(held: Standing, who: Claimant) -> bool:
    claim = held.claim
    own = held.here and who.holds(claim) and claim.branch == who.base
    return own and is_held(claim) and not claim.reserved


def restore(repo: Repo, who: Claimant, held: Standing) -> None:
    """Hold a task as it was held before it was reserved."""
    _moved(repo, who, held.claim.task, lambda now: held.claim)


def hold(repo: Repo, who: Claimant, task: str) -> Standing:
    """Hold a task that is in progress, on HEAD's branch: anew, or for longer.

    Raises CLAIMED if another actor holds it.
    """
    return _held(repo, who, task, lambda held: taken(require_free(repo, held, who), task, who))


def release(repo: Repo, who: Claimant, task: str, holder: str, key: str = "") -> Standing:
    """End the claim that ``holder`` has on a task; gives what it was.

    With a ``key`` something is left of it that says so, and a release under the same key does nothing.
    """
    seen: list[Standing] = []

    def released(held: Standing | None) -> Claim | None:
        if held is not None and key and was_released(repo, held, holder, key):
            seen[:] = [held]
            return held.claim
        if held is None or held.claim.released:
            raise unusable("no-claim", f"{task} is not claimed", f"tk show {task}")
        if not who.policy.owns(who.policy.actor(holder), held.claim.holder):
            raise claimed(held)
        seen[:] = [held]
        # so that others know that work in progress is free
        goes_on = is_active(task_at(repo, held.claim.branch, task))
        return given_up(held, lost=not who.holds(held.claim) or bool(key) or goes_on)

    by = ((ACTOR, who.actor), *([(KEY, key)] if key else []))
    _moved(repo, who, task, released, by)
    return seen[0]


def drop(repo: Repo, who: Claimant, task: str) -> None:
    """Delete a claim whose work has been merged into its base; here only, since a remote gets that
    together with the merge.
    """
    _moved(repo, who._replace(remote=None), task, lambda held: None)


def _held(
    repo: Repo, who: Claimant, task: str, wanted: Callable[[Standing | None], Claim]
) -> Standing:
    """The claim on a task, moved to what is wanted."""
    found = _moved(repo, who, task, wanted)
    assert found is not None
    return found


def _moved(
    repo: Repo,
    who: Claimant,
    task: str,
    wanted: Callable[[Standing | None], Claim | None],
    by: tuple[tuple[str, str], ...] = (),
) -> Standing | None:
    """Move one claim by itself, again if another was faster; gives the claim afterwards.

    If what is wanted is the claim that is there, nothing is written.
    """
    for _ in retrying(_TRIES, lambda attempt: 0.01):
        held = held_on(repo, task, who.remote)
        turned = [Turn(task, held, wanted(held), by)]
        if held is not None and turned[0].claim is held.claim:
            return held
        landed = together(repo, turned)
        try:
            with agreement(repo, who, turned, landed) as agreed:
                if landed.objects:
                    writing.write_objects(repo, landed.objects)
                if swaps := (*landed.swaps, *agreed):
                    refs.swap(repo, swaps, f"tk: claim {task}")
            return held_on(repo, task, who.remote)
        except RefMoved:
            continue
    fact = f"the claim on {task} moved {_TRIES} times meanwhile"
    raise TkError(Exit.BUSY, "busy", fact, "run it again")
