"""Who may not approve, TK503, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, edit, used
from tests.support.public_keys import ANN, BOB
from tests.support.rule_cases.case import REVIEW, Case
from tkledger.core.change import Change
from tkledger.core.policy import Approvals, Policy
from tkledger.core.usage import Fact, Used

INDEPENDENT = REVIEW._replace(approvals=Approvals(independent=True))
FLEET = INDEPENDENT._replace(proof="pusher", pushers={"fleet": ("ann", "ben"), "x": ("ben", "eve")})
FORMER = INDEPENDENT._replace(actors={"ben@old.example": "ben"})
STEP = Fact("1", "a", used=Used(steps=1), worker="ben")


def approval(actor: str, *facts: Fact, law: Policy = INDEPENDENT, owner: str = "ann") -> Change:
    """An approval of ann's task in its second attempt."""
    before = a_task(state="in_review", owner=owner, attempt=2)
    made = edit(before, before._replace(state=a_task(state="done").state), policy=law)
    return used(made, *facts, actor=actor)


def approval_cases() -> list[Case]:
    later, fresh = STEP._replace(attempt=2), approval("ben", STEP)
    move = Fact("1", "a", 2, entered=5, worker="ben")
    loose = FLEET._replace(shared_login="independent")
    one_key = {"ann": (ANN, BOB), "ben": (BOB,)}
    keyed = INDEPENDENT._replace(proof="signature", keys=one_key)
    apart = keyed._replace(keys={"ann": (ANN,), "ben": (BOB,)})
    rows = (
        ("the owner", approval("ann"), approval("ann", owner="eve")),
        ("a step in this attempt", approval("ben", STEP, later), fresh),
        ("a move in this attempt", approval("ben", move), approval("eve", move)),
        ("the owner by an older name", approval("ben", law=FORMER, owner="ben@old.example"), fresh),
        ("one login", approval("ben", law=FLEET), approval("ben", law=loose)),
        ("one key", approval("ben", law=keyed), approval("ben", law=apart)),
        ("one login of a worker", approval("eve", later, law=FLEET), approval("eve", law=FLEET)),
    )
    return [Case("TK503", what, broken, legal) for what, broken, legal in rows]
