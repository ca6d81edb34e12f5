"""Merges that join an approval with work that it did not see, and whether a branch is protected from them."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.door_rules import door_rule
from tkledger.core.quoting import few
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple

AGAIN = "then push again"


class JoinedApproval(NamedTuple):
    """A task that a merge leaves done, with commits of work that no side had which ended it.

    later: the newest of these; branch: the protected one that the merge would come to, by its short name;
    empty if it is only reported
    """

    task: str
    later: tuple[str, ...]
    branch: str = ""


@door_rule("TK716", JoinedApproval)
def approval_joined_with_later_work(joined: JoinedApproval) -> Iterator[Finding]:
    """A merge joins the approval of a task with work on it that was not approved.

    One branch ended the review, the other has a later commit with the task's line `Tk-Task`. Neither did
    wrong, and so the merge is legal: `tk verify` and `tk audit` report it. A push may not bring it to a
    branch that the policy protects, or that the server's HEAD names, as long as no task reopens the one that
    is done. Asked if the policy that judges the merge has `approvals`.

    Why: the task says that it was approved, and what is there was not.

    Remedy: `tk reopen ID` makes a task for the work that no one reviewed; with that the merge may be pushed.
    """
    work = few([oid[:10] for oid in joined.later])
    where = f" on {joined.branch}, which is protected" if joined.branch else ""
    more = f", {AGAIN}" if joined.branch else ""
    yield Finding(
        joined.task,
        f"is done by an approval that did not see {work}{where}",
        f"tk reopen {joined.task}{more}",
    )
