"""Judges a push as the server sees it: its commits, its claims and its refs, by the server's policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from tkledger.claims import fence, handover
from tkledger.core.change import Change, Violation
from tkledger.core.charges import steps
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.attribution import CodeCommit, asks
from tkledger.core.door_rules.identity import RestrictedAction
from tkledger.core.door_rules.push import FirstPolicy, NewLedger, RefUpdate, protected
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.ref_names import ARTIFACTS, BRANCHES_AND_TAGS, RECORDS
from tkledger.core.rules.approvals import LaterWork
from tkledger.core.rules.restricted import restricted
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import NamedTuple
from tkledger.doors import branches, gate, limits, reach
from tkledger.doors.idle import Idle
from tkledger.doors.joined import joined_by, kept_out
from tkledger.doors.ref_lines import apart, tips
from tkledger.doors.validated import ValidatedTips
from tkledger.git import blobs, history, refs
from tkledger.git.commit import Commit
from tkledger.git.history import is_ancestor, is_commit
from tkledger.git.objects import Oid
from tkledger.git.pusher import pusher, signer
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.ledger.parallel import Part, in_parts, parts
from tkledger.ledger.reader import Ledger

_ENOUGH = 1_000
"""So many violations refuse a push; to find millions more would take all memory."""


def judge_push(ledger: Ledger, lines: Sequence[RefLine], now: int) -> Iterator[Violation]:
    """Judge every new commit of every ref line of a push, and the push itself.

    ``now`` is the server's clock. Claims have no ledger: they are judged by what they say. A
    symbolic ref is judged by its own name and as the ref that it leads to, which git moves.
    """
    targets = [line._replace(ref=refs.target(ledger.repo, line.ref)) for line in lines]
    lines = list(dict.fromkeys([*lines, *targets]))
    here = ledger.head()
    policy = here.policy
    _, others = apart(lines)
    arrived = _commits(ledger, here, others)
    yield from arrived.violations
    yield from _claims(ledger.repo, policy, lines, arrived.workers)
    yield from limits.pushed(ledger, here, arrived.workers, lines=others)
    if policy is None:
        yield from _first_policy(ledger.repo, others)
    yield from _refs(ledger, policy, others, arrived.dates, now)
    if any(line.ref.startswith(RECORDS) for line in others):
        from tkledger.doors import records  # most pushes bring none

        yield from records.pushed(ledger.repo, policy, lines)
    yield from _joined(ledger, policy, others, arrived.joined)
    yield from reach.pushed(ledger.repo, policy, others)


# -- commits -----------------------------------------------------------------------------------


class _Arrived(NamedTuple):
    """The new commits of a push.

    violations: what they break; stricter: what they break only if the server's policy is not older
        than they are
    dates: their committer dates; workers: who worked on what; begin: those that begin a ledger
    limited: the tasks with a limit that they add to
    joined: of each merge, the approvals that it joins with later work
    """

    violations: list[Violation]
    dates: dict[Oid, int]
    workers: fence.Workers
    begin: list[Oid]
    stricter: list[Violation]
    limited: branches.Limited
    joined: dict[Oid, list[LaterWork]]


def _commits(ledger: Ledger, here: Snapshot, lines: Sequence[RefLine]) -> _Arrived:
    """Judge the commits that no validated tip has; ``here`` is the ledger on the server's HEAD.

    Never "that no ref has": a commit pushed to a ref that is not judged would count as known.
    """
    found = _Arrived([], {}, {}, [], [], branches.Limited({}, {}, {}), {})
    known = [f"^{tip}" for tip in ValidatedTips(ledger.repo).tips()] if lines else []
    ledger.former.search(here.policy.accepted if here.policy and lines else ())
    idle = Idle(ledger.repo, lines)
    for part in _new_commits(ledger, here, lines, known, idle):
        found.violations.extend(part.violations)
        found.dates.update(part.dates)
        fence.join(found.workers, part.workers)
        found.begin.extend(part.begin)
        found.stricter.extend(part.stricter)
        found.limited.update(part.limited)
        found.joined.update(part.joined)
    found.violations.extend(_not_newer(ledger.repo, found.stricter))
    found.violations.extend(_second_ledgers(ledger.repo, found.begin))
    if not found.violations:
        validated = [tip.removeprefix("^") for tip in known]
        found.violations.extend(branches.judged(ledger, lines, validated, found.limited))
    return found


def _new_commits(
    ledger: Ledger, here: Snapshot, lines: Sequence[RefLine], known: list[str], idle: Idle
) -> Iterator[_Arrived]:
    """The new commits of branches and tags; then those of all other refs, such as inboxes and notes,
    which no tip holds as validated, so that each is judged from where it was. These need not name a
    task: they do when they come to a branch.
    """
    other_refs = [line for line in lines if not line.ref.startswith(BRANCHES_AND_TAGS)]
    new = tips(ledger.repo, [line for line in lines if line.ref.startswith(BRANCHES_AND_TAGS)])
    if new:
        judge = partial(_part, ledger, here, idle=idle, attributed=True)
        yield from in_parts(ledger, judge, parts(ledger.repo, new, known))
    new = tips(ledger.repo, other_refs)
    if new:
        before = tips(ledger.repo, [line._replace(new=line.old) for line in other_refs])
        part = Part(new, [*known, *(f"^{oid}" for oid in before)])
        yield _part(ledger, here, part, idle=idle, attributed=False)


def _part(ledger: Ledger, here: Snapshot, part: Part, *, idle: Idle, attributed: bool) -> _Arrived:
    """The same of one part of them; ``attributed`` says whether code has to name its task."""
    policy = here.policy
    accepted = policy.accepted if policy else {}
    violations, dates, workers, begin, stricter, limited, joined = found = _Arrived(
        [], {}, {}, [], [], branches.Limited({}, {}, {}), {}
    )
    for commit, change, broken in gate.judge_commits(ledger, part.tips, part.known):
        if len(violations) > _ENOUGH:
            break
        dates[commit.oid] = commit.at
        fence.note(workers, commit, change, policy)
        if change is not None and change.begins:
            begin.append(commit.oid)
        asleep = idle.created(commit, change, policy)
        violations += gate.in_commit(commit, asleep)
        violations += (one for one in broken if one.commit not in accepted)
        if commit.oid not in accepted:
            limited.note(commit, change)
        if len(commit.parents) > 1:
            joined[commit.oid] = list(joined_by(commit, change))
        moves = change is not None and bool(change.touched)
        if change is not None and moves:
            own = [change.policy, *(side.policy for side in change.parents)]
            for laws, into in ((own, violations), ([policy], stricter)):
                made = _unvouched(ledger.repo, commit, change, policy, laws)
                into.extend(gate.in_commit(commit, made))
        if attributed and (not moves or len(commit.parents) > 1):
            theirs = ledger.history_at(commit.oid)
            made = gate.in_commit(commit, _unattributed(ledger, commit, theirs, here))
            (violations if asks(theirs) else stricter).extend(made)
    return found


def _second_ledgers(repo: Repo, begin: Sequence[Oid]) -> Iterator[Violation]:
    """Those of the commits that begin a second ledger: another than the server's, or than one in the push."""
    if not begin:
        return
    here = refs.listed(repo, "refs/heads", "refs/tags")
    other = next((ref for ref, oid in here.items() if repo.read(f"{oid}:{POLICY_PATH}")), "")
    for oid in begin:
        if any(is_ancestor(repo, oid, tip) for tip in {*here.values()}):
            continue  # judged again, since what was validated is not known any more
        yield from (one._replace(commit=oid) for one in judge_door(NewLedger(oid, other)))
        other = other or oid[:10]


def _first_policy(repo: Repo, lines: Sequence[RefLine]) -> Iterator[Violation]:
    """The branch of the server's HEAD that gets its first policy by this push, if another branch or
    tag that is here already has a newer one.
    """
    new = next((line.new for line in lines if line.ref == repo.head_ref), None)
    if not new or repo.read(f"{new}:{POLICY_PATH}") is None:
        return
    if repo.head is not None and repo.read(f"{repo.head}:{POLICY_PATH}") is not None:
        return  # it has one, which cannot be read
    others = ("--branches", "--tags", "--not", new)
    missing = repo.run("rev-list", "-1", *others, "--", POLICY_PATH).decode().strip()
    if missing:
        form = ("--count=1", "--format=%(refname)", f"--contains={missing}")
        ref = repo.run("for-each-ref", *form, *BRANCHES_AND_TAGS).decode(errors="surrogateescape")
        yield from judge_door(FirstPolicy(repo.head_ref, missing, ref.strip("\n")))


def _unattributed(
    ledger: Ledger, commit: Commit, own: Snapshot, here: Snapshot
) -> Iterator[Violation]:
    """A commit of code that names no task, if its own policy or the server's asks for one."""
    if asks(own) or asks(here):
        joins = len(commit.parents) > 1 and not ledger.has_own_content(commit)
        named = steps(commit.message)
        fact = CodeCommit(commit.oid[:10], joins, named, required=True, ledgers=(own, here))
        yield from judge_door(fact)


def _not_newer(repo: Repo, found: Sequence[Violation]) -> Iterator[Violation]:
    """Those of the violations whose commits do not have the server's policy in their history: after
    it, their own is the newer one.
    """
    if not found or repo.head is None:
        return
    law = next(history.changed(repo, repo.head, POLICY_PATH))[0]
    after = history.parents(repo, "--ancestry-path", f"^{law}", *(one.commit for one in found))
    yield from (one for one in found if one.commit not in after)


def _unvouched(
    repo: Repo, commit: Commit, change: Change, here: Policy | None, laws: Iterable[Policy | None]
) -> Iterator[Violation]:
    """Restricted actions in a name that neither the push nor a signature vouches for, if one of these
    ``laws`` asks.

    For which actors a login speaks is for the server's policy, ``here``, to say: a pushed one could
    call anyone by any name.
    """
    asking = [law for law in laws if law is not None and law.asks_who_pushes]
    actions = restricted(change, asking)
    if not actions:
        return
    names = here or DEFAULT
    who = pusher(repo)
    logins = (*sorted(who.names), *signer(repo, commit.oid))
    edition = max(law.law for law in asking)
    if edition < 2 and not (logins or who.vouched):
        return  # the server says that it cannot know, which was enough
    known = frozenset[str]().union(*map(names.actors_of, logins))
    kept = any("policy" in law.roles for law in asking)
    for subject, action in actions:
        actor = names.actor(change.actor)
        fact = RestrictedAction(subject, action, actor, logins, known, edition, kept)
        yield from judge_door(fact)


# -- claims ------------------------------------------------------------------------------------


def _claims(
    repo: Repo, policy: Policy | None, lines: Sequence[RefLine], workers: fence.Workers
) -> Iterator[Violation]:
    """Judge the claims that the push moves, and its work on tasks that others have claimed.

    A claim is on a server only because it was pushed, so everyone heeds it.
    """
    yield from handover.illegal_handovers(repo, lines, policy)
    new = tips(repo, apart(lines)[1])
    door = fence.Door(policy, moving=fence.moving(lines, policy), shared=True, tips=new)
    yield from fence.fenced_work(repo, door, workers)


# -- refs --------------------------------------------------------------------------------------


def _refs(
    ledger: Ledger,
    policy: Policy | None,
    lines: Sequence[RefLine],
    dates: dict[Oid, int],
    now: int,
) -> Iterator[Violation]:
    """Judge how each ref moves; a new one by the server's ``policy``, any other by its own."""
    repo = ledger.repo
    moves = dict.fromkeys((old, new) for _, old, new in lines)  # many refs may move alike
    forward = {(old, new): bool(old and new and is_ancestor(repo, old, new)) for old, new in moves}
    there = {old: _policy_at(ledger, old) for old, _ in moves}
    for ref, old, new in lines:
        is_head = ref == repo.head_ref
        law = there[old] or policy
        yield from judge_door(RefUpdate(ref, old, new, is_head, forward[old, new], dates, now, law))
    records = [line for line in lines if line.ref.startswith((*RECORDS, ARTIFACTS))]
    if records:
        from tkledger.core.door_rules.records import RecordMoved  # most pushes move none

        sizes = blobs.sizes(repo, [line.new for line in records if line.new])
        for ref, old, new in records:
            size = sizes.get(new) if new else None
            yield from judge_door(RecordMoved(ref, old, new, forward[old, new], size))


def _joined(
    ledger: Ledger,
    policy: Policy | None,
    lines: Sequence[RefLine],
    judged: Mapping[Oid, Sequence[LaterWork]],
) -> Iterator[Violation]:
    """Judge what the protected branches get: approvals that are joined with later work. What one protected
    branch already has is not reported again for another.
    """
    repo = ledger.repo
    here = refs.listed(repo, "refs/heads")
    kept = [
        oid for ref, oid in here.items() if protected(ref, policy, is_head=ref == repo.head_ref)
    ]
    for line in lines:
        law = _policy_at(ledger, line.old) or policy
        if protected(line.ref, law, is_head=line.ref == repo.head_ref):
            yield from kept_out(ledger, line, law, kept, judged)


def _policy_at(ledger: Ledger, oid: Oid | None) -> Policy | None:
    return ledger.at(oid).policy if oid and is_commit(ledger.repo, oid) else None
