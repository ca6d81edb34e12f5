"""Judges a range of history from its commits alone, so that anyone comes to the same verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tkledger.core import budget
from tkledger.core.budget import Gauge
from tkledger.core.change import Violation
from tkledger.doors import gate
from tkledger.doors.remedies import for_commit
from tkledger.errors import unusable
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.parallel import Part, parts
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT, Progress


class Verdict(NamedTuple):
    """What a range of history holds.

    commits: how many were judged; violations: what they break; accepted: what they break and may,
    since that is accepted; reasons: why, by commit
    pending: how many commits only the policy at the end accepts, which does not count until
    ``decides`` has it, a branch or the base of the range; way: how an acceptance gets to that branch
    exceeded: limits of open tasks of which more is used at the end than allowed, which breaks no rule;
    asked of all history only, since all of it is counted
    """

    commits: int
    violations: tuple[Violation, ...]
    accepted: tuple[Violation, ...] = ()
    reasons: Mapping[Oid, str] = {}
    pending: int = 0
    decides: str = ""
    exceeded: tuple[Gauge, ...] = ()
    way: str = ""


def judge_range(
    ledger: Ledger,
    tip: Oid,
    *bases: Oid,
    progress: Progress = SILENT,
) -> Verdict:
    """Judge every commit that ``tip`` has and no base has; without a base, all of them."""
    if not bases and ledger.repo.is_shallow:
        raise unusable(
            "shallow",
            "this clone is shallow: most of its history is not here",
            "git fetch --unshallow",
        )
    ledger = Ledger(ledger.repo)  # one that remembers nothing from earlier commands
    count, found = _count_and_violations(ledger, [tip], [f"^{base}" for base in bases], progress)
    exceeded = () if bases else tuple(_exceeded(ledger, tip))
    if not found:
        return Verdict(count, (), exceeded=exceeded)
    from tkledger.doors.acceptance import counting, waiting

    reasons, decides, way = counting(ledger, tip, bases)
    violations = tuple(one for one in found if one.commit not in reasons)
    policy = ledger.at(tip).policy
    said = policy.accepted if policy else {}
    return Verdict(
        count,
        tuple(waiting(ledger, tip, decides, said, violations)),
        tuple(one for one in found if one.commit in reasons),
        reasons,
        len({one.commit for one in violations if one.commit in said}),
        decides,
        exceeded,
        way,
    )


def _exceeded(ledger: Ledger, tip: Oid) -> Iterator[Gauge]:
    found = ledger.at(tip)
    if found.policy is not None:
        usage = lru_cache(maxsize=1)(lambda: ledger.tally.usage([tip], 0))
        yield from budget.exceeded(found.policy, found, usage)


def judge_present(repo: Repo, tips: Sequence[Oid]) -> tuple[Violation, ...]:
    """What breaks the rules in the history of these tips, and is not accepted by the policy of HEAD."""
    ledger = Ledger(repo)
    policy = ledger.head().policy
    accepted = policy.accepted if policy else {}
    _, found = _count_and_violations(ledger, tips, [], SILENT) if tips else (0, [])
    return tuple(one for one in found if one.commit not in accepted)


def _count_and_violations(
    ledger: Ledger, tips: Sequence[Oid], known: Sequence[str], progress: Progress
) -> tuple[int, list[Violation]]:
    """How many commits ``tips`` have without those of ``known``, and what they break."""
    todo = parts(ledger.repo, tips, known)

    def judge_part(part: Part) -> tuple[int, list[Violation]]:
        count, found = 0, []
        for one in gate.judge_commits(ledger, part.tips, part.known):
            count += 1
            found += one.violations
            if count % 100 == 0 and part is todo[0]:
                progress.update("commits", count * len(todo))  # the others will be about as far
        return count, found

    done = gate.in_parts(ledger, judge_part, todo)
    count = sum(number for number, _ in done)
    return count, list(for_commit(one for _, broken in done for one in broken))
