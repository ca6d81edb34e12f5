"""``tk sync``: this branch, the claims and the messages here and at a remote, in step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tkledger.api.advice import remind
from tkledger.api.amending import APPROVE, proposed_to
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say
from tkledger.core.change import Refused
from tkledger.core.quoting import many, quoted
from tkledger.core.ref_names import inbox_of
from tkledger.errors import TkError
from tkledger.sync.align import Exchange
from tkledger.sync.plan import Synced
from tkledger.sync.route import Route, route_from_head
from tkledger.sync.sync import sync as sync_branch

_LISTED = 20
"""How many tasks with news are listed."""


def sync(
    remote: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Fetch, merge and push: this branch, claims and messages, all or nothing. If the branch cannot be
    sent, those that do not depend on it go without it.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    route = route_from_head(session.repo, remote)
    name = session.actor(session.ledger.head())
    others: list[Synced] = []
    letters = session.repo.read(inbox_of(name))
    try:
        done = _with_bar(session, route, name, others.append, dry_run=dry_run)
    except (Refused, TkError) as error:
        _say_who_refused(error, others)
        raise
    if not dry_run:
        remind(session)
    waits = _waiting(session, route, name)
    unseen = _unseen(session, done)
    lost = _lost(session, name, letters[0]) if letters else []
    return Answer(
        lambda: {
            **_json(route, done),
            **({"proposal": waits} if waits else {}),
            **({"unseen": unseen} if unseen else {}),
            **({"lost_messages": lost} if lost else {}),
        },
        lambda: [
            *_lines(route, done, dry_run=dry_run),
            *(
                f"{task}: the work is on {quoted(one)}; to see it: git fetch {quoted(route.remote)}"
                for task, one in unseen.items()
            ),
            *(f"message {one[:10]}: another clone took it first" for one in lost),
            *([waits] if waits else []),
        ],
    )


def _lost(session: Session, actor: str, before: str) -> list[str]:
    """The messages that this clone had taken, and another one before that."""
    from tkledger.agents import inbox  # most have no message

    return [one.message.id for one in inbox.lost(session.repo, actor, before)]


def _unseen(session: Session, done: Synced) -> dict[str, str]:
    """The branches, by task, that claims name which came, and that this clone does not have."""
    if not done.claims.received:
        return {}
    from tkledger.claims import elsewhere

    session.forget_claims()
    there = elsewhere.unseen(session.repo, session.standing())
    return {task: branch for task, branch in there.items() if task in done.claims.received}


def _waiting(session: Session, route: Route, actor: str) -> str:
    """The policy that waits for this actor to put it in force, and how to; empty if none does."""
    found = session.repo.read(route.branch)  # where the branch is by now
    policy = session.ledger.at(found[0]).policy if found else None
    words = proposed_to(policy, actor) if policy is not None else ""
    return f"{words}: {APPROVE}" if words else ""


def _with_bar(
    session: Session,
    route: Route,
    actor: str,
    without: Callable[[Synced], None],
    *,
    dry_run: bool,
) -> Synced:
    progress = session.progress
    if not sys.stderr.isatty():  # GitPython and rich take 150 ms, and would show nothing
        return sync_branch(session.ledger, route, actor, without, dry_run=dry_run)
    from tkledger.views.progress import bar

    with bar(sys.stderr) as shown:
        progress = progress._replace(show=shown)
        return sync_branch(
            session.ledger, route, actor, without, dry_run=dry_run, progress=progress
        )


def _say_who_refused(error: Exception, others: list[Synced]) -> None:
    """What comes before the error itself: what went all the same, and which commits are refused."""
    from tkledger.sync.refusal import NotSent

    for one in others:
        if words := _exchanged(one):
            say(f"claims and messages go without it: {'; '.join(words)}")
    if isinstance(error, NotSent):
        say(error.heading)
        for one in others:
            error.more.update(_exchanged_json(one))


# -- for programs ------------------------------------------------------------------------------


def _json(route: Route, done: Synced) -> dict[str, object]:
    return {
        **{"remote": route.remote, "branch": route.here, "upstream": route.there},
        **{"sent": done.sent, "received": done.received, "merged": done.merged},
        **({"commit": done.commit} if done.commit else {}),
        **({"repeat": done.repeat} if done.repeat else {}),
        **_exchanged_json(done),
        "tries": done.tries,
    }


def _exchanged_json(done: Synced) -> dict[str, object]:
    """Claims and records by name, and the news; what is empty is absent."""
    from tkledger.api.json import without_empty

    kinds = {"claims": done.claims, "inboxes": done.inboxes}
    kinds |= {"artifacts": done.artifacts, **done.records}
    news = [without_empty(one._asdict()) for one in done.news]
    return {
        **{name: without_empty(one._asdict()) for name, one in kinds.items() if any(one)},
        **({"news": news} if news else {}),
    }


# -- for people --------------------------------------------------------------------------------


_GAVE_WAY = "of the policy, changes of the older version gave way; to make them again"


def _lines(route: Route, done: Synced, *, dry_run: bool) -> list[str]:
    """One line about the branch, one about what else went, and one for each task with news."""
    if done.idle:
        return [f"nothing to do: {route.here} and {route.there} are in step"]
    would = "would be: " if dry_run else ""
    parts = [_count(done.sent, "commit", "sent"), _count(done.received, "commit", "received")]
    moved = ", ".join(part for part in parts if part) or "no commits"
    merged = " and merged" if done.merged else " as a new branch" if done.created else ""
    others = "; ".join(_others(done))
    return [
        f"{would}{route.here} <-> {route.there}: {moved}{merged}",
        *([f"{would}{others}"] if others else []),
        *([f"{would}{_GAVE_WAY}: {done.repeat}"] if done.repeat else []),
        *_news(done),
    ]


def _exchanged(done: Synced) -> list[str]:
    """What went of claims and messages, what came, and what waits for its commit."""
    waiting = ", ".join(done.claims.waiting)
    kept = [f"claim kept until its commit is sent: {waiting}"] if waiting else []
    return [*_others(done), *kept, *_news(done)]


def _others(done: Synced) -> Iterator[str]:
    """What was sent; of what was received the records, since claims are news of their tasks."""
    known = {one.task for one in done.news}
    ended = tuple(name for name in done.claims.ended if name not in known)
    yield from _exchange(done.claims._replace(received=(), ended=ended), "claim")
    yield from _exchange(done.inboxes, "inbox")
    for kind, one in done.records.items():
        yield from _exchange(one, kind.removesuffix("s"))
    if done.artifacts.sent:
        yield _count(len(done.artifacts.sent), "artifact", "sent")


def _exchange(one: Exchange, what: str) -> Iterator[str]:
    rows = ((one.sent, "sent"), (one.received, "received"), (one.ended, "ended"))
    yield from (f"{what} {verb}: {', '.join(names)}" for names, verb in rows if names)


def _news(done: Synced) -> Iterator[str]:
    yield from (one.words for one in done.news[:_LISTED])
    if len(done.news) > _LISTED:
        yield f"and {len(done.news) - _LISTED:,} more tasks: tk log"


def _count(number: int, noun: str, verb: str) -> str:
    return f"{many(number, noun)} {verb}" if number else ""
