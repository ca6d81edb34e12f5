"""Commits of code, and whether they name the task they are for."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.door_rules import door_rule
from tkledger.core.rules.rule import Finding
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import STEP
from tkledger.core.typing import NamedTuple


class CodeCommit(NamedTuple):
    """A commit that changes no task file, or one about to be made.

    name: how a message refers to it; merge: whether it only joins what its parents have
    tasks: what its ``Tk-Task`` lines name, which is what it is charged to as a step
    required: whether a policy asks for one
    ledgers: those in which it may be a task: of its history and, on a server, of the branch which
        HEAD names
    exists: whether it is made already
    own: of one about to be made, the tasks that its author has in progress; None of a merge
    """

    name: str
    merge: bool
    tasks: tuple[str, ...]
    required: bool
    ledgers: tuple[Snapshot, ...]
    exists: bool = True
    own: tuple[str, ...] | None = None


def asks(ledger: Snapshot) -> bool:
    """Whether the policy of a ledger wants commits of code to name their task."""
    return ledger.policy is not None and ledger.policy.attribution == "required"


@door_rule("TK706", CodeCommit)
def unattributed_work(commit: CodeCommit) -> Iterator[Finding]:
    """A commit of code does not say which task it is for.

    Asked if the policy says `attribution: required`: the commit's own or, in a push, that of the
    server's HEAD unless the commit comes after it; so neither an old branch nor one without a
    ledger is free of it. Commits that change a task file need no such line. A merge needs one only
    if it holds files, or parts of files, that come from no side (since edition 2 of the law). The lines
    that count are those that charge a step, indented or not; one of them has to name a task.

    Why: what is spent on a task is counted from the commits that name it.

    Remedy: end the message with a line `Tk-Task: ID`. The hook of a clone does so by itself if its
    author has one task in progress, or with `TK_TASK=ID git commit`.
    """
    if commit.merge or not commit.required:
        return
    if not commit.tasks:
        yield Finding(commit.name, "names no task", _way(commit))
    elif not any(task in one.entries for one in commit.ledgers for task in commit.tasks):
        yield Finding(commit.name, f"names {commit.tasks[-1]}, which is not a task", "tk list")


_FEW = 5


def _way(commit: CodeCommit) -> str:
    """How a commit names its task: by hand, or if it is about to be made by what the hook reads."""
    if commit.exists:
        newest = f"git commit --amend --no-edit --trailer {STEP}=ID"
        older = f"git rebase -i, and reword each with a line '{STEP}: ID'"
        return f"of the newest commit: {newest}; of others: {older}"
    if commit.own is None:  # a merge takes no task from TK_TASK
        return f"end its message with a line: {STEP}: ID"
    ways = ", or ".join(f"TK_TASK={task} git commit" for task in commit.own[:_FEW])
    return ways or "TK_TASK=ID git commit, with the id of a task: tk list"
