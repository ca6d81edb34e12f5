"""The approvals of a review: whose count, how many it takes, and who may still give one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

from tkledger.core.lifecycle import Event, State
from tkledger.core.pattern import ANY
from tkledger.core.policy import Approvals, Policy
from tkledger.core.quoting import few
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.usage import Usage
    from tkledger.core.verdict import VerdictLine

_SHOWN = 4


class Unfit(NamedTuple):
    """Why an approval by an actor does not count, as words that follow the name; and what else helps than
    to ask another, if anything.
    """

    why: str
    way: str = ""


def dependence(
    law: Policy, actor: str, owners: Collection[str | None], workers: Collection[str]
) -> Unfit | None:
    """Why an actor is not independent of a task; None if they are. ``owners`` own it, and ``workers`` worked
    on it in its present attempt, by the names in the commits.
    """
    owning = {law.actor(owner) for owner in owners if owner}
    if actor in owning:
        return Unfit("who owns it", _alone(law, actor))
    working = set(map(law.actor, workers))
    if actor in working:
        return Unfit("who worked on it in this attempt", _alone(law, actor))
    from tkledger.core.keyring import shared_by  # few commands ask about a review

    for did, others in (("owns it", owning), ("worked on it in this attempt", working)):
        for other in sorted(others):
            shared = shared_by(law, actor, other)
            if shared:
                return Unfit(f"who {shared}, who {did}", _apart(law, actor))
    return None


def _alone(law: Policy, actor: str) -> str:
    """What else helps one who works alone, and so may change the policy."""
    from tkledger.core.roles import is_keeper  # only an approval that does not count asks

    return "if there is no other: tk config set approvals" if is_keeper(law, actor) else ""


def _apart(law: Policy, actor: str) -> str:
    """What else helps if two actors count as one, and are not."""
    from tkledger.core.roles import by_keeper  # only an approval that does not count asks

    way = by_keeper(law, actor, "tk config set shared_login independent")
    return f"if the two are independent: {way}"


class ApprovalCount(NamedTuple):
    """The approvals of a review: by whom, how many it takes, who may still give one, in words, and whose
    are of earlier work.
    """

    by: tuple[str, ...]
    needed: int
    others: str
    outdated: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether these end the review."""
        return len(self.by) >= self.needed

    @property
    def words(self) -> str:
        """How many there are, and by whom."""
        whose = f" ({few(self.by, _SHOWN)})" if self.by else ""
        approvals = "approval" if self.needed == 1 else "approvals"
        before = ""
        if self.outdated:
            before = f"; {few(self.outdated, _SHOWN)} approved before the newest work"
        return f"{len(self.by)} of {self.needed} {approvals}{whose}{before}"


class Approval(NamedTuple):
    """What an approval comes to: the verdict that it adds, empty if none; the count of approvals then;
    and whether it ends the review.
    """

    line: str
    now: ApprovalCount
    ends: bool


def asked_for(law: Policy, task: Task) -> Approvals:
    """What it takes that a review of a task ends: by the policy, and by its guards of what is done."""
    counts = _guarded(law, task)
    if not counts:
        return law.approvals
    return law.approvals._replace(count=max(law.approvals.count or 1, *counts))


def end_of_work(law: Policy, task: Task) -> Event:
    """The event by which the work on a task ends: it is submitted if the policy, or one of its guards of what
    is done, asks for a review.
    """
    return Event.SUBMIT if law.requires_review or _guarded(law, task) else Event.FINISH


def _guarded(law: Policy, task: Task) -> list[int]:
    """How many approvals each guard asks for before the task is done."""
    guards = (one for one in law.guards.values() if State.DONE.value in one.state)
    return [one.approvals for one in guards if one.approvals and one.selects(task)]


class OpenReview:
    """What a review rests on: the task as it is in review, the law, and what was used up to there, which
    is asked only if it matters.

    ``after`` is the task after what is judged, and ``asks`` what the approvals must be, if it is not what
    the policy and its guards ask for.
    """

    def __init__(
        self,
        law: Policy,
        task: Task,
        used: Callable[[], Usage | None],
        after: Task | None = None,
        asks: Approvals | None = None,
    ) -> None:
        self.law = law
        self.task = task
        self.asks = asked_for(law, task) if asks is None else asks
        self._owners = (task.owner, after.owner if after is not None else None)
        self._used = used

    @cached_property
    def _usage(self) -> Usage | None:
        return self._used()

    @cached_property
    def work(self) -> tuple[str, ...]:
        """The newest commits of work."""
        return self._usage.newest(self.task) if self._usage is not None else ()

    @cached_property
    def workers(self) -> Collection[str]:
        """Who worked on the task in its present attempt, by the names in the commits."""
        return self._usage.workers(self.task) if self._usage is not None else ()

    @cached_property
    def round(self) -> int:
        """Which round of reviews it is, from 1."""
        from tkledger.core.verdict import round_of

        return round_of(self.task.verdicts, self.task.tries)

    def unfit(self, actor: str) -> Unfit | None:
        """Why an approval by an actor would not count; None if it would."""
        if self.asks.role and not self.law.has_role(actor, self.asks.role):
            return Unfit(f"who does not have the role {self.asks.role}")
        return self.dependence(actor)

    def uncounted(self, actor: str, counted: Collection[str]) -> Unfit | None:
        """Why an approval by an actor would not count in addition to those that do; None if it would."""
        unfit = self.unfit(actor)
        if unfit is None:
            from tkledger.core.keyring import shared_by

            shared = ((other, shared_by(self.law, actor, other)) for other in counted)
            ways = (
                Unfit(f"who {way}, who approved it", _apart(self.law, actor))
                for _, way in shared
                if way
            )
            unfit = next(ways, None)
        return unfit

    def dependence(self, actor: str) -> Unfit | None:
        """Why an actor is not independent of the task, if approvals have to be; else None."""
        if not self.asks.independent:
            return None
        return dependence(self.law, actor, self._owners, self.workers)

    def is_low(self, score: str | None) -> bool:
        """Whether an approval with this score does not reach what is asked for."""
        from decimal import Decimal

        least = self.asks.score
        return least is not None and (score is None or Decimal(score) < Decimal(least))

    def standing(self, lines: Iterable[str], *more: str) -> ApprovalCount:
        """The count of approvals with these lines of the task, and with ``more`` actors who approve."""
        current = list(self._current(lines))
        by = [self.law.actor(one.actor) for one in current if one.work == self.work]
        # to end the review approves it; a score is in lines only
        own = [actor for actor in more if self.asks.score is None]
        counted: list[str] = []
        for actor in dict.fromkeys([*by, *own]):
            if self.uncounted(actor, counted) is None:
                counted.append(actor)
        before = dict.fromkeys(self.law.actor(one.actor) for one in current)
        outdated = tuple(actor for actor in before if actor not in (*by, *own))
        return ApprovalCount(tuple(counted), self.asks.count or 1, self._others(counted), outdated)

    def approved_by(self, actor: str, score: str | None = None) -> Approval:
        """What an approval by an actor comes to: a verdict if it counts and is needed, the end of the
        review if there are enough then. One that does not count would end it: the law says why not.
        """
        known = self.task.verdicts
        count = self.standing(known)
        asked = self.asks.asked or score is not None
        if not asked or (count.enough and score is None):
            return Approval("", count, ends=True)
        if actor in count.by or self.is_low(score) or self.uncounted(actor, count.by) is not None:
            return Approval("", count, ends=True)
        line = self.verdict(actor, approved=True, score=score).text
        count = self.standing((*known, line))
        return Approval(line, count, ends=count.enough)

    def verdict(
        self, actor: str, *, approved: bool, score: str | None = None, gaps: Iterable[str] = ()
    ) -> VerdictLine:
        """The verdict that an actor gives now."""
        from tkledger.core.verdict import VerdictLine

        task = self.task
        return VerdictLine(task.tries, self.round, approved, actor, self.work, score, tuple(gaps))

    def _current(self, lines: Iterable[str]) -> Iterator[VerdictLine]:
        """The approvals that are of this round and high enough, whatever work they are of."""
        from tkledger.core.verdict import verdicts

        for one in verdicts(lines):
            if one.approved and (one.attempt, one.round) == (self.task.tries, self.round):
                if not self.is_low(one.score):
                    yield one

    def _others(self, counted: Collection[str]) -> str:
        """Who may still approve, in words."""
        role = self.asks.role
        if role is None:
            return "another actor" if counted or self.asks.independent else "an actor"
        named = self.law.roles.get(role, ())
        free = [
            one
            for one in dict.fromkeys(map(self.law.actor, named))
            if one not in counted and (ANY in one or self.unfit(one) is None)
        ]
        return " or ".join(free[:_SHOWN]) if free else f"another actor with the role {role}"
