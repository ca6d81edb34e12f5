"""The branches that a push moves, where the policy limits who pushes to some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.door_rules import door_rule
from tkledger.core.pattern import fits
from tkledger.core.policy import Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class BranchMoved(NamedTuple):
    """A branch that is pushed to or deleted, by its short name; by whom, and where they may push to, by the
    patterns that limit them.
    """

    branch: str
    actor: str
    limits: tuple[tuple[str, tuple[str, ...]], ...]


def moved(policy: Policy, actors: Iterable[str], branch: str) -> BranchMoved | None:
    """A branch as one of these actors moves it: one who may, if there is one. None without any actor."""
    found = [
        BranchMoved(
            branch,
            actor,
            tuple((one, limit.branches) for one, limit in policy.limits_of(actor).items()),
        )
        for actor in actors
    ]
    return min(found, key=lambda one: len([*_beyond(one)]), default=None)


def _beyond(move: BranchMoved) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The limits that a move is beyond."""
    for pattern, branches in move.limits:
        if branches and not any(fits(move.branch, one) for one in branches):
            yield pattern, branches


@door_rule("TK717", BranchMoved)
def beyond_its_branches(move: BranchMoved) -> Iterator[Finding]:
    """A push moves, makes or deletes a branch, and who pushes may not push there.

    `may` in the policy says by actor or pattern to which `branches` such actors may push. In a clone, who
    pushes is who would commit there (TK_ACTOR, or the author's e-mail). On a server it is who pushes, if
    the server knows that; one who speaks for several actors may what one of them may. Else it is who made
    the commit that the branch is to be at. The server's own policy counts, that of its HEAD.

    Why: an agent works on branches of its own; what goes to the others has been looked at.

    Remedy: push to a branch that fits, and let another actor merge it.
    """
    for pattern, branches in _beyond(move):
        may = few(branches)
        yield Finding(
            move.branch,
            f"is not for {move.actor} to push to, who may push to {may} (may {pattern})",
            f"git push origin HEAD:BRANCH, a branch that fits {quoted(branches[0])}; another actor merges it",
        )
