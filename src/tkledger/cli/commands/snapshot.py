"""``tk snapshot``: names of commits of the ledger, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.cli.since import changes_since
from tkledger.core.quoting import quoted
from tkledger.core.typing import Any
from tkledger.errors import usage_error
from tkledger.git.tags import Tag
from tkledger.ledger import snapshots as kept


def snapshot(
    name: str | None = None,
    message: str | None = None,
    search: Sequence[str] = (),
    diff: str | None = None,
    at: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Take a snapshot; without a name list them, or show what has changed since one."""
    session = Session(path, progress=TERMINAL)
    if sum(map(bool, (name, search, diff))) > 1:
        fact = "a snapshot is taken, searched for, or compared: one of them"
        raise usage_error("both", fact, "tk snapshot")
    if diff:
        return changes_since(session, diff, at)
    session.read(at)  # there is a ledger
    if not name:
        return _listed(kept.snapshots(session.repo, search))
    tip = session.tip(at)
    kept.taken(session.repo, name, tip, message or f"snapshot {name}", dry_run=dry_run)
    said = f"snapshot {quoted(name)} of {tip[:10]}: tk list --at {quoted(name)}"
    return Answer(lambda: {"name": name, "commit": tip}, lambda: [Aside(would_be(dry_run) + said)])


def _listed(found: Sequence[Tag]) -> Answer:
    def rows() -> Iterable[dict[str, Any]]:
        from tkledger.core.time import iso
        from tkledger.views.words import CALENDAR

        for one in found:
            yield {
                **{"name": kept.name_of(one), **({"commit": one.commit} if one.commit else {})},
                **({"at": iso(one.at)} if one.at in CALENDAR else {}),
                **{key: text for key, text in (("by", one.by), ("text", one.text)) if text},
            }

    def view() -> Iterable[str | Aside]:
        from tkledger.views.words import minute

        for one in found:
            of = one.commit[:10] if one.commit else "names no commit"
            yield "  ".join(
                part for part in (kept.name_of(one), minute(one.at), of, one.text) if part
            )
        if not found:
            yield Aside("no snapshots: tk snapshot NAME")

    return Answer(lambda: {"snapshots": list(rows())}, view)
