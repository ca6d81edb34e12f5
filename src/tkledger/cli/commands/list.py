"""``tk list``: the tasks that match filters."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from tkledger.api import lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say, say_flaws
from tkledger.core.quoting import few
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines

_SHOWN = 10


def list_(
    state: Sequence[str] = (),
    type: Sequence[str] = (),
    label: Sequence[str] = (),
    owner: Sequence[str] = (),
    parent: Sequence[str] = (),
    priority: Sequence[int] = (),
    stream: Sequence[str] = (),
    all: bool = False,
    waiting: bool = False,
    due: bool = False,
    stalled: bool = False,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
) -> Answer:
    """List tasks: the open ones, or those that match filters; with --json all that match."""
    session = Session(path, progress=TERMINAL)
    ledger = Shown(session, at)
    overview = ledger.overview
    say_flaws(overview.flaws)
    wanted = lists.TaskFilter(
        state=state,
        type=type,
        label=label,
        owner=_owners(ledger, owner) if owner else (),
        parent=parent,
        priority=priority,
        stream=stream,
        waiting=waiting,
        due=int(time.time()) if due else 0,
        stalled=stalled,
        mistakes=all,
    )
    found = lists.matching(ledger, wanted)
    for kind, name, there in (
        lists.unknown(ledger, wanted) if type or owner or label or stream else ()
    ):
        known = f"; there are {few(there, _SHOWN)}" if there else ""
        say(f"warning: no task has the {kind} {name!r}{known}")

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.list import listing
        from tkledger.views.words import counts

        if not len(overview):
            return [Aside("no tasks yet: tk new TITLE")]
        hide = not all and not state
        shown, hidden = lists.parted(overview, found) if hide else (found, {})
        if not shown:
            ended = f", {counts(hidden)}: tk list --all" if hidden else ""
            return [
                Aside(
                    f"no open task{ended}" if hide and hidden else "no task matches: tk list --all"
                )
            ]
        return [listing(overview, shown[:limit], hidden)]

    return Answer(lambda: {"tasks": lists.tasks_json(ledger, found[:limit])}, view)


def _owners(ledger: Shown, names: Sequence[str]) -> list[str]:
    """The owners that are meant."""
    from tkledger.verbs.verb import ME

    return [ledger.session.actor(ledger) if one == ME else one for one in names]
