"""Claim: who works on a task, as the message of a commit; what a move does to it. No clock, no refs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from tkledger.core.field import WHOLE, choice, line, ref_name, task_id, whole
from tkledger.core.lifecycle import State
from tkledger.core.policy import LONGEST_LEASE, Policy
from tkledger.core.ref_names import HEADS, branch_name
from tkledger.core.task import WORKED, Task
from tkledger.core.trailers import lines
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.overview import TaskRow

UNREADABLE = "an unknown actor"
"""The holder of a claim that cannot be read: it counts, and expires like any other."""


class Claim(NamedTuple):
    """Who holds a task. Each renewal is a commit on top of the one before: its id is the token.

    branch: where the work is done, base: where it is going, both full ref names
    ttl: how long it asks to hold, in seconds; how long it holds is its `lease`
    nonce: makes every claim another object, so that no push of one looks like a push of another
    epoch: rises by one whenever the task changes hands
    reserved: the work has not begun yet, its worktree is still being made
    released: the task has no holder now; the claim still says who had it
    final: the state in which the task ended on ``branch``; empty while it is worked on
    """

    task: str
    holder: str
    branch: str
    base: str
    ttl: int
    nonce: str
    epoch: int = 1
    reserved: bool = False
    released: bool = False
    final: str = ""

    @property
    def lease(self) -> int:
        """How long it holds after an observer first saw it, in seconds of the observer's own clock."""
        return min(self.ttl, LONGEST_LEASE)


def message(claim: Claim) -> str:
    """The claim as the message of its commit; it asks for no more than it gets."""
    capped = claim._replace(ttl=claim.lease)._asdict()
    given = {name: value for name, value in capped.items() if value is not False and value != ""}
    lines = [f"{name}: {value}" for name, value in given.items()]
    return f"tk: claim {claim.task}\n\n" + "".join(f"{one}\n" for one in lines)


def parsed(task: str, text: str) -> Claim:
    """The claim on ``task`` that a message makes; one held by `UNREADABLE` if it cannot be read.

    Its values are as strict as those of a task file: anyone who may push can write a claim.
    """
    pairs = [one.split(": ", 1) for one in lines(text) if ": " in one]
    found = dict(pairs)
    try:
        if len(found) < len(pairs):
            raise ValueError("names a value twice")
        return Claim(
            task_id(found.get("task", "")),
            line(found["holder"]),
            _branch(found["branch"]),
            _branch(found["base"]),
            _number(found["ttl"], 0),
            line(found["nonce"]),
            _number(found["epoch"], 1),
            bool(found.get("reserved")),
            bool(found.get("released")),
            _state(found["final"]) if "final" in found else "",
        )
    except (KeyError, ValueError):
        return Claim(task, UNREADABLE, "", "", 0, "")


def is_readable(claim: Claim) -> bool:
    """Whether a claim, written as a message, says the same to those who read it."""
    return parsed(claim.task, message(claim)) == claim


_state = choice([state.value for state in State])


def _branch(raw: str) -> str:
    """A branch by its full ref name, or ``HEAD`` if on none."""
    if raw == "HEAD":
        return raw
    if not raw.startswith(HEADS):
        raise ValueError(f"must begin with {HEADS}")
    return HEADS + ref_name(branch_name(raw))


def _number(raw: str, least: int) -> int:
    """A whole number as `WHOLE` writes it."""
    if not WHOLE.match(raw):
        raise ValueError("must be a whole number")
    return whole(least)(int(raw))


LEAVE = "tk next, or "
"""How the way on from another's task begins: to do something else."""

WORK_ENDED = "if its work has ended"
"""When to take a task that another actor is said to work on."""


def way_to_take(task: str, condition: str = WORK_ENDED) -> str:
    """The way on from a task that is another actor's, as commands; to take it under a condition."""
    return f"{LEAVE}{condition}: tk start {task} --take"


def is_open(task: Task | None) -> bool:
    """Whether a task is in progress, so that a start may take it from its holder."""
    return task is not None and task.state is State.IN_PROGRESS


def is_held(claim: Claim) -> bool:
    """Whether a claim says that its holder is at work: neither given back nor at its end."""
    return not (claim.released or claim.final)


class Effect(Enum):
    """What becomes of a claim when its task moves."""

    TAKE = auto()
    FINISH = auto()
    RELEASE = auto()
    KEEP = auto()


_BY_STATE: Mapping[State, Effect] = {
    State.IN_PROGRESS: Effect.TAKE,
    State.IN_REVIEW: Effect.KEEP,
    State.DONE: Effect.FINISH,
    State.CANCELLED: Effect.FINISH,
    State.BLOCKED: Effect.RELEASE,
    State.TODO: Effect.RELEASE,
    State.BACKLOG: Effect.RELEASE,
}


def effect(before: Task | None, after: Task, actor: str) -> Effect:
    """What a change of a task by ``actor`` does to its claim, by the state it comes to.

    Work sent back from review stays with its holder: a reviewer does not take it over. An actor who
    becomes the owner of a task in progress takes it over; to make another actor the owner moves no
    claim.
    """
    if before is None:
        return Effect.KEEP
    if before.state is after.state:
        is_taken = before.owner != after.owner == actor and after.state is State.IN_PROGRESS
        return Effect.TAKE if is_taken else Effect.KEEP
    if before.state is State.IN_REVIEW and after.state is State.IN_PROGRESS:
        return Effect.KEEP
    return _BY_STATE[after.state]


def takes_up(before: Task | None, after: Task, actor: str, policy: Policy) -> bool:
    """Whether a change by ``actor`` puts a task in progress, or makes it the actor's. What is sent back
    from review goes on, and giving work to another actor is not work.
    """
    if after.state is not State.IN_PROGRESS:
        return False
    if before is None or before.state is not State.IN_PROGRESS:
        return before is None or before.state is not State.IN_REVIEW
    return before.owner != after.owner and policy.owns(actor, after.owner)


def assignee(policy: Policy, actor: str, task: Task | TaskRow | None) -> str:
    """The other actor whose task it is although the work has not begun; empty if there is none."""
    if task is None or task.state not in (State.BACKLOG, State.TODO):
        return ""
    return policy.another(actor, task.owner or None)


def is_active(task: Task | None) -> bool:
    """Whether a task is being worked on or reviewed."""
    return task is not None and task.state in (State.IN_PROGRESS, State.IN_REVIEW)


class Stray(NamedTuple):
    """A claim that says otherwise than the ledger: the fact, and what it should be, None for no claim."""

    fact: str
    claim: Claim | None


def stray(
    claim: Claim, worked: Task | None, at_base: Task | None, *, committed: bool
) -> Stray | None:
    """How a claim disagrees with its task, which is ``worked`` on its branch and ``at_base``, None for one that
    is not known; None if it does not.

    ``committed`` is whether the branch would show the start of the work by now: the claim was made
    along with it.
    """
    branch, base = (branch_name(ref) for ref in (claim.branch, claim.base))
    if claim.final:
        ends = [task.state.value for task in (worked, at_base) if task is not None]
        if worked is None or claim.final in ends:  # the branch may be elsewhere
            return None
        fact = f"says that it is {claim.final}, but it is {worked.state.value} on {branch}"
        return Stray(fact, claim._replace(final=""))
    if claim.released or claim.reserved:
        return None
    if at_base is not None and at_base.ended:
        return Stray(f"is held by {claim.holder}, but is {at_base.state.value} on {base}", None)
    if worked is not None and worked.ended:
        fact = f"is held by {claim.holder}, but is {worked.state.value} on {branch}"
        return Stray(fact, claim._replace(final=worked.state.value))
    if worked is not None and committed and not is_active(worked):
        fact = f"is held by {claim.holder}, but is {worked.state.value} on {branch}"
        return Stray(fact, None)
    return None


def is_work(before: Task | None, after: Task) -> bool:
    """Whether a change is for the holder of the task's claim alone: work on what is in progress, or
    its beginning. What others do is not: reviews, comments, other priorities, more budget.
    """
    if before is None:
        return False
    if before.state is State.IN_PROGRESS:
        return any(getattr(before, name) != getattr(after, name) for name in WORKED)
    return after.state is State.IN_PROGRESS and before.state is not State.IN_REVIEW


def begins_work(before: Task | None, after: Task) -> bool:
    """Whether work on a task began by a change: by a start or a resume, or by a squashed jump or a birth that
    passes what is in progress, in one attempt or on to another.
    """
    if after.state not in (State.IN_PROGRESS, State.IN_REVIEW, State.DONE):
        return False
    if before is None or before.tries < after.tries:
        return True
    return before.state in (State.BACKLOG, State.TODO, State.BLOCKED)
