"""How claims move: with the commit that makes them true or not at all, by compare-and-swap."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from tkledger.claims import remote
from tkledger.claims import standing as claims
from tkledger.claims.standing import Standing, Worker, fencing, standing, task_at
from tkledger.core import claim as law
from tkledger.core.change import Violation
from tkledger.core.claim import Claim, Effect
from tkledger.core.policy import Policy
from tkledger.core.ref_names import CLAIMS
from tkledger.core.task import Task
from tkledger.errors import Exit, TkError, unusable
from tkledger.git.objects import NewObject, Oid, commit_bytes, oid_of
from tkledger.git.repo import RefMoved, RefSwap, Repo
from tkledger.ledger.reader import Companions, Recorded, Together
from tkledger.local.first_seen import first_seen
from tkledger.verbs.moves import Refused

RESERVED_SECONDS = 60
"""How long a claim holds whose worktree is still being made: that takes seconds."""

_TRIES = 10
"""How often a lost race for a claim is run again before giving up BUSY."""

_EMPTY_TREE = NewObject("tree", b"")


class Claimant(NamedTuple):
    """Who wants to work, and where: what a new claim says of its holder.

    policy: the one in force; remote: where claims are decided, None for in this repository
    token: the claim that this very command holds already
    """

    actor: str
    branch: str
    base: str
    policy: Policy
    remote: str | None = None
    token: Oid | None = None


def claimant(repo: Repo, actor: str, policy: Policy, token: Oid | None = None) -> Claimant:
    """``actor`` at work on the branch one stands on."""
    branch = repo.head_ref
    protected = [f"refs/heads/{one}" for one in policy.protected]
    base = branch if branch in protected or not protected else protected[0]
    there = None
    if policy.claims != "local":
        there = remote.name_of(repo.identities()[2], branch)
    return Claimant(actor, branch, base, policy, there, token)


def is_free(repo: Repo, held: Standing | None, who: Claimant) -> bool:
    """Whether ``who`` may take a task with this claim on it.

    One's own is free where it lies on the same branch, or where work on it was undone.
    """
    if held is None or held.oid == who.token or not held.live:
        return True
    if held.claim.final:
        return is_over(repo, held)
    if held.claim.holder != who.actor or not held.here or held.claim.reserved:
        return False
    if held.claim.branch == who.branch:
        return True
    return not law.is_active(task_at(repo, held.claim.branch, held.claim.task))


def is_over(repo: Repo, held: Standing) -> bool:
    """Whether a finished task is so at its base, or its branch is gone from where it was made."""
    at_base = task_at(repo, held.claim.base, held.claim.task)
    if at_base is not None and at_base.ended:
        return True
    return held.here and task_at(repo, held.claim.branch, held.claim.task) is None


# -- what lands with a commit ------------------------------------------------------------------


class Turn(NamedTuple):
    """What becomes of one claim: from the standing one, None for none, to ``claim``, likewise."""

    task: str
    held: Standing | None
    claim: Claim | None


def turns(repo: Repo, recorded: Recorded, who: Claimant) -> list[Turn]:
    """What the claims of the tasks become that a legal proposal moves.

    Raises CLAIMED where somebody else holds one that is to be started, Refused for work that is
    fenced off.
    """
    moves = list(_moves(recorded))
    taken = [after.id for one, after in moves if law.effect(one, after) is Effect.TAKE]
    known = standing(repo, [after.id for _, after in moves], who.remote)
    if who.remote and any(not is_free(repo, known.get(one), who) for one in taken):
        remote.fetch(repo, who.remote)  # it may be free by now
        known = standing(repo, [after.id for _, after in moves], who.remote)
    found: list[Turn] = []
    refused: list[Violation] = []
    for before, after in moves:
        held = known.get(after.id)
        effect = law.effect(before, after)
        if effect is Effect.TAKE:
            if not is_free(repo, held, who):
                assert held is not None
                raise claims.claimed(held)
            found.append(Turn(after.id, held, _taken(held, after.id, who)))
            continue
        if law.is_work(before, after):
            worker = Worker(who.actor, branch=who.branch)
            refused += fencing(repo, held, after.id, worker, who.policy)
        if held is not None and (law.is_active(before) or held.claim.holder == who.actor):
            found += _ended(held, effect, after, who)
    if refused:
        raise Refused(*refused)
    return found


def require(repo: Repo, who: Claimant, tasks: Sequence[str]) -> None:
    """Raise Refused if work on one of these tasks is fenced off."""
    known = standing(repo, tasks, who.remote)
    worker = Worker(who.actor, branch=who.branch)
    found = [fencing(repo, known.get(one), one, worker, who.policy) for one in tasks]
    refused = [one for some in found for one in some]
    if refused:
        raise Refused(*refused)


def _moves(recorded: Recorded) -> Iterator[tuple[Task | None, Task]]:
    for key in recorded.touched:
        after = recorded.after.task(key) if "/" not in key else None
        if after is not None:
            yield recorded.before.task(key), after


def _taken(held: Standing | None, task: str, who: Claimant, *, reserved: bool = False) -> Claim:
    """The claim of ``who`` on a free task: a renewal of one's own, else of a new epoch."""
    ttl = RESERVED_SECONDS if reserved else who.policy.lease
    fresh = Claim(task, who.actor, who.branch, who.base, ttl, os.urandom(8).hex())
    fresh = fresh._replace(reserved=reserved)
    if held is None:
        return fresh
    own = held.here and held.live and held.claim.holder == who.actor and not held.claim.final
    if own:
        base = held.claim.base if held.claim.reserved else who.base
        return fresh._replace(nonce=held.claim.nonce, epoch=held.claim.epoch, base=base)
    return fresh._replace(epoch=held.claim.epoch + 1)


def _ended(held: Standing, effect: Effect, after: Task, who: Claimant) -> Iterator[Turn]:
    """A release, or the mark that the work is done: on its base already, it needs none."""
    if effect is Effect.RELEASE:
        yield Turn(after.id, held, given_up(held, lost=held.claim.holder != who.actor))
    elif effect is Effect.FINISH and who.branch == who.base and who.remote is None:
        yield Turn(after.id, held, None)
    elif effect is Effect.FINISH:
        base = held.claim.base or who.base
        final = held.claim._replace(branch=who.branch, base=base, final=after.state.value)
        yield Turn(after.id, held, final)


def given_up(held: Standing, *, lost: bool) -> Claim | None:
    """What is left of a claim that ends before its task: nothing, unless somebody lost the task by
    this or before, and has to be told from others when coming back.
    """
    if not lost and held.claim.epoch == 1:
        return None
    return held.claim._replace(released=True, final="", ttl=0)


def together(repo: Repo, turned: Iterable[Turn]) -> Together:
    """The refs and objects that bring claims to where they turn. Nothing is stored yet."""
    swaps, objects = [], []
    for turn in turned:
        local = turn.held.local if turn.held else None
        new = None
        if turn.claim is not None:
            author, committer, _ = repo.identities()
            parents = [turn.held.oid] if turn.held else []
            tree = oid_of("tree", b"", repo.width)
            words = law.message(turn.claim)
            commit = NewObject("commit", commit_bytes(tree, parents, author, committer, words))
            new = oid_of("commit", commit.data, repo.width)
            objects += [_EMPTY_TREE, commit]
            first_seen(repo.common_dir, new, here=True)
        if new != local:
            swaps.append(RefSwap(f"{CLAIMS}{turn.task}", new, local))
    return Together(tuple(swaps), tuple(dict.fromkeys(objects)))


def companions(
    repo: Repo, who: Callable[[Recorded], Claimant], tell: Callable[[str], None]
) -> Companions:
    """What the ledger asks before it commits: the claims that move with it.

    Where a remote decides, it is asked first; were the commit not made then, it is taken back. What
    is given up is told to the remote only after the commit. ``tell`` hears what it did not hear.
    """

    @contextmanager
    def landing(recorded: Recorded) -> Iterator[Together]:
        claiming = who(recorded)
        turned = turns(repo, recorded, claiming)
        landed = together(repo, turned)
        with _agreement(repo, claiming, turned, landed, tell):
            yield landed

    return landing


@contextmanager
def _agreement(
    repo: Repo, who: Claimant, turned: Sequence[Turn], landed: Together, tell: Callable[[str], None]
) -> Iterator[None]:
    """The remote's consent, where it is the remote that decides."""
    if who.remote is None or not turned:
        yield
        return
    with remote.agreed(repo, who.remote, _pushed(turned, landed), landed.objects) as words:
        if words and who.policy.claims == "required":
            raise remote.unreachable(who.remote, words)
        yield
    if words:
        tell(f"warning: claimed here only, {who.remote} cannot be reached: {words}")


def _pushed(turned: Sequence[Turn], landed: Together) -> list[RefSwap]:
    """The same refs, as the remote has them."""
    new = {swap.ref: swap.new for swap in landed.swaps}
    found = []
    for turn in turned:
        ref = f"{CLAIMS}{turn.task}"
        there = turn.held.there if turn.held else None
        if new.get(ref) or there:
            found.append(RefSwap(ref, new.get(ref), there))
    return found


# -- by themselves -----------------------------------------------------------------------------


def renew(
    repo: Repo, who: Claimant, task: str, ttl: int | None, tell: Callable[[str], None]
) -> Standing:
    """Hold a task for longer: one's own claim, or a new one on what nobody holds.

    Raises CLAIMED where somebody else does.
    """

    def renewed(held: Standing | None) -> Claim:
        own = held is not None and held.here and held.claim.holder == who.actor
        if held is not None and held.claim.released and held.claim.holder == who.actor:
            fact = f"{task} was taken from {who.actor} when its lease had run out"
            raise unusable("lost", fact, f"tk show {task}")
        if held is not None and not is_free(repo, held, who) and (not own or held.claim.final):
            raise claims.claimed(held)
        lease = who.policy.lease if ttl is None else ttl
        fresh = _taken(held, task, who)
        return fresh._replace(ttl=lease, branch=held.claim.branch if held and own else who.branch)

    found = _moved(repo, who, task, renewed, tell)
    assert found is not None
    return found


def reserve(repo: Repo, who: Claimant, task: str, tell: Callable[[str], None]) -> Standing:
    """Hold a task for the moment that it takes to make a worktree; the start renews it."""

    def reserved(held: Standing | None) -> Claim:
        if held is not None and held.live and not (held.claim.final and is_over(repo, held)):
            raise claims.claimed(held)
        return _taken(held, task, who, reserved=True)

    found = _moved(repo, who, task, reserved, tell)
    assert found is not None
    return found


def release(
    repo: Repo, who: Claimant, task: str, holder: str, tell: Callable[[str], None]
) -> Standing:
    """Let go of the claim that ``holder`` has on a task; gives what it was."""
    seen: list[Standing] = []

    def released(held: Standing | None) -> Claim | None:
        if held is None or held.claim.released:
            raise unusable("no-claim", f"{task} is claimed by nobody", f"tk show {task}")
        if held.claim.holder != holder:
            raise claims.claimed(held)
        seen[:] = [held]
        return given_up(held, lost=holder != who.actor)

    _moved(repo, who, task, released, tell)
    return seen[0]


def drop(repo: Repo, who: Claimant, task: str, tell: Callable[[str], None]) -> None:
    """Take a claim away that has nothing to say any more: its work has come to where it was going."""
    _moved(repo, who, task, lambda held: None, tell)


def _moved(
    repo: Repo,
    who: Claimant,
    task: str,
    wanted: Callable[[Standing | None], Claim | None],
    tell: Callable[[str], None],
) -> Standing | None:
    """Move one claim by itself, again if another was faster; gives how it stands then."""
    for _ in range(_TRIES):
        held = standing(repo, [task], who.remote).get(task)
        turned = [Turn(task, held, wanted(held))]
        landed = together(repo, turned)
        try:
            with _agreement(repo, who, turned, landed, tell):
                if landed.objects:
                    repo.write_objects(landed.objects)
                if landed.swaps:
                    repo.swap_refs(landed.swaps, f"tk: claim {task}")
            return standing(repo, [task], who.remote).get(task)
        except RefMoved:
            import random

            time.sleep(random.uniform(0, 0.01))
    fact = f"the claim on {task} moved {_TRIES} times meanwhile"
    raise TkError(Exit.BUSY, "busy", fact, "run it again")
