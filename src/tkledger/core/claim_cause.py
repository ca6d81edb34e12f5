"""Which changes of a claim tell of a commit, so that a remote may have them only along with it."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.claim import WORKED, Claim, is_active, is_held
from tkledger.core.task import Task


def tells_of_a_commit(ours: Claim | None, theirs: Claim | None) -> bool:
    """Whether a claim that differs from the remote's says more than that its holder is at work.

    A new claim and a renewal keep others away from a task, and may go at any time. An end, a release
    and another holder would let them in, or say what the remote's branch does not show.
    """
    if ours is None or not is_held(ours):
        return True
    return theirs is not None and theirs.holder != ours.holder


def has_arrived(claim: Claim | None, here: Task | None, there: Iterable[Task]) -> bool:
    """Whether the remote has the commit that a claim tells of; None for one that is deleted.

    ``here`` is the task where the claim says, in this repository, and ``there`` the same at the remote:
    on the claim's branch, and at its base.
    """
    if claim is not None and claim.final:
        return any(task.state.value == claim.final for task in there)
    if here is None or ((claim is None or claim.released) and is_active(here)):
        return True  # no commit ended it: the task was given back while it is in progress
    return any(_work(task) == _work(here) for task in there)


def _work(task: Task) -> tuple[object, ...]:
    return tuple(getattr(task, name) for name in WORKED)


def ended(claim: Claim, branches: Iterable[str], task: Task | None) -> bool:
    """Whether a claim has served: the task has ended on its base, which is one of ``branches``."""
    return task is not None and task.ended and claim.base in branches


def made_final(claim: Claim, branches: Iterable[str], task: Task | None) -> Claim | None:
    """The claim with the end that its task has come to on its branch, which is one of ``branches``; None
    if there is nothing to add.
    """
    if task is None or not task.ended or not is_held(claim) or claim.branch not in branches:
        return None
    return claim._replace(final=task.state.value, reserved=False)
