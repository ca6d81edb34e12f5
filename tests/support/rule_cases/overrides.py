"""Who may not set rules aside, TK510, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, edit
from tests.support.rule_cases.case import Case
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.trailers import ACTOR, OVERRIDE

CHIEF = DEFAULT._replace(roles={"override": ("chief-*", "zoe")})
WHY = f"tk: start a\n\n{OVERRIDE}: the release waits\n"


def begun(actor: str, message: str = WHY, law: Policy = CHIEF) -> Change:
    """A start by an actor, in these words."""
    made = edit(a_task(), a_task(state="in_progress"), policy=law)
    return made._replace(actor=actor, message=message)


def override_cases() -> list[Case]:
    blank = WHY.replace("the release waits", "!")
    alone = f"{WHY}{ACTOR}: zoe\n"
    rows = (
        ("without the role", begun("ann"), begun("ann", "tk: start a")),
        ("no actor has the role", begun("zoe", law=DEFAULT), begun("zoe")),
        ("without a reason", begun("chief-1", blank), begun("chief-1", alone)),
    )
    return [Case("TK510", what, broken, legal) for what, broken, legal in rows]
