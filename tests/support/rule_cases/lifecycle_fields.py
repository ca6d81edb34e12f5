"""What breaks the rules of what a task holds in a state, TK205 to TK210, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, done, edit
from tests.support.rule_cases.case import (
    Case,
    to,
)


def fields_cases() -> list[Case]:
    blocked = a_task(state="blocked", wait={"reason": "user"})
    return [
        Case(
            "TK205",
            "blocked without a word",
            to("blocked"),
            to("blocked", wait={"reason": "event"}),
        ),
        Case(
            "TK205",
            "blocked with a detail only",
            to("blocked", wait={"detail": "x"}),
            to("blocked", wait={"reason": "event", "detail": "x"}),
        ),
        Case(
            "TK205",
            "the reason taken out",
            edit(blocked, a_task(state="blocked")),
            edit(blocked, a_task(state="blocked", wait={"reason": "job"})),
        ),
        Case(
            "TK206",
            "a wait kept in work",
            edit(blocked, a_task(state="in_progress", wait={"reason": "user"})),
            edit(blocked, a_task(state="in_progress")),
        ),
        Case(
            "TK206",
            "an error in work",
            to("in_progress", error={"message": "x"}),
            to("cancelled", error={"message": "x"}),
        ),
        Case(
            "TK206",
            "an error in done",
            edit(a_task(state="in_progress"), done("a", error={"kind": "x"})),
            edit(a_task(state="in_progress"), done("a")),
        ),
        Case(
            "TK206",
            "a resolution of the other end",
            to("cancelled", resolution="completed"),
            to("cancelled", resolution="duplicate"),
        ),
        Case(
            "TK206",
            "a resolution before the end",
            to("in_progress", resolution="completed"),
            edit(a_task(state="in_progress"), done("a", resolution="no_pr")),
        ),
        Case(
            "TK206",
            "a resolution of a birth",
            birth(a_task(resolution="dropped")),
            birth(a_task(owner="x")),
        ),
        Case(
            "TK207",
            "the creator changed",
            edit(a_task(creator="x"), a_task(creator="y")),
            edit(a_task(creator="x"), a_task(creator="x", owner="y")),
        ),
        Case(
            "TK207",
            "the creator added later",
            edit(a_task(), a_task(creator="y")),
            birth(a_task(creator="y")),
        ),
        Case(
            "TK207",
            "the origin taken out",
            edit(a_task(origin="o"), a_task(), among=(a_task("o"),)),
            edit(a_task(parent="o"), a_task(), among=(a_task("o"),)),
        ),
        Case(
            "TK207",
            "what it reopens named later",
            edit(a_task(), a_task(reopens="o"), among=(done("o"),)),
            edit(a_task(reopens="o"), a_task(reopens="o", owner="x"), among=(done("o"),)),
        ),
        Case(
            "TK208",
            "a title after the end",
            edit(done("a"), done("a", title="else")),
            edit(done("a"), done("a", notes=["else"])),
        ),
        Case(
            "TK208",
            "a budget after the end",
            edit(done("a"), done("a", budget={"steps": 1})),
            edit(done("a"), done("a", x={"k": 1})),
        ),
        Case(
            "TK208",
            "a resolution after the end",
            edit(done("a"), done("a", resolution="merged")),
            edit(a_task(state="in_review"), done("a", resolution="merged")),
        ),
        Case(
            "TK208",
            "an owner after cancelling",
            edit(a_task(state="cancelled"), a_task(state="cancelled", owner="x")),
            edit(a_task(state="cancelled"), a_task(state="cancelled", labels=["x"])),
        ),
        Case(
            "TK209",
            "an attempt that fell",
            edit(a_task(attempt=3), a_task(attempt=2)),
            edit(a_task(attempt=3), a_task(attempt=3, owner="x")),
        ),
        Case(
            "TK209",
            "an attempt taken out",
            edit(a_task(attempt=2), a_task()),
            edit(a_task(attempt=1), a_task()),
        ),
        Case(
            "TK209",
            "a mark that fell",
            edit(a_task(spent={"steps": 3}), a_task(spent={"steps": 2})),
            edit(a_task(spent={"steps": 2}), a_task(spent={"steps": 3})),
        ),
        Case(
            "TK209",
            "a mark taken out",
            edit(a_task(spent={"tokens": 0}), a_task()),
            edit(a_task(), a_task(spent={"tokens": 0})),
        ),
        Case(
            "TK209",
            "dollars that fell by words, not by number",
            edit(a_task(spent={"cost": "10"}), a_task(spent={"cost": "9.5"})),
            edit(a_task(spent={"cost": "9.5"}), a_task(spent={"cost": "10"})),
        ),
        Case(
            "TK209",
            "dollars that fell by the last digit",
            edit(
                a_task(spent={"cost": "999999999999.000002"}),
                a_task(spent={"cost": "999999999999.000001"}),
            ),
            edit(a_task(spent={"cost": "1.50"}), a_task(spent={"cost": "1.5"})),
        ),
        Case(
            "TK210",
            "a note changed",
            edit(a_task(notes=["a"]), a_task(notes=["b"])),
            edit(a_task(notes=["a"]), a_task(notes=["a", "b"])),
        ),
        Case(
            "TK210",
            "a note taken away",
            edit(a_task(notes=["a", "b"]), a_task(notes=["a"])),
            edit(a_task(), a_task(notes=["a"])),
        ),
        Case(
            "TK210",
            "a note put before the others",
            edit(a_task(notes=["a"]), a_task(notes=["b", "a"])),
            edit(a_task(notes=["a"]), a_task(notes=["a", "a"])),
        ),
        *(
            Case(
                "TK210",
                f"{name} taken away",
                edit(a_task(**both, notes=["a"]), a_task(**{**both, name: []}, notes=["a"])),
                edit(a_task(**{**both, name: []}), a_task(**both)),
                also=("TK215",) if name == "concerns" else (),
            )
            for both in [{"concerns": ["ops: o"], "settled": ["ops: o"]}]
            for name in both
        ),
        Case(
            "TK210",
            "a note of an ended task",
            edit(done("a", notes=["a"]), done("a")),
            edit(done("a", notes=["a"]), done("a", notes=["a", "b"])),
        ),
    ]
