"""The verb that reopens an ended task as a new one, and points other tasks at that."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Refused, Violation
from tkledger.core.lifecycle import State
from tkledger.core.rules import graph
from tkledger.core.rules.rule import way_on
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed, task
from tkledger.errors import unusable
from tkledger.verbs.fields import admitted, seed
from tkledger.verbs.ids import existing, fresh_id
from tkledger.verbs.verb import Options, Proposed, override_in

_KEPT = (
    *("title", "type", "priority", "labels", "stream", "links", "budget", "spec", "description"),
    *("criteria", "checklist"),
)
"""What is as it was: what the work is and what it may cost."""


def reopen(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A new task in place of one that has ended, which stays as it is.

    It hangs under the same parent and waits for what that one still waited for; open tasks that
    depend on the ended one depend on the new one instead. Raises Refused if the task has not ended.
    """
    old = existing(ledger, options.get("id"))
    if not old.ended:
        rule = graph.reopened_before_its_end
        raise Refused(Violation(old.id, rule.code, rule.name, *graph.still_open(old)))
    assert ledger.policy is not None
    last = ledger.latest(old.id)
    if last is not None and last.id != old.id:
        fact = f"{old.id} is already reopened as {last.id} ({last.state})"
        raise unusable("reopened", fact, way_on(ledger, old.id, ledger.policy))
    entries = ledger.entries
    text = options.get("message")
    new = task(
        {
            **{name: getattr(old, name) for name in _KEPT},
            "id": fresh_id(ledger.policy.prefix, len(entries), entries, seed(options, actor)),
            "state": State.TODO.value,
            "parent": current(ledger, old.parent),
            "depends_on": [one for key in old.depends_on if (one := current(ledger, key))],
            "reopens": old.id,
            "creator": actor,
            "admission": admitted(options, old.admission),
            "retry": old.retry._replace(not_before=None),
            "notes": [text] if text and text.strip() else [],
        }
    )
    after = ledger.put(new, *_pointed(dependents(ledger, old.id), old.id, new.id))
    words = f"reopen {old.id} as {new.id} {new.title}"
    return Proposed(after, new.id, words, override_in(options))


def current(ledger: Snapshot, task_id: str | None) -> str | None:
    """The open task in place of one named in an ended task: itself, or else the one that continues
    it; None if there is none.
    """
    last = ledger.latest(task_id) if task_id is not None else None
    return last.id if last is not None and not last.ended else None


def dependents(ledger: Snapshot, task_id: str) -> list[Task]:
    """The open tasks that depend on one."""
    found = map(ledger.task, ledger.dependants(task_id))
    return [one for one in found if one is not None and not one.ended]


def _pointed(tasks: list[Task], old: str, new: str) -> Iterator[Task]:
    """These tasks, waiting for ``new`` instead of ``old``."""
    for one in tasks:
        yield changed(one, depends_on=[*({*one.depends_on} - {old}), new])
