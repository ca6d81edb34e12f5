"""The gate: judges commits about to be made, and commits that exist; it does not know which hook asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.claims import fence, remote
from tkledger.core.change import Change, Violation
from tkledger.core.rules import judge
from tkledger.core.rules.signatures import to_be_signed
from tkledger.core.typing import NamedTuple
from tkledger.doors import limits
from tkledger.doors.idle import Idle
from tkledger.doors.merged_in import Rejudged, merged_in
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger
from tkledger.local.verdicts import note_judged

# -- a commit about to be made -----------------------------------------------------------------


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
    remembered as judged: the reference-transaction, which sees the real parents, decides.
    """
    head = ledger.repo.head
    parents = [head, *heads] if head else list(heads)
    proposed = changes.proposed(ledger, parents, tree, message)
    violations = _broken(ledger, parents, proposed)
    fenced = tuple(_fenced(ledger, proposed, message))
    if fenced:
        return Staged((*violations, *fenced))
    if not violations:
        if (
            message is None
            and _is_settled(proposed)
            and not any(fence.of_others(ledger.repo, proposed))
        ):
            note_judged(ledger.repo, " ".join([tree, *parents]))
        return Staged((), certain=message is None or not to_be_signed(proposed))
    if head and not heads:
        amended = ledger.repo.run("rev-parse", f"{head}^@").decode().split()
        if not judge(changes.proposed(ledger, amended, tree, message)):
            return Staged((), certain=False)
    return Staged(violations)


def _is_settled(proposed: Change) -> bool:
    """Whether a legal commit stays legal with any message, and with any signature or none."""
    if to_be_signed(proposed):
        return False
    if proposed.policy is None or not proposed.policy.roles:
        return True
    from tkledger.core.rules.suppose import legal_whatever_is_said  # few policies give roles

    return legal_whatever_is_said(proposed)


def joined(ledger: Ledger, tree: Oid, parents: Sequence[Oid]) -> tuple[Violation, ...]:
    """Judge a merge of ``parents`` about to be made, wherever HEAD is."""
    return _broken(ledger, parents, changes.proposed(ledger, parents, tree))


def _broken(ledger: Ledger, parents: Sequence[Oid], proposed: Change) -> tuple[Violation, ...]:
    try:
        return (*judge(proposed), *merged_in(ledger, parents, proposed, Rejudged()))
    finally:
        ledger.close_signatures()


def _fenced(ledger: Ledger, proposed: Change, message: str | None) -> Iterator[Violation]:
    """What a commit about to be made does to tasks of others, begins beyond a limit, or creates while idle."""
    repo, policy = ledger.repo, proposed.policy
    yield from fence.about_to(repo, policy, proposed.before, fence.worked_on(proposed))
    yield from limits.about_to(ledger, proposed, message)
    idle = Idle(repo)
    if policy is not None and idle.any and (new := list(proposed.created())):
        yield from idle.forbidden(new, fence.committer(repo, policy).actor)


# -- commits that exist ------------------------------------------------------------------------


class Judged(NamedTuple):
    """A commit, its Change (None if it has no ledger), and what it breaks."""

    commit: Commit
    change: Change | None
    violations: list[Violation]


def arriving(ledger: Ledger, tips: Iterable[Oid]) -> Iterator[Violation]:
    """Judge the commits that local refs are about to show and no branch or remote has yet."""
    found: fence.Workers = {}
    yield from _unaccepted(ledger, list(tips), ["--not", "--branches", "--remotes"], found)
    yield from limits.arriving(ledger, found)


def leaving(
    ledger: Ledger, tips: Sequence[Oid], to: str, workers: fence.Workers | None = None
) -> Iterator[Violation]:
    """Judge the commits about to be pushed that the remote ``to`` is not known to have.

    ``workers`` is filled with who worked on what in them. A caller that passes it has fetched the
    remote's claims already.
    """
    found: fence.Workers = {} if workers is None else workers
    yield from _unaccepted(ledger, tips, ["--not", f"--remotes={to}"], found, to)
    head = ledger.head()
    policy = head.policy
    if workers is None and found and policy is not None and policy.claims != "local":
        remote.fetch(ledger.repo, to)  # the claims known here may be old
    yield from fence.fenced_work(ledger.repo, fence.Door(policy, to, tips=tips), found)
    yield from limits.pushed(ledger, head, found, to)


def coming(ledger: Ledger, tip: Oid, onto: Oid) -> Iterator[Violation]:
    """Judge the commits that a branch at ``onto`` is about to get from ``tip``, which were all here
    before.
    """
    policies = [ledger.at(commit).policy for commit in (tip, onto)]
    accepted = {commit for policy in policies if policy for commit in policy.accepted}
    for _, _, violations in judge_commits(ledger, [tip], [f"^{onto}"]):
        yield from (one for one in violations if one.commit not in accepted)


def _unaccepted(
    ledger: Ledger,
    tips: Sequence[Oid],
    known: Sequence[str],
    workers: fence.Workers,
    to: str = "",
) -> Iterator[Violation]:
    """What a client refuses: all but what is accepted, in a push ``to`` a remote by the branch there
    that decides. The server itself believes no other.
    """
    broken: list[Violation] = []
    idle = Idle(ledger.repo)
    for commit, change, violations in judge_commits(ledger, tips, known):
        broken += violations
        policy = ledger.history_at(commit.oid).policy
        yield from in_commit(commit, idle.created(commit, change, policy))
        fence.note(workers, commit, change, policy)
    if broken:
        from tkledger.doors.acceptance import unaccepted

        yield from unaccepted(ledger, tips, to, broken)


def judge_commits(ledger: Ledger, tips: Sequence[Oid], known: Sequence[str]) -> Iterator[Judged]:
    """Every commit that ``tips`` have and ``known`` (as git excludes them) have not."""
    rejudged = Rejudged()
    try:
        for commit, change in changes.walk(ledger, *tips, *known):
            found: list[Violation] = []
            if change is not None:
                found += in_commit(commit, judge(change))
                found += in_commit(commit, merged_in(ledger, commit.parents, change, rejudged))
            yield Judged(commit, change, found)
    finally:
        ledger.close_signatures()


def in_commit(commit: Commit, found: Iterable[Violation]) -> Iterator[Violation]:
    """The same violations, saying which commit they are in."""
    return (one._replace(commit=commit.oid) for one in found)
