"""What keeps the commits of this checkout from being sent, found in a bounded look; it changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice

from tkledger.api.session import Session
from tkledger.core.change import Violation
from tkledger.core.layout import FOLDER, POLICY_PATH, SUFFIX
from tkledger.core.typing import NamedTuple
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.local.store import LEGAL, Store

_MOST_JUDGED = 20
"""How many of the newest commits are judged. `tk sync` judges all that it is to send."""

_UNMERGED = {"DD", "AU", "UD", "UA", "DU", "AA", "UU"}
"""How ``git status`` marks the paths that a merge left open."""


class Uncommitted(NamedTuple):
    """A task file that differs from HEAD's, and whether it has the one form that is accepted."""

    path: str
    is_formed: bool


def uncommitted(repo: Repo) -> list[Uncommitted]:
    """The task files that were changed here by hand and are not committed."""
    if repo.top is None:
        return []
    out = repo.run(
        *("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", FOLDER),
        env={"GIT_OPTIONAL_LOCKS": "0"},
    )
    rows = (os.fsdecode(row) for row in out.split(b"\0")[:-1])
    paths = [row[3:] for row in rows if row[:2] not in _UNMERGED and row.endswith(SUFFIX)]
    return [Uncommitted(path, _is_formed(os.path.join(repo.top, path), path)) for path in paths]


def _is_formed(file: str, path: str) -> bool:
    from tkledger.files import codec  # most often nothing is changed

    if os.path.islink(file) or not os.path.isfile(file):
        return True  # taken away, or not a file that could be put into form
    with open(file, "rb") as stream:
        data = stream.read(codec.MAX_BYTES + 1)
    try:
        return codec.reformatted(data, is_policy=path == POLICY_PATH) == data
    except codec.FormError:
        return False


def illegal(session: Session, known: Sequence[Oid]) -> list[Violation]:
    """What the newest commits break that the remote, at the commits ``known``, does not have; with the
    way on as `tk verify` says it.
    """
    repo = session.repo
    store = Store(repo.git_dir)
    legal = (store.read(LEGAL) or b"").decode(errors="replace")
    if repo.head is None or repo.is_shallow or legal == repo.head:
        return []
    from tkledger.doors.gate import judge_commits

    # those up to the commit that was looked at last are known to be legal
    looked_at = [legal] if legal.isalnum() and history.is_commit(repo, legal) else []
    out = [f"^{oid}" for oid in (*known, *looked_at)]
    newest = repo.run("rev-list", f"--max-count={_MOST_JUDGED + 1}", repo.head, *out)
    out += [f"^{oid}" for oid in newest.decode().split()[_MOST_JUDGED:]]
    judged = islice(judge_commits(session.ledger, [repo.head], out), _MOST_JUDGED)
    found = [broken for one in judged for broken in one.violations]
    if not found:
        store.keep(LEGAL, data=repo.head.encode())
        return []
    return list(_with_way_on(session, repo.head, found))


def _with_way_on(session: Session, head: Oid, found: list[Violation]) -> Iterator[Violation]:
    from tkledger.api.undo import undoable
    from tkledger.doors.acceptance import unaccepted
    from tkledger.doors.remedies import for_commit, if_undoable

    left = list(unaccepted(session.ledger, [head], "", found))
    if left:
        yield from if_undoable(for_commit(left), undoable(session))
