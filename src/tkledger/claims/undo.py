"""What becomes of claims when moves of their tasks are taken back; a remote is asked before that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tkledger.claims import moves
from tkledger.claims.claimant import Claimant
from tkledger.claims.moves import Turn
from tkledger.claims.standing import Standing, claimed, standing
from tkledger.core.claim import is_active, parsed
from tkledger.core.layout import is_task_key
from tkledger.core.task import Task
from tkledger.git import history
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.ledger.proposal import Companions, Recorded, Together


def companions(repo: Repo, who: Callable[[Recorded], Claimant]) -> Companions:
    """The claims that move along when a change is taken back: what it took is given back, what it
    ended is held again by the task's owner.

    If a remote has such a claim it is moved there first, and back if the branch then does not move.
    Raises TkError: BUSY if the remote cannot be reached, CLAIMED if another actor has the task by now.
    """

    @contextmanager
    def landing(recorded: Recorded) -> Iterator[Together]:
        claimant = who(recorded)
        turned = turns(repo, recorded, claimant)
        landed = moves.together(repo, turned)
        with _moved_there(repo, claimant, turned, landed) as agreed:
            yield landed._replace(swaps=(*landed.swaps, *agreed))

    return landing


def turns(repo: Repo, recorded: Recorded, who: Claimant) -> list[Turn]:
    """How claims change if the ledger goes from ``before`` to ``after`` by taking moves back."""
    ids = [key for key in recorded.touched if is_task_key(key)]
    known = standing(repo, ids, who.remote)
    found: list[Turn] = []
    for key in ids:
        now, then, held = recorded.before.task(key), recorded.after.task(key), known.get(key)
        if is_active(then) and not is_active(now):
            assert then is not None
            found += _held_again(held, then, who)
        elif now is not None and held is not None and _goes_back(now, then):
            found += _given_back(held, now, who)
    return found


def _goes_back(now: Task, then: Task | None) -> bool:
    """Whether a task goes out of work, or back to the one it was taken from."""
    return not is_active(then) or (
        then is not None and now.owner != then.owner and is_active(now) and now.state is then.state
    )


def _held_again(held: Standing | None, then: Task, who: Claimant) -> Iterator[Turn]:
    """The claim of a task that comes back into work or review: its owner's."""
    if held is not None and held.claim.final:
        if held.claim.branch == who.branch:
            again = held.claim._replace(final="", ttl=who.policy.lease)
            yield Turn(then.id, held, again)
    elif held is not None and held.live:
        if held.claim.holder != then.owner:
            raise claimed(held)
    elif then.owner:
        claim = moves.taken(held, then.id, who._replace(actor=then.owner))
        yield Turn(then.id, held, claim)


def _given_back(held: Standing, now: Task, who: Claimant) -> Iterator[Turn]:
    """The end of a claim on a task that goes out of work: only of one that this work took."""
    claim = held.claim
    if (
        claim.branch == who.branch
        and (claim.holder == now.owner or who.holds(claim))
        and not claim.released
    ):
        yield Turn(now.id, held, moves.given_up(held, lost=not who.holds(claim)))


@contextmanager
def _moved_there(
    repo: Repo, who: Claimant, turned: Sequence[Turn], landed: Together
) -> Iterator[tuple[RefSwap, ...]]:
    """The same at the remote, before anything is done here: another may take the task from then on.
    Gives the refs that note what both have then.
    """
    known = [
        turn for turn in turned if turn.held and turn.held.there and not _is_held_there(repo, turn)
    ]
    if who.remote is None or not known:
        yield ()
        return
    from tkledger.claims import remote

    swaps = moves.at_remote(known, landed)
    with remote.pushed_before(repo, who.remote, swaps, landed.objects) as words:
        if words:
            raise remote.unreachable(who.remote, words)
        yield remote.agreed(repo, who.remote, swaps)


def _is_held_there(repo: Repo, turn: Turn) -> bool:
    """Whether a claim that is to be held again is still held at the remote, which never saw its end."""
    if turn.claim is None or turn.held is None or turn.held.there is None:
        return False
    made = history.as_commit(repo.read(turn.held.there))
    there = parsed(turn.task, made.text if made else "")
    return there.holder == turn.claim.holder and not (there.released or there.final)
