"""Restricted acts: what not everyone may do, of which the policy may ask who pushed it, or who signed it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tkledger.core.change import Change
from tkledger.core.claim import begins_work, is_work
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import OVERRIDE, Policy
from tkledger.core.rules import overrides
from tkledger.core.rules.approvals import approved, asks, given
from tkledger.core.rules.authority import legislation, raises
from tkledger.core.rules.criteria import respecified
from tkledger.core.rules.evidence import recorded
from tkledger.core.rules.guards import dropped, entries
from tkledger.core.rules.rule import versions
from tkledger.core.task import NOT_JUDGED
from tkledger.core.typing import NamedTuple

PASSED = "passed a guard"
RECORDED = "recorded evidence"


class Restriction(NamedTuple):
    """An act that needs an authorised actor: under which policies, and on what in a change."""

    deed: str
    asked: Callable[[Policy], bool]
    subjects: Callable[[Change], Iterable[str]]


RESTRICTIONS = (
    Restriction(
        "approved",
        lambda law: law.requires_review or asks(law),
        lambda change: [*(task.id for _, task in approved(change)), *given(change, approves=True)],
    ),
    Restriction(
        "rejected",
        asks,
        lambda change: given(change, approves=False),
    ),
    Restriction(
        "raised a limit",
        lambda law: "budget" in law.roles,
        lambda change: [one.task.id for one in raises(change)],
    ),
    Restriction(
        PASSED,
        lambda law: any(guard.role for guard in law.guards.values()),
        lambda change: [one.task.id for one in entries(change) if one.guard.role],
    ),
    Restriction(
        "dropped a guard",
        lambda law: bool(law.guards or law.gates),
        lambda change: [task.id for task, _, _ in dropped(change)],
    ),
    Restriction(
        RECORDED,
        lambda law: bool(law.gates),
        lambda change: [task.id for _, task, _ in recorded(change)],
    ),
    Restriction(
        "changed a frozen specification",
        lambda law: law.spec == "frozen",
        lambda change: [task.id for task, _ in respecified(change)],
    ),
    Restriction(
        "set rules aside",
        lambda law: OVERRIDE in law.roles,
        lambda change: sorted(change.touched)[:1] if overrides.lifts(change) else (),
    ),
    Restriction(
        NOT_JUDGED,
        lambda law: "policy" in law.roles,
        lambda change: [task.id for task in change.imports()],
    ),
    Restriction(
        "changed the policy",
        lambda law: "policy" in law.roles or law.proof == "signature",
        lambda change: [POLICY_PATH for _ in legislation(change)][:1],
    ),
)
"""All acts that need an authorised actor."""


def worked(change: Change) -> list[tuple[str, str]]:
    """The tasks that a change works on, where approvals have to be independent of who did: a step, a start
    or a resume, also on the way of a squashed jump or a birth, and every move while they are in progress.
    """
    if not change.law.approvals.independent:
        return []
    steps = [one.task for one in change.charged if one.step and one.task in change.after.entries]
    moves = [new.id for old, new in versions(change) if is_work(old, new) or begins_work(old, new)]
    return [(task, "worked") for task in dict.fromkeys([*steps, *moves])]


def signed(change: Change) -> list[tuple[str, str]]:
    """The tasks that enter a state by a guard that wants the commit to be signed."""
    tasks = dict.fromkeys(one.task.id for one in entries(change) if one.guard.signed)
    return [(task, PASSED) for task in tasks]


def restricted(change: Change, laws: Iterable[Policy]) -> list[tuple[str, str]]:
    """What a change does, and to what, that needs an authorised actor under any of ``laws``."""
    asked = [one for one in RESTRICTIONS if any(map(one.asked, laws))]
    return [(subject, one.deed) for one in asked for subject in dict.fromkeys(one.subjects(change))]
