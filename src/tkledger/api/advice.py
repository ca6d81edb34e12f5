"""What a commit makes worth a line to who made it; and what is said once of a clone that has no hooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tkledger.api.session import moved
from tkledger.core.budget import Gauge
from tkledger.core.change import Violation, change
from tkledger.core.ref_names import AGENTS, RESERVATIONS
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.git import refs
from tkledger.ledger import limits
from tkledger.local.store import NO_HOOKS

if TYPE_CHECKING:
    from tkledger.api.session import Session
    from tkledger.core.quota import QuotaGauge
    from tkledger.ledger.proposal import Recorded

_NO_HOOKS = "tk's hooks are not installed in this clone, so git does not check commits: tk init"


class Advice(NamedTuple):
    """What a commit makes worth a line: limits that are nearly used up, and those of rework that it
    counts against; quotas that are, with the actor's name; and rules of which the policy only warns.
    """

    near: tuple[tuple[Task, Gauge], ...]
    violations: tuple[Violation, ...]
    quotas: tuple[tuple[str, QuotaGauge], ...] = ()


def advise(session: Session, recorded: Recorded, ids: Sequence[str]) -> Advice:
    """What to warn of after a commit, or to say of it; limits only of these tasks."""
    tasks = [task for key in ids if (task := recorded.after.task(key)) and not task.ended]
    again = _back_in_work(recorded) if recorded.commit else ()
    near = [
        (task, gauge)
        for task in tasks
        for gauge in limits.gauges(session.ledger, recorded.after, task)
        if gauge.near or (task.id in again and gauge.limit.kind == "rework")
    ]
    return Advice(tuple(near), _warned(recorded), _quotas(session, recorded))


def _quotas(session: Session, recorded: Recorded) -> tuple[tuple[str, QuotaGauge], ...]:
    policy = recorded.after.policy
    if policy is None or not policy.quotas:
        return ()
    actor = session.actor(recorded.after)
    found = limits.quotas(session.ledger, recorded.after, actor)
    return tuple((actor, gauge) for gauge in found if gauge.near)


def _warned(recorded: Recorded) -> tuple[Violation, ...]:
    policy = recorded.before.policy
    if policy is None or "warn" not in policy.loops.values():
        return ()
    from tkledger.core.rules.suppose import advice  # few policies warn

    return advice(change((recorded.before,), recorded.after))


def _back_in_work(recorded: Recorded) -> Collection[str]:
    """The tasks of which a commit makes a round of rework."""
    from tkledger.core.usage import is_rework

    after = (one.task for one in moved(recorded))
    return {task.id for task in after if is_rework(recorded.before.task(task.id), task)}


def afterwards(session: Session, recorded: Recorded) -> None:
    """What follows from a commit: agents wake that it assigns tasks to, parents that waited for the end of their
    children are cancelled, and what is worth a line is said.
    """
    remind(session)
    ended = [task for source, task in moved(recorded) if task.parent and task.ended]
    if ended:
        from tkledger.api.cancelling import cancel_parents  # most tasks that end have no parent

        cancel_parents(session, recorded.after, ended)
    if refs.names(session.repo, AGENTS):
        from tkledger.api.agents import wake_assigned  # most repositories know no agents

        wake_assigned(session, recorded)
    if refs.names(session.repo, RESERVATIONS):
        from tkledger.api.reserving import tell_overlaps  # most reserve nothing

        tell_overlaps(session, recorded)


def remind(session: Session) -> None:
    """Say once that this clone has no hooks, if it has none: for commands that write."""
    repo = session.repo
    # the one of tk's hooks that no hook manager writes; `tk doctor` tries all of them
    found = repo.is_bare or repo.has_hook("reference-transaction")
    if not (found or NO_HOOKS in repo.variables() or _NO_HOOKS in session.said):
        session.said.add(_NO_HOOKS)
        session.progress.say(_NO_HOOKS)
