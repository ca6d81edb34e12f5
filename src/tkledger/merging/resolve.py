"""`tk resolve`: merges the task files that a git merge left open, and stages them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.files import codec
from tkledger.git.repo import Repo
from tkledger.ledger.checkout import not_a_folder
from tkledger.ledger.conversions import require_none
from tkledger.ledger.reader import Ledger
from tkledger.local.store import SCRATCH, Store, project
from tkledger.merging.by_claim import by_claim
from tkledger.merging.files import Outcome, law_of, merge_bytes, only_one


def unmerged(repo: Repo) -> dict[str, list[bytes | None]]:
    """The task files that a merge left open: by path, the versions of base, ours and theirs."""
    found: dict[str, list[bytes | None]] = {}
    out = repo.run("ls-files", "-u", "-z", "--", FOLDER)
    for line in out.decode(errors="surrogateescape").split("\0")[:-1]:
        meta, path = line.split("\t", 1)
        _, oid, stage = meta.split(" ")
        answer = repo.read(oid, limit=codec.MAX_BYTES)
        versions = found.setdefault(path, [None, None, None])
        versions[int(stage) - 1] = answer[2] if answer else None
    return found


def settle(
    repo: Repo, paths: Iterable[str], *, take: str | None = None, dry_run: bool = False
) -> dict[str, Outcome]:
    """Settle the files that a merge left open; ``take`` chooses ``ours`` or ``theirs`` where neither the law nor
    a claim does.

    Returns the merges by path; a file with fields that are still to be chosen is left as it is.
    """
    law = law_of(Ledger(repo))
    found: dict[str, Outcome] = {}
    if not dry_run:
        require_none(repo, paths)
    for path, (base, ours, theirs) in unmerged(repo).items():
        if path not in paths:
            continue
        if ours is None or theirs is None:
            outcome = only_one(ours, theirs)
        else:
            outcome = merge_bytes(base, ours, theirs, path, law)
            outcome = by_claim(repo, path, outcome, law)
        found[path] = outcome._replace(conflicts=()) if take else outcome
        if path == POLICY_PATH and ours is not None and theirs is not None:
            found[path] = _of_policy(outcome, base, (ours, theirs), take)
        if not found[path].conflicts and not dry_run:
            _settle(repo, path, outcome.other if take == "theirs" else outcome.data)
    return found


def _of_policy(
    outcome: Outcome, base: bytes | None, sides: Sequence[bytes], take: str | None
) -> Outcome:
    """Of two policies of one version a merge keeps the first side's (TK605), so that alone can be taken."""
    from tkledger.merging.policies import in_files

    left = () if take == "ours" else outcome.conflicts
    return outcome._replace(conflicts=left, repeat=in_files(base, sides, outcome.data))


def _settle(repo: Repo, path: str, data: bytes) -> None:
    assert repo.top is not None
    full = os.path.join(repo.top, path)
    if not project(Store(repo.git_dir).path(SCRATCH), full, data):
        raise not_a_folder()
    repo.run("update-index", "--add", "--", path)
