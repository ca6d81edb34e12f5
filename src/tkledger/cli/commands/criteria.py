"""``tk criteria``: what a task has to show before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import without_empty
from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, Aside, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.criteria import criteria_of
from tkledger.core.task import Task


def criteria(
    id: str,
    add: Sequence[str] = (),
    met: Sequence[int] = (),
    waive: Sequence[int] = (),
    reason: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Add, meet or waive criteria of a task; without options, list them."""
    session = Session(path, actor=actor, progress=TERMINAL)
    if not (add or met or waive):
        from tkledger.verbs.ids import existing

        return _listed(existing(session.look(), id, reading=True))
    texts = [read_text(one) or "" for one in add]
    options = {"add": texts, "met": list(met), "waive": list(waive), "reason": reason}
    recorded, _ = session.carry_out(
        each("criteria", read_ids([id]), options), dry_run=dry_run, key=key
    )
    done = [word for word, given in (("added", add), ("met", met), ("waived", waive)) if given]
    return changed(session, recorded, dry_run=dry_run, verb=f"criteria {' and '.join(done)}")


def _listed(task: Task) -> Answer:
    found = list(criteria_of(task))

    def view() -> Iterable[str | Aside]:
        for one in found:
            why = f" ({one.reason})" if one.reason else ""
            yield f"{one.number:>3} {one.state:<6}  {one.text}{why}"
        if not found:
            yield Aside(f"{task.id} has no criteria: tk criteria {task.id} --add TEXT")

    return Answer(lambda: {"criteria": [without_empty(one._asdict()) for one in found]}, view)
