"""Commits of code, and whether they name the task they are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tkledger.core.door_rules import door_rule
from tkledger.core.rules.rule import Finding
from tkledger.core.snapshot import Snapshot


class CodeCommit(NamedTuple):
    """A commit that changes no task file, or one about to be made.

    name: how a message refers to it; merge: whether it only joins what its parents have
    task: the task in its ``Tk-Task`` line, None without one; ledger: the tasks that exist
    """

    name: str
    merge: bool
    task: str | None
    ledger: Snapshot


@door_rule("TK706", CodeCommit)
def unattributed_work(commit: CodeCommit) -> Iterator[Finding]:
    """A commit of code does not say which task it is for.

    Asked if the policy says `attribution: required`. Commits that change a task file need no such
    line. A merge needs one only if it holds files, or parts of files, that come from no side (since
    edition 2 of the law).

    Why: what is spent on a task is counted from the commits that name it.

    Remedy: end the message with a line `Tk-Task: ID`.
    """
    policy = commit.ledger.policy
    if policy is None or policy.attribution != "required" or commit.merge:
        return
    if commit.task is None:
        yield Finding(commit.name, "names no task", "end its message with a line: Tk-Task: ID")
    elif commit.task not in commit.ledger.entries:
        yield Finding(commit.name, f"names {commit.task}, which is not a task", "tk list")
