"""Brings a branch, the claims and the inboxes here and at a remote into step; the order of things.

The merge is made and judged without touching the checkout, and pushed before anything here moves.
So a sync that is stopped anywhere leaves the old state or the new one, and the next one continues.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from tkledger.core.change import Refused
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import RESERVATIONS
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.git.errors import RefMoved
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.git.transport import Contended
from tkledger.ledger.landing import heal, land
from tkledger.ledger.reader import Ledger
from tkledger.local.lock import retrying
from tkledger.report import SILENT, Progress
from tkledger.sync import turns
from tkledger.sync.plan import NOTHING, Plan, Synced, make_plan, plan_without_commits
from tkledger.sync.push import PushFailed, is_final, push
from tkledger.sync.route import Route

TRIES = 20
"""How often a lost race is run again before giving up BUSY."""

_DOUBLINGS = 3
"""How often the pause doubles. More would save tries, but a sync that sleeps for long is served last,
after all others.
"""

_SLOW = 1.0
"""The longest that a try counts, in seconds: one that had to wait says nothing about the next."""

_RESTS = 5
"""How often claims and messages are tried alone."""

_STALE = 0.1
"""After how many seconds of waiting HEAD is read again."""


_NOTHING_GOES = ("unreachable", "busy")
"""The kinds of errors that stop claims and messages as well."""


_LASTING = ("conflict", "refused")
"""The kinds of errors that the same commits meet again, as a rule."""


def _ignore(done: Synced) -> None:
    """The default of `sync`: tell no one."""


def sync(
    ledger: Ledger,
    route: Route,
    actor: str,
    without: Callable[[Synced], None] = _ignore,
    *,
    dry_run: bool = False,
    progress: Progress = SILENT,
) -> Synced:
    """Fetch, merge, push, and follow; a lost race is run again, with a growing random pause.

    If the branch cannot be sent, messages and claims that do not depend on it go without it, and
    ``without`` is called. Raises TkError (unreachable, conflict, work in the way, refused, BUSY) or NotSent.
    """
    try:
        return _in_step(ledger, route, actor, dry_run=dry_run, progress=progress)
    except (Refused, TkError) as error:
        if isinstance(error, TkError) and error.kind in _NOTHING_GOES:
            raise
        rest = None if dry_run else _send_the_rest(ledger, route, progress)
        if rest is not None:
            without(rest)
        if isinstance(error, Refused):
            from tkledger.sync.refusal import named

            error = named(ledger, route, error)
        if not dry_run and (isinstance(error, Refused) or error.kind in _LASTING):
            _note(ledger.repo, error)
        raise error from None


def _note(repo: Repo, error: Refused | TkError) -> None:
    """Note the first of what a refusal says, for the status."""
    from tkledger.local.refusal import Refusal, note_refusal

    if isinstance(error, TkError):
        note_refusal(repo, Refusal(error.message, error.remedy))
    else:
        first = error.violations[0]
        fact = f"{first.code} {first.task}: {first.message}"
        note_refusal(repo, Refusal(fact, first.remedy))


def _send_the_rest(ledger: Ledger, route: Route, progress: Progress) -> Synced | None:
    """Bring into step what depends on no commit; if the remote refuses a claim, the messages alone.
    None if that cannot be done now.
    """
    repo, claims = ledger.repo, True
    for _ in retrying(_RESTS, lambda attempt: 0.0):
        try:
            plan = plan_without_commits(ledger, route, progress, claims=claims)
            if plan.alignment.moves:
                refs.swap(repo, plan.alignment.moves, "tk: sync")
            _follow(repo, route, plan, push(ledger, route, plan, progress))
            return plan.done
        except PushFailed as lost:
            claims = claims and not is_final(repo, route, [lost])
        except (RefMoved, Contended):
            continue
        except (Refused, TkError):
            return None
    return None


def _in_step(
    ledger: Ledger, route: Route, actor: str, *, dry_run: bool, progress: Progress
) -> Synced:
    """All of it, or an error."""
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
                    if any(one.ref.startswith(RESERVATIONS) for one in plan.alignment.moves):
                        from tkledger.claims.reservations import note  # most reserve nothing

                        note(repo)
                earlier = done
                agreed = push(ledger, route, plan, progress)
            _follow(repo, route, plan, agreed)
            return done
        except PushFailed as one:
            lost.append(one)
            if is_final(repo, route, lost):
                raise _refused(ledger, route, one) from None
        except (RefMoved, Contended):
            continue
    raise _gave_up(ledger, route, lost, other)


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
        land(repo, plan.landing, judged=plan.landing == plan.pushing, again="tk sync")


def _gave_up(ledger: Ledger, route: Route, lost: Sequence[PushFailed], other: str) -> Exception:
    if lost and lost[-1].pushed.declined:  # by a hook, after which the remote had moved each time
        return _refused(ledger, route, lost[-1])
    holder = f" ({other} holds the turn)" if other else ""
    fact = f"gave up after {TRIES} tries: {route.remote} kept moving{holder}"
    return TkError(Exit.BUSY, "busy", fact, f"tk sync {quoted(route.remote)}")


def _refused(ledger: Ledger, route: Route, failed: PushFailed) -> Exception:
    from tkledger.sync.refusal import refused_there  # most pushes are taken

    return refused_there(ledger, route, failed.pushed)
