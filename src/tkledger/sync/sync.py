"""Brings a branch, the claims and the inboxes here and at a remote into step; the order of things.

The merge is made and judged without touching the checkout, and pushed before anything here moves.
So a sync that is stopped anywhere leaves the old state or the new one, and the next one continues.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tkledger.core.change import quoted
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.git.errors import RefMoved
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.git.transport import Contended
from tkledger.ledger.reader import Ledger
from tkledger.local.lock import retrying
from tkledger.report import SILENT, Progress
from tkledger.sync import turns
from tkledger.sync.landing import heal, land
from tkledger.sync.plan import NOTHING, Plan, Synced, make_plan
from tkledger.sync.push import PushFailed, is_final, push, rejected
from tkledger.sync.route import Route

TRIES = 20
"""How often a lost race is run again before giving up BUSY."""

_DOUBLINGS = 3
"""How often the pause doubles. More would save tries, but a sync that sleeps for long is served last,
after all others.
"""

_SLOW = 1.0
"""The longest that a try counts, in seconds: one that had to wait says nothing about the next."""

_STALE = 0.1
"""After how many seconds of waiting HEAD is read again."""


def sync(
    ledger: Ledger,
    route: Route,
    actor: str,
    *,
    dry_run: bool = False,
    progress: Progress = SILENT,
) -> Synced:
    """Fetch, merge, push, and follow; a lost race is run again, with a growing random pause.

    Raises TkError (unreachable, conflict, work in the way, refused, BUSY) or Refused.
    """
    repo = ledger.repo
    if not dry_run:
        heal(repo)
    earlier, other, began = NOTHING, "", 0.0
    lost: list[PushFailed] = []

    def longest(attempt: int) -> float:
        """The time of some tries, more each time: so the others get through one by one."""
        return min(time.monotonic() - began, _SLOW) * 2.0 ** min(attempt + 1, _DOUBLINGS)

    for attempt in retrying(TRIES, longest):
        if attempt:
            repo.refresh()
        try:
            with _turn(repo, route, actor, None if dry_run else route.queue, progress) as other:
                began = time.monotonic()
                plan = make_plan(ledger, route, actor, dry_run=dry_run, progress=progress)
                done = plan.done.after(earlier, attempt + 1)
                if dry_run:
                    return done
                if plan.alignment.moves:
                    refs.swap(repo, plan.alignment.moves, "tk: sync")
                earlier = done
                agreed = push(ledger, route, plan, progress)
            _follow(repo, route, plan, agreed)
            return done
        except PushFailed as one:
            lost.append(one)
            if is_final(repo, route, lost):
                raise rejected(route, one.pushed) from None
        except (RefMoved, Contended):
            continue
    raise _gave_up(route, lost, other)


@contextmanager
def _turn(
    repo: Repo, route: Route, actor: str, queue: str | None, progress: Progress
) -> Iterator[str]:
    """Take the turn, unless there seems to be nothing to push; gives who has it instead, if anyone."""
    began = time.monotonic()
    if queue is not None:
        # git's copy, too: a new clone has none of ours, and a plain `git push` moves only that one
        copies = (
            f"{route.copies}{route.target.removeprefix('refs/')}",
            f"refs/remotes/{route.there}",
        )
        if any(found and found[0] == repo.head for found in repo.read_many(copies)):
            queue = None
    with turns.turn(queue, actor, progress) as other:
        if time.monotonic() - began > _STALE:  # so that commits made meanwhile are pushed as well
            repo.refresh()
        yield other


def _follow(repo: Repo, route: Route, plan: Plan, agreed: Sequence[RefSwap]) -> None:
    """Move the refs and the checkout here once the remote has taken the push, outside the turn."""
    if plan.pushing and plan.done.created and not route.has_upstream:
        repo.run("config", f"branch.{route.here}.remote", route.remote)
        repo.run("config", f"branch.{route.here}.merge", route.target)
    if agreed:
        with suppress(RefMoved):  # another sync of this repository moved them meanwhile
            refs.swap(repo, agreed, "tk: sync")
    if plan.landing:
        land(repo, plan.landing, judged=plan.landing == plan.pushing)


def _gave_up(route: Route, lost: Sequence[PushFailed], other: str) -> TkError:
    if lost and lost[-1].pushed.declined:  # by a hook, after which the remote had moved each time
        return rejected(route, lost[-1].pushed)
    holder = f" ({other} holds the turn)" if other else ""
    fact = f"gave up after {TRIES} tries: {route.remote} kept moving{holder}"
    return TkError(Exit.BUSY, "busy", fact, f"tk sync {quoted(route.remote)}")
