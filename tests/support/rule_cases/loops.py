"""What breaks the rules of loops across several tasks, TK309 to TK312, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, done
from tests.support.rule_cases.case import (
    Case,
)
from tkledger.core.policy import DEFAULT


def chain_cases() -> list[Case]:
    line = (a_task("o"), a_task("p", origin="o"))
    short = DEFAULT._replace(chain=1)
    few = DEFAULT._replace(discovered=1)
    far = DEFAULT._replace(loops={"ancestors": "refuse"})
    above = (a_task("o", owner="x", type="spec"), a_task("p", owner="y", parent="o"))
    return [
        Case(
            "TK309",
            "under a task of one's own further up",
            birth(a_task(parent="p", creator="x", type="spec"), among=above, policy=far),
            birth(a_task(parent="p", creator="z", type="spec"), among=above, policy=far),
        ),
        Case(
            "TK311",
            "discovered from what was discovered",
            birth(a_task(origin="p"), among=line, policy=short),
            birth(a_task(origin="o"), among=line, policy=short),
        ),
        Case(
            "TK311",
            "reopened once more",
            birth(a_task(reopens="q"), among=(done("o"), done("q", reopens="o")), policy=short),
            birth(a_task(reopens="o"), among=(done("o"), done("q", reopens="o")), policy=short),
        ),
        Case(
            "TK312",
            "reopened again and again",
            birth(a_task(reopens="o"), among=(done("o"), done("q", reopens="o")), policy=few),
            birth(a_task(reopens="o"), among=(done("o"),), policy=few),
        ),
        Case(
            "TK312",
            "one discovery too many",
            birth(a_task(origin="o"), among=line, policy=few),
            birth(a_task(), among=line, policy=few),
        ),
    ]
