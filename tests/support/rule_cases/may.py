"""What is beyond what an actor may do, TK509, and legal twins."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, commit, edit, ledger, merged
from tests.support.rule_cases.case import Case
from tkledger.core.change import Change
from tkledger.core.guard import allowance
from tkledger.core.policy import DEFAULT, Policy


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
    return [Case("TK509", what, broken, legal) for what, broken, legal in rows]
