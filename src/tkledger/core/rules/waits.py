"""Waits: a task resumes with its answer, from an actor who may give it; and no actor ends the wait of another."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.lifecycle import State
from tkledger.core.pattern import ANY
from tkledger.core.quoting import any_of, quoted
from tkledger.core.rules.guards import ask, lacks
from tkledger.core.rules.lifecycle import arrivals
from tkledger.core.rules.rule import Finding, grown, rule, versions
from tkledger.core.task import Task
from tkledger.core.task_parts import Wait

WAITS = "waits"
"""The role of those who may end or change what another waits for."""


@rule("TK519", since=2)
def resumed_without_its_answer(change: Change) -> Iterator[Finding]:
    """A task that waits for an answer entered `in_progress` without it.

    A wait with a `key` is answered by a line `KEY: VALUE` in the task's `answers`, before the commit or with
    it. If the wait has an `until`, none is needed from then on, by the time of the commit. A paused task
    needs the answers of both waits, the earlier one as well.

    Why: an actor that continues without the answer decides what it asked another.

    Remedy: `tk answer ID VALUE`, or `tk signal NAME` for an event; `tk requeue ID` by who waits gives the
    question up.
    """
    for old, task, states in arrivals(change):
        if old is None or State.IN_PROGRESS not in states or not any(old.wait):
            continue
        from tkledger.core.waits import answer_to, waits_of  # few tasks wait

        for wait in waits_of(old):
            late = answer_to(task, wait.key) is None and not _is_late(change, wait)
            if wait.key is not None and late:
                fact = f"waits for the answer {wait.key}"
                yield Finding(task.id, fact, _way_to_answer(change, old, wait))


def _is_late(change: Change, wait: Wait) -> bool:
    """Whether the time of a wait is over when the change is made."""
    usage = change.usage if wait.until is not None else None
    if wait.until is None or usage is None:
        return False
    from tkledger.core.time import seconds_of

    return seconds_of(wait.until) <= usage.at


def _way_to_answer(change: Change, task: Task, wait: Wait) -> str:
    if wait.reason == "event":
        from tkledger.core.waits import name_of

        return f"tk signal {quoted(name_of(wait.key or ''))}"
    value = any_of(list(map(quoted, wait.choices))) if wait.choices else "VALUE"
    value = value if len(wait.choices) < 2 else "VALUE"
    way = f"tk answer {task.id} {value}"
    if wait.by is None:
        return way
    return f"{_whom(change, wait.by)} runs {way}"


def _whom(change: Change, by: str) -> str:
    from tkledger.core.roles import holders

    named = holders(change.law, by) or (by,)
    return f"an actor like {by}" if ANY in named[0] else any_of(list(map(quoted, named)))


@rule("TK520", since=2)
def answered_amiss(change: Change) -> Iterator[Finding]:
    """A line was added to a task's `answers` that answers nothing it waits for, or that is not an answer to
    that, or by an actor who may not answer it.

    The task waits for the key before the commit, now or from before it was paused, and no one has answered. If
    the wait has `choices` the value is one of them. If it has `by`, the actor is that one, fits that pattern, or
    has that role; what waits for an approval is not answered by who set it. `(timeout)` is
    not an answer of anyone: it says that `until` has passed, by the time of the commit. Asked of ordinary commits.

    Why: the answer decides how the work continues.

    Remedy: an actor who may answer runs `tk answer ID VALUE`, with one of the choices.
    """
    for old, new, lines in grown(change, "answers"):
        from tkledger.core.waits import TIMED_OUT, open_keys, parsed  # few commits answer

        known = {wait.key: wait for wait in open_keys(old)} if old is not None else {}
        for key, value in map(parsed, lines):
            wait = known.pop(key, None)
            if wait is None:
                fact = f"does not wait for the answer {key}"
                yield Finding(
                    new.id, fact, f"leave it out; tk note {new.id} TEXT is for other words"
                )
            elif value == TIMED_OUT:
                if not _is_late(change, wait):
                    fact = f"the time for the answer {key} is not over"
                    yield Finding(new.id, fact, _way_to_answer(change, new, wait))
            else:
                yield from _unfit(change, new, wait, value)


def _unfit(change: Change, task: Task, wait: Wait, value: str) -> Iterator[Finding]:
    from tkledger.core.waits import may_answer

    if wait.choices and value not in wait.choices:
        fact = f"{value!r} is not one of the choices {', '.join(wait.choices)}"
        yield Finding(task.id, fact, f"tk answer {task.id} {quoted(wait.choices[0])}")
    if change.actor and not may_answer(change.law, change.actor, wait):
        other = _whom(change, wait.by) if wait.by else "another actor"
        way = f"{other} runs tk answer {task.id} {quoted(value)}"
        yield Finding(task.id, f"{change.actor} may not answer {wait.key}", way)


@rule("TK521", since=2)
def wait_of_another_ended(change: Change) -> Iterator[Finding]:
    """What a task waits for was changed or dropped by another actor than who set it, before it was over; or it
    was set in another's name.

    Asked of a wait that names who set it, in `set_by`, as `tk wait` and `tk pause` do. It is over once it is
    answered, once its `until` is past, by the time of the commit, or once its `tasks` have ended. Who has the
    role `waits` may end it as well. To pause a task keeps what it waits for, and to cancel it is not asked.

    Why: the actor that waits would continue with something it did not ask for.

    Remedy: who set it does it, or an actor with the role `waits`.
    """
    for old, new in versions(change):
        if not change.actor or new.ended or not (_is_set(new.wait) or (old and _is_set(old.wait))):
            continue
        from tkledger.core.waits import over_from, waits_of

        before = list(waits_of(old)) if old is not None else []
        after = list(waits_of(new))
        for wait in after:
            if (
                wait not in before
                and wait.set_by
                and not change.law.owns(change.actor, wait.set_by)
            ):
                fact = f"its wait is set by {wait.set_by}, the commit is by {change.actor}"
                yield Finding(new.id, fact, f"write 'set_by: {change.actor}', or leave it out")
        for wait in before:
            if wait in after or wait.set_by is None or change.law.owns(change.actor, wait.set_by):
                continue
            ends = over_from(new, wait, change.after)
            if ends != 0 and not _is_late(change, wait) and lacks(change, WAITS):
                fact = f"waits for {wait.reason}, which {wait.set_by} set and which is not over"
                way = f"{quoted(wait.set_by)} runs tk resume {new.id}"
                way = _way_to_answer(change, new, wait) if wait.key is not None else way
                yield Finding(new.id, fact, f"{way}, or {ask(change, WAITS)}")


def _is_set(wait: Wait) -> bool:
    """Whether anything that a task waits for names who set it, which few do."""
    return bool(wait.set_by or (wait.earlier and wait.earlier.set_by))
