"""Work on a claimed task, and claims that a push changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tkledger.core.claim import LEAVE, Claim, way_to_take
from tkledger.core.door_rules import door_rule
from tkledger.core.policy import LONGEST_LEASE
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class ClaimedWork(NamedTuple):
    """Work on a task, and who holds the task.

    actor: who works; holder: who has its live claim, None without one
    where: the commit, or what to call it; required: whether the policy refuses work without a claim
    open: whether the task is in progress, so that a start may take it from its holder
    """

    task: str
    actor: str
    holder: str | None
    where: str
    required: bool
    open: bool = False


@door_rule("TK707", ClaimedWork)
def fenced(work: ClaimedWork) -> Iterator[Finding]:
    """An actor works on a task that another actor has claimed.

    Work is what changes the state, the owner or the attempt of a task in progress, its start, and
    commits with its `Tk-Task` line. Comments, reviews, labels, priorities and budgets
    are not. With `claims: required` work without any claim is refused as well. In a push a start
    passes that a merge has given up: where the refs lead, the work is as on the holder's branch.

    Why: an actor who was away for longer than a lease has lost the task, and the next holder must
    not find another at work. No rule of history can ask this: claims leave no trace there.

    Remedy: leave it to the holder, who may `tk release` it; `tk sync` says which commit to take
    back or to reword. If the holder's work has ended,
    `tk start ID --take` takes the task openly; if it is not in progress any more,
    `tk release ID --from HOLDER` takes the claim away before its lease has run out.
    """
    who = f"{work.actor} ({work.where})" if work.where else work.actor
    if work.holder is None and work.required:
        yield Finding(
            work.task,
            f"{who} works on it without a claim, which the policy requires",
            f"tk renew {work.task}",
        )
    elif work.holder is not None and work.holder != work.actor:
        yield Finding(
            work.task,
            f"{who} works on it, but {work.holder} has claimed it",
            way_to_take(work.task) if work.open else _freed(work.task, work.holder),
        )


def _freed(task: str, holder: str) -> str:
    """The way on from a claim that no start can take."""
    return f"{LEAVE}if that is over: tk release {task} --from {quoted(holder)}"


class Handover(NamedTuple):
    """A claim that a push changes: before and after, None for absent.

    task: by the ref's name; descends: whether the new one has the old one in its history
    links: how many claims come with the new one, itself counted; None if they were not counted
    stray: the first commit that comes with the new one and is not a claim on the task: it has files
        or other words, the new one itself or below it; empty without one
    lapsed: whether the old one has run out, by the server's own clock
    freed: whether a release of the old one comes with the new one, below it
    over: whether the task is no longer in progress on the old one's branch, or has ended at its base
    states: those of the task on the new one's branch and at its base, as far as the server has them
    known: the names of the one who pushes, None if the server does not know or does not ask
    """

    task: str
    old: Claim | None
    new: Claim | None
    descends: bool
    lapsed: bool
    over: bool = False
    known: frozenset[str] | None = None
    stray: str = ""
    states: tuple[str, ...] = ()
    links: int | None = None
    freed: bool = False

    @property
    def is_free(self) -> bool:
        """Whether anyone may have the task: its claim was released, has served, or has run out."""
        old = self.old
        return old is None or old.released or bool(old.final) or self.lapsed or self.freed


def _unreadable(move: Handover) -> str:
    wrong = move.new is not None and (not move.new.nonce or move.new.task != move.task)
    return "the pushed object is not a claim on this task" if wrong else ""


def _carrying(move: Handover) -> str:
    fact = "comes with the pushed claim, and has files or is not a claim on this task"
    return f"{move.stray[:10]} {fact}" if move.stray else ""


def _unrelated(move: Handover) -> str:
    both = move.old is not None and move.new is not None
    return (
        "the pushed claim does not follow from the current one"
        if both and not move.descends
        else ""
    )


def _endless(move: Handover) -> str:
    if move.new is None or move.new.ttl <= LONGEST_LEASE:
        return ""
    return f"the pushed claim asks for {move.new.ttl} s; {LONGEST_LEASE} s (30 days) is the longest lease"


def _ahead(move: Handover) -> str:
    """An epoch rises with a claim each: the greatest of all would leave no next one for others."""
    known = move.old.epoch if move.old else 0
    if move.new is None or move.links is None or move.new.epoch <= known + move.links:
        return ""
    return f"the pushed claim is of epoch {move.new.epoch}; {known + move.links} is the last that may follow"


def _backwards(move: Handover) -> str:
    if move.old is None or move.new is None or move.new.epoch >= move.old.epoch:
        return ""
    return (
        f"the pushed claim is of epoch {move.new.epoch}, the current one of epoch {move.old.epoch}"
    )


def _taken_away(move: Handover) -> str:
    old, new = move.old, move.new
    if old is None or new is None or new.holder == old.holder:
        return ""
    if not move.is_free:
        return f"still claimed by {old.holder}; the push gives it to {new.holder}"
    if new.epoch == old.epoch:
        return f"goes from {old.holder} to {new.holder} within epoch {new.epoch}"
    return ""


def _deleted(move: Handover) -> str:
    if move.old is None or move.new is not None or move.is_free or move.over:
        return ""
    if move.known is None or move.old.holder in move.known:
        return ""
    return f"the claim of {move.old.holder} is deleted by {', '.join(sorted(move.known))}"


def _early(move: Handover) -> str:
    if move.new is None or not move.new.final or move.new.final in move.states:
        return ""
    branch = branch_name(move.new.branch)
    there = f"it is {move.states[0]} there" if move.states else "it is not there"
    return f"the pushed claim says {move.new.final} on {branch}, but {there} after the push"


_ILLEGAL: tuple[Callable[[Handover], str], ...] = (
    _unreadable,
    _carrying,
    _unrelated,
    _endless,
    _ahead,
    _backwards,
    _taken_away,
    _deleted,
    _early,
)
"""What a push must not do to a claim, each as the words for it, or nothing."""


@door_rule("TK709", Handover)
def illegal_handover(move: Handover) -> Iterator[Finding]:
    """The push replaces a claim with one that may not follow it.

    A claim is for the task of its ref, has no files, and only claims on the same task below it.
    A renewal is a child of the last one, of no lower epoch, and no claim asks for more than 30 days.
    Another holder comes after a release, an end or the end of the lease as the server has seen it
    run, by a higher epoch; the release may come with the same push. If the policy says
    `review: required` and the server knows who pushes, only the holder deletes a claim while the task
    is in progress.
    A claim that says that the task has ended comes with the commit that ends it, or after it: as
    the push leaves them, the claim's branch or its base has the task in that state.

    Why: a claim keeps everyone else away, so a forged one would take any task, and one that says
    `done` too early would hold it for good; and a claim is not
    judged as history, so that anything else would come in with it unjudged.

    Remedy: `tk sync`, and take another task. If the holder is gone for good,
    `tk release ID --from HOLDER` takes the claim away openly.
    """
    fact = next((words for words in (wrong(move) for wrong in _ILLEGAL) if words), "")
    if fact:
        freed = _freed(move.task, move.old.holder) if move.old else "tk next"
        remedy = f"tk sync, then {freed}"
        if fact == _early(move):
            remedy = "tk sync on that branch: it pushes the commit and the claim together"
        elif fact == _endless(move):
            remedy = f"tk renew {move.task} --ttl {LONGEST_LEASE}, then push again"
        yield Finding(move.task, fact, remedy)
