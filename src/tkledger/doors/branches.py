"""What a task used on all branches of a server together, as they will be after a push."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from tkledger.core.budget import gauges, limits
from tkledger.core.change import Change, Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.branches import QuotaUsed, WorkOnBranches
from tkledger.core.layout import is_task_key
from tkledger.core.policy import Policy
from tkledger.core.ref_names import BRANCHES_AND_TAGS
from tkledger.core.snapshot import Entry, Snapshot
from tkledger.core.task import Task
from tkledger.core.task_parts import Spent
from tkledger.core.typing import NamedTuple
from tkledger.core.usage import Account, Accounts, Activity, Usage, Used, marked, marks
from tkledger.git import refs
from tkledger.git.commit import Commit
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.ledger.reader import Ledger


class Limited(NamedTuple):
    """The tasks with a limit that new commits add to, each with the last of those commits.

    steps: those that get a step; parents: those that get a child
    spent: by actor with a quota and the time of a step, by the hour, the last task and commit
    """

    steps: dict[str, Oid]
    parents: dict[str, Oid]
    spent: dict[tuple[str, int], tuple[str, Oid]]

    def note(self, commit: Commit, change: Change | None) -> None:
        """Note what a commit adds to. Most ledgers limit nothing, and then nothing is looked up."""
        if change is None or change.policy is None:
            return
        for bill in change.charged:
            task = change.after.task(bill.task) if bill.step else None
            if task is not None and not task.ended:
                if _has_limit(change, task):
                    self.steps[task.id] = commit.oid
                if change.policy.quotas and change.usage is not None:
                    from tkledger.core.quota import HOUR  # few policies have any

                    self.spent[change.actor, change.usage.at // HOUR] = task.id, commit.oid
        if change.law.children is not None and change.law.refuses("children"):
            for task in change.created():
                if task.parent:
                    self.parents[task.parent] = commit.oid

    def update(self, other: Limited) -> None:
        """Add those of another part of the push, a later one."""
        self.steps.update(other.steps)
        self.parents.update(other.parents)
        self.spent.update(other.spent)


def _has_limit(change: Change, task: Task) -> bool:
    return next(limits(change.law, change.after, task), None) is not None


def judged(
    ledger: Ledger, lines: Sequence[RefLine], validated: Sequence[Oid], limited: Limited
) -> Iterator[Violation]:
    """What the push adds beyond a limit that all branches share; ``validated`` are the tips that the
    server has validated.
    """
    yield from _beyond_quotas(ledger, lines, limited)
    if not (limited.steps or limited.parents):
        return
    branches = _Branches(ledger, lines, validated)
    for task, oid in limited.steps.items():
        fact = branches.steps(task, oid)
        yield from (one._replace(commit=oid) for one in judge_door(fact))
    for task, oid in limited.parents.items():
        most = _policy_at(ledger, oid).children
        fact = WorkOnBranches(task, children=len(branches.tasks.children(task)), most=most)
        yield from (one._replace(commit=oid) for one in judge_door(fact))


def _beyond_quotas(
    ledger: Ledger, lines: Sequence[RefLine], limited: Limited
) -> Iterator[Violation]:
    """The steps of actors who have used up a quota on all branches, in the window that ends with the step."""
    for (actor, hour), (task, oid) in limited.spent.items():
        from tkledger.claims import quotas  # few policies have any
        from tkledger.core.quota import HOUR

        work = QuotaUsed(task, actor, _policy_at(ledger, oid), step=True)
        yield from quotas.beyond(ledger, work, hour * HOUR, oid, lines)


def _policy_at(ledger: Ledger, oid: Oid) -> Policy:
    policy = ledger.history_at(oid).policy
    assert policy is not None  # else nothing was noted
    return policy


class _Branches:
    """All branches after a push, counted and read as one."""

    def __init__(self, ledger: Ledger, lines: Sequence[RefLine], validated: Sequence[Oid]) -> None:
        moved = {line.ref: line.new for line in lines if line.ref.startswith(BRANCHES_AND_TAGS)}
        after = {**refs.listed(ledger.repo, "refs/heads"), **moved}
        known = dict.fromkeys(oid for oid in after.values() if oid is not None)
        self._ledger = ledger
        self._tips = [oid for oid in known if is_commit(ledger.repo, oid)]
        self._left = [oid for oid in dict.fromkeys(validated) if oid not in known]
        self._marks: dict[str, Spent] = {}

    @cached_property
    def tasks(self) -> Snapshot:
        """The tasks of all branches."""
        found: dict[str, Entry] = {}
        for tip in self._tips:
            for key, entry in self._ledger.files.entries(f"{tip}^{{tree}}").items():
                if is_task_key(key):
                    found.setdefault(key, entry)
        return Snapshot(found, None, self._ledger.files.load)

    def steps(self, task_id: str, oid: Oid) -> WorkOnBranches:
        """The limits that hold for a task in a commit, and what all branches used of them."""
        own, policy = self._ledger.history_at(oid), _policy_at(self._ledger, oid)
        line = [found for one in (task_id, *own.ancestors(task_id)) if (found := own.task(one))]
        task = line[0]
        holders = {one.holder for one in limits(policy, own, task) if not one.own}
        view = (self.tasks if holders else Snapshot()).put(*line)
        below = {one for holder in holders for one in view.descendants(holder)}
        gone = [*dict.fromkeys(tip for one in (task_id, *holders) for tip in self._gone(one))]
        accounts = self._ledger.tally.accounts(frozenset([*self._tips, *gone]))
        ids = {task_id, *holders, *(below & accounts.keys())}
        view = view.put(*(self._marked(found) for one in ids if (found := view.task(one))))
        usage = Usage(partial(_counted, accounts), lambda task: Activity(), 0)
        return WorkOnBranches(
            task_id, tuple(gauges(policy, view, task, usage)), gone[0] if gone else ""
        )

    def _gone(self, task_id: str) -> Iterator[Oid]:
        """The validated tips of branches that were deleted or rewritten, if they have a mark on a task that
        no branch has carried on: else its budget would begin anew with each branch.
        """
        carried = [self._mark(tip, task_id) for tip in self._tips]
        for tip in self._left:
            mark = self._mark(tip, task_id)
            if any(mark) and not any(mark == Used(*map(min, mark, one)) for one in carried):
                yield tip

    def _mark(self, tip: Oid, task_id: str) -> Used:
        found = self._ledger.files.task_at(tip, task_id)
        return marked(found.spent) if found else Used()

    def _marked(self, task: Task) -> Task:
        """A task with the greatest marks that it has on all branches and validated tips."""
        if task.id not in self._marks:
            found = [self._mark(tip, task.id) for tip in (*self._tips, *self._left)]
            self._marks[task.id] = marks(Used(*map(max, zip(*found))))
        return task._replace(spent=self._marks[task.id])


def _counted(accounts: Accounts, task_id: str) -> Account | None:
    """What was counted of a task; what marks say beyond that may be counted on another branch."""
    account = accounts.get(task_id)
    if account is not None and account.lost:
        account = account.copy()
        account.lost.clear()
    return account
