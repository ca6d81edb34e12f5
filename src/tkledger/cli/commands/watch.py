"""``tk watch``: each change of a task or a claim as it comes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from tkledger import report
from tkledger.api.events import PAUSE, Watch
from tkledger.cli import reader_is_gone
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.parser import read_text
from tkledger.core.events import LedgerEvent
from tkledger.core.quoting import quoted
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines

_AT_ONCE = 100
"""So many lines of text are drawn together at most, with one width for each column."""


def watch(
    since: str | None = None, limit: int | None = None, no_follow: bool = False, path: str = "."
) -> Answer:
    """Print each change of a task or a claim as it comes, on any branch; with --since from a cursor on."""
    text = read_text(since)
    watching = Watch(path, text if text is None else text.strip(), TERMINAL)
    batches = partial(_batches, watching, follow=not no_follow, limit=limit)

    def to_json() -> None:
        from tkledger.api.json import event_json

        told = "" if since is None else watching.cursor.text
        for some in batches():
            for event in some:
                told = event.cursor.text
                report.print_json(**event_json(event), cursor=told)
            if not some and told != (now := watching.cursor.text):
                told = now
                report.print_json(kind="cursor", cursor=told)
            sys.stdout.flush()

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.events import stream

        yield from (stream(some) for some in batches() if some)
        if no_follow:
            yield Aside(f"to continue from here: tk watch --since {quoted(watching.cursor.text)}")

    return Answer(to_json, view, live=True)


def _batches(watching: Watch, *, follow: bool, limit: int | None) -> Iterator[list[LedgerEvent]]:
    """The events as they come, some at once; an empty list when all there are now have been printed."""
    left = limit
    while True:
        found = watching.look()
        while some := [*islice(found, _AT_ONCE if left is None else min(_AT_ONCE, left))]:
            yield some
            left = None if left is None else left - len(some)
        if left == 0:
            return
        yield []
        if not follow:
            return
        watching.rest()
        while not reader_is_gone(sys.stdout, wait=PAUSE):
            if watching.may_find():
                break
        else:
            return
