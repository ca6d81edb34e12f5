"""What breaks the rules of the policy, TK601 to TK608, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, commit, ledger, merged
from tests.support.rule_cases.case import (
    V2,
    V3,
    Case,
    law,
    lawless,
)
from tkledger.core.change import change
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import EMPTY

OLD, OLD_V3 = (DEFAULT._replace(law=1, version=version) for version in (1, 3))


def policy_cases() -> list[Case]:
    alone = ledger(a_task())
    trap = ("blocked->in_progress", "blocked->todo", "blocked->cancelled")
    accepting = DEFAULT._replace(accepted={"0" * 40: "reason"})
    return [
        Case(
            "TK601",
            "the law taken away",
            commit(alone, lawless(alone, alone)),
            commit(lawless(alone, alone), alone),
        ),
        Case(
            "TK602",
            "the same version twice",
            law(DEFAULT, DEFAULT._replace(depth=3)),
            law(DEFAULT, V2._replace(depth=3)),
        ),
        Case("TK602", "a version left out", law(DEFAULT, V3), law(V2, V3)),
        Case("TK602", "an older version", law(V3, V2), change((), ledger(policy=V3))),
        Case(
            "TK603",
            "with a task",
            commit(ledger(), ledger(a_task(), policy=V2)),
            commit(EMPTY, ledger(a_task(), policy=V2)),
        ),
        Case(
            "TK604",
            "no common ancestor",
            change((ledger(a_task()), ledger()), ledger(a_task())),
            change((ledger(a_task()), ledger()), ledger(a_task()), bases=(ledger(),)),
        ),
        Case(
            "TK604",
            "both began after they parted",
            merged(EMPTY, ledger(a_task()), ledger(), into=ledger(a_task())),
            merged(EMPTY, ledger(a_task()), EMPTY, into=ledger(a_task())),
        ),
        Case(
            "TK605",
            "an old law back",
            merged(ledger(), ledger(policy=V2), ledger(a_task()), into=ledger(a_task())),
            merged(ledger(), ledger(policy=V2), ledger(a_task()), into=ledger(a_task(), policy=V2)),
        ),
        Case(
            "TK605",
            "a law that nobody proposed",
            merged(ledger(), ledger(policy=V2), ledger(), into=ledger(policy=V3)),
            merged(ledger(policy=V2), ledger(policy=V3), ledger(policy=V2), into=ledger(policy=V3)),
        ),
        Case(
            "TK605",
            "an acceptance lost in a merge",
            merged(
                ledger(),
                ledger(policy=V2._replace(accepted=accepting.accepted)),
                ledger(policy=V3),
                into=ledger(policy=V3),
            ),
            merged(
                ledger(),
                ledger(policy=V2._replace(accepted=accepting.accepted)),
                ledger(policy=V3),
                into=ledger(policy=V3._replace(accepted=accepting.accepted)),
            ),
        ),
        Case(
            "TK606",
            "a state for ever",
            law(DEFAULT, V2._replace(forbid=trap)),
            law(DEFAULT, V2._replace(forbid=trap[:2])),
        ),
        Case(
            "TK606",
            "in the first policy",
            change((), ledger(policy=DEFAULT._replace(forbid=trap))),
            change((), ledger(policy=DEFAULT._replace(forbid=trap[1:]))),
        ),
        Case("TK607", "an older law", law(DEFAULT, V2._replace(law=1)), law(DEFAULT, V2)),
        Case(
            "TK607",
            "an older law by a merge",
            merged(
                ledger(policy=OLD),
                ledger(policy=V2),
                ledger(policy=OLD_V3),
                into=ledger(policy=OLD_V3),
            ),
            merged(
                ledger(policy=OLD), ledger(policy=V2), ledger(policy=V3), into=ledger(policy=V3)
            ),
        ),
        Case(
            "TK607",
            "an older format",
            law(DEFAULT, V2._replace(format=1)),
            law(DEFAULT._replace(format=1), V2),
        ),
        Case(
            "TK608",
            "an acceptance taken back",
            law(accepting, V2),
            law(DEFAULT, accepting._replace(version=2)),
        ),
        Case(
            "TK608",
            "another reason for it",
            law(accepting, V2._replace(accepted={"0" * 40: "another"})),
            law(accepting, V2._replace(accepted={"0" * 40: "reason", "1" * 40: "another"})),
        ),
    ]
