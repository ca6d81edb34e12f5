"""Work that an actor takes up, and the limits of the policy on how much of it goes on at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core.door_rules import door_rule
from tkledger.core.policy import Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple

COOL_DOWN = 3600
"""How long after a failure an actor who failed too often waits before one more try, in seconds."""

_SHOWN = 5


class Failed(NamedTuple):
    """The tasks that an actor failed at in a row, one for each attempt, the last first; and when that
    was, in seconds since 1970.
    """

    tasks: tuple[str, ...] = ()
    last: int = 0


class WorkBegun(NamedTuple):
    """A task that an actor takes up, by a start, a resume, or from another actor.

    where: the commit, empty before it is made; policy: the one that decides
    at_work: who is at work, by task, over all branches; this task does not matter
    failed: what the actor failed at; now: the time, in seconds since 1970
    """

    task: str
    actor: str
    policy: Policy
    at_work: Mapping[str, str] = {}
    failed: Failed = Failed()
    now: int = 0
    where: str = ""


class AssignedStart(NamedTuple):
    """A start of a task that is another actor's.

    owner: whose it is; taken: the actor it is taken from, as the commit says; empty if it does not
    where: the commit, empty if there is none yet; made: whether a branch has it
    """

    task: str
    actor: str
    owner: str
    taken: str
    where: str = ""
    made: bool = True


@door_rule("TK713", WorkBegun)
def too_much_in_progress(begun: WorkBegun) -> Iterator[Finding]:
    """An actor takes up a task while as many are in progress as the policy allows.

    `wip_actor` counts those of the actor, `wip_total` those of all, over all branches that are known
    where it is asked: at a server over its branches. A task counts as its owner's, or its holder's if it
    is claimed. Asked of a start, of a resume, and of work that is taken over; by `tk next`, before
    a commit, and of a push, if the task is still in progress with it. Never of a merge, of what is sent
    back from review, or of history.

    Why: what is begun and not ended helps nobody, and waits for the same reviewers and branches.

    Remedy: end what was begun: `tk submit ID`, or `tk block ID`.
    """
    others = {task: who for task, who in begun.at_work.items() if task != begun.task}
    own = [task for task, who in others.items() if begun.policy.owns(begun.actor, who)]
    most, each = begun.policy.wip_total, begun.policy.wip_actor
    first = quoted(own[0]) if own else ""
    hand_in = f"tk submit {first}, or tk block {first}" if first else ""
    if most is not None and len(others) >= most:
        fact = f"{len(others)} tasks are worked on, the policy's wip_total is {most}"
        yield Finding(begun.task, fact, hand_in or "tk list --state in_progress")
    if each is not None and len(own) >= each:
        fact = f"{begun.actor} is at work on {few(own, _SHOWN)}, the policy's wip_actor is {each}"
        yield Finding(begun.task, fact, hand_in)


@door_rule("TK714", WorkBegun)
def failed_too_often(begun: WorkBegun) -> Iterator[Finding]:
    """An actor who failed as often in a row as the policy's `failures` takes up another task.

    A failure is a task of the actor that is blocked as `failed`, on any branch; what the actor submits
    or ends, ends the row. One that another actor has answered, by sending the task back or ending it,
    does not count. An hour after the last one there may be another try. The newest 500
    commits are looked at. Asked where TK713 is.

    Why: who fails again and again does so for a reason that another task does not mend.

    Remedy: wait, or have another actor look at the task and send it back, `tk requeue ID`.
    """
    most, failed = begun.policy.failures, begun.failed
    again = failed.last + COOL_DOWN
    if most is not None and len(failed.tasks) >= most and begun.now < again:
        from tkledger.core.time import iso  # few fail so often

        row = f"failed at {few([*dict.fromkeys(failed.tasks)], _SHOWN)}, the policy's failures is {most}"
        fact = f"{begun.actor} {row}; the next try is at {iso(again)}"
        first = quoted(failed.tasks[0])
        remedy = f"wait, or let another actor do it: tk requeue {first}"
        yield Finding(begun.task, fact, remedy)


@door_rule("TK715", AssignedStart)
def assigned_to_another(start: AssignedStart) -> Iterator[Finding]:
    """An actor starts a task that is assigned to another.

    Its `owner` is another actor, and the commit has no line `Tk-Taken-From:` with that name, which
    `tk start ID --take` writes. Asked before a commit, and of a push, if the task is still in progress
    with it; `tk start` and `tk next` refuse it themselves. Never of a merge, or of history.

    Why: two do the work of one, or the one who was meant to do it waits for it.

    Remedy: take it openly, `tk start ID --take`; or the one who assigns work gives it to another,
    `tk edit ID --owner NAME`.
    """
    if start.taken != start.owner:
        task = start.task
        remedy = f"tk start {task} --take"
        if start.where:
            line = quoted(f"Tk-Taken-From: {start.owner}")
            into = "the newest commit: git commit --amend" if start.made else "it: git commit"
            remedy = f"say so in the message of {into} --trailer {line}"
        fact = f"is assigned to {start.owner}, and {start.actor} works on it"
        yield Finding(start.task, fact, remedy)
