"""``tk accept``: a commit that breaks the rules, accepted by the policy."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit
from tkledger.core import policy as policies
from tkledger.core.layout import POLICY_PATH
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR, REASON
from tkledger.doors.acceptance import way_of
from tkledger.doors.verify import judge_range
from tkledger.errors import usage_error
from tkledger.git import history
from tkledger.ledger.proposal import Proposal


def accept(
    commit: str,
    reason: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Accept a commit that breaks the rules: the policy records it, with the reason.

    A server accepts it once the policy that names the commit is on its HEAD: push that first.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    oid = history.commit_of(session.repo, commit)
    parents = session.repo.run("rev-parse", f"{oid}^@").decode().split()
    verdict = judge_range(session.ledger, oid, *parents)
    if not verdict.violations and not verdict.accepted:
        raise usage_error("legal", f"{oid[:10]} breaks no rule", "tk verify --all")

    def propose(before: Snapshot) -> Proposal:
        policy = session.ledger.usable(before).policy
        assert policy is not None
        if oid in policy.accepted:
            raise usage_error("accepted", f"{oid[:10]} is already accepted", "tk verify --all")
        amended = policies.changed(policy, accepted={**policy.accepted, oid: reason})
        words = f"accept {oid[:10]}"
        trailers = ((ACTOR, session.actor(before)), (REASON, reason))
        return Proposal(before.evolve({POLICY_PATH: amended}), words, trailers)

    recorded = session.record(propose, dry_run=dry_run, key=key)

    def view() -> Iterable[str | Aside]:
        yield f"{'would accept' if dry_run else 'accepted'} {oid[:10]}: {reason}"
        way = way_of(session.ledger, oid, recorded.commit, reason) if recorded.commit else ""
        if way:
            yield Aside(f"a server believes it once its branch has it: {way}")

    return Answer(lambda: {"accepted": oid, **with_commit(recorded)}, view)
