"""TK7xx, door checks: what is no function of history, and so is asked once, where it happens.

A push, a server's clock, a protected branch. ``tk verify`` never replays them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tkledger.core import ref_names
from tkledger.core.claim import Claim
from tkledger.core.policy import Policy
from tkledger.core.rules import RULES
from tkledger.core.rules.rule import Finding, Rule, rule
from tkledger.core.snapshot import Snapshot

CLOCK_SECONDS = 600
"""How far ahead of the server's clock a commit may be dated: clocks differ by minutes."""


class RefUpdate(NamedTuple):
    """One ref that somebody pushes: full name, where it was and will be, None for nowhere.

    is_head: whether the server's HEAD names it: that branch is protected whatever the policy says
    forward: whether the new commit has the old one in its history
    dates: the commits it brings and their committers' dates, in seconds since 1970
    now: the server's clock, likewise
    policy: the one in force where the ref was, or on the server's HEAD for a new one
    """

    ref: str
    old: str | None
    new: str | None
    is_head: bool
    forward: bool
    dates: Mapping[str, int]
    now: int
    policy: Policy | None


def _protected(update: RefUpdate) -> bool:
    branch = update.ref.removeprefix("refs/heads/")
    if update.is_head:
        return True
    return update.policy is not None and branch in update.policy.protected and branch != update.ref


@rule("TK701")
def protected_branch_deleted(update: RefUpdate) -> Iterator[Finding]:
    """A push deletes a branch that the policy protects.

    Why: with the branch the ledger's history goes, and what follows could be another one.

    Remedy: leave it; `tk config set protected BRANCH...` says which branches are protected.
    """
    if _protected(update) and update.new is None:
        yield Finding(update.ref, "is protected and would be deleted", "push to another branch")


@rule("TK702")
def protected_branch_rewritten(update: RefUpdate) -> Iterator[Finding]:
    """A push moves a protected branch to a commit that does not have the old one in its history.

    Why: commits that others rely on, and what was counted in them, would be gone.

    Remedy: fetch, merge or rebase onto the branch, and push again.
    """
    if _protected(update) and update.old and update.new and not update.forward:
        yield Finding(
            update.ref,
            "is protected and would be rewritten",
            f"git pull --rebase origin {update.ref.removeprefix('refs/heads/')}, then push again",
        )


@rule("TK703")
def dated_in_the_future(update: RefUpdate) -> Iterator[Finding]:
    """A commit is dated more than ten minutes ahead of the server's clock.

    Why: time spent and leases are counted from commit dates; a date from tomorrow is a gift.

    Remedy: set the clock right, and make the commit again.
    """
    for commit, at in update.dates.items():
        if at > update.now + CLOCK_SECONDS:
            yield Finding(
                commit[:10],
                f"is dated {at - update.now} s ahead of the server's clock",
                "set the clock right, then git rebase --force-rebase onto its parent",
            )


@rule("TK704")
def reserved_ref(update: RefUpdate) -> Iterator[Finding]:
    """A push writes a ref that would change how history reads.

    ``refs/replace/`` shows other objects than were committed, and ``refs/tk/`` is tk's own but for
    its claims and messages.

    Why: the verdict rests on the objects as they were written.

    Remedy: push branches and tags.
    """
    inner = update.ref.startswith(f"{ref_names.ALL}/")
    if update.ref.startswith(ref_names.REPLACEMENTS) or (
        inner and not update.ref.startswith(ref_names.SHARED)
    ):
        yield Finding(update.ref, "is a reserved ref", "push branches and tags only")


class PushedDeed(NamedTuple):
    """Something that is not for everyone, and that somebody pushes: an approval, a raised limit, a
    new policy.

    actor: who did it, as the commit says; known: the names of whoever pushed or signed it, as the
    server knows them, None where it is set up not to know; both by the names of the server's policy
    """

    task: str
    deed: str
    actor: str
    known: frozenset[str] | None


@rule("TK705")
def actor_not_the_pusher(pushed: PushedDeed) -> Iterator[Finding]:
    """What is not for everyone was done in another name than that of whoever pushed or signed it.

    Asked by a server of approvals where the policy says `review: required`, of raised limits and of
    changes of the policy where its `roles` names who may. It believes a push certificate with a
    known signer, a signature of the commit, or the variable by which its host tells who pushes. Which
    name a login has says the policy on the server's HEAD, never the one that is pushed.

    Why: anybody can write any name into a commit.

    Remedy: the one who did it pushes, or signs the commit. A server that has no way to know says so:
    `git config tk.pusher none`, or the name of its own variable.
    """
    if pushed.known is not None and pushed.actor not in pushed.known:
        who = ", ".join(sorted(pushed.known))
        yield Finding(
            pushed.task,
            f"{pushed.deed} in the name of {pushed.actor}, pushed by"
            f" {who or 'somebody this server does not know'}",
            f"{pushed.actor} has to push it, or sign it: git commit --amend -S"
            if who
            else "on the server: git config tk.pusher VARIABLE, or none if nothing tells who pushes",
        )


class Work(NamedTuple):
    """A commit that changes no task, or one about to be made.

    name: what to call it; merge: whether it has several parents; task: what its ``Tk-Task`` line
    names, None without one; ledger: the tasks there are
    """

    name: str
    merge: bool
    task: str | None
    ledger: Snapshot


@rule("TK706")
def unattributed_work(work: Work) -> Iterator[Finding]:
    """A commit of work does not say which task it is for.

    Asked where the policy says `attribution: required`, of every commit but merges and those that
    change a task's file, which speak for themselves.

    Why: what is spent on a task is counted from the commits that name it.

    Remedy: end the message with a line `Tk-Task: ID`.
    """
    policy = work.ledger.policy
    if policy is None or policy.attribution != "required" or work.merge:
        return
    if work.task is None:
        yield Finding(work.name, "names no task", "end its message with a line: Tk-Task: ID")
    elif work.task not in work.ledger.entries:
        yield Finding(work.name, f"names {work.task}, which is no task", "tk list")


class Holding(NamedTuple):
    """Work on a task, and who holds it.

    actor: who works; holder: who has its live claim, None if nobody has one
    where: the commit, or what to call it; required: whether the policy refuses work without a claim
    """

    task: str
    actor: str
    holder: str | None
    where: str
    required: bool


@rule("TK707")
def fenced(work: Holding) -> Iterator[Finding]:
    """Somebody works on a task that is claimed by somebody else.

    Work is what changes the state, the owner or the attempt of a task in progress, its start, and
    commits with its `Tk-Task` line. Comments, reviews, labels, priorities and budgets
    are not. With `claims: required` work without any claim is refused as well.

    Why: who was away for longer than a lease has lost the task, and whoever took it over must not
    find another at work. No rule can ask that of history, where claims leave no trace.

    Remedy: leave it to the holder, who may `tk release` it; from one who is gone for good,
    `tk release ID --from HOLDER` takes it away before its lease has run out.
    """
    if work.holder is None and work.required:
        yield Finding(
            work.task,
            f"{_by(work)} works on it without a claim, which the policy requires",
            f"tk renew {work.task}",
        )
    elif work.holder is not None and work.holder != work.actor:
        yield Finding(
            work.task,
            f"{_by(work)} works on it, but {work.holder} has claimed it",
            f"tk next, or if that is over: tk release {work.task} --from {work.holder}",
        )


def _by(work: Holding) -> str:
    return f"{work.actor} ({work.where})" if work.where else work.actor


CLAIMS: tuple[Rule, ...] = (fenced,)
"""What is asked of work on a task."""


class Creation(NamedTuple):
    """A new task, and whether its actor, or everybody, is idle here."""

    task: str
    actor: str
    all_idle: bool
    idle: bool


@rule("TK708")
def created_while_asleep(creation: Creation) -> Iterator[Finding]:
    """An actor that was put to sleep creates a task.

    Asked at every door of a repository in which `tk sleep` was said, until `tk wake`.

    Why: an agent that is to be idle must not give itself work. Tasks that are there can be ended.

    Remedy: `tk wake`, by whoever decides that there is to be work again.
    """
    if creation.idle or creation.all_idle:
        who = creation.actor if creation.idle else "everybody here"
        remedy = f"tk wake --as {creation.actor}" if creation.idle else "tk wake --all"
        yield Finding(creation.task, f"is new, but {who} is asleep", remedy)


IDLE: tuple[Rule, ...] = (created_while_asleep,)
"""What is asked of each new task."""


class Handover(NamedTuple):
    """A claim that somebody pushes: what it was and what it will be, None for none.

    task: by the ref's name; goes_on: whether the new one has the old one in its history
    lapsed: whether the old one has run out, by the server's own clock
    over: whether the task has been put down on the old one's branch
    known: the names of whoever pushes, None where the server does not know or does not ask
    """

    task: str
    old: Claim | None
    new: Claim | None
    goes_on: bool
    lapsed: bool
    over: bool = False
    known: frozenset[str] | None = None


def _unreadable(move: Handover) -> str:
    wrong = move.new is not None and (not move.new.nonce or move.new.task != move.task)
    return "is pushed a claim that is none of it" if wrong else ""


def _unrelated(move: Handover) -> str:
    both = move.old is not None and move.new is not None
    return (
        "is pushed a claim that does not go on from the last" if both and not move.goes_on else ""
    )


def _backwards(move: Handover) -> str:
    if move.old is None or move.new is None or move.new.epoch >= move.old.epoch:
        return ""
    return f"is pushed a claim of epoch {move.new.epoch}, after one of epoch {move.old.epoch}"


def _snatched(move: Handover) -> str:
    old, new = move.old, move.new
    if old is None or new is None or new.holder == old.holder:
        return ""
    if not _is_free(move):
        return f"is claimed by {old.holder} still, and pushed as claimed by {new.holder}"
    if new.epoch == old.epoch:
        return f"goes from {old.holder} to {new.holder} within epoch {new.epoch}"
    return ""


def _deleted(move: Handover) -> str:
    if move.old is None or move.new is not None or _is_free(move) or move.over:
        return ""
    if move.known is None or move.old.holder in move.known:
        return ""
    return f"is claimed by {move.old.holder}, and let go of by {', '.join(sorted(move.known))}"


def _is_free(move: Handover) -> bool:
    """Whether anybody may have the task: its claim was let go of, has served, or has run out."""
    old = move.old
    return old is None or old.released or bool(old.final) or move.lapsed


_ILLEGAL: tuple[Callable[[Handover], str], ...] = (
    *(_unreadable, _unrelated, _backwards, _snatched, _deleted),
)
"""What a claim must not do, each as the words for it, or nothing."""


@rule("TK709")
def illegal_handover(move: Handover) -> Iterator[Finding]:
    """A push moves a claim to what is no legal successor of it.

    A claim is for the task of its ref. A renewal is a child of the last one, of no lower epoch.
    Another holder comes after a release, an end or the end of the lease as the server has seen it
    run, by a higher epoch. Where the policy says `review: required` and the server knows who
    pushes, only the holder deletes a claim while the task is in progress.

    Why: a claim keeps everybody else away, so that whoever could forge one could take any task.

    Remedy: `tk sync`, and take another task; from one who is gone for good,
    `tk release ID --from HOLDER` takes it away openly.
    """
    fact = next((words for words in (wrong(move) for wrong in _ILLEGAL) if words), "")
    if fact:
        freed = f"tk release {move.task} --from {move.old.holder}" if move.old else ""
        remedy = f"tk sync, then tk next{freed and f', or if that is over: {freed}'}"
        yield Finding(move.task, fact, remedy)


HANDOVERS: tuple[Rule, ...] = (illegal_handover,)
"""What a server asks of each claim that is pushed."""

ATTRIBUTION: tuple[Rule, ...] = (unattributed_work,)
"""What is asked of each commit that changes no task."""

DEEDS: tuple[Rule, ...] = (actor_not_the_pusher,)
"""What a server asks of each deed that is not for everyone."""

CHECKS: tuple[Rule, ...] = (
    protected_branch_deleted,
    protected_branch_rewritten,
    dated_in_the_future,
    reserved_ref,
)
"""What a server asks of each ref line, beside the rules it judges the commits by."""

EVERY: tuple[Rule, ...] = (*RULES, *CHECKS, *DEEDS, *ATTRIBUTION, *CLAIMS, *IDLE, *HANDOVERS)
"""Whatever has a code: for the pages, not for judging."""
