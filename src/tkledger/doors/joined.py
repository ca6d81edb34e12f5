"""Finds merges that join an approval with later work, and keeps them from protected branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.change import Change, Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.policy import Policy
from tkledger.core.ref_names import branch_name
from tkledger.core.rules.approvals import LaterWork, asks, joined
from tkledger.core.snapshot import Snapshot
from tkledger.git import history, refs
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger


def joined_by(commit: Commit, change: Change | None) -> Iterator[LaterWork]:
    """What a commit joins, if it is a merge."""
    if change is not None and change.is_merge:
        yield from (one._replace(merge=commit.oid) for one in joined(change))


def standing(ledger: Ledger, tip: Snapshot, found: Iterable[LaterWork]) -> Iterator[LaterWork]:
    """Those that nothing was done about at ``tip``: no task reopens the one that is done, which the
    merge did not have.
    """
    for one in found:
        known = ledger.history_at(one.merge).entries
        if all(task.id in known for task in tip.successors(one.task)):
            yield one


def reported(ledger: Ledger, tip: Oid, found: Sequence[LaterWork]) -> Iterator[Violation]:
    """What is to be said of them in the history of ``tip``; it breaks no rule."""
    yield from _said(standing(ledger, ledger.at(tip), found))


def kept_out(
    ledger: Ledger,
    line: RefLine,
    law: Policy | None,
    known: Sequence[Oid],
    judged: Mapping[Oid, Sequence[LaterWork]],
) -> Iterator[Violation]:
    """What a protected branch may not get under this policy: of the commits that are new to it and that no
    protected branch, at ``known``, has. Those in ``judged`` were looked at before.
    """
    new = line.new
    if new is None or not history.is_commit(ledger.repo, new):
        return
    if not any(one is not None and asks(one) for one in (law, ledger.at(new).policy)):
        return
    found: list[LaterWork] = []
    excluded = [f"^{oid}" for oid in known]
    for oid in history.parents(ledger.repo, "--merges", new, *excluded):
        if oid in judged:
            found += judged[oid]
            continue
        for commit, change in changes.walk(ledger, f"{oid}^!"):
            found += joined_by(commit, change)
    yield from _said(standing(ledger, ledger.at(new), found), branch_name(line.ref))


def leaving(ledger: Ledger, lines: Iterable[RefLine], to: str) -> Iterator[Violation]:
    """The same of a push about to leave, as far as it is known here what is protected at the remote ``to``."""
    repo, policy = ledger.repo, ledger.head().policy
    if policy is None or not asks(policy):
        return
    from tkledger.doors.foreseen import remembered

    there = f"refs/remotes/{to}/"
    asked = remembered(repo, to)
    names = {*policy.protected, *(asked.protected if asked else ())}
    names.add((repo.answers("symbolic-ref", f"{there}HEAD") or there).removeprefix(there))
    copies = refs.listed(repo, there)
    known = [oid for ref, oid in copies.items() if ref.removeprefix(there) in names]
    for line in lines:
        if branch_name(line.ref) in names:
            yield from kept_out(ledger, line, policy, known, {})


def _said(found: Iterable[LaterWork], branch: str = "") -> Iterator[Violation]:
    from tkledger.core.door_rules.reviews import JoinedApproval  # rarely is there anything to say

    for one in found:
        fact = JoinedApproval(one.task, one.later, branch)
        yield from (said._replace(commit=one.merge) for said in judge_door(fact))
