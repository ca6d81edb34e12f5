"""``tk criteria``: what a task has to show before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import without_empty
from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, Aside, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.criteria import CRITERIA, Checks, checks_of
from tkledger.core.typing import Any


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
    given = {"add": add, "met": met, "waive": waive}
    return check_off(session, id, CRITERIA, given, reason, dry_run=dry_run, key=key)


def check_off(
    session: Session,
    id: str,
    kind: Checks,
    given: dict[str, Sequence[Any]],
    reason: str | None,
    *,
    dry_run: bool,
    key: str | None,
) -> Answer:
    """Add to a list of a task, and say of others what came about or need not; or list them."""
    if not any(given.values()):
        return _listed(session, id, kind)
    texts = [read_text(one) or "" for one in given["add"]]
    options = {**{name: list(some) for name, some in given.items()}, "add": texts, "reason": reason}
    verb = kind.name
    recorded, _ = session.carry_out(each(verb, read_ids([id]), options), dry_run=dry_run, key=key)
    did = zip(("added", kind.done, kind.left_out), given.values())
    done = " and ".join(word for word, some in did if some)
    return changed(session, recorded, dry_run=dry_run, verb=f"{verb} {done}")


def _listed(session: Session, id: str, kind: Checks) -> Answer:
    from tkledger.verbs.ids import existing

    task = existing(session.look(), id, reading=True)
    found = list(checks_of(task, kind))

    def view() -> Iterable[str | Aside]:
        width = max(len(one.state) for one in found) if found else 0
        for one in found:
            why = f" ({one.reason})" if one.reason else ""
            yield f"{one.number:>3} {one.state:<{width}}  {one.text}{why}"
        if not found:
            yield Aside(f"{task.id} has no {kind.name}: tk {kind.name} {task.id} --add TEXT")

    return Answer(lambda: {kind.name: [without_empty(one._asdict()) for one in found]}, view)
