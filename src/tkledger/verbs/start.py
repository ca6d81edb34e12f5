"""The verb of a start: work begun, continued, or taken from another actor."""

from __future__ import annotations

from tkledger.core.claim import WORK_ENDED, way_to_take
from tkledger.core.lifecycle import Event, State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import REASON, TAKEN
from tkledger.errors import Exit, TkError
from tkledger.verbs.ids import existing
from tkledger.verbs.moves import move, place_in
from tkledger.verbs.verb import NOW, Options, Proposed


def start(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A task in progress, and the actor's; one whose wait is over is resumed. Raises TkError, CLAIMED, if it
    is assigned to another, or another's work, and the options do not say ``take``.
    """
    task = existing(ledger, options.get("id"))
    assert ledger.policy is not None
    other = ledger.policy.another(actor, task.owner)
    due = task.state is State.BLOCKED and _is_due(ledger, task, options)
    if other and not options.get("take") and (due or task.state in _WORDS):
        raise owned(task)
    if due:
        found = move(Event.RESUME)(ledger, options, actor)
        taken = changed(existing(found.ledger, task.id), owner=actor)
        found = found._replace(ledger=found.ledger.put(taken))
    elif task.state is State.IN_PROGRESS:
        found = _gone_on_with(ledger, task, options, actor)
    else:
        found = move(Event.START)(ledger, options, actor)
    if other:
        found = found._replace(trailers=(*found.trailers, (TAKEN, other)))
    return found


_WORDS = {
    State.TODO: ("assigned to", "to take it anyway"),
    State.IN_PROGRESS: ("in progress by", WORK_ENDED),
}
"""How a task is another actor's, and under which condition to take it."""


def _is_due(ledger: Snapshot, task: Task, options: Options) -> bool:
    """Whether what a blocked task waits for is over: who starts it resumes it."""
    from tkledger.core.waits import is_due  # few tasks that are started are blocked

    return is_due(task, ledger, options[NOW])


def owned(task: Task, detail: str = "") -> TkError:
    """The error if a task that is to be started is another actor's, and no claim says more."""
    words, condition = _WORDS.get(task.state, _WORDS[State.TODO])
    fact = f"{task.id} is {words} {task.owner}{detail}"
    return TkError(Exit.CLAIMED, "owned", fact, way_to_take(task.id, condition))


def _gone_on_with(ledger: Snapshot, task: Task, options: Options, actor: str) -> Proposed:
    """Work in progress, by the actor from now on."""
    text = options.get("message")
    notes = (*task.notes, text) if text else task.notes
    after = ledger.put(changed(task, owner=actor, notes=notes, **place_in(options)))
    why = ((REASON, text),) if text else ()
    return Proposed(after, task.id, f"start {task.id} {task.title}", why)
