"""Brings a branch, the claims and the inboxes here and at a remote into step; the order of things.

The merge is made and judged without touching the checkout, and pushed before anything here moves.
So whoever is stopped anywhere has the old state or the new one, and the next sync goes on from it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import NamedTuple

from tkledger.claims import fence, renewal
from tkledger.core import ref_names
from tkledger.core.ref_names import CLAIMS, INBOXES
from tkledger.doors import gate
from tkledger.errors import Exit, TkError
from tkledger.git import transport
from tkledger.git.objects import Oid
from tkledger.git.repo import RefMoved, RefSwap, Repo
from tkledger.git.transport import Contended, Heard, Pushed, Send
from tkledger.ledger.checkout import Checkout
from tkledger.ledger.reader import Ledger
from tkledger.merging.trees import join
from tkledger.sync import turns
from tkledger.sync.align import Alignment, Exchange, align
from tkledger.sync.landing import land, mend, require_room
from tkledger.sync.route import Route
from tkledger.verbs.moves import Refused

TRIES = 20
"""How often a lost race is run again before giving up BUSY."""

_PATIENCE = 3
"""How often a push may fail although nobody else moved anything, before it counts as refused."""

_DOUBLINGS = 3
"""How often the pause doubles. More would save tries; but whoever is asleep for long is the last to
be through when all others are.
"""

_SLOW = 1.0
"""The longest that a try counts, in seconds: one that had to wait says nothing about the next."""


_STALE = 0.1
"""After how many seconds of waiting one looks again where the branch is."""


class Synced(NamedTuple):
    """What a sync did, or would do: commits sent and received, claims and inboxes by name.

    merged: whether both sides had commits of their own; created: whether the branch is new there
    commit: where the branch is now, None where there is none yet
    """

    sent: int
    received: int
    merged: bool
    created: bool
    commit: Oid | None
    claims: Exchange
    inboxes: Exchange
    tries: int = 1

    @property
    def idle(self) -> bool:
        """Whether both sides had the same already."""
        return not (
            self.sent or self.received or self.created or any((*self.claims, *self.inboxes))
        )

    def after(self, earlier: Synced, tries: int) -> Synced:
        """This one, with what earlier tries had settled already."""
        return self._replace(
            claims=self.claims.with_earlier(earlier.claims),
            inboxes=self.inboxes.with_earlier(earlier.inboxes),
            tries=tries,
        )


_NOTHING = Synced(0, 0, False, False, None, Exchange(), Exchange())


class _Lost(Exception):
    """A push that was not taken: where the remote's refs were that it was to move, and the answer."""

    def __init__(self, onto: dict[str, Oid | None], pushed: Pushed) -> None:
        super().__init__()
        self.onto = onto
        self.pushed = pushed


def sync(
    ledger: Ledger, road: Route, actor: str, *, dry_run: bool = False, heard: Heard | None = None
) -> Synced:
    """Fetch, merge, push, and follow; a lost race is run again, with a growing random pause.

    Raises TkError (unreachable, conflict, work in the way, refused, BUSY) or Refused.
    """
    if not dry_run:
        mend(ledger.repo)
    earlier, other = _NOTHING, ""
    defeats: list[_Lost] = []
    for attempt in range(1, TRIES + 1):
        began = time.monotonic()
        try:
            with turns.turn(_queued(ledger.repo, road, dry_run), actor, _waits(heard)) as other:
                waited, began = time.monotonic() - began, time.monotonic()
                if waited > _STALE:  # what was moved here meanwhile goes along
                    ledger.repo.refresh()
                plan = _planned(ledger, road, actor, dry_run=dry_run, heard=heard)
                done = plan.done.after(earlier, attempt)
                if dry_run:
                    return done
                if plan.alignment.moves:
                    ledger.repo.swap_refs(plan.alignment.moves, "tk: sync")
                earlier = done
                agreed = _send(ledger, road, plan, heard)
            _follow(ledger.repo, road, plan, agreed)
            return done
        except _Lost as lost:
            defeats.append(lost)
            if _is_final(ledger.repo, road, defeats):
                raise _refused(road, lost.pushed) from None
        except (RefMoved, Contended):
            pass
        _pause(attempt, time.monotonic() - began)
        ledger.repo.refresh()
    if defeats and defeats[-1].pushed.declined:  # by a hook that each time was heard too late
        raise _refused(road, defeats[-1].pushed)
    said = f"others were faster {TRIES} times"
    said += f", and {other} keeps the turn at {road.remote}" if other else ""
    raise TkError(Exit.BUSY, "busy", said, f"tk sync {road.remote}")


def _queued(repo: Repo, road: Route, dry_run: bool) -> str | None:
    """Where to ask for a turn; None where there are none, or there is nothing to push, as it seems."""
    if dry_run or road.queue is None:
        return None
    copy = repo.read(f"{road.copies}{road.target.removeprefix('refs/')}")
    return None if copy and copy[0] == repo.head else road.queue


def _waits(heard: Heard | None) -> turns.Waits:
    """Says on a terminal who has the turn that one waits for."""

    def tell(name: str, waited: float) -> None:
        if heard is not None:
            heard(f"waiting for {name}", waited, None)

    return tell


def _pause(attempt: int, took: float) -> None:
    """Leave the others the time of some tries, of more each time; with each, one gets through."""
    import random  # loads OpenSSL, for 10 ms

    time.sleep(random.uniform(0, min(took, _SLOW) * 2 ** min(attempt, _DOUBLINGS)))


def _is_final(repo: Repo, road: Route, defeats: list[_Lost]) -> bool:
    """Whether it was no race: a hook said no, or the push fails again, and nobody was faster.

    By reading the remote again rather than git's words for it, of which there are many.
    """
    last = defeats[-1]
    if last.pushed.too_large:
        return True
    if last.pushed.declined:
        now = transport.listed(repo, road.remote, list(last.onto)) if last.onto else {}
        return all(now.get(ref) == oid for ref, oid in last.onto.items())
    same = [one for one in defeats[-_PATIENCE:] if one.onto == last.onto]
    return len(same) == _PATIENCE


class _Plan(NamedTuple):
    """What one try is going to do; ``had`` is the branch as both sides last had it."""

    theirs: dict[str, Oid]
    had: Oid | None
    alignment: Alignment
    pushing: Oid | None
    landing: Oid | None
    done: Synced


def _planned(
    ledger: Ledger, road: Route, actor: str, *, dry_run: bool, heard: Heard | None
) -> _Plan:
    repo = ledger.repo
    here, theirs = _both(repo, road, dry_run=dry_run, heard=heard)
    alignment = align(repo, road, here, theirs)
    ours, other, had = repo.head, theirs.get(road.target), here.get(_mark(road))
    _require_forward(repo, road, had, other)
    sent, received = _apart(repo, ours, other)
    commit = ours or other
    if sent and received:
        assert ours
        assert other
        commit = join(ledger, other, ours, (road.here, road.there), actor)
    elif received:
        commit = other
    landing = commit if received else None
    if landing:
        require_room(repo, landing)
    created = bool(ours) and other is None
    done = Synced(
        *(sent, received, bool(sent and received), created, commit),
        *(alignment.claims, alignment.inboxes),
    )
    return _Plan(theirs, had, alignment, commit if sent else None, landing, done)


def _mark(road: Route) -> str:
    """The ref that keeps the branch as both sides last had it."""
    return f"{road.agreed}{road.target.removeprefix('refs/')}"


def _require_forward(repo: Repo, road: Route, had: Oid | None, theirs: Oid | None) -> None:
    """Raise where the remote has let go of what both sides had, and whoever acts here has not.

    Merged as ever, it would come back; followed, work that others built on would be gone.
    """
    if had is None or theirs is None or had == theirs or repo.is_ancestor(had, theirs):
        return
    ours = repo.head
    if ours and repo.is_ancestor(theirs, ours) and not repo.is_ancestor(had, ours):
        return
    raise TkError(
        Exit.REJECTED,
        "rewritten",
        f"{road.there} has been rewritten: it no longer has {had[:10]}, which both sides had",
        f"ask who did it; if that was meant: git fetch {road.remote}, then"
        f" git rebase --onto {road.there} {had[:10]}",
    )


def _apart(repo: Repo, ours: Oid | None, theirs: Oid | None) -> tuple[int, int]:
    """How many commits we have that they have not, and the other way round."""
    if ours is None or theirs is None:
        one = ours or theirs
        count = int(repo.run("rev-list", "--count", one)) if one else 0
        return (count, 0) if ours else (0, count)
    left, right = repo.run("rev-list", "--count", "--left-right", f"{ours}...{theirs}").split()
    return int(left), int(right)


def _both(
    repo: Repo, road: Route, *, dry_run: bool, heard: Heard | None
) -> tuple[dict[str, Oid], dict[str, Oid]]:
    """Our refs under ``refs/tk``, and what the remote has, by its own names, after fetching it.

    The branch is asked for by a pattern: a plain name that the remote has not would be an error.
    """
    name = road.target.removeprefix("refs/")
    refspecs = [
        f"+refs/{name}*:{road.copies}{name}*",
        f"+{CLAIMS}*:{road.copies}claims/*",
        f"+{INBOXES}*:{road.copies}inbox/*",
    ]
    transport.fetch(repo, road.remote, refspecs, heard=heard, dry_run=dry_run)
    here = repo.refs(ref_names.ALL)
    if dry_run:  # no ref was moved, so the remote has to be asked
        return here, transport.listed(repo, road.remote, _patterns(road))
    places = {"heads/": "refs/heads/", "claims/": CLAIMS, "inbox/": INBOXES}
    found = {}
    for ref, oid in here.items():
        if ref.startswith(road.copies):
            kind, slash, rest = ref.removeprefix(road.copies).partition("/")
            found[places.get(kind + slash, "") + rest] = oid
    return here, found


def _patterns(road: Route) -> list[str]:
    return [road.target, f"{CLAIMS}*", f"{INBOXES}*"]


def _send(ledger: Ledger, road: Route, plan: _Plan, heard: Heard | None) -> list[RefSwap]:
    """Push what the plan says, all or nothing; gives the refs to move here as that was taken."""
    repo = ledger.repo
    sends, afterwards = [*plan.alignment.sends], [*plan.alignment.afterwards]
    if plan.pushing:
        worked_on = _ask_the_door(ledger, road, plan.pushing)
        for ref, new, old in renewal.renewed(repo, worked_on, plan.theirs):
            sends.append(Send(ref, new, old))
            afterwards.append(RefSwap(f"{road.agreed}claims/{ref[len(CLAIMS) :]}", new, old))
        sends.append(Send(road.target, plan.pushing))
    if plan.done.commit and plan.done.commit != plan.had:
        afterwards.append(RefSwap(_mark(road), plan.done.commit, plan.had))
    if sends:
        pushed = transport.push(repo, road.remote, sends, heard=heard)
        if not pushed.done:
            raise _Lost({one.ref: plan.theirs.get(one.ref) for one in pushed.answers}, pushed)
    return afterwards


def _follow(repo: Repo, road: Route, plan: _Plan, agreed: list[RefSwap]) -> None:
    """What is done here when the remote has taken it: nobody else waits for that."""
    if plan.pushing and plan.done.created and not road.has_upstream:
        repo.run("config", f"branch.{road.here}.remote", road.remote)
        repo.run("config", f"branch.{road.here}.merge", road.target)
    if agreed:
        with suppress(RefMoved):  # another sync of this repository knows better
            repo.swap_refs(agreed, "tk: sync")
    if plan.landing:
        land(repo, plan.landing, judged=plan.landing == plan.pushing)


def _ask_the_door(ledger: Ledger, road: Route, commit: Oid) -> list[str]:
    """Judge what leaves as pre-push does, whether or not the hook is in place; raises Refused. Gives
    the tasks that were worked on.

    It is noted, so that the hook need not start a process to come to the same verdict.
    """
    deeds: fence.Deeds = {}
    violations = tuple(dict.fromkeys(gate.leaving(ledger, [commit], road.remote, deeds)))
    if violations:
        raise Refused(*violations)
    Checkout(ledger.repo).judged(f"push {commit}")
    return list(deeds)


def _refused(road: Route, pushed: Pushed) -> TkError:
    said = pushed.told or pushed.words
    words = [line for line in said.splitlines() if line and not line.startswith(("To ", "hint:"))]
    reasons = "; ".join(dict.fromkeys(one.summary for one in pushed.answers if one.flag == "!"))
    told = "\n".join(f"  {line}" for line in words)
    remedy = f"look with tk verify {road.there}..{road.here}"
    if pushed.too_large:
        reasons = "it is larger than is allowed there"
        remedy = f"push less at a time, git push {road.remote} COMMIT:{road.target}, then tk sync;"
        remedy += f" or have receive.maxInputSize raised at {road.remote}"
    return TkError(
        Exit.REJECTED,
        "refused",
        f"{road.remote} did not take it{f', {reasons}' if reasons else ''}:\n{told}",
        f"nothing here was changed; {remedy}",
    )
