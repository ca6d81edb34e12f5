"""What single actors may do: verbs, paths of files, and how much they may use; for branches a door asks."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.claim import takes_up
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import Event, State
from tkledger.core.pattern import fits
from tkledger.core.quoting import few, quoted
from tkledger.core.rules.authority import legislation
from tkledger.core.rules.lifecycle import ways
from tkledger.core.rules.rule import Finding, rule, versions
from tkledger.core.task import LOGS, Task

_BY_MOVES = (
    "owner",
    "attempt",
    "branch",
    "base",
    "spent",
    "retry",
    "wait",
    "error",
    "resolution",
    "attempts",
)
"""The fields that moves set apart from the state."""

_BY_STARTS = ("owner", "branch", "base")
"""Those that change if work in progress continues."""


@rule("TK509", since=2)
def beyond_what_it_may(change: Change) -> Iterator[Finding]:
    """An actor whom the policy limits does something else than it may.

    `may` in the policy says by actor or pattern (`bot-*`) what such actors may do: only some `verbs`,
    which are the events of the lifecycle, `edit` for any other change of a task, and `note` if it only
    adds to lists; an approval that leaves the task in review is `approve`; only some `paths` of files
    outside the ledger, in any commit of theirs, of a merge those that it authors. Each pattern that fits
    an actor limits it. An actor so limited changes the policy only with the role `policy`.

    Why: an agent for one task should not be able to do all others as well.

    Remedy: another actor does it, or `tk config set may.PATTERN verbs=A,B paths=P,Q`.
    """
    limits = change.law.limits_of(change.actor) if change.law.may and change.actor else {}
    if not limits:
        return
    whose = f"not for {change.actor}"
    if any(legislation(change)) and not change.law.has_role(change.actor, "policy"):
        yield Finding(POLICY_PATH, f"the policy changes: {whose}, whom it limits", _ANOTHER)
    for pattern, allowed in limits.items():
        by = f"(may {pattern})"
        for task, verb in acts(change) if allowed.verbs else ():
            if verb not in allowed.verbs:
                yield Finding(task, f"{verb}: {whose}, who may {few(allowed.verbs)} {by}", _ANOTHER)
        files = change.files() if allowed.paths and change.files else ()
        beyond = [one for one in files if not any(fits(one, path) for path in allowed.paths)]
        if beyond:
            yield Finding(
                beyond[0],
                f"{few(beyond, 3)} changes: {whose}, who may touch {few(allowed.paths)} {by}",
                f"leave it out: git restore --staged {quoted(beyond[0])}; another actor does that",
                _ANOTHER,
            )


_ANOTHER = "another actor does that"


def acts(change: Change) -> Iterator[tuple[str, str]]:
    """What an ordinary commit does to tasks, as pairs of a task's id and a verb."""
    for task in change.created():
        yield task.id, Event.NEW.value
    for _, task, way in ways(change):
        for edge in way or ():
            yield task.id, edge.event.value
    for old, new in change.edits():
        yield from ((new.id, verb) for verb in _besides(change, old, new))


def _besides(change: Change, old: Task, new: Task) -> Iterator[str]:
    """Changes of a task apart from its state."""
    moved = old.state is not new.state
    left = {name for name in Task._fields if getattr(old, name) != getattr(new, name)} - {
        *("state", "spent"),
        *(_BY_MOVES if moved else ()),
    }
    grown = {
        name
        for name in left & {*LOGS}
        if getattr(new, name)[: len(getattr(old, name))] == getattr(old, name)
    }
    goes_on = left <= {*_BY_STARTS, *grown} and new.state is State.IN_PROGRESS
    if left - grown:
        goes_on = goes_on and change.law.owns(change.actor, new.owner)
        yield Event.START.value if goes_on else "edit"
    elif grown and not moved:
        yield _judged(old, new) or "note"


def _judged(old: Task, new: Task) -> str:
    """The verb of a verdict that leaves a task in review: an approval that is not the last one."""
    approves = old.state is State.IN_REVIEW and old.verdicts != new.verdicts
    return Event.APPROVE.value if approves else ""


@rule("TK525", since=2)
def beyond_its_quota(change: Change) -> Iterator[Finding]:
    """An actor keeps working after it has used more in a window of time than the policy's `quotas` allow.

    By a step of a task (a line `Tk-Task: ID`), or by taking up a task: a start, a resume, or work taken over.
    `quotas` says by actor or pattern (`agent-*`) how many `steps`, `tokens`, `calls` or US dollars (`cost`) such
    an actor may use in a `window`, `24h` if it names none; each pattern that fits an actor limits it. All counts
    that the actor's commits charge any tasks with, in the history of the commit and by that itself: in the hour
    of the commit and those before it, full hours of UTC. The time of a commit is that of its committer, but
    never before that of a parent. More than the quota is refused. To hand in, to block, to cancel, `tk spend`
    and merges that only join never are.

    Why: a budget limits a task. An agent that goes from task to task has as many budgets as there are tasks.

    Remedy: wait, as it says; hand in what there is, `tk submit ID`, or `tk block ID --reason user`. Who may
    change the policy raises the quota: `tk config set quotas.PATTERN calls=N`.
    """
    law, actor = change.law, change.actor
    if not (law.quotas and actor):
        return
    working = {
        **{task.id: "" for old, task in versions(change) if takes_up(old, task, actor, law)},
        **{task.id: task.id for task in _stepped(change)},
    }
    usage = change.usage if working else None
    if usage is None:
        return
    from tkledger.core.quota import gauges, way_on  # few policies have quotas

    for gauge in gauges(law, actor, usage, usage.at):
        for task, worked_on in working.items() if gauge.exceeded else ():
            fact = f"{actor} has used {gauge.figures}, by the policy's quotas.{gauge.pattern}"
            yield Finding(task, fact, way_on(law, actor, gauge, worked_on))


def _stepped(change: Change) -> Iterator[Task]:
    """The open tasks that the commit is a step of."""
    for bill in change.charged:
        task = change.after.task(bill.task) if bill.step else None
        if task is not None and not task.ended:
            yield task
