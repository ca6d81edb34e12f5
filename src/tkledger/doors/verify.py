"""Judges a range of history from its commits alone, so that anyone comes to the same verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from tkledger.core import budget
from tkledger.core.budget import Gauge
from tkledger.core.change import Violation
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.doors.verified import all_history
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger
from tkledger.local.store import VERIFIED_SUMS
from tkledger.report import SILENT, Progress

if TYPE_CHECKING:
    from tkledger.core.rules.overrides import SetAside
    from tkledger.ledger.tally import Tally


class Verdict(NamedTuple):
    """What a range of history holds.

    commits: how many were judged; violations: what they break; accepted: what they break and may,
    since that is accepted; reasons: why, by commit; aside: the rules that an actor with the role set aside
    pending: how many commits only the policy at the end accepts, which does not count until
    ``decides`` has it, a branch or the base of the range; way: how an acceptance gets to that branch
    exceeded: limits of open tasks of which more is used at the end than allowed, which breaks no rule;
    asked of all history only, since all of it is counted
    signers: who signed how many of the commits that have to be signed
    joined: merges that join an approval with later work, which breaks no rule, as long as no task reopens
    what was not approved
    imported: how many tasks came by imports, which nothing judged
    """

    commits: int
    violations: tuple[Violation, ...]
    accepted: tuple[Violation, ...] = ()
    reasons: Mapping[Oid, str] = {}
    pending: int = 0
    decides: str = ""
    exceeded: tuple[Gauge, ...] = ()
    way: str = ""
    aside: tuple[SetAside, ...] = ()
    signers: Mapping[str, int] = {}
    joined: tuple[Violation, ...] = ()
    imported: int = 0


def judge_range(
    ledger: Ledger,
    tip: Oid,
    *bases: Oid,
    progress: Progress = SILENT,
    again: bool = True,
) -> Verdict:
    """Judge every commit that ``tip`` has and no base has; without a base, all of them.

    All history is judged ``again``, or from the newest commit on up to which an earlier run did so.
    """
    if not bases:
        ledger.place.require_whole()
    views = ledger
    # one that remembers at most what earlier runs of this door counted
    ledger = Ledger(ledger.repo, sums="" if bases or again else VERIFIED_SUMS)
    exceeded: tuple[Gauge, ...] = ()
    if bases:
        from tkledger.doors.judged import judge_all

        new = judge_all(ledger, [tip], [f"^{base}" for base in bases], progress)
        count, found, *_, aside, signers, joined, imported = new
    else:
        seen = all_history(ledger, tip, progress, again=again)
        count, found, limited, aside, signers, joined, imported = seen
        if limited:
            exceeded = tuple(_exceeded(ledger if again else views, ledger.tally, tip))
    later: tuple[Violation, ...] = ()
    if joined:
        from tkledger.doors.joined import reported  # rare

        later = tuple(reported(ledger, tip, joined))
    none = Verdict(count, (), exceeded=exceeded, aside=aside, signers=signers, joined=later)
    none = none._replace(imported=imported)
    if not found:
        return none
    from tkledger.doors.acceptance import counting, waiting

    reasons, decides, way = counting(ledger, tip, bases)
    violations = tuple(one for one in found if one.commit not in reasons)
    policy = ledger.at(tip).policy
    said = policy.accepted if policy else {}
    return none._replace(
        violations=tuple(waiting(ledger, tip, decides, said, violations)),
        accepted=tuple(one for one in found if one.commit in reasons),
        reasons=reasons,
        pending=len({one.commit for one in violations if one.commit in said}),
        decides=decides,
        way=way,
    )


def _exceeded(ledger: Ledger, tally: Tally, tip: Oid) -> Iterator[Gauge]:
    found = ledger.at(tip)
    if found.policy is not None:
        usage = lru_cache(maxsize=1)(lambda: tally.usage([tip], 0))
        yield from budget.exceeded(found.policy, found, usage)
