"""Tasks, ledgers and changes in a few words."""

from __future__ import annotations

from typing import Any

from tkledger.core.change import Change, change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import RULES, judge
from tkledger.core.rules.rule import Rule
from tkledger.core.snapshot import Entry, Flaw, Snapshot
from tkledger.core.task import Task, task
from tkledger.core.usage import Account, Activity, Fact, Usage


def a_task(id: str = "a", **fields: Any) -> Task:
    """A task in todo, unless ``fields`` say otherwise."""
    return task({"id": id, "title": f"Title of {id}", "state": "todo", **fields})


def done(id: str, **fields: Any) -> Task:
    return a_task(id, state="done", **fields)


def ledger(*tasks: Task, policy: Policy = DEFAULT, flaws: tuple[Flaw, ...] = ()) -> Snapshot:
    """A ledger with its policy, these tasks, and flaws keyed by their subjects."""
    entries: dict[str, Entry] = {POLICY_PATH: policy}
    entries.update({one.id: one for one in tasks})
    entries.update({flaw.subject: flaw for flaw in flaws})
    return Snapshot(entries, policy)


def commit(before: Snapshot, after: Snapshot) -> Change:
    """An ordinary commit."""
    return change((before,), after)


def birth(*tasks: Task, among: tuple[Task, ...] = (), policy: Policy = DEFAULT) -> Change:
    """A commit that brings ``tasks`` to a ledger that holds ``among``."""
    return commit(ledger(*among, policy=policy), ledger(*among, *tasks, policy=policy))


def edit(
    before: Task | tuple[Task, ...],
    after: Task | tuple[Task, ...],
    *,
    among: tuple[Task, ...] = (),
    policy: Policy = DEFAULT,
) -> Change:
    """A commit that makes ``after`` of ``before`` in a ledger that also holds ``among``."""
    old = (before,) if isinstance(before, Task) else before
    new = (after,) if isinstance(after, Task) else after
    return commit(ledger(*among, *old, policy=policy), ledger(*among, *new, policy=policy))


def merged(base: Snapshot | tuple[Snapshot, ...], *sides: Snapshot, into: Snapshot) -> Change:
    """The merge commit ``into`` of ``sides``, which came from ``base``, or from several."""
    bases = (base,) if isinstance(base, Snapshot) else base
    return change(sides, into, bases=bases)


def used(
    made: Change,
    *facts: Fact,
    at: int = 0,
    message: str | None = None,
    newest: tuple[str, ...] = (),
    **more: Any,
) -> Change:
    """The same change where that much is used, itself counted, and with these words; ``newest`` are the
    newest commits of work on any task.
    """
    accounts: dict[str, Account] = {}
    for fact in facts:
        accounts.setdefault(fact.task, Account()).add(fact)
    usage = Usage(accounts.get, lambda task: Activity(), at, lambda task: newest)
    return made._replace(tally=lambda: usage, message=message, **more)


def codes(change: Change, rules: tuple[Rule, ...] = RULES) -> set[str]:
    """The codes of all rules that a change breaks."""
    return {violation.code for violation in judge(change, rules)}
