"""What becomes of a claim that two repositories hold: a table of where it was and where it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple


class Way(Enum):
    """What is to be done with a claim."""

    KEEP = auto()  # both have the same
    SEND = auto()  # ours is new, or goes on from theirs
    TAKE = auto()  # theirs is new, or goes on from ours
    YIELD = auto()  # theirs stands against ours, which is lost
    DROP = auto()  # they let go of what ours is
    WITHDRAW = auto()  # we let go of what theirs is
    FORGET = auto()  # neither has it any more


class ThreeWay(NamedTuple):
    """One claim's object here and at the remote, and the one both had when they last agreed."""

    ours: str | None
    theirs: str | None
    agreed: str | None


def way(claim: ThreeWay, goes_on: Callable[[str, str], bool]) -> Way:
    """What to do with a claim; ``goes_on(a, b)`` says whether ``b`` has ``a`` in its history.

    Where both changed it and neither goes on from the other, the remote's stands: that is the one
    that everybody else sees.
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
    if goes_on(ours, theirs):
        return Way.TAKE
    return Way.SEND if goes_on(theirs, ours) else Way.YIELD
