"""Whose a task in progress is that is to be started: who continues it, and who may take it over."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.claims import elsewhere, remote, single, standing
from tkledger.claims.claimant import Claimant
from tkledger.claims.moves import is_free, is_over
from tkledger.claims.standing import Standing, claimed, vacancy
from tkledger.core.change import Violation
from tkledger.core.claim import is_active
from tkledger.core.history import times
from tkledger.core.lifecycle import Event, State
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.ledger import log
from tkledger.verbs.start import owned

if TYPE_CHECKING:
    from tkledger.api.session import Session
    from tkledger.ledger.proposal import Recorded
    from tkledger.verbs.legal_moves import Outlook
    from tkledger.verbs.verb import Options


class Resumed(NamedTuple):
    """A task in progress that is started: with which options, and what is to be said of it.

    own: whether it is the actor's already, so that only its claim may have to move
    """

    task: str
    options: dict[str, Any]
    words: str
    own: bool


def resumed(
    session: Session,
    ledger: Snapshot,
    task: Task,
    options: Options,
    who: Claimant | None = None,
) -> Resumed:
    """How the actor continues a task in progress, or takes it over from another; on HEAD's branch, or
    on that of ``who``.

    Raises TkError, CLAIMED, if it may be another's still and the options do not say ``take``, or if
    they say that it was ``offered`` as free and it is not free any more.
    """
    who = who or session.claimant(ledger)
    own = task.owner is None or who.policy.owns(who.actor, task.owner)
    held = standing.held_on(session.repo, task.id, who.remote)
    if who.remote and not vacancy(held):
        remote.fetch(session.repo, who.remote)
        held = standing.held_on(session.repo, task.id, who.remote)
    if held is not None and held.oid == who.token:  # all was said before it was reserved
        return Resumed(task.id, {**options, "take": True}, "", own)
    free = vacancy(held)
    if options.get("offered") and not free:  # another process took it since; of one name, too
        fact = f"{task.id} was taken meanwhile"
        raise claimed(held) if held else TkError(Exit.CLAIMED, "owned", fact, "tk next")
    words = f"{task.id} is already in progress" if own else f"{task.id} was {task.owner}'s"
    if held is not None and held.live:
        _require_given(session, held, who, options)
        if not who.holds(held.claim):
            words = f"{task.id} was {held.claim.holder}'s, claimed since {iso(held.since)}"
    elif free:
        words += f": {free}"
    elif not own:
        since = times(log.entries_of(session.ledger, session.tip(), task.id)).started_at
        when = f" since {iso(since)}" if since is not None else ""
        if not options.get("take"):
            raise owned(task, f"{when}, and no claim shows that its work has ended")
        words += f", in progress{when}"
    if held is not None and _is_elsewhere(session, held, who):
        words += f"; the work so far is on {branch_name(held.claim.branch)}"
    return Resumed(task.id, {**options, "take": True}, words, own)


def go_on(
    session: Session, recorded: Recorded, resumed: Sequence[Resumed], *, dry_run: bool
) -> None:
    """Hold the tasks in progress that the actor had already; say so, and of the others whose they were."""
    for one in resumed:
        until = ""
        if one.own and not dry_run:
            held = single.hold(session.repo, session.claimant(recorded.after), one.task)
            until = f"; claimed until {iso(held.until)}"
        if one.words:
            session.progress.say(one.words + until)


def while_held(
    session: Session, ledger: Snapshot, held: Standing, found: Sequence[Outlook]
) -> list[Outlook]:
    """The moves of a task with a live claim: a start that the claim does not let through is hindered."""
    if is_free(session.repo, held, session.claimant(ledger)):
        return list(found)
    from tkledger.verbs.legal_moves import CLAIMED  # a start does without

    error = claimed(held)
    why = Violation(held.claim.task, "", CLAIMED, error.message, error.remedy)
    return [
        one._replace(hindrances=(why,)) if one.event is Event.START and not one.hindrances else one
        for one in found
    ]


def _require_given(session: Session, held: Standing, who: Claimant, options: Options) -> None:
    """Raise TkError, CLAIMED, unless a task with this live claim is the actor's here, or is taken."""
    if held.claim.final:
        if not is_over(session.repo, held):
            raise claimed(held)
    elif options.get("take"):
        return
    elif not (who.holds(held.claim) and held.here) or held.claim.reserved:
        raise claimed(held)
    elif _is_elsewhere(session, held, who):
        branch = branch_name(held.claim.branch)
        fact = f"{held.claim.task} is in progress on {branch}, claimed by {who.actor}"
        raise TkError(
            Exit.CLAIMED, "claimed", fact, f"git switch {quoted(branch)}, or git worktree list"
        )


def _is_elsewhere(session: Session, held: Standing, who: Claimant) -> bool:
    """Whether the task is worked on at another branch than HEAD's."""
    there = held.claim.branch
    return there != who.branch and is_active(
        elsewhere.task_at(session.repo, there, held.claim.task)
    )


def require_unclaimed(session: Session, text: str) -> None:
    """A start that the law refuses may have lost a race, which says more."""
    ledger = session.ledger.head()
    found = ledger.matching(text.lower()) if ledger.policy else []
    task = ledger.task(found[0]) if len(found) == 1 else None
    if task is not None and task.state in (State.IN_PROGRESS, State.IN_REVIEW):
        who = session.claimant(ledger)
        held = standing.held_on(session.repo, task.id, who.remote)
        own = held is not None and held.here and who.holds(held.claim)
        if held is not None and held.live and not own:
            raise claimed(held) from None
