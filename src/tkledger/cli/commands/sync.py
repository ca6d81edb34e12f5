"""``tk sync``: this branch, the claims and the messages here and at a remote, in step."""

from __future__ import annotations

import sys

from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say
from tkledger.core.change import Refused
from tkledger.sync.align import Exchange
from tkledger.sync.plan import Synced
from tkledger.sync.route import Route, route_from_head
from tkledger.sync.sync import sync as sync_branch


def sync(
    remote: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Fetch, merge and push: this branch, claims and messages, all or nothing."""
    session = Session(path, actor=actor, progress=TERMINAL)
    route = route_from_head(session.repo, remote)
    name = session.actor(session.ledger.head())
    try:
        done = _with_bar(session, route, name, dry_run=dry_run)
    except Refused:
        say(f"syncing {route.here} with {route.there} would break the rules:")
        raise
    return Answer(lambda: _json(route, done), lambda: [_words(route, done, dry_run=dry_run)])


def _with_bar(session: Session, route: Route, actor: str, *, dry_run: bool) -> Synced:
    if not sys.stderr.isatty():  # GitPython and rich take 150 ms, and would show nothing
        return sync_branch(session.ledger, route, actor, dry_run=dry_run)
    from tkledger.views.progress import bar

    with bar(sys.stderr) as shown:
        progress = session.progress._replace(show=shown)
        return sync_branch(session.ledger, route, actor, dry_run=dry_run, progress=progress)


def _json(route: Route, done: Synced) -> dict[str, object]:
    kinds = {"claims": done.claims, "inboxes": done.inboxes}
    return {
        **{"remote": route.remote, "branch": route.here, "upstream": route.there},
        **{"sent": done.sent, "received": done.received, "merged": done.merged},
        **({"commit": done.commit} if done.commit else {}),
        **{name: without_empty(one._asdict()) for name, one in kinds.items() if any(one)},
        "tries": done.tries,
    }


def _words(route: Route, done: Synced, *, dry_run: bool) -> str:
    """One line about the branch, one about the rest, if there is any."""
    if done.idle:
        return f"nothing to do: {route.here} and {route.there} are in step"
    would = "would be: " if dry_run else ""
    parts = [_count(done.sent, "commit", "sent"), _count(done.received, "commit", "received")]
    moved = ", ".join(part for part in parts if part) or "no commits"
    merged = " and merged" if done.merged else " as a new branch" if done.created else ""
    lines = [f"{would}{route.here} <-> {route.there}: {moved}{merged}"]
    others = [*_exchange(done.claims, "claim"), *_exchange(done.inboxes, "inbox")]
    return "\n".join([*lines, *([f"{would}{'; '.join(others)}"] if others else [])])


def _exchange(one: Exchange, what: str) -> list[str]:
    lost = "someone else holds it now: " if what == "claim" else ""
    rows = ((one.sent, "sent"), (one.received, "received"), (one.lost, "lost"))
    return [
        f"{what} {verb}, {lost if verb == 'lost' else ''}{', '.join(names)}"
        if verb == "lost"
        else f"{what} {verb}: {', '.join(names)}"
        for names, verb in rows
        if names
    ]


def _count(number: int, noun: str, verb: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''} {verb}" if number else ""
