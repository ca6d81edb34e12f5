"""Whose verdicts count, TK503 to TK506, and legal twins."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, edit, used
from tests.support.public_keys import ANN, BOB
from tests.support.rule_cases.case import REVIEW, Case
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.task import Task
from tkledger.core.usage import Fact, Used
from tkledger.core.verdict import VerdictLine

INDEPENDENT = REVIEW._replace(approvals=Approvals(independent=True))
FLEET = INDEPENDENT._replace(proof="pusher", pushers={"fleet": ("ann", "ben"), "x": ("ben", "eve")})
FORMER = INDEPENDENT._replace(actors={"ben@old.example": "ben"})
TWO = DEFAULT._replace(approvals=Approvals(count=2, independent=True), actors={"eve@x": "eve"})
LEADS = DEFAULT._replace(approvals=Approvals(role="lead"), roles={"lead": ("eve", "lead-*")})
SCORED = DEFAULT._replace(approvals=Approvals(score="7"))
SHARED = TWO._replace(proof="pusher", pushers={"fleet": ("cy", "eve")})

STEP = Fact("1", "a", used=Used(steps=1), worker="ben")
WORK, LATER = "1" * 40, "2" * 40


def line(actor: str, round: int = 1, *, attempt: int = 2, **more: Any) -> str:
    """An approval of the newest work, unless told."""
    return VerdictLine(
        attempt, round, **{"approved": True, "work": (WORK,), **more}, actor=actor
    ).text


def rejected(actor: str, round: int = 1, **more: Any) -> str:
    return line(actor, round, approved=False, **more)


def reviewed(owner: str = "ann", *lines: str) -> Task:
    """Ann's task in review in its second attempt."""
    return a_task(state="in_review", owner=owner, attempt=2, verdicts=lines)


def to(
    before: Task, actor: str, state: str, *lines: str, law: Policy, facts: tuple[Fact, ...] = ()
) -> Change:
    """A commit by an actor that adds these verdicts to it."""
    after = before._replace(state=a_task(state=state).state, verdicts=(*before.verdicts, *lines))
    return used(edit(before, after, policy=law), *facts, actor=actor, newest=(WORK,))


def approval(actor: str, *facts: Fact, law: Policy = INDEPENDENT, owner: str = "ann") -> Change:
    """An approval of ann's task in its second attempt."""
    return to(reviewed(owner), actor, "done", law=law, facts=facts)


def given(actor: str, *lines: str, law: Policy = TWO) -> Change:
    """A verdict that leaves the task in review."""
    return to(reviewed(), actor, "in_review", *lines, law=law, facts=(STEP._replace(attempt=2),))


def ended(actor: str, *lines: str, law: Policy = TWO) -> Change:
    """The end of a review that has these verdicts."""
    facts = (STEP._replace(attempt=2),)
    return to(reviewed("ann", *lines), actor, "done", law=law, facts=facts)


def approval_cases() -> list[Case]:
    return [*_independent(), *_untrue(), *_missing(), *_sent_back()]


def _independent() -> list[Case]:
    later, fresh = STEP._replace(attempt=2), approval("ben", STEP)
    move = Fact("1", "a", 2, entered=5, worker="ben")
    loose = FLEET._replace(shared_login="independent")
    one_key = {"ann": (ANN, BOB), "ben": (BOB,)}
    keyed = INDEPENDENT._replace(proof="signature", keys=one_key)
    apart = keyed._replace(keys={"ann": (ANN,), "ben": (BOB,)})
    given_by_cy = to(reviewed("ann", line("cy")), "ann", "done", law=INDEPENDENT)
    rows = (
        ("the owner", approval("ann"), approval("ann", owner="eve")),
        ("the owner, of what was approved before", approval("ann"), given_by_cy),
        ("a step in this attempt", approval("ben", STEP, later), fresh),
        ("a move in this attempt", approval("ben", move), approval("eve", move)),
        ("the owner by an older name", approval("ben", law=FORMER, owner="ben@old.example"), fresh),
        ("one login", approval("ben", law=FLEET), approval("ben", law=loose)),
        ("one key", approval("ben", law=keyed), approval("ben", law=apart)),
        ("one login of a worker", approval("eve", later, law=FLEET), approval("eve", law=FLEET)),
        ("a verdict of the owner", given("ann", line("ann")), given("eve", line("eve"))),
        ("a verdict of a worker", given("ben", line("ben")), given("cy", line("cy"))),
    )
    return [Case("TK503", what, broken, legal) for what, broken, legal in rows]


def _untrue() -> list[Case]:
    legal = given("eve", line("eve"))
    born = birth(a_task(verdicts=[line("eve", attempt=1)]), policy=TWO)
    fresh = a_task(state="in_progress", attempt=2)
    early = used(
        edit(fresh, fresh._replace(verdicts=(line("eve"),)), policy=TWO),
        actor="eve",
        newest=(WORK,),
    )
    again = to(reviewed("ann", rejected("cy")), "eve", "in_review", line("eve", 2), law=TWO)
    rows = (
        ("of another attempt", given("eve", line("eve", attempt=1)), legal),
        ("of the next round", given("eve", line("eve", 2)), again),
        ("in the name of another", given("cy", line("eve")), given("cy", line("cy"))),
        ("by another name", given("eve", line("eve@x")), legal),
        ("of earlier work", given("eve", line("eve", work=(LATER,))), legal),
        ("of no work", given("eve", line("eve", work=())), legal),
        ("two at once", given("eve", line("eve"), line("cy")), legal),
        ("of a new task", born._replace(actor="eve"), birth(a_task(), policy=TWO)),
        ("of a task in progress", early, legal),
        (
            "approved and blocked",
            to(reviewed(), "eve", "cancelled", line("eve"), law=TWO),
            to(reviewed(), "eve", "cancelled", law=TWO),
        ),
        (
            "rejected and still in review",
            given("eve", rejected("eve")),
            to(reviewed(), "eve", "in_progress", rejected("eve", gaps=("no test",)), law=TWO),
        ),
    )
    return [Case("TK504", what, broken, legal) for what, broken, legal in rows]


def _missing() -> list[Case]:
    cy, dan = line("cy"), line("dan")
    old = line("cy", work=(LATER,))
    high = line("cy", score="7.0")
    rows = (
        ("one of two", ended("cy"), ended("cy", dan)),
        ("none of two, by the owner", ended("ann"), ended("ann", cy, dan)),
        ("twice by one", ended("cy", cy, cy), ended("cy", cy, dan)),
        ("by one under another name", ended("eve", line("eve@x")), ended("eve", cy)),
        ("of an earlier attempt", ended("eve", line("cy", attempt=1)), ended("eve", cy)),
        ("of an earlier round", ended("eve", cy, rejected("eve")), ended("eve", cy)),
        ("of earlier work", ended("eve", old), ended("eve", cy)),
        ("by a worker", ended("eve", line("ben")), ended("eve", cy)),
        ("by one login", ended("eve", cy, law=SHARED), ended("eve", cy)),
        ("without the role", ended("cy", law=LEADS), ended("lead-7", law=LEADS)),
        (
            "the role is another's",
            ended("ann", cy, law=LEADS),
            ended("ann", line("eve"), law=LEADS),
        ),
        ("without a score", ended("cy", law=SCORED), ended("cy", high, law=SCORED)),
        (
            "a low score",
            ended("cy", line("cy", score="6.999"), law=SCORED),
            ended("cy", high, law=SCORED),
        ),
    )
    return [Case("TK505", what, broken, legal) for what, broken, legal in rows]


def _sent_back() -> list[Case]:
    def back(*lines: str, law: Policy) -> Change:
        return to(reviewed(), "eve", "in_progress", *lines, law=law)

    return [
        Case("TK506", "by hand", back(law=TWO), back(rejected("eve"), law=TWO)),
        Case("TK506", "by hand, asked to be independent", back(law=INDEPENDENT), back(law=REVIEW)),
    ]
