"""What changed in the ledger since some point, as the answer of a command."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.session import Session
from tkledger.api.since import Since, since, since_json
from tkledger.cli.answer import Answer, Aside, Verbatim
from tkledger.core.quoting import many, quoted
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def changes_since(
    session: Session, when: str, at: str | None = None, *, markdown: bool = False
) -> Answer:
    """What changed since then, by person; with ``markdown`` as a note."""
    found = since(session, when, at)

    def view() -> Iterable[Aside | Verbatim | Lines]:
        from tkledger.views import since as views

        if not found.people:
            return [Aside(f"nothing has changed since {quoted(when)}")]
        if markdown:
            return map(Verbatim, views.markdown(found.people, _head(found, when)))
        return [views.changes(found.people, _head(found, when))]

    return Answer(lambda: since_json(found), view)


def _head(found: Since, when: str) -> str:
    from tkledger.views.words import minute

    commit = found.begin.commit
    place = f"{minute(found.begin.at)}, {commit[:10]}" if commit else "before the ledger began"
    return f"{many(found.total, 'task')} changed since {when} ({place})"
