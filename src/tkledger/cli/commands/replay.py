"""``tk replay``: a task's history judged again, up to the first commit that the law does not lead to."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.field import is_id
from tkledger.core.quoting import many
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.doors.replay import replayed
from tkledger.errors import Exit, TkError
from tkledger.report import violation_json, violation_text
from tkledger.verbs.ids import find

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def replay(id: str, at: str | None = None, path: str = ".") -> Answer:
    """Judge what commits did to a task once more, and name the first that the law does not lead to."""
    session = Session(path, progress=TERMINAL)
    ledger = session.look(at)
    task, missing = id, None
    try:
        task = find(ledger, id, reading=True)
    except TkError as error:  # its file may be gone, which is what has to be told
        missing = error
    tip = look.place_of(session, ledger, task, at)
    steps = list(replayed(session.ledger, task, tip)) if is_id(task) else []
    if missing and not steps:
        raise missing
    last = steps[-1]
    broken = last.broken if last.diverges else ()

    def to_json() -> dict[str, Any]:
        from tkledger.api.json import entry_json

        return {
            "id": task,
            "entries": [
                {**entry_json(one.entry), **({"accepted": one.accepted} if one.accepted else {})}
                for one in steps
            ],
            "violations": [violation_json(one) for one in broken],
            **({} if broken else {"state": last.entry.target}),
        }

    def view() -> Iterable[str | Aside | Lines]:
        from tkledger.views.log import timeline

        yield timeline(one.entry for one in steps)
        for step in steps:
            for one in step.broken:
                yield Aside(violation_text(one, "accepted" if step.accepted else "error"))
            if step.accepted:
                yield Aside(f"  reason: {step.accepted}")
        commits = many(len(steps), "commit")
        if broken:
            yield Aside(f"replayed {commits} of {task}: the last is not where the law leads")
        else:
            yield f"replayed {commits} of {task}: {last.entry.target.value}, as the law leads"

    return Answer(to_json, view, lambda: Exit.REJECTED if broken else Exit.OK)
