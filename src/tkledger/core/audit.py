"""What an audit names of a change: who ended tasks, or did what not everyone may do, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.approvals import dependence
from tkledger.core.change import Change
from tkledger.core.evidence import said_in
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State
from tkledger.core.loosening import loosened
from tkledger.core.policy import Policy
from tkledger.core.rules.evidence import recorded
from tkledger.core.rules.guards import entries, lacks
from tkledger.core.rules.keepers import is_agreed
from tkledger.core.rules.overrides import lifts, reason
from tkledger.core.rules.policy import amended
from tkledger.core.rules.restricted import PASSED, RECORDED, RESTRICTIONS
from tkledger.core.task import Task
from tkledger.core.trailers import REASON, trailers
from tkledger.core.typing import NamedTuple

SIGNATURE, PUSHER, NAME, NOTHING = "signature", "pusher", "name", "nothing"
"""What proves who did it: a signature by a key of theirs, which anyone can verify; the server, which says that
it knew who pushed; only the name in the commit; or nothing, though the policy wants a signature.
"""

APPROVED = "approved"


class Act(NamedTuple):
    """What an actor did by a commit.

    subject: the task, or the policy's file; did: what, in words
    proof: what proves that it was this actor; key: of a signature, the fingerprint
    workers: who worked on the task in its attempt, if it ended; independent: of an approval or of evidence,
        whether its actor is none of them, nor the owner
    fields: of a change of the policy, what changed; loosens: what that loosens, in words; agreed: with
        whom, if another keeper of the policy proposed it; accepts: the commits that it accepts
    reason: why, as the commit says; of evidence, what it says
    """

    commit: str
    at: int
    actor: str
    subject: str
    did: str
    proof: str
    key: str = ""
    workers: tuple[str, ...] = ()
    independent: bool | None = None
    fields: tuple[str, ...] = ()
    loosens: tuple[str, ...] = ()
    agreed: str = ""
    accepts: tuple[str, ...] = ()
    reason: str = ""


def acts(change: Change, commit: str, at: int) -> Iterator[Act]:
    """What a commit did: all that not everyone may do, by whatever policy, and the tasks that it ended."""
    law = change.law
    said = trailers(change.message or "").get(REASON, "")
    aside = reason(change.message or "") or ""
    for one in RESTRICTIONS:
        lifted = _entered_anyway(change) if one.deed == PASSED else ()
        for subject in dict.fromkeys(one.subjects(change)):
            if subject in lifted:
                continue  # it is reported among what sets rules aside
            act = Act(commit, at, change.actor, subject, one.deed, *_proof(change, one.asked(law)))
            if subject == POLICY_PATH:
                act = _of_policy(change, act)
            elif one.deed in (APPROVED, RECORDED):
                act = _of_task(change, act)
            shown = _shown(change, subject) if one.deed == RECORDED else ""
            yield act._replace(reason=shown or (aside if "aside" in one.deed else said))
    for task in _ended(change):
        did = "finished" if task.state is State.DONE else "cancelled"
        act = Act(commit, at, change.actor, task.id, did, *_proof(change, asked=False))
        yield _of_task(change, act)._replace(reason=said)


def _shown(change: Change, subject: str) -> str:
    """What a commit records of the gates of a task, in words."""
    lines = (one for _, task, lines in recorded(change) if task.id == subject for one in lines)
    return "; ".join(map(said_in, lines))


def _entered_anyway(change: Change) -> set[str]:
    """The tasks that enter a state without the role that a guard asks for, since its rule is set aside."""
    roles = ((one.task.id, one.guard.role) for one in entries(change) if lifts(change))
    return {task for task, role in roles if role and lacks(change, role)}


def _ended(change: Change) -> Iterator[Task]:
    """The tasks that an ordinary commit ends, other than by an approval."""
    for old, new in change.edits():
        reviewed = old.state is State.IN_REVIEW and new.state is State.DONE
        if new.ended and not old.ended and not reviewed:
            yield new
    yield from (task for task in change.births() if task.ended)


def _proof(change: Change, asked: bool) -> tuple[str, str]:
    """What proves who made a commit; ``asked`` is whether the policy asks for more than a name."""
    law = change.law
    found = change.signature(law) if change.signature is not None and law.keys else None
    if found is not None and change.actor in found.actors:
        return SIGNATURE, found.key
    if asked and law.proof == "signature":
        return NOTHING, ""
    return (PUSHER if asked and law.asks_who_pushes else NAME), ""


def _of_task(change: Change, act: Act) -> Act:
    """The act with who worked on the task, and for an approval or evidence whether that is another."""
    task, law = change.after.task(act.subject), change.law
    before = change.former(act.subject)
    if task is None or change.usage is None:
        return act
    owners = [*(one.owner for one in before), task.owner]
    workers = change.usage.workers(before[0] if before else task)
    names = tuple(sorted({*map(law.actor, workers)}))
    if act.did not in (APPROVED, RECORDED):
        return act._replace(workers=names)
    apart = dependence(law, act.actor, owners, workers) is None
    return act._replace(workers=names, independent=apart)


def _of_policy(change: Change, act: Act) -> Act:
    """The act with what an ordinary commit changes in the policy."""
    for old, new in amended(change):
        names = [name for name in Policy._fields if getattr(old, name) != getattr(new, name)]
        act = act._replace(
            fields=tuple(name for name in names if name != "version"),
            loosens=tuple(loosened(old, new)),
            accepts=tuple(one for one in new.accepted if one not in old.accepted),
        )
        if old.proposal is not None and is_agreed(old, new, change.actor):
            act = act._replace(agreed=old.actor(old.proposal.by))
    return act
