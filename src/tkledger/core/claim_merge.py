"""How a claim merges that is in two repositories: a table of where it was and where it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple


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
    END = auto()  # its task has ended where it was going, so that nobody needs it


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
