"""TK4xx, budget: what is used up stops further work, and never stops it from ending.

Counted from commits, for the task and for every ancestor that has a budget. What a merge joins was
used already; it is charged only for content of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.budget import Gauge, attempts, gauges, limits, waits
from tkledger.core.change import Change
from tkledger.core.charges import MOST_CHARGED, unreadable
from tkledger.core.lifecycle import State
from tkledger.core.rules.lifecycle import entered_work
from tkledger.core.rules.overrides import way_around
from tkledger.core.rules.rule import Finding, grown, rule
from tkledger.core.task import Task


def exceeded(change: Change, task: Task) -> Iterator[Gauge]:
    """The limits that hold for a task of which more is used than allowed, this commit counted."""
    if next(limits(change.law, change.after, task), None) is None:
        return  # before anything is counted
    usage = change.usage
    if usage is not None:
        found = gauges(change.law, change.after, task, usage)
        yield from (gauge for gauge in found if gauge.exceeded)


def _finding(task: Task, what: str, gauge: Gauge) -> Finding:
    limit = gauge.limit
    whose = "its budget" if limit.holder == task.id else f"the budget of {limit.holder}"
    remedy = f"tk submit {task.id}, or tk block {task.id} --reason user -m 'out of {limit.kind}'"
    return Finding(
        task.id, f"{what}: {gauge.figures} used, {whose}", f"tk budget {task.id}, then {remedy}"
    )


@rule("TK401")
def step_beyond_budget(change: Change) -> Iterator[Finding]:
    """A commit of work is for a task that has used up its budget, or that of a task above it.

    A commit with a line `Tk-Task: ID` is a step of that task. Steps, seconds in progress, tokens,
    cost, calls and rounds of rework are counted from the commits, this one included, and never less
    than the marks in the file. Since edition 2 of the law the time of a task counts only while none of its
    children is open, and time in which several tasks were worked on counts once. More than the limit
    is refused. A merge is a step only if it holds files, or parts of files, that come from no side
    (since edition 2 of the law).

    Why: the runaway is the task that never finishes. What it did stays, and it may still be
    submitted, blocked or cancelled.

    Remedy: hand in what there is, `tk submit ID`, or stop, `tk block ID --reason user`; who may
    raise limits does it by `tk edit ID --budget steps=N --reason TEXT`.
    """
    for bill in change.charged:
        task = change.after.task(bill.task) if bill.step else None
        if task is not None and not task.ended:
            for gauge in exceeded(change, task):
                yield _finding(task, "no further step", gauge)


@rule("TK402")
def begun_beyond_budget(change: Change) -> Iterator[Finding]:
    """A task that has used up its budget, or that of a task above it, goes into `in_progress`.

    By START, RESUME or REJECT, or on the way of a squashed jump.

    Why: an agent that fails and resumes, or is rejected, forever is as much of a runaway as one
    that never stops. Each round of rework counts, too; to wait for something else is none.

    Remedy: end it, or cut out what is left as a task of its own: `tk new --from ID TITLE`.
    """
    for task in entered_work(change):
        for gauge in exceeded(change, task):
            yield _finding(task, "cannot be worked on", gauge)


@rule("TK403")
def too_many_attempts(change: Change) -> Iterator[Finding]:
    """A task was sent back for one attempt more than it may have.

    As `retry.max` in the task or `retry` in the policy says.

    Why: what failed so often will not succeed by being tried again.

    Remedy: `tk escalate ID`, which counts no attempt; or `tk cancel ID --resolution failed`.
    """
    for old, new in change.edits():
        most = attempts(change.law, new)
        if most is not None and new.tries > max(most, old.tries):
            yield Finding(
                new.id,
                f"would be attempt {new.tries}, the limit is {most}",
                f"tk escalate {new.id}, or tk cancel {new.id} --resolution failed",
            )


@rule("TK407", since=2)
def tried_in_vain(change: Change) -> Iterator[Finding]:
    """A task was sent back after an error that another attempt does not mend.

    `error.kind` says of which kind an error is, `retry_on` in the policy which kinds are tried again: all but
    `permanent`, if it names none. An error of no kind is.

    Why: what fails for good fails again, and uses up what others could use.

    Remedy: `tk escalate ID`, or `tk cancel ID --resolution failed`; if the kind was a mistake,
    `tk edit ID --error-kind KIND`.
    """
    for old, new in change.edits():
        kind = old.error.kind
        if kind is None or new.tries <= old.tries or new.state is State.CANCELLED:
            continue
        from tkledger.core.attempt import tries_again  # few errors have a kind

        if not tries_again(change.law.retry_on, kind):
            yield Finding(
                new.id,
                f"failed with an error of kind {kind}, which is not tried again",
                f"tk escalate {new.id}, or tk cancel {new.id} --resolution failed,"
                f" or if it is of another kind: tk edit {new.id} --error-kind KIND",
            )


@rule("TK408", since=2, overridable=True)
def same_error_again(change: Change) -> Iterator[Finding]:
    """A task was sent back though its attempts failed with the same error as often in a row as `repeats` allows.

    Those count that `attempts` tells of, the last ones, and the one that ends. Errors are the same if they are of
    one kind, and their texts are alike without case (folded as Unicode says), digits, blanks, newlines, tabs and
    the punctuation of ASCII; of long texts the first 200 letters count. If neither kind nor text is known, they
    are not. If the policy's `loops` has `repeats: warn`, it is only said.

    Why: what fails in the same way again needs something else than one more attempt.

    Remedy: `tk escalate ID`, which counts no attempt; or `tk cancel ID --resolution failed`.
    """
    most = change.law.repeats
    if most is None or not change.law.refuses("repeats"):
        return
    for old, new in change.edits():
        if new.tries <= old.tries or new.state is State.CANCELLED:
            continue
        from tkledger.core.attempt import same_in_a_row  # few policies count repetitions

        count = same_in_a_row(old)
        if count >= most:
            yield Finding(
                new.id,
                f"failed {count} times in a row with the same error, the policy's repeats is {most}",
                f"tk escalate {new.id}, or tk cancel {new.id} --resolution failed"
                + way_around(change),
            )


@rule("TK409", since=2)
def artifact_too_large(change: Change) -> Iterator[Finding]:
    """A file was attached to a task that has more bytes than the policy's `artifact_size` allows.

    Asked of each line that a commit adds to `artifacts`, which names the size.

    Why: what is attached is fetched by everyone who looks at it, and stays as long as the history.

    Remedy: a smaller one, or a note that says where it is, `tk note ID TEXT`; or
    `tk config set artifact_size N`.
    """
    most = change.law.artifact_size
    for _, new, lines in grown(change, "artifacts") if most is not None else ():
        from tkledger.core.artifact import artifacts  # few policies limit them

        for one in artifacts(lines):
            if most is not None and one.size > most:
                fact = f"{one.name} has {one.size} bytes, the policy's artifact_size is {most}"
                yield Finding(
                    new.id, fact, f"a smaller file, or say where it is: tk note {new.id} TEXT"
                )


@rule("TK404")
def begun_too_early(change: Change) -> Iterator[Finding]:
    """A task that failed was begun again before `retry.not_before`.

    Judged by the commit's own date, which is never before that of its parents.

    Why: what fails at once fails a thousand times in an hour; each attempt waits twice as long as
    the one before, two minutes at most.

    Remedy: wait until then.
    """
    for task in entered_work(change):
        for old in change.former(task.id):
            usage = change.usage if old.retry.not_before is not None else None
            left = waits(old, usage.at) if usage is not None else 0
            if left:
                yield Finding(
                    task.id,
                    f"must not begin before {old.retry.not_before}, in {left} s",
                    f"wait {left} s, then tk start {task.id}",
                )


@rule("TK405")
def unreadable_usage(change: Change) -> Iterator[Finding]:
    """A line `Tk-Tokens:`, `Tk-Cost:` or `Tk-Calls:` in a commit's message is not an amount.

    Why: it would silently count as nothing.

    Remedy: a whole number of tokens or calls, US dollars such as `0.25`; `tk spend ID` writes them.
    """
    if change.message and change.charges:
        for name, value in unreadable(change.message):
            subject = next((bill.task for bill in change.charged), name)
            yield Finding(
                subject, f"{name}: {value!r} is not an amount", "git commit --amend, or tk spend ID"
            )


@rule("TK406", since=2)
def too_many_charged(change: Change) -> Iterator[Finding]:
    """A commit's message charges more than 1,000 tasks.

    By lines `Tk-Task:` and `Tk-Spend:`, whether or not what they name is a task: what is not one in
    that commit is charged nothing. However many lines name a task, it counts once.

    Why: to count messages of a few hundred thousand lines takes gigabytes of memory.

    Remedy: leave out the lines that name no task, `git commit --amend`; or split the commit.
    """
    count = len(change.charged)
    if count > MOST_CHARGED:
        yield Finding(
            change.charged[0].task,
            f"and {count - 1} others are charged by one message, {MOST_CHARGED} at most may be",
            "git commit --amend, without the lines that name no task",
        )
