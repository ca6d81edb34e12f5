"""``tk page``: the ledger as one page of HTML."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import filters
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import COUNTING, Answer, Aside, say_flaws, say_unknown, would_be
from tkledger.core.quoting import many
from tkledger.core.typing import Any
from tkledger.html.data import page_data
from tkledger.html.document import document
from tkledger.html.folder import place, write


def page(
    output: str,
    title: str | None = None,
    at: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **options: Any,
) -> Answer:
    """Write a page with the tree, the board, the graph, the log, the statistics and a search."""
    session = Session(path, progress=COUNTING)
    ledger = Shown(session, at or session.repo.head)  # other branches and the clock do not count
    say_flaws(ledger.overview.flaws)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    file = place(output)
    data = page_data(ledger, choice)
    made = document(title or "Tasks", data)
    if not dry_run:
        write(file, made)
    count = len(data["tasks"])

    def view() -> Iterable[str | Aside]:
        yield file
        yield Aside(f"{would_be(dry_run)}{many(count, 'task')}, {len(made):,} bytes")

    return Answer(
        lambda: {"file": file, "commit": ledger.tip, "tasks": count, "bytes": len(made)}, view
    )
