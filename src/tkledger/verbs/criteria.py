"""The verbs of criteria and of the checklist: what a task has to show or do, what came about, what need not."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.criteria import CHECKLIST, CRITERIA, LEFT_OUT, Check, Checks, checks_of
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import REASON
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.typed_text import texts
from tkledger.verbs.verb import Options, Proposed


def criteria(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """More criteria of a task; others met, or waived for a reason. They are named by their numbers."""
    return _changed(
        ledger, options, CRITERIA, "criteria are added, met or waived", ("met", "waive")
    )


def checklist(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """More steps of a task's checklist; others checked, or skipped for a reason."""
    return _changed(
        ledger, options, CHECKLIST, "steps are added, checked or skipped", ("check", "skip")
    )


def _changed(
    ledger: Snapshot, options: Options, kind: Checks, ways: str, words: tuple[str, str]
) -> Proposed:
    before = existing(ledger, options.get("id"))
    command, noun = f"tk {kind.name} {before.id}", kind.noun
    more = [one.strip() for one in texts(options.get("add"))]
    done, left_out = (_named(before, options.get(word), kind) for word in words)
    reason = (options.get("reason") or "").strip()
    if not (more or done or left_out):
        raise usage_error(f"no-{noun}", ways, f"{command} --add TEXT")
    if left_out and not reason:
        way = f"{command} --{words[1]} {left_out[0].number} --reason TEXT"
        raise usage_error("no-reason", f"to {words[1]} a {noun} takes a reason", way)
    known = getattr(before, kind.name)
    for one in more:
        if one in known:
            fact = f"{before.id} already has this {noun}, as number {known.index(one) + 1}"
            raise usage_error(f"known-{noun}", fact, command)
    fields = {
        kind.name: (*known, *more),
        kind.done: (*getattr(before, kind.done), *(one.text for one in done)),
        kind.left_out: (
            *getattr(before, kind.left_out),
            *(f"{one.text}{LEFT_OUT}{reason}" for one in left_out),
        ),
    }
    why = ((REASON, reason),) if reason else ()
    after = ledger.put(changed(before, **fields))
    return Proposed(after, before.id, f"{kind.name} {before.id} {before.title}", why)


def _named(
    task: Task, numbers: int | str | Iterable[int | str] | None, kind: Checks
) -> list[Check]:
    """The open entries of these numbers; raises TkError if one is not."""
    if numbers is None or isinstance(numbers, (int, str)):
        numbers = () if numbers is None else (numbers,)
    known = {str(one.number): one for one in checks_of(task, kind)}
    found = []
    for number in dict.fromkeys(map(str, numbers)):
        one = known.get(number)
        if one is None:
            fact = f"{task.id} has no {kind.noun} {number[:20]}; it has {len(known)}"
            raise usage_error(f"no-such-{kind.noun}", fact, f"tk {kind.name} {task.id}")
        if one.state != "open":
            fact = f"{kind.noun} {number} of {task.id} is {one.state} already"
            raise usage_error("settled", fact, f"tk {kind.name} {task.id}")
        found.append(one)
    return found
