"""`tk audit`: who did what, and what proves it, one act a line; whether it may be is for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from tkledger.core.audit import APPROVED, NAME, NOTHING, PUSHER, SIGNATURE, Act
from tkledger.core.quoting import few
from tkledger.core.task import NOT_JUDGED
from tkledger.core.trailers import folded
from tkledger.views.style import BAD, DIM, GOOD, ID, PERSON
from tkledger.views.text_layout import Frame, Line, Lines, safe, table
from tkledger.views.words import minute

_SHORT, _NAMED = 8, 3
"""How many digits of a commit are shown, and how many of the tasks that it imports."""

_PROVEN = {
    SIGNATURE: ("signed", GOOD),
    PUSHER: ("by the server", ""),
    NAME: ("by name", BAD),
    NOTHING: ("nothing", BAD),
}
"""How each kind of proof is shown."""

_SUMMED = {
    SIGNATURE: "by signature",
    PUSHER: "by who pushed, as the server says",
    NAME: "by name only",
    NOTHING: "without the signature that the policy wants",
}


def acts(found: Sequence[Act]) -> Lines:
    """Each act: when (UTC), commit, task, what, actor, proof, and what there is to say of it. All that a commit
    imports is one line.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        rows = [_row([*alike]) for _, alike in groupby(found, _line_of)]
        return table(rows, frame) if rows else ((("nothing was done that an audit names", DIM),),)

    return Lines(draw)


def _line_of(act: Act) -> tuple[str, ...]:
    """What acts have in common that share a line."""
    return act.commit, act.did, act.actor, "" if act.did == NOT_JUDGED else act.subject


def _row(alike: Sequence[Act]) -> Line:
    act = alike[0]
    return (
        (minute(act.at), DIM),
        (act.commit[:_SHORT], DIM),
        (safe(few([one.subject for one in alike], _NAMED)), ID),
        (act.did, ""),
        (safe(act.actor), PERSON),
        _PROVEN[act.proof],
        (safe("; ".join(_words(act))), ""),
    )


def _words(act: Act) -> Iterable[str]:
    if act.workers:
        yield f"work by {few(act.workers)}"
    if act.independent is False:
        yield "not independent"
    if act.fields:
        yield ", ".join(act.fields)
    if act.loosens:
        yield f"loosens {few(act.loosens)}"
    if act.agreed:
        yield f"agreed with {act.agreed}"
    if act.accepts:
        yield f"accepts {few([one[:_SHORT] for one in act.accepts])}"
    if act.reason:
        yield folded(act.reason)


def proofs(found: Iterable[Act]) -> str:
    """How many approvals there are, and what they rest on; of one task by one actor, the newest."""
    newest = {(act.subject, act.actor): act.proof for act in found if act.did == APPROVED}
    kinds = Counter(newest.values())
    if not kinds:
        return "approvals: none"
    parts = [f"{kinds[kind]} {words}" for kind, words in _SUMMED.items() if kinds[kind]]
    return f"approvals: {', '.join(parts)}"
