"""Moves claims along with the commit that starts or ends the work; `single` moves one by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from tkledger.claims.claimant import Claimant
from tkledger.claims.standing import (
    Standing,
    Worker,
    claimed,
    fencing,
    standing,
)
from tkledger.core.change import Refused, Violation
from tkledger.core.claim import (
    Claim,
    Effect,
    effect,
    is_active,
    is_held,
    is_open,
    is_readable,
    is_work,
    message,
)
from tkledger.core.layout import is_task_key
from tkledger.core.policy import LONGEST_LEASE
from tkledger.core.ref_names import CLAIMS
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.git import identity
from tkledger.git.commit import commit_bytes
from tkledger.git.objects import NewObject, Oid, oid_of
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.ledger.proposal import Companions, Recorded, Together

RESERVED_SECONDS = 60
"""How long a claim lasts while its worktree is being made, which takes seconds."""

_EMPTY_TREE = NewObject("tree", b"")


def is_free(repo: Repo, held: Standing | None, who: Claimant) -> bool:
    """Whether ``who`` may take a task with this claim on it.

    The actor's own is free on the same branch, or if the work was undone.
    """
    if held is None or held.oid == who.token or not held.live:
        return True
    if held.claim.final:
        return is_over(repo, held)
    if held.claim.task in who.taking:
        return True
    if not (who.holds(held.claim) and held.here) or held.claim.reserved:
        return False
    if held.claim.branch == who.branch:
        return True
    from tkledger.claims.elsewhere import task_at

    return not is_active(task_at(repo, held.claim.branch, held.claim.task))


def is_over(repo: Repo, held: Standing) -> bool:
    """Whether a finished task is finished at its base too, or its branch no longer exists here."""
    from tkledger.claims.elsewhere import task_at

    at_base = task_at(repo, held.claim.base, held.claim.task)
    if at_base is not None and at_base.ended:
        return True
    return held.here and task_at(repo, held.claim.branch, held.claim.task) is None


# -- what lands with a commit ------------------------------------------------------------------


class Turn(NamedTuple):
    """How one claim changes: from ``held`` to ``claim``; None if there is no claim. ``trailers`` are
    for the message of the new one.
    """

    task: str
    held: Standing | None
    claim: Claim | None
    trailers: tuple[tuple[str, str], ...] = ()


def turns(repo: Repo, recorded: Recorded, who: Claimant) -> list[Turn]:
    """How a legal proposal changes the claims on the tasks that it moves.

    Raises CLAIMED if another actor holds a task that is to be started, Refused if work on one is
    fenced off.
    """
    moves = [(old, new, effect(old, new, who.actor)) for old, new in edits(recorded)]
    tasks = [after.id for _, after, _ in moves]
    starts = [after.id for _, after, what in moves if what is Effect.TAKE]
    known = standing(repo, tasks, who.remote)
    ends = [
        after.id
        for before, after, what in moves
        if what in _ENDS and is_active(before) and after.id in known
    ]
    if who.remote and (ends or any(not is_free(repo, known.get(one), who) for one in starts)):
        _look_again(repo, who.remote, who, ending=bool(ends))
        known = standing(repo, tasks, who.remote)
    found: list[Turn] = []
    refused: list[Violation] = []
    for before, after, what in moves:
        held = known.get(after.id)
        if what is Effect.TAKE:
            found.append(Turn(after.id, held, taken(require_free(repo, held, who), after.id, who)))
            continue
        if held is not None and after.ended and after.id in who.taking and held.live:
            found.append(_taken_to_end(held, after.id, who))
            continue
        if is_work(before, after):
            refused += _fenced(repo, held, after.id, who, before)
        if held is not None and (is_active(before) or who.holds(held.claim)):
            found += _ended(held, what, after, who)
    if refused:
        raise Refused(*refused)
    return found


_ENDS = (Effect.FINISH, Effect.RELEASE)
"""What only a holder does, so that the remote is asked whether another has the task by now."""


def _look_again(repo: Repo, there: str, who: Claimant, *, ending: bool) -> None:
    """Fetch the claims of the remote that decides: a task may be free by now, or another's.

    Work that is ``ending`` continues if that fails, unless the policy requires the remote's consent.
    """
    from tkledger.claims import remote

    words = remote.fetch(repo, there)
    if words and ending:
        if who.policy.claims == "required":
            raise remote.unreachable(there, words)
        who.progress.say(f"warning: {there} cannot be asked who holds it now: {words}")


def require_free(repo: Repo, held: Standing | None, who: Claimant) -> Standing | None:
    """The claim on a task, if ``who`` may take the task all the same; else raises CLAIMED."""
    if held is not None and not is_free(repo, held, who):
        raise claimed(held)
    return held


def _fenced(
    repo: Repo, held: Standing | None, task: str, who: Claimant, before: Task | None
) -> Iterator[Violation]:
    worker = Worker(who.actor, branch=who.branch, open=is_open(before))
    return fencing(repo, held, task, worker, who.policy)


def require(repo: Repo, who: Claimant, ledger: Snapshot, tasks: Sequence[str]) -> None:
    """Raise Refused if work on one of these tasks of the ledger is fenced off."""
    known = standing(repo, tasks, who.remote)
    refused = [
        one
        for task in tasks
        for one in _fenced(repo, known.get(task), task, who, ledger.task(task))
    ]
    if refused:
        raise Refused(*refused)


def edits(recorded: Recorded) -> Iterator[tuple[Task | None, Task]]:
    """The tasks that a proposal touches, before and after."""
    for key in recorded.touched:
        after = recorded.after.task(key) if is_task_key(key) else None
        if after is not None:
            yield recorded.before.task(key), after


def taken(held: Standing | None, task: str, who: Claimant, *, reserved: bool = False) -> Claim:
    """The claim of ``who`` on a free task: a renewal if ``who`` holds it already, else a new epoch."""
    ttl = RESERVED_SECONDS if reserved else min(who.policy.lease, LONGEST_LEASE)
    fresh = Claim(task, who.actor, who.branch, who.base, ttl, os.urandom(8).hex())
    fresh = fresh._replace(reserved=reserved)
    if not is_readable(fresh):
        fact = f"a claim cannot name {who.actor} on {who.branch}, to come to {who.base}"
        raise unusable("bad-claim", fact, "git branch -m NAME, or tk start ID --as NAME")
    if held is None:
        return fresh
    own = held.here and held.live and who.holds(held.claim) and not held.claim.final
    if own:
        base = held.claim.base if held.claim.reserved else who.base
        same = held.claim  # under whatever name: within an epoch no server lets it change
        return fresh._replace(holder=same.holder, nonce=same.nonce, epoch=same.epoch, base=base)
    return fresh._replace(epoch=held.claim.epoch + 1)


def _ended(held: Standing, effect: Effect, after: Task, who: Claimant) -> Iterator[Turn]:
    """A release, or the mark that the work is done, which it does not need if done on its base."""
    if effect is Effect.RELEASE:
        yield Turn(after.id, held, given_up(held, lost=not who.holds(held.claim)))
    elif effect is Effect.FINISH and who.branch == who.base and who.remote is None:
        yield Turn(after.id, held, None)
    elif effect is Effect.FINISH:
        base = held.claim.base or who.base
        final = held.claim._replace(branch=who.branch, base=base, final=after.state.value)
        yield Turn(after.id, held, final)


def _taken_to_end(held: Standing, task: str, who: Claimant) -> Turn:
    """A claim that ``who`` takes along with the end of its task. A server has to see that it was released, or
    it refuses the work of another than its holder.
    """
    if who.remote is None:
        return Turn(task, held, None)
    return Turn(task, held, taken(held, task, who)._replace(released=True, ttl=0))


def given_up(held: Standing, *, lost: bool) -> Claim | None:
    """What is left of a claim that ends before its task: nothing, unless a holder lost the task now or
    before, and must be recognised when coming back.
    """
    if not lost and held.claim.epoch == 1:
        return None
    return held.claim._replace(released=True, final="", ttl=0)


def together(repo: Repo, turned: Iterable[Turn]) -> Together:
    """The refs and objects that make these changes; no ref or object is written.

    Each new claim is noted as made here. One that is taken from its holder is released first, in the
    open, by a claim below the new one.
    """
    swaps, objects = [], []
    for turn in turned:
        local = turn.held.local if turn.held else None
        new = None
        if turn.claim is not None:
            rows = "".join(f"{name}: {value}\n" for name, value in turn.trailers)
            held = turn.held.oid if turn.held else None
            if turn.held is not None and _is_taken_away(turn.held, turn.claim):
                freed = message(turn.held.claim._replace(released=True, ttl=0))
                held, made = commit_of(repo, f"{freed}{ACTOR}: {turn.claim.holder}\n", held)
                objects += made
            new, made = commit_of(repo, message(turn.claim) + rows, held)
            objects += made
            from tkledger.local.first_seen import note_first_seen  # not all commands claim

            note_first_seen(repo.common_dir, new, here=True)
        if new != local:
            swaps.append(RefSwap(f"{CLAIMS}{turn.task}", new, local))
    return Together(tuple(swaps), tuple(dict.fromkeys(objects)))


def _is_taken_away(held: Standing, claim: Claim) -> bool:
    return held.live and is_held(held.claim) and claim.holder != held.claim.holder


def commit_of(repo: Repo, words: str, on: Oid | None) -> tuple[Oid, list[NewObject]]:
    """The commit of a claim with this message on top of another one; its objects are not written yet."""
    author, committer, _ = identity.identities(repo)
    tree = oid_of("tree", b"", repo.width)
    data = commit_bytes(tree, [on] if on else [], author, committer, words)
    commit = NewObject("commit", data)
    return oid_of("commit", data, repo.width), [_EMPTY_TREE, commit]


def companions(
    repo: Repo,
    who: Callable[[Recorded], Claimant],
    along: Callable[[], Sequence[RefSwap]] = tuple,
) -> Companions:
    """The claims that move along with a commit, for the ledger to ask for before it makes one; and what
    else moves ``along``.

    If a remote decides, it is asked for those that a start takes, and asked to undo it if the commit
    then fails; there is a warning if it cannot be reached. A claim that ends moves here only: the
    remote gets that together with the commit (`tkledger.sync`), which it may refuse.
    """

    @contextmanager
    def landing(recorded: Recorded) -> Iterator[Together]:
        claiming = who(recorded)
        turned = turns(repo, recorded, claiming)
        landed = together(repo, turned)
        starting = [turn for turn in turned if turn.claim is not None and is_held(turn.claim)]
        with agreement(repo, claiming, starting, landed) as agreed:
            yield landed._replace(swaps=(*landed.swaps, *agreed, *along()))

    return landing


@contextmanager
def agreement(
    repo: Repo, who: Claimant, turned: Sequence[Turn], landed: Together
) -> Iterator[tuple[RefSwap, ...]]:
    """The remote's consent, if a remote decides; gives the refs that note what both have now."""
    if who.remote is None or not turned:
        yield ()
        return
    from tkledger.claims import remote

    swaps = at_remote(turned, landed)
    with remote.ask_consent(repo, who.remote, swaps, landed.objects) as words:
        if words and who.policy.claims == "required":
            raise remote.unreachable(who.remote, words)
        yield () if words else remote.agreed(repo, who.remote, swaps)
    if words:
        who.progress.say(f"warning: claimed here only, {who.remote} cannot be reached: {words}")


def at_remote(turned: Iterable[Turn], landed: Together) -> list[RefSwap]:
    """The refs of these changes as they move at the remote."""
    new = {swap.ref: swap.new for swap in landed.swaps}
    found = []
    for turn in turned:
        ref = f"{CLAIMS}{turn.task}"
        old = turn.held.there if turn.held else None
        if new.get(ref) or old:
            found.append(RefSwap(ref, new.get(ref), old))
    return found
