"""``tk accept``: a commit that breaks the rules, let stand in the policy."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.core import policy as policies
from tkledger.core.layout import POLICY_PATH
from tkledger.core.snapshot import Snapshot
from tkledger.doors import gate
from tkledger.errors import Exit, usage
from tkledger.ledger.reader import Proposal
from tkledger.report import print_json, visible


def accept(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit to let stand.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it may stand.")],
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Let a commit that breaks the rules stand, openly: recorded in the policy, with the reason.

    A server believes it once the policy that names the commit stands on its HEAD: push that first.
    """
    session = Session(path, as_json=as_json, actor=actor)
    oid = session.repo.commit_of(commit)
    parents = session.repo.run("rev-parse", f"{oid}^@").decode().split()
    verdict = gate.range_(session.ledger, oid, *parents)
    if not verdict.violations and not verdict.accepted:
        raise usage("legal", f"{oid[:10]} breaks no rule", "tk verify --all")

    def propose(before: Snapshot) -> Proposal:
        policy = session.ledger.usable(before).policy
        assert policy is not None
        if oid in policy.accepted:
            raise usage("accepted", f"{oid[:10]} is accepted already", "tk verify --all")
        amended = policies.changed(policy, accepted={**policy.accepted, oid: reason})
        words = f"accept {oid[:10]}"
        trailers = (("Tk-Actor", session.actor(before)), ("Tk-Reason", reason))
        return Proposal(before.evolve({POLICY_PATH: amended}), words, trailers)

    recorded = session.record(propose, dry_run=dry_run)
    if as_json:
        print_json(accepted=oid, **({"commit": recorded.commit} if recorded.commit else {}))
    else:
        print(f"{'would accept' if dry_run else 'accepted'} {oid[:10]}: {visible(reason)}")
    return Exit.OK
