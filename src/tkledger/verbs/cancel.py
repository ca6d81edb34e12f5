"""The verb of a cancel that says what becomes of open children."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Refused, Violation
from tkledger.core.field import FieldError
from tkledger.core.lifecycle import Event, State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import CHILDREN, Wait
from tkledger.core.trailers import REASON
from tkledger.verbs.ids import existing
from tkledger.verbs.moves import move, moved
from tkledger.verbs.verb import Options, Proposed, learnt_in, override_in


def cancel(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A task cancelled with all that is open below it, or without its children; or one that waits for their
    end, to be cancelled then. Without open children it is cancelled.

    Raises Refused with all tasks that no cancel starts from.
    """
    task, how = existing(ledger, options.get("id")), options["children"]
    if how not in CHILDREN:
        raise FieldError("children", f"{how!r} must be one of {', '.join(CHILDREN)}")
    children = ledger.open_children(task.id)
    if how == "wait" and children:
        return _waiting(ledger, task, children, options, actor)
    for child in children if how == "detach" else ():
        ledger = ledger.put(changed(existing(ledger, child), parent=None))
    if how == "cascade":
        ledger = _without_children(ledger, task, options, actor)
    return move(Event.CANCEL)(ledger, options, actor)


def open_below(ledger: Snapshot, task_id: str) -> Iterator[str]:
    """The open children of a task, and theirs: each after those below it."""
    for child in ledger.open_children(task_id):
        yield from open_below(ledger, child)
        yield child


def _without_children(ledger: Snapshot, task: Task, options: Options, actor: str) -> Snapshot:
    text, resolution = options.get("message"), options.get("resolution")
    said = f"cancelled with {task.id}" + (f": {text}" if text else "")
    wrong: list[Violation] = []
    for child in list(open_below(ledger, task.id)):
        try:
            ledger = moved(
                ledger, existing(ledger, child), Event.CANCEL,
                actor=actor, resolution=resolution, text=said,
            )  # fmt: skip
        except Refused as refused:
            wrong += refused.violations
    if wrong:
        raise Refused(*wrong)
    return ledger


def _waiting(
    ledger: Snapshot, task: Task, children: tuple[str, ...], options: Options, actor: str
) -> Proposed:
    """The task blocked until its children have ended; one that is blocked waits for that instead."""
    text = options.get("message")
    after, more = ledger, learnt_in(task, options)
    if task.state is not State.BLOCKED:
        after = moved(ledger, task, Event.BLOCK, actor=actor, reason="child", text=text)
    wait = Wait("child", text, tasks=children, set_by=actor, then=Event.CANCEL.value)
    after = after.put(changed(existing(after, task.id), wait=wait, **more))
    why = ((REASON, text),) if text else ()
    words = f"cancel {task.id} {task.title}"
    return Proposed(after, task.id, words, (*why, *override_in(options)))
