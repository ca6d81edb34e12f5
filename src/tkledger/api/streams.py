"""Streams of work as views show them: their tasks, and the branches that they are brought together on."""

from __future__ import annotations

import time

from tkledger.api.json import Json, without_empty
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.claims.streams import branches
from tkledger.core.ref_names import branch_name
from tkledger.core.streams import Stream, StreamBranch, streams
from tkledger.git.refs import COPIES


def shown(session: Session, at: str | None = None) -> list[Stream]:
    """All streams of HEAD's ledger, or of an earlier one, without branches: those are known as of now only."""
    found = streams(Shown(session, at).overview, int(time.time()))
    known = branches(session.repo) if at is None and found else {}
    return [
        one._replace(branch=_branch(session, known[one.name])) if one.name in known else one
        for one in found
    ]


def _branch(session: Session, ref: str) -> StreamBranch | None:
    """A branch as it is now; None if it is at no commit."""
    repo = session.repo
    read = next(repo.read_many([ref]))
    if read is None or read[1] != "commit":
        return None
    sides = ("--left-right", "--count", f"{repo.head}...{read[0]}")
    behind, ahead = repo.run("rev-list", *sides, "--").split()
    return StreamBranch(branch_name(ref).removeprefix(COPIES), read[0], int(ahead), int(behind))


def stream_json(stream: Stream) -> Json:
    """A stream: its state, its tasks by theirs, and its branch."""
    branch = stream.branch
    return without_empty(
        {
            **{"name": stream.name, "state": stream.state, "total": stream.total},
            "tasks": {state.value: number for state, number in stream.counts.items()},
            "active": list(stream.active),
            "branch": branch._asdict() if branch else None,
        }
    )
