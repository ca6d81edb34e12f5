"""What breaks the rules of states, TK201 to TK204, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, commit, done, edit, ledger, merged
from tests.support.rule_cases.case import (
    REVIEW,
    SQUASH,
    SQUASH_REVIEW,
    Case,
    flaw,
    to,
)
from tkledger.core.change import change
from tkledger.core.policy import DEFAULT

ONE_WAY = SQUASH._replace(forbid=("blocked->todo",))


def states_cases() -> list[Case]:
    return [
        Case("TK201", "work finished that nobody began", to("done"), to("in_progress")),
        Case(
            "TK201",
            "from backlog to work",
            edit(a_task(state="backlog"), a_task(state="in_progress")),
            edit(a_task(state="backlog"), a_task()),
        ),
        Case(
            "TK201",
            "an ended task reopened",
            edit(done("a"), a_task()),
            edit(done("a"), done("a", labels=["x"])),
        ),
        Case(
            "TK201",
            "done becomes cancelled",
            edit(done("a"), a_task(state="cancelled")),
            to("cancelled"),
        ),
        Case(
            "TK201",
            "a forbidden edge",
            edit(
                a_task(),
                a_task(state="cancelled"),
                policy=DEFAULT._replace(forbid=("todo->cancelled",)),
            ),
            to("cancelled"),
        ),
        Case(
            "TK201",
            "finished without the review",
            edit(a_task(state="in_progress"), done("a"), policy=REVIEW),
            edit(a_task(state="in_review"), done("a"), policy=REVIEW),
        ),
        Case(
            "TK201",
            "a squash where it is refused",
            to("done"),
            edit(a_task(), done("a"), policy=SQUASH),
        ),
        Case(
            "TK201",
            "a squash over an approval",
            edit(a_task(), done("a"), policy=SQUASH_REVIEW),
            edit(a_task(), a_task(state="in_review"), policy=SQUASH_REVIEW),
        ),
        Case(
            "TK201",
            "two tasks in one commit, one of them wrong",
            edit((a_task(), a_task("b")), (a_task(state="in_progress"), done("b"))),
            edit(
                (a_task(), a_task("b")),
                (a_task(state="in_progress"), a_task("b", state="in_progress")),
            ),
        ),
        *(
            Case(
                "TK202",
                f"born {state}",
                birth(a_task(state=state, **fields)),
                birth(a_task(state=home)),
                also,
            )
            for state, home, fields, also in (
                ("in_progress", "todo", {}, ()),
                ("in_review", "backlog", {}, ()),
                ("blocked", "todo", {"wait": {"reason": "user"}}, ()),
                ("blocked", "todo", {}, ("TK205",)),
                ("done", "todo", {}, ()),
                ("cancelled", "backlog", {}, ()),
            )
        ),
        Case("TK202", "born done, squashed", birth(done("a")), birth(done("a"), policy=SQUASH)),
        Case(
            "TK202",
            "born in the first commit",
            change((), ledger(done("a"))),
            change((), ledger(a_task())),
        ),
        Case(
            "TK203",
            "born with something spent",
            birth(a_task(spent={"steps": 0})),
            birth(a_task(budget={"steps": 1})),
        ),
        Case(
            "TK203", "born at a second attempt", birth(a_task(attempt=2)), birth(a_task(attempt=1))
        ),
        *_attempts(),
        Case("TK204", "a task gone", commit(ledger(a_task()), ledger()), to("cancelled")),
        Case(
            "TK204",
            "an unreadable task gone",
            commit(ledger(flaws=(flaw("TK101"),)), ledger()),
            commit(ledger(flaws=(flaw("TK101"),)), ledger(a_task())),
        ),
        Case(
            "TK204",
            "a task gone in a merge",
            merged(
                ledger(a_task()),
                ledger(a_task()),
                ledger(a_task(), a_task("b")),
                into=ledger(a_task("b")),
            ),
            merged(
                ledger(a_task()),
                ledger(a_task()),
                ledger(a_task(), a_task("b")),
                into=ledger(a_task(), a_task("b")),
            ),
        ),
    ]


def _attempts() -> list[Case]:
    stuck = a_task(state="blocked", wait={"reason": "failed"}, attempt=2)
    begun = a_task(state="in_progress")
    again = a_task(state="in_progress", attempt=3)
    return [
        Case(
            "TK216",
            "a requeue that does not count",
            edit(stuck, a_task(attempt=2)),
            edit(stuck, a_task(attempt=3)),
        ),
        Case(
            "TK216",
            "a requeue that counts twice",
            edit(stuck, a_task(attempt=4)),
            edit(stuck, a_task(attempt=3)),
        ),
        Case(
            "TK216",
            "an attempt raised in work",
            edit(begun, a_task(state="in_progress", attempt=2)),
            edit(begun, a_task(state="in_progress", owner="x")),
        ),
        Case(
            "TK216",
            "an attempt raised by a resume",
            edit(stuck, again),
            edit(stuck, a_task(state="in_progress", attempt=2)),
        ),
        Case(
            "TK216",
            "an attempt raised before the start",
            edit(a_task(attempt=2), a_task(attempt=3)),
            edit(a_task(attempt=2), a_task(attempt=2, priority=1)),
        ),
        Case(
            "TK216",
            "a requeue that a squash does not count",
            edit(begun, a_task(), policy=SQUASH),
            edit(begun, a_task(attempt=3), policy=SQUASH),
        ),
        Case(
            "TK216",
            "an approval is no part of a jump, and counts nothing",
            edit(a_task(state="in_review"), done("a", attempt=2), policy=SQUASH_REVIEW),
            edit(a_task(state="in_review"), done("a"), policy=SQUASH_REVIEW),
        ),
        Case(
            "TK216",
            "an attempt more where nothing can be sent back",
            edit(a_task(state="backlog"), done("a", attempt=2), policy=ONE_WAY),
            edit(a_task(state="backlog"), done("a", attempt=2), policy=SQUASH),
        ),
    ]
