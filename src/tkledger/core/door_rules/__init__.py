"""TK7xx, door checks: questions about a push or a commit that history cannot answer.

Who pushes, what a server's clock says, who holds a claim: each is asked once, where the change comes
in, and ``tk verify`` never replays it. A file holds one kind of fact and the rules it is judged by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tkledger.core.change import Violation
from tkledger.core.rules.rule import Judgement, Rule, rule
from tkledger.core.typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tkledger.core.door_rules.agents import EventAdded
    from tkledger.core.door_rules.attribution import CodeCommit
    from tkledger.core.door_rules.branches import QuotaUsed, WorkOnBranches
    from tkledger.core.door_rules.claims import ClaimedWork, Handover
    from tkledger.core.door_rules.identity import RestrictedAction
    from tkledger.core.door_rules.idle import NewTask
    from tkledger.core.door_rules.limits import AssignedStart, WorkBegun
    from tkledger.core.door_rules.push import FirstPolicy, NewLedger, RefUpdate
    from tkledger.core.door_rules.reach import BranchMoved
    from tkledger.core.door_rules.records import RecordMoved
    from tkledger.core.door_rules.reservations import PathsReserved
    from tkledger.core.door_rules.reviews import JoinedApproval

    DoorFact: TypeAlias = (
        RefUpdate
        | JoinedApproval
        | NewLedger
        | FirstPolicy
        | WorkOnBranches
        | RestrictedAction
        | CodeCommit
        | ClaimedWork
        | NewTask
        | WorkBegun
        | AssignedStart
        | Handover
        | BranchMoved
        | RecordMoved
        | EventAdded
        | PathsReserved
        | QuotaUsed
    )

_ASKED: dict[type, tuple[Rule, ...]] = {}
"""The rules by the kind of fact. Each file adds its own, so a door loads only the kinds it needs."""


def judge_door(fact: DoorFact) -> Iterator[Violation]:
    """All that a fact breaks, by the rules for its kind."""
    for one in _ASKED[type(fact)]:
        yield from one.judge(fact)


def door_rule(code: str, fact: type) -> Callable[[Judgement], Rule]:
    """Make a function a rule that every fact of this kind is judged by."""

    def declare(findings: Judgement) -> Rule:
        made = rule(code)(findings)
        _ASKED[fact] = (*_ASKED.get(fact, ()), made)
        return made

    return declare
