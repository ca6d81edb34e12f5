"""What is beyond what an actor may do, TK509, or use, TK525, and legal twins."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, commit, edit, ledger, merged
from tests.support.changes import used as counted
from tests.support.rule_cases.case import Case
from tkledger.core.change import Change
from tkledger.core.charges import Bill
from tkledger.core.guard import allowance
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.policy_fields import policy
from tkledger.core.quota import HOUR, used_by


def limited(law: Policy = DEFAULT, **allowed: list[str]) -> Policy:
    """A policy that limits bots."""
    return law._replace(version=2, may={"bot-*": allowance(allowed)})


WORK = limited(verbs=["start", "submit", "note"])
SRC = limited(paths=["src/*", "README.md"])
TWO = WORK._replace(may={**WORK.may, "*-1": allowance({"verbs": ["note", "start"]})})


def by(made: Change, actor: str = "bot-1", *files: str) -> Change:
    return made._replace(actor=actor, files=(lambda: files) if files else None)


def did(law: Policy, before: dict[str, Any], after: dict[str, Any], actor: str = "bot-1") -> Change:
    """What an actor does to one task."""
    return by(edit(a_task(**before), a_task(**after), policy=law), actor)


def may_cases() -> list[Case]:
    doing, todo = {"state": "in_progress", "owner": "bot-1"}, {"state": "todo"}
    review = {"state": "in_review", "owner": "bot-1"}
    plain = ledger(policy=SRC)
    named = limited(DEFAULT._replace(roles={"policy": ("bot-1",)}), verbs=["note"])
    changes = [
        commit(ledger(policy=law), ledger(policy=law._replace(version=3, depth=3)))
        for law in (WORK, named)
    ]
    jump = limited(DEFAULT._replace(squash="path"), verbs=["new", "start"])
    rows = (
        ("a verb", did(WORK, doing, {**doing, "state": "done"}), did(WORK, doing, {**review, "attempt": None})),
        ("by a pattern among several", did(TWO, doing, review), did(TWO, doing, review, "bot-2")),
        ("a new task", by(birth(a_task(), policy=WORK)), by(birth(a_task(), policy=WORK), "ann")),
        ("a squash", by(birth(a_task(state="done"), policy=jump)),
         by(birth(a_task(state="in_progress"), policy=jump))),
        ("another title", did(WORK, todo, {**todo, "title": "Other"}), did(WORK, todo, {**todo, "notes": ["n"]})),
        ("another title beside a move", did(WORK, doing, {**review, "title": "Other"}),
         did(WORK, doing, {**review, "notes": ["n"]})),
        ("given to another", did(WORK, doing, {**doing, "owner": "ann"}),
         did(WORK, {**doing, "owner": "ann"}, doing)),
        ("a file", by(commit(plain, plain), "bot-1", "lib/a.py", "src/b.py"),
         by(commit(plain, plain), "bot-1", "src/a/b.py")),
        ("a file in a merge", by(merged(plain, plain, plain, into=plain), "bot-1", "x"),
         by(merged(plain, plain, plain, into=plain), "eve", "x")),
        ("an approval that is not the last", did(WORK, review, {**review, "verdicts": ["1.1 approved bot-1 -"]}),
         did(limited(verbs=["approve"]), review, {**review, "verdicts": ["1.1 approved bot-1 -"]})),
        ("the policy", by(changes[0]), by(changes[1])),
    )  # fmt: skip
    return [
        *(Case("TK509", what, broken, legal) for what, broken, legal in rows),
        *_quota_cases(),
    ]


def _quota_cases() -> list[Case]:
    law = policy({"quotas": {"bot-*": {"calls": 9, "window": "2h"}, "*": {"steps": 20}}})
    still, start = ledger(a_task(state="in_progress"), policy=law), a_task()
    step = commit(still, still)._replace(message="work\n\nTk-Task: a\n", actor="bot-1")
    begun = edit(start, a_task(state="in_progress"), policy=law)._replace(actor="bot-1")
    sent_back = edit(a_task(state="in_review"), a_task(state="in_progress"), policy=law)
    over = step._replace(message="x\n\nTk-Spend: a\nTk-Calls: 10\n")

    def after(made: Change, calls: int, hour: int = 5, **used: int) -> Change:
        fact = used_by("bot-1", "c", hour * HOUR, [Bill("a", False, calls=calls, **used)])
        return counted(made, fact, at=6 * HOUR + 9, message=made.message)

    aliased = law._replace(actors={"bot-1": "bot-7"})
    rows = (
        ("a step after it", after(step, 10), after(step, 9)),
        ("in the window", after(step, 10), after(step, 10, hour=4)),
        ("a start", after(begun, 10), after(begun, 9)),
        ("a step, not what was spent", after(step, 10), after(over, 10)),
        ("a start, not a round of review", after(begun, 10),
         after(sent_back._replace(actor="bot-1"), 10)),
        ("who it is", after(step, 10), after(step._replace(actor="ann"), 10)),
        ("by another name", after(step._replace(policy=aliased, actor="bot-7"), 10),
         after(step._replace(policy=aliased, actor="bot-8"), 10)),
    )  # fmt: skip
    return [Case("TK525", what, broken, legal) for what, broken, legal in rows]
