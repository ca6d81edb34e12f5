"""``tk accept``: a commit that breaks the rules, accepted by the policy."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.amending import Wanted, amend
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit, would_be
from tkledger.core import policy_fields
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of
from tkledger.core.trailers import REASON
from tkledger.doors.acceptance import way_of
from tkledger.doors.verify import judge_range
from tkledger.errors import usage_error
from tkledger.git import history


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

    def wanted(policy: Policy) -> Wanted:
        if oid in policy.accepted:
            raise usage_error("accepted", f"{oid[:10]} is already accepted", "tk verify --all")
        after = policy_fields.changed(policy, accepted={**policy.accepted, oid: reason})
        return Wanted(after, f"accept {oid[:10]}", ((REASON, reason),))

    amended = amend(session, wanted, dry_run=dry_run, key=key)
    recorded = amended.recorded

    def view() -> Iterable[str | Aside]:
        if amended.proposed:
            other = any_of(amended.others) or "another keeper"
            yield f"{would_be(dry_run)}proposed: accept {oid[:10]}: {reason}"
            yield Aside(f"{other} puts it in force: tk config approve")
            return
        yield f"{'would accept' if dry_run else 'accepted'} {oid[:10]}: {reason}"
        way = way_of(session.ledger, oid, recorded.commit, reason) if recorded.commit else ""
        if way:
            yield Aside(f"a server believes it once its branch has it: {way}")

    values = {"proposed" if amended.proposed else "accepted": oid, **with_commit(recorded)}
    return Answer(lambda: values, view)
