"""How a claim merges that is in two repositories: a table of where it was and where it is; and what
of it tells of a commit, so that a remote may have it only along with that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto

from tkledger.core.claim import Claim, is_active, is_held
from tkledger.core.task import WORKED, Task
from tkledger.core.typing import NamedTuple


class Way(Enum):
    """What is to be done with a claim."""

    KEEP = auto()  # both have the same
    SEND = auto()  # ours is new, or descends from theirs
    TAKE = auto()  # theirs is new, or descends from ours
    YIELD = auto()  # theirs wins over ours
    DROP = auto()  # they deleted the one we have
    WITHDRAW = auto()  # we deleted the one they have
    FORGET = auto()  # neither has it any more
    WAIT = auto()  # ours tells of a commit that the remote does not have yet
    END = auto()  # its task has ended where it was going, so that it is not needed


class ThreeWay(NamedTuple):
    """One claim's object here and at the remote, and the one both had when they last agreed."""

    ours: str | None
    theirs: str | None
    agreed: str | None


def way(claim: ThreeWay, descends: Callable[[str, str], bool]) -> Way:
    """What to do with a claim; ``descends(a, b)`` says whether ``b`` has ``a`` in its history.

    If both changed it and neither descends from the other, the remote's wins: it is the one that
    others see.
    """
    ours, theirs, agreed = claim
    if ours == theirs:
        return Way.KEEP if ours else Way.FORGET
    if ours is None:
        return Way.WITHDRAW if theirs == agreed else Way.TAKE
    if theirs is None:
        if agreed is None:
            return Way.SEND
        return Way.DROP if ours == agreed else Way.YIELD
    if descends(ours, theirs):
        return Way.TAKE
    return Way.SEND if descends(theirs, ours) else Way.YIELD


# -- claims that tell of a commit --------------------------------------------------------------


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
