"""What breaks the rules of other tasks and concerns at a move, TK211 to TK215, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, done, edit
from tests.support.rule_cases.case import (
    CONCERNS,
    SQUASH,
    Case,
)


def links_cases() -> list[Case]:
    child = a_task("c", parent="p")
    return [
        *(
            Case(
                "TK211",
                f"started while the dependency is {state}",
                edit(
                    a_task(depends_on=["d"]),
                    a_task(depends_on=["d"], state="in_progress"),
                    among=(a_task("d", state=state, **fields),),
                ),
                edit(
                    a_task(depends_on=["d"]),
                    a_task(depends_on=["d"], state="in_progress"),
                    among=(done("d"),),
                ),
            )
            for state, fields in (
                ("todo", {}),
                ("backlog", {}),
                ("in_progress", {}),
                ("in_review", {}),
                ("blocked", {"wait": {"reason": "user"}}),
                ("cancelled", {}),
            )
        ),
        Case(
            "TK211",
            "a rejection while a dependency is open",
            edit(
                a_task(depends_on=["d"], state="in_review"),
                a_task(depends_on=["d"], state="in_progress"),
                among=(a_task("d"),),
            ),
            edit(
                a_task(depends_on=["d"], state="in_review"),
                done("a", depends_on=["d"]),
                among=(a_task("d"),),
            ),
        ),
        Case(
            "TK211",
            "a squash through work",
            edit(
                a_task(depends_on=["d"]),
                done("a", depends_on=["d"]),
                among=(a_task("d"),),
                policy=SQUASH,
            ),
            edit(
                (a_task(depends_on=["d"]), a_task("d")),
                (done("a", depends_on=["d"]), done("d")),
                policy=SQUASH,
            ),
        ),
        Case(
            "TK211",
            "born done in a squash",
            birth(done("a", depends_on=["d"]), among=(a_task("d"),), policy=SQUASH),
            birth(done("a", depends_on=["d"]), among=(done("d"),), policy=SQUASH),
        ),
        Case(
            "TK212",
            "a parent done before its child",
            edit(a_task("p", state="in_progress"), done("p"), among=(child,)),
            edit(
                (a_task("p", state="in_progress"), child),
                (done("p"), a_task("c", parent="p", state="cancelled")),
            ),
        ),
        Case(
            "TK212",
            "a parent cancelled over its child",
            edit(a_task("p"), a_task("p", state="cancelled"), among=(child,)),
            edit(a_task("p"), a_task("p", state="cancelled"), among=(done("c", parent="p"),)),
        ),
        Case(
            "TK213",
            "a child born under an ended parent",
            birth(child, among=(done("p"),)),
            birth(a_task("c", origin="p"), among=(done("p"),)),
        ),
        Case(
            "TK213",
            "an open task hung under an ended one",
            edit(a_task("c"), child, among=(a_task("p", state="cancelled"),)),
            edit(a_task("c"), child, among=(a_task("p"),)),
        ),
        *(
            Case(
                "TK214",
                f"from {state} to done over a design concern",
                edit(a_task(state=state, concerns=CONCERNS), done("a", concerns=CONCERNS)),
                edit(
                    a_task(state=state, concerns=CONCERNS),
                    done("a", concerns=CONCERNS, settled=CONCERNS[1:]),
                ),
            )
            for state in ("in_progress", "in_review")
        ),
        Case(
            "TK214",
            "a squashed jump over a design concern",
            birth(done("a", concerns=CONCERNS), policy=SQUASH),
            birth(a_task(concerns=CONCERNS), policy=SQUASH),
        ),
        Case(
            "TK214",
            "raised in the commit that ends it",
            edit(a_task(state="in_review"), done("a", concerns=CONCERNS)),
            edit(done("a"), done("a", concerns=CONCERNS)),
        ),
        Case(
            "TK214",
            "done, where cancelled would do",
            edit(a_task(state="in_review", concerns=CONCERNS), done("a", concerns=CONCERNS)),
            edit(
                a_task(state="in_review", concerns=CONCERNS),
                a_task(state="cancelled", concerns=CONCERNS),
            ),
        ),
        Case(
            "TK215",
            "settled in other words",
            edit(a_task(concerns=["ops: o"]), a_task(concerns=["ops: o"], settled=["ops: 0"])),
            edit(a_task(concerns=["ops: o"]), a_task(concerns=["ops: o"], settled=["ops: o"])),
        ),
    ]
