"""The verb of criteria: what a task has to show, which of that it has shown, and what it need not."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.criteria import Criterion, criteria_of
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import WAIVED_FOR, Task, changed
from tkledger.core.trailers import REASON
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.typed_text import texts
from tkledger.verbs.verb import Options, Proposed


def criteria(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """More criteria of a task; others met, or waived for a reason. They are named by their numbers."""
    before = existing(ledger, options.get("id"))
    more = texts(options.get("add"))
    met = _named(before, options.get("met"))
    waived = _named(before, options.get("waive"))
    reason = (options.get("reason") or "").strip()
    if not (more or met or waived):
        way = f"tk criteria {before.id} --add TEXT"
        raise usage_error("no-criterion", "criteria are added, met or waived", way)
    if waived and not reason:
        way = f"tk criteria {before.id} --waive {waived[0].number} --reason TEXT"
        raise usage_error("no-reason", "to waive a criterion takes a reason", way)
    for one in more:
        if one.strip() in before.criteria:
            number = before.criteria.index(one.strip()) + 1
            fact = f"{before.id} already has this criterion, as number {number}"
            raise usage_error("known-criterion", fact, f"tk criteria {before.id}")
    after = ledger.put(
        changed(
            before,
            criteria=(*before.criteria, *(one.strip() for one in more)),
            met=(*before.met, *(one.text for one in met)),
            waived=(*before.waived, *(f"{one.text}{WAIVED_FOR}{reason}" for one in waived)),
        )
    )
    why = ((REASON, reason),) if reason else ()
    return Proposed(after, before.id, f"criteria {before.id} {before.title}", why)


def _named(task: Task, numbers: int | str | Iterable[int | str] | None) -> list[Criterion]:
    """The open criteria of these numbers; raises TkError if one is not."""
    if numbers is None or isinstance(numbers, (int, str)):
        numbers = () if numbers is None else (numbers,)
    known = {str(one.number): one for one in criteria_of(task)}
    found = []
    for number in dict.fromkeys(map(str, numbers)):
        one = known.get(number)
        if one is None:
            fact = f"{task.id} has no criterion {number[:20]}; it has {len(known)}"
            raise usage_error("no-such-criterion", fact, f"tk criteria {task.id}")
        if one.state != "open":
            fact = f"criterion {number} of {task.id} is {one.state} already"
            raise usage_error("settled", fact, f"tk criteria {task.id}")
        found.append(one)
    return found
