"""TK5xx, approvals: whose verdicts of a review count, what they are about, and how many it takes."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.rules.overrides import way_around
from tkledger.core.rules.rule import Finding, grown, open_imports, rule
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.approvals import ApprovalCount, OpenReview, Unfit
    from tkledger.core.verdict import VerdictLine


def asks(law: Policy) -> bool:
    """Whether anything is asked of approvals, by the policy or by a guard of some tasks."""
    return law.approvals.asked or any(guard.approvals for guard in law.guards.values())


def approved(change: Change) -> Iterator[tuple[Task, Task]]:
    """The tasks that an ordinary commit approves, before and after."""
    for old, new in change.edits():
        if old.state is State.IN_REVIEW and new.state is State.DONE:
            yield old, new


def judged(change: Change) -> list[tuple[Task | None, Task, tuple[VerdictLine, ...]]]:
    """The tasks that an ordinary commit adds verdicts to, before, None at a birth, and after; and these."""
    return change.once(_judged)


def _judged(change: Change) -> list[tuple[Task | None, Task, tuple[VerdictLine, ...]]]:
    found = list(grown(change, "verdicts", open_imports(change)))
    if not found:
        return []
    from tkledger.core.verdict import verdicts  # most commits add none

    return [(old, new, tuple(verdicts(lines))) for old, new, lines in found]


def _review(change: Change, old: Task, new: Task) -> OpenReview:
    from tkledger.core.approvals import OpenReview  # most commits end no review

    return OpenReview(change.law, old, lambda: change.usage, new, change.law.approvals)


@rule("TK503", since=2)
def approved_by_a_worker(change: Change) -> Iterator[Finding]:
    """A task was approved by its owner, or by an actor who worked on it in this attempt.

    Checked if the policy says `approvals: independent: true`, as in `tk init --preset agents`; of each
    verdict that approves and, if that is all it asks of approvals, of the end of a review that no other
    approved. Work is a commit with a line `Tk-Task: ID`, a move to `in_progress` but from review, and
    every move of the task while it is in progress; also if a squashed jump, or the birth of a task, only
    passes them. A review, a note or a rejection is not work, and an earlier attempt does not count. Under
    `proof: pusher` actors for whom one login pushes (`pushers`) are one, and under `proof: signature` those
    with one key (`keys`), unless the policy says `shared_login: independent`.

    Why: the one who did the work sees what was meant, not what is there.

    Remedy: another actor runs `tk approve ID`. If you work alone, `tk config set approvals` takes the
    rule out.
    """
    asks = change.law.approvals
    if not asks.independent:
        return
    found: dict[tuple[str, str], Unfit | None] = {}
    for old, new, lines in judged(change):
        review = _review(change, old or new, new)
        for one in lines:
            if one.approved:
                found[new.id, one.actor] = review.dependence(change.law.actor(one.actor))
    for old, new in approved(change) if change.actor and not asks.required else ():
        review = _review(change, old, new)
        if not review.standing(new.verdicts).enough:
            found[new.id, change.actor] = review.dependence(change.actor)
    for (task, actor), unfit in found.items():
        if unfit is not None:
            yield Finding(
                task,
                f"approved by {actor}, {unfit.why}",
                f"another actor runs tk approve {task}" + (f" ({unfit.way})" if unfit.way else ""),
            )


@rule("TK504", since=2)
def verdict_not_as_it_is(change: Change) -> Iterator[Finding]:
    """A verdict was added that does not say what is so.

    A line of `verdicts` is added by the commit of who gives the verdict, one of a task in a commit:
    of the task's attempt and of this round of its reviews (one more than the attempt was rejected),
    in the name of the commit's actor by the policy's names, about the newest commits of work on the
    task. The task is in review before. What is approved stays there or is done, what is rejected is in
    progress again. A merge adds none, and keeps those of both sides.

    Why: a verdict is of what the reviewer saw. One that is copied to a later commit, or written in
    another's name, says what no one said.

    Remedy: look at what is there now, and run `tk approve ID` or `tk reject ID --gap TEXT`.
    """
    for old, new, lines in judged(change):
        for one in lines:
            why = "it is new" if old is None else _untrue(change, old, new, lines, one)
            if why:
                verb = "approve" if one.approved else "reject"
                again = f"tk {verb} {new.id}"
                where = old is not None and old.state is State.IN_REVIEW
                yield Finding(
                    new.id,
                    f"the verdict {_short(one)} is not as it is: {why}",
                    again if where else f"tk why {new.id}",
                )


def _untrue(
    change: Change, old: Task, new: Task, lines: tuple[VerdictLine, ...], one: VerdictLine
) -> str:
    """What is wrong with a verdict that a commit adds; empty if nothing."""
    if old.state is not State.IN_REVIEW:
        return f"the task was {old.state.value}, not in review"
    if len(lines) > 1:
        return f"the commit adds {len(lines)} of them"
    ways = (State.IN_REVIEW, State.DONE) if one.approved else (State.IN_PROGRESS,)
    if new.state not in ways:
        return f"the task is {new.state.value} with it"
    review = _review(change, old, new)
    if (one.attempt, one.round) != (old.tries, review.round):
        return f"this is round {review.round} of attempt {old.tries}"
    if change.actor and one.actor != change.actor:
        return f"the commit is by {change.actor}"
    if one.work != review.work:
        return f"the newest work is {_named(review.work)}"
    return ""


def _short(one: VerdictLine) -> str:
    """A verdict without its gaps, and with short commit ids."""
    word = "approved" if one.approved else "rejected"
    return f"{one.attempt}.{one.round} {word} {one.actor} of {_named(one.work)}"


def _named(work: tuple[str, ...]) -> str:
    return "+".join(oid[:10] or "this commit" for oid in work) or "no work"


@rule("TK505", since=2, overridable=True)
def approvals_missing(change: Change) -> Iterator[Finding]:
    """A review ended with fewer approvals than the policy asks for.

    Checked if `approvals` in the policy has a `count`, a `role` or a `score`. An approval counts if it is
    of the task's attempt and of this round of its reviews, and names the newest commits of work on the task
    as they are in the history of the commit that ends the review. Its actor has the `role`, its
    score is high enough, and with `independent` its actor neither owns the task nor worked on it in this
    attempt. An actor counts once, by whatever name; so do several who prove it by one login or key. Who
    ends the review approves by that, too, without a line, unless a `score` is asked for.

    Why: what was approved is what the reviewers saw, and as many saw it as were to.

    Remedy: the actors that the message names run `tk approve ID`; the last one ends the review.
    """
    law = change.law
    for old, new in approved(change) if law.approvals.required else ():
        review = _review(change, old, new)
        actor = change.actor
        count = review.standing(new.verdicts, *([actor] if actor else ()))
        if count.enough:
            continue
        unfit = None if actor in ("", *count.by) else review.uncounted(actor, count.by)
        without = f", without {actor}, {unfit.why}" if unfit is not None else ""
        lines_by = review.standing(new.verdicts).by
        yield Finding(
            new.id,
            f"cannot be done: {count.words}{without}",
            _way(review, count, unfit, own=bool(actor) and unfit is None and actor not in lines_by)
            + way_around(change),
        )


def _way(review: OpenReview, count: ApprovalCount, unfit: Unfit | None, *, own: bool) -> str:
    """How a review ends: by the actor's ``own`` approval, if that may be given still, and by others'."""
    command = f"tk approve {review.task.id}"
    if own:
        command += " --score N" if review.asks.score is not None else ""
        return command if count.needed == 1 else f"{command}, and {count.others} does so, too"
    more = f" ({unfit.way})" if unfit is not None and unfit.way else ""
    return f"{count.others} runs {command}{more}"


def given(change: Change, *, approves: bool) -> list[str]:
    """The tasks to which a change adds a verdict that approves, or one that does not."""
    return [
        new.id for _, new, lines in judged(change) if any(one.approved is approves for one in lines)
    ]


class LaterWork(NamedTuple):
    """A task that a merge leaves done, and the newest commits of work on it that no side had which ended it;
    and the merge, once it is made.
    """

    task: str
    later: tuple[str, ...]
    merge: str = ""


def joined(change: Change) -> Iterator[LaterWork]:
    """Where a merge joins approvals with work that came later. No rule asks this: neither side did wrong."""
    if change.policy is None or not asks(change.law):
        return
    work_in = change.work_in if change.is_merge else None
    for task in change.present() if work_in is not None else ():
        sides = enumerate(side.task(task.id) for side in change.parents)
        ended = [number for number, side in sides if side and side.state is State.DONE]
        usage = change.usage if ended and task.state is State.DONE else None
        if usage is None or work_in is None:
            continue
        seen = {oid for number in ended for oid in work_in(number, task.id)}
        later = tuple(oid for oid in usage.newest(task) if oid not in seen)
        if later:
            yield LaterWork(task.id, later)


@rule("TK506", since=2)
def rejected_without_a_verdict(change: Change) -> Iterator[Finding]:
    """A task was sent back from review, and no verdict says so.

    Checked if the policy has `approvals`, or a guard of `done` for the task asks for some. The line that
    `tk reject` adds to `verdicts` counts the rounds of reviews: approvals of an earlier round do not count.

    Why: without it an approval from before the work was sent back would still count.

    Remedy: `tk reject ID --gap TEXT`.
    """
    if not asks(change.law):
        return
    from tkledger.core.approvals import asked_for

    known = {new.id for _, new, lines in judged(change) if any(not one.approved for one in lines)}
    for old, new in change.edits():
        if old.state is State.IN_REVIEW and new.state is State.IN_PROGRESS and new.id not in known:
            if not asked_for(change.law, old).asked:
                continue
            yield Finding(
                new.id, "is sent back without a verdict", f"tk reject {new.id} --gap TEXT"
            )
