"""``tk reopen``: a new task continues one that has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, Aside, say_advice, with_commit, would_be
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.task import Task
from tkledger.core.typing import Any
from tkledger.ledger.proposal import Recorded


def reopen(
    id: str,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **more: str,
) -> Answer:
    """Make a successor of an ended task; prints its id, and says what waits for it now."""
    session = Session(path, actor=actor, progress=TERMINAL)
    verbs = each("reopen", read_ids([id]), {"message": read_text(message), **more})
    recorded, (step,) = session.carry_out(verbs, dry_run=dry_run, key=key)
    say_advice(session, recorded, [])
    new = recorded.after.task(step.id)
    old = recorded.before.task(new.reopens or "") if new else None
    assert new is not None
    assert old is not None  # the verb made the one of the other
    waiting = [one for one in recorded.touched if one != new.id]
    left = dict(_left_out(recorded, old, new))

    def to_json() -> dict[str, Any]:
        return {
            **{"id": new.id, "reopens": old.id, "repointed": waiting},
            **({"left_out": left} if left else {}),
            **with_commit(recorded),
        }

    def view() -> Iterable[str | Aside]:
        yield f"{would_be(dry_run)}{new.id}"
        yield Aside(f"{old.id} ({old.state}) is reopened as {new.id}")
        if waiting:
            yield Aside(f"{', '.join(waiting)} now depend{'s' * (len(waiting) == 1)} on {new.id}")
        if "parent" in left:
            yield Aside(
                f"left out: the parent {left['parent']} has ended; tk edit {new.id} --parent ID"
            )
        if "depends_on" in left:
            yield Aside(f"left out: cancelled dependencies {', '.join(left['depends_on'])}")

    return Answer(to_json, view)


def _left_out(recorded: Recorded, old: Task, new: Task) -> Iterator[tuple[str, Any]]:
    """The links of the ended task that lead to what has ended, and that the new one has not: its
    parent, and dependencies that will never be done.
    """
    if old.parent and not new.parent:
        yield "parent", old.parent
    from tkledger.verbs.reopen import current

    lost = [key for key in recorded.before.blocked_by(old) if current(recorded.before, key) is None]
    if lost:
        yield "depends_on", lost
