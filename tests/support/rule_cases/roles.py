"""Who may not change the policy, TK502, and legal twins."""

from __future__ import annotations

from tests.support.changes import ledger, merged
from tests.support.rule_cases.case import (
    V2,
    V3,
    Case,
    law,
)


def role_cases() -> list[Case]:
    named = V2._replace(roles={"policy": ("alice",)})
    deeper = law(named, named._replace(version=3, depth=3))
    beside = ledger(policy=V3)
    old = merged(ledger(), ledger(policy=named), beside, into=beside)
    return [
        Case(
            "TK502",
            "changed by another",
            deeper._replace(actor="bob"),
            deeper._replace(actor="alice"),
        ),
        Case(
            "TK502",
            "given up for one from an old branch",
            old._replace(actor="bob"),
            old._replace(actor="alice"),
        ),
        Case(
            "TK502",
            "the role taken over",
            law(named, V3._replace(roles={"policy": ("bob",)}))._replace(actor="bob"),
            law(V2, V3._replace(roles={"policy": ("bob",)}))._replace(actor="carol"),
        ),
    ]
