"""What a verb is: ledger and options in, the ledger as it should be out; and every verb by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tkledger.core.field import FieldError
from tkledger.core.lifecycle import TARGETS, Event, State
from tkledger.core.quoting import few
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import OVERRIDE, REASON, RUN, says
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.approvals import ApprovalCount
    from tkledger.core.task import Task

Options = Mapping[str, Any]

NOW = "now"
"""The time, in seconds since 1970, for verbs that ask whether a wait is over."""

RAN = "ran"
"""The line of the run that a move ends, see `core.run`; no command has such an option."""

ME = "me"
"""An owner that is the actor."""


class Proposed(NamedTuple):
    """The ledger after one verb, the task it was about, and the words for it."""

    ledger: Snapshot
    id: str
    words: str
    trailers: tuple[tuple[str, str], ...] = ()
    work: bool = False
    """Whether it charges the task, so that it is a commit even if the ledger stays as it is."""
    approvals: ApprovalCount | None = None
    """The count of approvals of the task, if it is one that does not end the review."""


Verb = Callable[[Snapshot, Options, str], Proposed]
"""Of the ledger, the options and the actor; it writes nothing."""

_LAYOUT = frozenset("\n\r\t\u00a0\u202f")
"""What decides how text is laid out."""

_FIELDS = ("new", "edit", "note", "concern")
_CHECKS = ("criteria", "checklist")
_CHARGES = ("step", "spend")
_WAITS = ("wait", "answer", "pause")
_MOVES = (event.value for event in TARGETS)
VERBS = (*_FIELDS, *_CHECKS, "decide", "reopen", *_WAITS, *_CHARGES, *_MOVES)


def verb(name: str) -> Verb:
    """The verb of a name in `VERBS`; only its own module is loaded."""
    if name in _FIELDS:
        from tkledger.verbs import fields

        ours = (fields.new, fields.edit, fields.note, fields.concern)
        return dict(zip(_FIELDS, ours))[name]
    if name in _CHECKS:
        from tkledger.verbs import criteria

        return criteria.criteria if name == "criteria" else criteria.checklist
    if name == "decide":
        from tkledger.verbs.decide import decide

        return decide
    if name == "reopen":
        from tkledger.verbs.reopen import reopen

        return reopen
    if name in (Event.START, Event.RESUME):
        return _start if name == Event.START else _resume
    if name in _WAITS:
        from tkledger.verbs import waits

        return dict(zip(_WAITS, (waits.wait, waits.answer, waits.pause)))[name]
    if name == "escalate":
        from tkledger.verbs.escalate import escalate

        return escalate
    if name in _CHARGES:
        from tkledger.verbs import charges

        return charges.step if name == "step" else charges.spend
    if name == Event.CANCEL:
        return _cancel
    if name in (Event.APPROVE, Event.REJECT):
        from tkledger.verbs import review

        return review.approve if name == Event.APPROVE else review.reject
    from tkledger.verbs.moves import move

    return move(Event(name))


def override_in(options: Options) -> tuple[tuple[str, str], ...]:
    """The trailer that sets rules aside, if the options give a reason for that."""
    why = options.get("override")
    if why is None:
        return ()
    if not why.strip():
        raise FieldError("override", "must say why")
    return ((OVERRIDE, why),)


def more_in(options: Options) -> tuple[tuple[str, str], ...]:
    """The trailers that any move may have: it sets rules aside, or ends a run."""
    ran = options.get(RAN)
    return (*override_in(options), *([(RUN, ran)] if ran else []))


def learnt_in(task: Task, options: Options) -> dict[str, list[str]]:
    """The lists of a task that grow by what was learnt or tried, if the options say so."""
    found = {}
    for name, option in (("lessons", "lesson"), ("tried", "tried")):
        if options.get(option):
            from tkledger.verbs.typed_text import lines  # few moves say so

            found[name] = [*getattr(task, name), *lines(option, options[option])]
    return found


def trailers_of(steps: Sequence[Proposed]) -> list[tuple[str, str]]:
    """The trailers of all steps; a reason once, and what is charged each time. A reason that is not that of
    every step names its task.
    """
    found: list[tuple[str, str]] = []
    shared = all((REASON, why) in step.trailers for why in _reasons(steps) for step in steps)
    for step in steps:
        for name, value in step.trailers:
            whose = f"{step.id}: " if name == REASON and not shared and says(value) else ""
            if step.work or (name, whose + value) not in found:
                found.append((name, whose + value))
    return found


def subject_of(steps: Sequence[Proposed]) -> str:
    """The first line of the message of a commit that is made of these steps."""
    if len(steps) == 1:
        return steps[0].words
    verbs = sorted({step.words.split(" ", 1)[0] for step in steps})
    ids = [step.id for step in steps]
    return f"{', '.join(verbs)} {few(ids)}"


def _reasons(steps: Sequence[Proposed]) -> list[str]:
    return [value for step in steps for name, value in step.trailers if name == REASON]


def readable(options: Options) -> Options:
    """The options with text as a file shows it. Raise FieldError if a value holds what no file and no
    message can: half a character, or NUL.
    """
    found = dict(options)
    for name, value in options.items():
        for text in [value] if isinstance(value, str) else value if isinstance(value, list) else ():
            if isinstance(text, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
                raise FieldError(name, "must not hold NUL, or what is not UTF-8")
        if isinstance(value, str) and not _LAYOUT.isdisjoint(value):
            from tkledger.verbs.typed_text import tidied  # most values are one plain line

            found[name] = tidied(value)
    return found


def _start(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A start; it is more than a move only if the task has an owner, or was begun or blocked already."""
    from tkledger.verbs.ids import existing

    task = existing(ledger, options.get("id"))
    if task.owner is not None or task.state in (State.IN_PROGRESS, State.BLOCKED):
        from tkledger.verbs.start import start

        return start(ledger, options, actor)
    from tkledger.verbs.moves import move

    return move(Event.START)(ledger, options, actor)


def _resume(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A resume; it is more than a move only if the task is paused, and waited for something before."""
    from tkledger.verbs.ids import existing

    if existing(ledger, options.get("id")).wait.earlier is not None:
        from tkledger.verbs.waits import resume

        return resume(ledger, options, actor)
    from tkledger.verbs.moves import move

    return move(Event.RESUME)(ledger, options, actor)


def _cancel(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A cancel; it is more than a move only if the options say what becomes of children."""
    if options.get("children") is not None:
        from tkledger.verbs.cancel import cancel

        return cancel(ledger, options, actor)
    from tkledger.verbs.moves import move

    return move(Event.CANCEL)(ledger, options, actor)
