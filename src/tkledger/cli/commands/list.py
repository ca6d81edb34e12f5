"""``tk list``: the tasks that match filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say, say_flaws
from tkledger.core.change import few
from tkledger.core.typing import TYPE_CHECKING
from tkledger.verbs.verb import ME

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
    all: bool = False,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
) -> Answer:
    """List tasks: the open ones, or those that match filters; with --json all that match."""
    session = Session(path, progress=TERMINAL)
    ledger = session.look(at)
    say_flaws(ledger)
    wanted = look.TaskFilter(
        state=state,
        type=type,
        label=label,
        owner=[session.actor(ledger) if one == ME else one for one in owner],
        parent=parent,
        priority=priority,
        mistakes=all,
    )
    found = look.matching(ledger, wanted)
    for kind, name, there in look.unknown(ledger, wanted) if type or owner or label else ():
        known = f"; there are {few(there, _SHOWN)}" if there else ""
        say(f"warning: no task has the {kind} {name!r}{known}")

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.list import listing
        from tkledger.views.words import counts

        if next(ledger.tasks(), None) is None:
            return [Aside("no tasks yet: tk new TITLE")]
        hide = not all and not state
        shown = [task for task in found if not (hide and ledger.is_over(task))]
        hidden = Counter(task.state for task in found if hide and ledger.is_over(task))
        if not shown:
            ended = f", {counts(hidden)}: tk list --all" if hidden else ""
            return [
                Aside(
                    f"no open task{ended}" if hide and hidden else "no task matches: tk list --all"
                )
            ]
        return [listing(shown[:limit], ledger, hidden)]

    return Answer(lambda: {"tasks": look.tasks_json(ledger, found[:limit])}, view)
