"""Work that an actor takes up, and the limits of the policy on how much of it is in progress at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core.door_rules import door_rule
from tkledger.core.pattern import fits
from tkledger.core.policy import Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.reservation import Overlap

COOL_DOWN = 3600
"""How long after a failure an actor who failed too often waits before one more try, in seconds."""

_SHOWN = 5

_UNITS = {"m": 60, "h": 3_600, "d": 86_400}


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
    capacity: how many tasks the actor takes at once, as it says itself; None if it does not
    overlaps: where it meets what others reserved, if the policy refuses that
    started: which other tasks the actor started, and when, in the longest time that a rate is for
    """

    task: str
    actor: str
    policy: Policy
    at_work: Mapping[str, str] = {}
    failed: Failed = Failed()
    now: int = 0
    where: str = ""
    capacity: int | None = None
    overlaps: tuple[Overlap, ...] = ()
    started: tuple[tuple[str, int], ...] = ()


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
    """An actor takes up a task while as many are in progress as the policy allows, or as it takes at once.

    `wip_actor` counts those of the actor, as does what it takes at once (`tk register --capacity`), `wip_total`
    those of all, over all branches that are known where it is asked: at a server over its branches. A task counts
    as its owner's, or its holder's if it is claimed. Asked of a start, of a resume, and of work taken over;
    by `tk next`, before a commit, and of a push, if the task is still in progress with it. Never of a merge, of
    what is sent back from review, or of history.

    Why: what is begun and not ended helps no one, and waits for the same reviewers and branches.

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
    if begun.capacity is not None and len(own) >= begun.capacity:
        fact = f"{begun.actor} is at work on {few(own, _SHOWN)}, and takes {begun.capacity} at once"
        yield Finding(begun.task, fact, " or ".join((hand_in, "tk register --capacity N")))


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


@door_rule("TK721", WorkBegun)
def started_too_often(begun: WorkBegun) -> Iterator[Finding]:
    """An actor takes up a task after it has started as many in so long as the policy's `rates` allow.

    `tk config set rates.agent-* 10/h`: each pattern that fits an actor limits it. It counts the tasks that the
    actor started, each attempt once, by the dates of the commits; of the newest 5,000 commits on all branches that
    are known where it is asked. Asked where TK713 is.

    Why: an agent that takes up task after task and ends each at once does no work, and hides who does.

    Remedy: wait.
    """
    for pattern, rate in begun.policy.rates.items():
        if not fits(begun.policy.actor(begun.actor), begun.policy.actor(pattern)):
            continue
        most, seconds = rate_of(rate)
        recent = [(at, task) for task, at in begun.started if at > begun.now - seconds]
        if len(recent) >= most:
            from tkledger.core.time import iso  # few are so fast

            tasks = few([task for _, task in sorted(recent)], _SHOWN)
            window = rate.partition("/")[2]
            last = window if window[0].isdigit() else f"1{window}"
            fact = f"{begun.actor} has started {tasks} in the last {last}"
            again = iso(sorted(recent)[len(recent) - most][0] + seconds)
            yield Finding(
                begun.task, f"{fact}, the policy's rates.{pattern} is {rate}", f"wait until {again}"
            )


@door_rule("TK722", WorkBegun)
def reserved_paths_meet(begun: WorkBegun) -> Iterator[Finding]:
    """An actor takes up a task that reserves what is reserved for another task that is claimed.

    If the policy says `reservations: refuse`. A folder meets all that is in it. Asked where TK713 is.

    Why: two who change the same files at once make a conflict that one of them has to resolve.

    Remedy: take another task, or reserve less: `tk reserve ID --drop PATH`.
    """
    for met in begun.overlaps[:3]:
        fact = f"{met.path} is reserved for {met.task}, which {met.holder} holds"
        way = f"tk next, or tk reserve {quoted(begun.task)} --drop {quoted(met.path)}"
        yield Finding(begun.task, fact, way)


def rate_of(text: str) -> tuple[int, int]:
    """A rate such as ``10/2h`` as how many in how many seconds."""
    most, _, window = text.partition("/")
    return int(most), int(window[:-1] or 1) * _UNITS[window[-1]]


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
