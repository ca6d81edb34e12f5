"""Judges commits that exist, many at once, and says what they hold together; which ones is the caller's choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core import budget
from tkledger.core.change import Change, Violation
from tkledger.core.rules.approvals import LaterWork
from tkledger.core.rules.overrides import SetAside
from tkledger.core.rules.signatures import is_signed
from tkledger.core.trailers import OVERRIDE
from tkledger.core.typing import NamedTuple
from tkledger.doors import gate
from tkledger.doors.joined import joined_by
from tkledger.doors.remedies import for_commit
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.parallel import Part, in_parts, parts
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT, Progress


class Inspected(NamedTuple):
    """What commits were found to hold: how many, what they break, whether any of them sets a limit, joins
    lines, or deletes a task's file; which rules were set aside; who signed how many of them, of those
    that have to be signed; which approvals are joined with later work; and how many tasks were imported.
    """

    commits: int
    broken: tuple[Violation, ...]
    limited: bool
    joins: bool
    deletes: bool
    aside: tuple[SetAside, ...] = ()
    signers: Mapping[str, int] = {}
    joined: tuple[LaterWork, ...] = ()
    imported: int = 0


def judge_all(
    ledger: Ledger, tips: Sequence[Oid], known: Sequence[str], progress: Progress
) -> Inspected:
    """Judge the commits that ``tips`` have without those of ``known``."""
    todo = parts(ledger.repo, tips, known)

    def judge_part(part: Part) -> Inspected:
        count, found, aside, joined = 0, list[Violation](), list[SetAside](), list[LaterWork]()
        limited, joins, imported = False, False, 0
        signers: dict[str, int] = {}
        for commit, change, broken in gate.judge_commits(ledger, part.tips, part.known):
            count += 1
            found += broken
            aside += _set_aside(commit, change)
            if change is not None and is_signed(change):
                signers[change.actor] = signers.get(change.actor, 0) + 1
            limited = limited or (change is not None and _limits(change))
            joins = joins or len(commit.parents) > 1
            joined += joined_by(commit, change)
            imported += sum(1 for _ in change.imports()) if change is not None else 0
            if count % 100 == 0 and part is todo[0]:
                progress.update("commits", count * len(todo))  # the others will be about as far
        deletes = bool(ledger.former.deleted)
        return Inspected(
            *(count, tuple(found), limited, joins, deletes),
            *(tuple(aside), signers, tuple(joined), imported),
        )

    done = in_parts(ledger, judge_part, todo)
    return Inspected(
        sum(one.commits for one in done),
        tuple(for_commit(one for part in done for one in part.broken)),
        any(one.limited for one in done),
        any(one.joins for one in done),
        any(one.deletes for one in done),
        tuple(one for part in done for one in part.aside),
        together(one.signers for one in done),
        tuple(one for part in done for one in part.joined),
        sum(one.imported for one in done),
    )


def together(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums of several counts by name."""
    found: dict[str, int] = {}
    for names in counts:
        for name, count in names.items():
            found[name] = found.get(name, 0) + count
    return dict(sorted(found.items()))


def _set_aside(commit: Commit, change: Change | None) -> Iterator[SetAside]:
    """The rules that a commit set aside."""
    if change is not None and OVERRIDE in commit.message:
        from tkledger.core.rules.suppose import set_aside  # rare

        for one in set_aside(change):
            yield one._replace(violation=one.violation._replace(commit=commit.oid))


def _limits(change: Change) -> bool:
    """Whether a limit may hold for a task by what a commit changes, or by the policy it leaves."""
    policy = change.after.policy
    return policy is not None and budget.may_limit(policy, change.present())


def judge_present(repo: Repo, tips: Sequence[Oid]) -> tuple[Violation, ...]:
    """What breaks the rules in the history of these tips, and is not accepted by the policy of HEAD."""
    ledger = Ledger(repo)
    policy = ledger.head().policy
    accepted = policy.accepted if policy else {}
    found = judge_all(ledger, tips, [], SILENT).broken if tips else ()
    return tuple(one for one in found if one.commit not in accepted)
