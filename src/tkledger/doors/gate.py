"""The gate: builds Changes out of what git is about to take, or has taken, and judges them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tkledger.claims import fence, handover, remote
from tkledger.core.change import Change, Violation, governing
from tkledger.core.door_rules import (
    ATTRIBUTION,
    CHECKS,
    DEEDS,
    PushedDeed,
    RefUpdate,
    Work,
)
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.ref_names import CLAIMS
from tkledger.core.rules import judge
from tkledger.core.rules.authority import guarded
from tkledger.doors.validated import Baseline
from tkledger.errors import unusable
from tkledger.git.log_format import Commit
from tkledger.git.objects import Oid
from tkledger.git.pusher import pusher, signer
from tkledger.git.repo import Repo
from tkledger.ledger.parallel import Part, parts, side_by_side
from tkledger.ledger.reader import Ledger, trailer
from tkledger.local.verdicts import note_judged

_ENOUGH = 1_000
"""So many violations refuse a push; to find millions more would take all memory."""


class Verdict(NamedTuple):
    """What a range of history holds: how many commits were judged, what they break, and what of
    that the policy at its end accepts, with the reasons by commit.
    """

    commits: int
    violations: tuple[Violation, ...]
    accepted: tuple[Violation, ...]
    reasons: dict[Oid, str]


def range_(
    ledger: Ledger,
    tip: Oid,
    *bases: Oid,
    progress: Callable[[int], None] = lambda count: None,
) -> Verdict:
    """Judge every commit that ``tip`` has and no base has; without a base, all of them.

    From objects alone, so that anybody comes to the same verdict.
    """
    if not bases and ledger.repo.is_shallow:
        raise unusable(
            "shallow",
            "this clone is shallow: most of its history is not here",
            "git fetch --unshallow",
        )
    ledger = Ledger(ledger.repo)  # one that remembers nothing from earlier commands
    todo = parts(ledger.repo, [tip], [f"^{base}" for base in bases])

    def judged(part: Part) -> tuple[int, list[Violation]]:
        count, found = 0, []
        for _, _, violations in _judged(ledger, part.tips, part.known):
            count += 1
            found += violations
            if count % 100 == 0 and part is todo[0]:
                progress(count * len(todo))  # the others will be about as far
        return count, found

    done = side_by_side(ledger.repo, judged, todo)
    count = sum(number for number, _ in done)
    found = [one for _, violations in done for one in violations]
    policy = ledger.at(tip).policy
    reasons = dict(policy.accepted) if policy else {}
    return Verdict(
        count,
        tuple(one for one in found if one.commit not in reasons),
        tuple(one for one in found if one.commit in reasons),
        reasons,
    )


class Staged(NamedTuple):
    """The verdict on a commit about to be made: what it breaks, and whether that is certain, or it
    passes as an amendment only.
    """

    violations: tuple[Violation, ...]
    certain: bool = True


def staged(
    ledger: Ledger, tree: Oid, heads: Sequence[Oid] = (), message: str | None = None
) -> Staged:
    """Judge a commit about to be made of ``tree`` on HEAD, and on ``heads`` if it is a merge.

    Without a ``message`` the rules that need one wait for the door that has it. Whether the commit
    amends HEAD cannot be known here. So what is legal as an amendment passes, but is not
    remembered as judged: the reference-transaction, which sees the real parents, has the last
    word.
    """
    head = ledger.repo.head
    parents = [head, *heads] if head else list(heads)
    proposed, violations = _proposed(ledger, tree, parents, message)
    fenced = tuple(fence.proposed(ledger.repo, proposed))
    if fenced:
        return Staged((*violations, *fenced))
    if not violations:
        if message is None:
            note_judged(ledger.repo, " ".join([tree, *parents]))
    elif head and not heads:
        amended = ledger.repo.run("rev-parse", f"{head}^@").decode().split()
        if not judge(ledger.proposed(amended, tree, message)):
            return Staged((), certain=False)
    return Staged(violations)


def joined(ledger: Ledger, tree: Oid, parents: Sequence[Oid]) -> tuple[Violation, ...]:
    """Judge a merge of ``parents`` about to be made, wherever HEAD is."""
    return _proposed(ledger, tree, parents, None)[1]


def _proposed(
    ledger: Ledger, tree: Oid, parents: Sequence[Oid], message: str | None
) -> tuple[Change, tuple[Violation, ...]]:
    proposed = ledger.proposed(parents, tree, message)
    return proposed, (*judge(proposed), *_brought(ledger, parents, proposed, []))


def arriving(ledger: Ledger, tips: Iterable[Oid]) -> Iterator[Violation]:
    """Judge the commits that local refs are about to show and no branch or remote has yet."""
    return _unaccepted(ledger, list(tips), ["--not", "--branches", "--remotes"])


def leaving(
    ledger: Ledger, tips: Iterable[Oid], to: str, noted: fence.Deeds | None = None
) -> Iterator[Violation]:
    """Judge the commits about to be pushed that the remote ``to`` is not known to have.

    ``noted`` is filled with the work that is in them, for one who has fetched just now.
    """
    deeds: fence.Deeds = {} if noted is None else noted
    yield from _unaccepted(ledger, list(tips), ["--not", f"--remotes={to}"], deeds)
    policy = ledger.head().policy
    if noted is None and deeds and policy is not None and policy.claims != "local":
        remote.fetch(ledger.repo, to)  # who has been away knows old claims only
    yield from fence.judged(ledger.repo, fence.Door(policy, to), deeds)


def _unaccepted(
    ledger: Ledger, tips: Sequence[Oid], known: Sequence[str], deeds: fence.Deeds | None = None
) -> Iterator[Violation]:
    """What a client refuses: all but what the policy at a tip accepts. The server has the last
    word, and believes its own policy only.
    """
    policies = [ledger.at(tip).policy for tip in tips]
    accepted = {commit for policy in policies if policy for commit in policy.accepted}
    for commit, change, violations in _judged(ledger, tips, known):
        yield from (one for one in violations if one.commit not in accepted)
        policy = ledger.history_at(commit.oid).policy
        yield from fence.idle(ledger.repo, commit, change, policy)
        if deeds is not None:
            fence.note(deeds, commit, change, policy)


def pushed(ledger: Ledger, lines: Sequence[tuple[Oid, Oid, str]], now: int) -> Iterator[Violation]:
    """Judge every new commit of every ref line of a push, and the push itself.

    New is what no validated tip has; never "what no ref has", since a commit pushed to some ref
    that nobody judges would then count as known. ``now`` is the server's clock. Claims have no
    ledger: they are judged by what they say.
    """
    claims = [line for line in lines if line[2].startswith(CLAIMS)]
    baseline = Baseline(ledger.repo)
    others = [line for line in lines if line not in claims]
    tips = dict.fromkeys(new for _, new, _ in others if is_commit(ledger.repo, new))
    policy = ledger.head().policy
    dates: dict[Oid, int] = {}
    deeds: fence.Deeds = {}
    if tips:
        todo = parts(ledger.repo, list(tips), [f"^{tip}" for tip in baseline.tips()])
        work = partial(_arrived, ledger, policy)
        for violations, of_part, by_task in side_by_side(ledger.repo, work, todo):
            yield from violations
            dates.update(of_part)
            deeds.update(by_task)
    yield from handover.judged(ledger.repo, lines, policy)
    # claims are here only because somebody pushed them, so that all heed them
    shared = (
        policy if policy is None or policy.claims != "local" else policy._replace(claims="remote")
    )
    yield from fence.judged(ledger.repo, fence.Door(shared, moving=fence.moving(lines)), deeds)
    moves: dict[tuple[Oid, Oid], tuple[bool, Policy | None]] = {}  # of many refs at once, often one
    for old, new, ref in others:
        if (old, new) not in moves:
            moves[old, new] = _moved(ledger, or_none(old), or_none(new))
        forward, there = moves[old, new]
        update = RefUpdate(
            ref,
            or_none(old),
            or_none(new),
            ref == ledger.repo.head_ref,
            forward,
            dates,
            now,
            there or policy,  # where the ref is new, the server's
        )
        for check in CHECKS:
            yield from check.judge(update)


def _arrived(
    ledger: Ledger, policy: Policy | None, part: Part
) -> tuple[list[Violation], dict[Oid, int], fence.Deeds]:
    """What is wrong with each of the commits pushed by the server's ``policy``, their dates, and the
    work that is in them.
    """
    accepted = policy.accepted if policy else {}
    found: list[Violation] = []
    dates: dict[Oid, int] = {}
    deeds: fence.Deeds = {}
    for commit, change, violations in _judged(ledger, part.tips, part.known):
        if len(found) > _ENOUGH:
            break
        dates[commit.oid] = commit.at
        fence.note(deeds, commit, change, policy)
        found += fence.idle(ledger.repo, commit, change, policy)
        found += (one for one in violations if one.commit not in accepted)
        if change is not None and change.touched:
            found += _unvouched(ledger.repo, commit, change, policy)
        else:
            found += _unattributed(ledger, commit)
    return found, dates, deeds


def _judged(
    ledger: Ledger, tips: Sequence[Oid], known: Sequence[str]
) -> Iterator[tuple[Commit, Change | None, list[Violation]]]:
    """Every commit that ``tips`` have and ``known`` (as git excludes them) have not."""
    rejudged: Rejudged = []
    for commit, change in ledger.changes(*tips, *known):
        violations: list[Violation] = []
        if change is not None:
            found = (*judge(change), *_brought(ledger, commit.parents, change, rejudged))
            violations += (one._replace(commit=commit.oid) for one in found)
        yield commit, change, violations


def _unattributed(ledger: Ledger, commit: Commit) -> Iterator[Violation]:
    """Work that names no task, where the policy asks for one."""
    task = trailer(commit.message, "Tk-Task")
    work = Work(commit.oid[:10], len(commit.parents) > 1, task, ledger.history_at(commit.oid))
    for check in ATTRIBUTION:
        yield from (one._replace(commit=commit.oid) for one in check.judge(work))


def _unvouched(
    repo: Repo, commit: Commit, change: Change, here: Policy | None
) -> Iterator[Violation]:
    """What is not for everyone, done in a name that neither the push nor a signature vouches for.

    Asked where the commit's own policy wants it, or the server's, ``here``: a branch that left
    before that was so comes in by the law of today. Whose login is whose is the server's to say:
    a pushed policy could call anybody by any name.
    """
    sides = [side.policy for side in change.parents]
    deeds = guarded(change, [law for law in (here, change.policy, *sides) if law])
    if not deeds:
        return
    names = here or DEFAULT
    who = pusher(repo)
    vouched = {names.actor(name) for name in (*who.names, *signer(repo, commit.oid))}
    known = frozenset(vouched) if who.vouched or vouched else None
    for subject, deed in deeds:
        for check in DEEDS:
            found = check.judge(PushedDeed(subject, deed, names.actor(change.actor), known))
            yield from (one._replace(commit=commit.oid) for one in found)


Rejudged = list[tuple[Policy, Oid]]
"""The tips whose history was judged again already, each by which policy."""


def _brought(
    ledger: Ledger, parents: Sequence[Oid], change: Change, rejudged: Rejudged
) -> Iterator[Violation]:
    """What a merge brings in that the newer of its policies does not allow.

    A branch that left before the law was tightened is judged by the old law as long as it stands
    alone, and by the new one when it comes in; each commit once on a walk, whatever merges it
    comes in by.
    """
    newest = change.policy
    if newest is None:
        return
    sides = dict(zip(parents, change.parents))
    settled = [f"^{oid}" for oid, side in sides.items() if side.policy == newest]
    for oid, side in sides.items():
        if side.policy is None or side.policy == newest:
            continue
        known = [f"^{tip}" for policy, tip in rejudged if policy == newest]
        rejudged.append((newest, oid))
        for brought, again in ledger.changes(oid, *settled, *known, policy=newest):
            if again is None:
                continue
            for one in _tightened(again, newest):
                message = (
                    f"{one.message} (in {brought.oid[:10]}, by policy version {newest.version})"
                )
                yield one._replace(message=message)


def _tightened(change: Change, newest: Policy) -> Iterator[Violation]:
    """What a change breaks under a newer policy but not under the one that governed it."""
    governed = change._replace(policy=governing(change.parents, change.after))
    known = {(one.task, one.code) for one in judge(governed)}
    return (one for one in judge(change) if (one.task, one.code) not in known)


def _moved(ledger: Ledger, old: Oid | None, new: Oid | None) -> tuple[bool, Policy | None]:
    """Whether a ref went forward, and the policy where it was."""
    forward = bool(old and new and ledger.repo.is_ancestor(old, new))
    return forward, ledger.at(old).policy if old and is_commit(ledger.repo, old) else None


def is_commit(repo: Repo, oid: Oid) -> bool:
    """Whether an id names a commit, or a tag of one, that is here."""
    return or_none(oid) is not None and repo.read(f"{oid}^{{commit}}") is not None


def or_none(oid: Oid) -> Oid | None:
    """An object id; None for the zeros that git writes where there is none."""
    return oid if oid.strip("0") else None
