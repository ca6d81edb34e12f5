"""What breaks the rules of form, TK101 to TK110, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, commit, edit, ledger, merged
from tests.support.rule_cases.case import (
    FORM,
    Case,
    flaw,
)
from tkledger.core.policy import DEFAULT


def form_cases() -> list[Case]:
    bad = [
        Case(
            code,
            "a file brought",
            commit(ledger(), ledger(flaws=(flaw(code),))),
            commit(ledger(flaws=(flaw(code),)), ledger(a_task("b"), flaws=(flaw(code),))),
        )
        for code in FORM
    ]
    mistake = a_task(state="cancelled", resolution="mistake")
    return [
        *bad,
        Case(
            "TK103",
            "a value of a later format",
            edit(a_task(), mistake, policy=DEFAULT._replace(format=1)),
            edit(a_task(), mistake, policy=DEFAULT._replace(format=2)),
        ),
        Case(
            "TK101",
            "a task made unreadable",
            commit(ledger(a_task()), ledger(flaws=(flaw("TK101"),))),
            commit(ledger(flaws=(flaw("TK101"),)), ledger(a_task())),
        ),
        Case(
            "TK108",
            "another flaw in the same place",
            commit(ledger(flaws=(flaw("TK108"),)), ledger(flaws=(flaw("TK108", mark="2"),))),
            commit(ledger(flaws=(flaw("TK108"),)), ledger(a_task())),
        ),
        Case(
            "TK110",
            "a path that is no task's",
            commit(ledger(), ledger(flaws=(flaw("TK110", ".tasks/notes.txt"),))),
            commit(ledger(flaws=(flaw("TK110", ".tasks/notes.txt"),)), ledger()),
        ),
        Case(
            "TK102",
            "a merge with markers left",
            merged(
                ledger(a_task()),
                ledger(a_task(owner="x")),
                ledger(a_task(owner="y")),
                into=ledger(flaws=(flaw("TK102"),)),
            ),
            merged(
                ledger(a_task()),
                ledger(a_task(owner="x")),
                ledger(a_task(owner="y")),
                into=ledger(a_task(owner="y")),
            ),
        ),
    ]
