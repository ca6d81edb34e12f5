"""Pushes what a plan says, all or nothing, and tells a lost race from a rejection; it moves no local ref."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.claims import fence, renewal
from tkledger.core.change import Refused
from tkledger.core.ref_names import CLAIMS
from tkledger.doors import gate
from tkledger.git import transport
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine, RefSwap
from tkledger.git.repo import Repo
from tkledger.git.transport import Pushed, Send
from tkledger.ledger.reader import Ledger
from tkledger.local.verdicts import note_judged
from tkledger.report import Progress
from tkledger.sync.plan import Plan, mark
from tkledger.sync.route import Route

_ALIKE = 3
"""How often a push may fail although the remote did not change, before it counts as rejected."""


class PushFailed(Exception):
    """A push that failed: the old values of the remote refs it was to move, and the remote's answer."""

    def __init__(self, onto: dict[str, Oid | None], pushed: Pushed) -> None:
        super().__init__()
        self.onto = onto
        self.pushed = pushed


def push(ledger: Ledger, route: Route, plan: Plan, progress: Progress) -> list[RefSwap]:
    """Push; gives the refs to move here now that the remote has taken it. Raises PushFailed if not."""
    repo = ledger.repo
    sends, afterwards = [*plan.alignment.sends], [*plan.alignment.afterwards]
    if plan.pushing:
        worked_on = _require_legal(ledger, route, plan.pushing)
        for ref, new, old in renewal.renew_pushed(repo, worked_on, plan.theirs):
            sends.append(Send(ref, new, old))
            afterwards.append(RefSwap(f"{route.agreed}claims/{ref[len(CLAIMS) :]}", new, old))
        sends.append(Send(route.target, plan.pushing))
    if plan.done.commit and plan.done.commit != plan.had:
        afterwards.append(RefSwap(mark(route), plan.done.commit, plan.had))
    if sends:
        pushed = transport.push(repo, route.remote, sends, progress=progress.show)
        if not pushed.done:
            raise PushFailed({one.ref: plan.theirs.get(one.ref) for one in pushed.answers}, pushed)
    return afterwards


def _require_legal(ledger: Ledger, route: Route, commit: Oid) -> list[str]:
    """Judge what is pushed as pre-push does, whether or not that hook is installed; raises Refused.
    Gives the tasks that were worked on.

    The verdict is noted, so that the hook need not start a process to reach it again.
    """
    workers: fence.Workers = {}
    from tkledger.doors import joined, reach

    found = dict.fromkeys(gate.leaving(ledger, [commit], route.remote, workers))
    there = reach.pushing(ledger.repo, ledger.head().policy, [route.target])
    later = joined.leaving(ledger, [RefLine(route.target, None, commit)], route.remote)
    violations = (*found, *there, *later)
    if violations:
        raise Refused(*violations)
    note_judged(ledger.repo, f"push {commit}")
    return list(workers)


def is_final(repo: Repo, route: Route, lost: Sequence[PushFailed]) -> bool:
    """Whether the last of these pushes lost no race: a hook declined it, or it fails again and again
    although the remote did not change.

    That is found by reading the remote's refs again, since git has many messages for it.
    """
    last = lost[-1]
    if last.pushed.too_large:
        return True
    if last.pushed.declined:
        now = transport.listed(repo, route.remote, list(last.onto)) if last.onto else {}
        return all(now.get(ref) == oid for ref, oid in last.onto.items())
    same = [one for one in lost[-_ALIKE:] if one.onto == last.onto]
    return len(same) == _ALIKE
