"""``tk stats``: how work flows, out of history."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import filters
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.api.stats import stats as found_in
from tkledger.api.stats import stats_json
from tkledger.cli.answer import COUNTING, Answer, Verbatim, say_flaws, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def stats(
    prometheus: bool = False, at: str | None = None, path: str = ".", **options: Any
) -> Answer:
    """Show how much is done a week, how long it takes, where it waits, what it costs and when it may be done."""
    ledger = Shown(Session(path, progress=COUNTING), at, here=True)
    say_flaws(ledger.overview.flaws)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice.timeless)
    found = found_in(ledger, choice)

    def view() -> Iterable[Lines | Verbatim]:
        if prometheus:
            from tkledger.views.prometheus import exposition

            return map(Verbatim, exposition(found))
        from tkledger.views.stats import stats as drawn

        return [drawn(found)]

    return Answer(lambda: stats_json(found), view)
