"""The verbs of a review: an approval, which may not be the last one, and a rejection with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tkledger.core.approvals import Approval, OpenReview
from tkledger.core.field import FieldError, decimal
from tkledger.core.lifecycle import Event, State
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import REASON, folded
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.verdict import LONGEST_GAP, MOST_GAPS, gap
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.moves import move, moved
from tkledger.verbs.verb import Options, Proposed, override_in

if TYPE_CHECKING:
    from tkledger.core.usage import Usage

USED = "used"
"""The option by which a verb learns what was used up to the commit about to be made."""


def approve(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """An approval: it ends the review if it is the last that the policy asks for."""
    task = existing(ledger, options.get("id"))
    score = _score(ledger, task, options)
    if task.state is not State.IN_REVIEW:
        return move(Event.APPROVE)(ledger, options, actor)  # which says why not
    review = _review(ledger, task, options)
    if score is not None and review.is_low(score):
        least = review.asks.score
        fact = f"an approval needs a score of {least} at least, not {score}"
        raise usage_error("low-score", fact, f"tk reject {task.id} --score {score} --gap TEXT")
    found = review.approved_by(actor, score)
    if found.ends or options.get("override"):
        done = move(Event.APPROVE)(ledger, options, actor)
        return _with(done, found.line)
    if options.get("resolution"):
        fact = f"{task.id} is not done with this: {found.now.words}"
        raise usage_error("not-the-last", fact, f"tk approve {task.id}, without --resolution")
    text = options.get("message")
    notes = (*task.notes, text) if text else task.notes
    after = ledger.put(changed(task, notes=notes))
    why = ((REASON, text),) if text else ()
    words = f"{Event.APPROVE.value} {task.id} {task.title}"
    given = Proposed(after, task.id, words, (*why, *override_in(options)), approvals=found.now)
    return _with(given, found.line)


def reject(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A rejection: the task is in progress again, and the verdict says what is missing."""
    task = existing(ledger, options.get("id"))
    back = move(Event.REJECT)(ledger, options, actor)
    score, gaps = _score(ledger, task, options), _gaps(options)
    if gaps and (ledger.policy or DEFAULT).format < 2:
        raise _too_old("gaps")
    review = _review(ledger, task, options)
    if not (gaps or score or review.asks.asked):
        return back  # to find the newest work may take a look at all history
    return _with(back, review.verdict(actor, approved=False, score=score, gaps=gaps).text)


def approved(ledger: Snapshot, task: Task, found: Approval, actor: str) -> Snapshot:
    """The ledger after an approval without words."""
    after = moved(ledger, task, Event.APPROVE, actor=actor) if found.ends else ledger
    return _with(Proposed(after, task.id, ""), found.line).ledger


def rejected(ledger: Snapshot, task: Task, review: OpenReview, actor: str) -> Snapshot:
    """The ledger after a rejection without words."""
    after = moved(ledger, task, Event.REJECT, actor=actor)
    line = review.verdict(actor, approved=False).text if review.asks.asked else ""
    return _with(Proposed(after, task.id, ""), line).ledger


def _review(ledger: Snapshot, task: Task, options: Options) -> OpenReview:
    assert ledger.policy is not None
    used: Callable[[], Usage | None] = options.get(USED) or (lambda: None)
    return OpenReview(ledger.policy, task, used)


def _with(proposed: Proposed, line: str) -> Proposed:
    """The same with one more verdict on the task."""
    task = proposed.ledger.task(proposed.id)
    if not line or task is None:
        return proposed
    return proposed._replace(
        ledger=proposed.ledger.put(changed(task, verdicts=(*task.verdicts, line)))
    )


def _score(ledger: Snapshot, task: Task, options: Options) -> str | None:
    """The score that the options give."""
    raw = options.get("score")
    if raw is None:
        return None
    if ledger.policy is not None and ledger.policy.format < 2:
        raise _too_old("scores")
    try:
        return decimal(raw)
    except ValueError as error:
        raise FieldError("score", str(error)) from None


def _gaps(options: Options) -> list[str]:
    """What is missing, each in one line."""
    given = options.get("gap") or ()
    texts: Iterable[str] = [given] if isinstance(given, str) else given
    found = [folded(one) for one in texts if one.strip()]
    if len(found) > MOST_GAPS or any(len(one) > LONGEST_GAP for one in found):
        raise FieldError("gap", f"at most {MOST_GAPS}, of at most {LONGEST_GAP} letters each")
    for one in found:
        try:
            gap(one)
        except ValueError as error:
            raise FieldError("gap", str(error)) from None
    return found


def _too_old(what: str) -> Exception:
    fact = f"{what} came with format 2 of the files"
    return usage_error("old-format", fact, "if everybody here has this tk: tk config set format 2")
