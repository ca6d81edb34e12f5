"""What breaks the rules of merges, TK221 and TK222, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, done, ledger, merged
from tests.support.rule_cases.case import (
    Case,
)


def merge_cases() -> list[Case]:
    base = ledger(a_task())
    ours, theirs = ledger(a_task(owner="x")), ledger(a_task(owner="y"))
    begun, ended = ledger(a_task(state="in_progress")), ledger(a_task(state="cancelled"))
    return [
        Case(
            "TK221",
            "a value from neither side",
            merged(base, ours, theirs, into=ledger(a_task(owner="z"))),
            merged(base, ours, theirs, into=theirs),
        ),
        Case(
            "TK221",
            "a side's move undone",
            merged(base, base, theirs, into=base),
            merged(base, base, theirs, into=theirs),
        ),
        Case(
            "TK221",
            "a note lost",
            merged(
                base,
                ledger(a_task(notes=["1"])),
                ledger(a_task(notes=["2"])),
                into=ledger(a_task(notes=["1"])),
            ),
            merged(
                base,
                ledger(a_task(notes=["1"])),
                ledger(a_task(notes=["2"])),
                into=ledger(a_task(notes=["2", "1"])),
            ),
        ),
        Case(
            "TK221",
            "a task that only the merge brings",
            merged(base, ours, theirs, into=ledger(a_task(owner="x"), a_task("b"))),
            merged(
                base,
                ledger(a_task(), a_task("b")),
                ours,
                into=ledger(a_task(owner="x"), a_task("b")),
            ),
        ),
        Case(
            "TK221",
            "an octopus that chooses",
            merged(base, base, ours, theirs, into=ours),
            merged(base, base, ours, ours, into=ours),
        ),
        Case(
            "TK222",
            "a move lost",
            merged(base, begun, base, into=base),
            merged(base, begun, base, into=begun),
        ),
        Case(
            "TK222",
            "finished work brought back",
            merged(base, begun, ended, into=begun),
            merged(base, begun, ended, into=ended),
        ),
        Case(
            "TK222",
            "cancelled where the other side is done",
            merged(begun, ended, ledger(done("a")), into=ended),
            merged(begun, ended, ledger(done("a")), into=ledger(done("a"))),
        ),
        Case(
            "TK222",
            "a state of neither side",
            merged(base, begun, base, into=ledger(a_task(state="in_review"))),
            merged(
                begun,
                ledger(a_task(state="in_review")),
                begun,
                into=ledger(a_task(state="in_review")),
            ),
        ),
    ]
