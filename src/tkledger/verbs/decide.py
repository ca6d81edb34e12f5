"""The verb of decisions: what was chosen in a task, why, and what else there was."""

from __future__ import annotations

from tkledger.core.decision import MOST_ALTERNATIVES, SURE, DecisionLine, said
from tkledger.core.field import FieldError
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import changed
from tkledger.core.trailers import folded
from tkledger.core.typing import Any
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.typed_text import texts
from tkledger.verbs.verb import Options, Proposed


def decide(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """One more decision of the actor's in a task."""
    before = existing(ledger, options.get("id"))
    for name in ("question", "choice", "because"):
        if not (options.get(name) or "").strip():
            way = f"tk decide {before.id} QUESTION --choice TEXT --because TEXT"
            raise usage_error("no-text", f"a decision needs a {name}", way)
    question, choice, because = (
        _said(one, options[one]) for one in ("question", "choice", "because")
    )
    line = DecisionLine(
        *(actor, question, choice, because),
        tuple(_alternative(before.id, one) for one in texts(options.get("alternative"))),
        options.get("confidence"),
    )
    if line.confidence is not None and not 0 <= line.confidence <= SURE:
        raise FieldError("confidence", f"must be a whole number from 0 to {SURE}")
    if len(line.alternatives) > MOST_ALTERNATIVES:
        raise FieldError("alternative", f"at most {MOST_ALTERNATIVES} of them")
    after = ledger.put(changed(before, decisions=(*before.decisions, line.text)))
    return Proposed(after, before.id, f"decide {before.id} {before.title}")


def _said(name: str, text: Any) -> str:
    """A text of a decision, as one line."""
    try:
        return said(folded(text))
    except ValueError as error:
        raise FieldError(name, str(error)) from None


def _alternative(task_id: str, text: str) -> tuple[str, str]:
    """What else could have been chosen, and why it was not, out of ``TEXT=WHY``."""
    other, _, why = text.partition("=")
    if not other.strip() or not why.strip():
        way = f"tk decide {task_id} QUESTION --choice TEXT --because TEXT --alternative TEXT=WHY"
        raise usage_error("no-why", f"{text[:60]!r} does not say why not: TEXT=WHY", way)
    return _said("alternative", other), _said("alternative", why)
