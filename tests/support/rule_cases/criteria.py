"""Criteria that are not met, TK515, and specifications that change while frozen, TK516, with legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, commit, done, edit, ledger, merged, used
from tests.support.rule_cases.case import SQUASH, Case
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.usage import Fact

TWO = {"criteria": ["fast", "small"]}
HALF = {**TWO, "met": ["fast"]}
WHOLE = {**HALF, "waived": ["small -- nobody asked"]}
FROZEN = DEFAULT._replace(spec="frozen", roles={"spec": ("ann",)})
WHY = "tk: edit a\n\nTk-Reason: it was wrong\n"
BEGUN = Fact("1", "a", entered=5)


def respecified(
    state: str, actor: str = "bob", message: str = WHY, *, fields: dict[str, object] | None = None
) -> Change:
    """A task in a state that gets another title, or other ``fields``."""
    wait = {"wait": {"reason": "user"}} if state == "blocked" else {}
    more = {"title": "Another"} if fields is None else fields
    made = edit(a_task(state=state, **wait), a_task(state=state, **wait, **more), policy=FROZEN)
    return made._replace(actor=actor, message=message)


def criteria_cases() -> list[Case]:
    return [*_met(), *_frozen()]


def _met() -> list[Case]:
    work = {"state": "in_progress"}
    half, whole = (a_task(**work, **fields) for fields in (HALF, WHOLE))
    rows = (
        ("one open", edit(half, done("a", **HALF)), edit(whole, done("a", **WHOLE))),
        (
            "all open",
            edit(a_task(**work, **TWO), done("a", **TWO)),
            edit(half, a_task(state="cancelled", **HALF)),
        ),
        (
            "a new one with the end",
            edit(a_task(**work), done("a", **TWO)),
            edit(a_task(**work), done("a", **WHOLE)),
        ),
        (
            "born done in a squash",
            birth(done("a", **HALF), policy=SQUASH),
            birth(done("a", **WHOLE), policy=SQUASH),
        ),
        (
            "approved",
            edit(half._replace(state=a_task(state="in_review").state), done("a", **HALF)),
            edit(half, a_task(state="in_review", **HALF)),
        ),
        (
            "met, but no criterion",
            edit(a_task(**TWO), a_task(**TWO, met=["slow"])),
            edit(a_task(**TWO), a_task(**HALF)),
        ),
        (
            "waived, but no criterion",
            edit(a_task(**TWO), a_task(**TWO, waived=["slow -- why not"])),
            edit(a_task(**TWO), a_task(**TWO, waived=["fast -- why not"])),
        ),
        (
            "born with what is no criterion",
            birth(a_task(met=["fast"])),
            birth(a_task(criteria=["fast"], met=["fast"])),
        ),
    )
    steps = {"checklist": ["read"]}
    rows = (
        *rows,
        (
            "checked, but no step",
            edit(a_task(**steps), a_task(**steps, checked=["write"])),
            edit(a_task(**steps), a_task(**steps, checked=["read"])),
        ),
        (
            "skipped, but no step",
            edit(a_task(**steps, **TWO), a_task(**steps, **TWO, skipped=["fast -- no"])),
            edit(a_task(**steps), a_task(**steps, skipped=["read -- known"])),
        ),
        (
            "a criterion, and an open step",
            edit(half, done("a", **HALF, **steps)),
            edit(a_task(**work, **steps), done("a", **steps)),
        ),
    )
    return [Case("TK515", what, broken, legal) for what, broken, legal in rows]


def _frozen() -> list[Case]:
    needs, other = {"depends_on": ["d"]}, {"depends_on": ["e"]}
    among = (done("d"), done("e", reopens="d"), done("f"))
    again = edit(
        a_task(state="in_progress", **needs),
        a_task(state="in_progress", **other),
        among=among,
        policy=FROZEN,
    )._replace(actor="bob", message=WHY)
    elsewhere = edit(
        a_task(state="in_progress", **needs),
        a_task(state="in_progress", depends_on=["f"]),
        among=among,
        policy=FROZEN,
    )._replace(actor="bob", message=WHY)
    base, sides, result = (
        [ledger(a_task(state="in_progress", title=title), policy=FROZEN) for title in titles]
        for titles in (("Old",), ("One", "Two"), ("Three", "Two"))
    )
    authored, chosen = (merged(base[0], *sides, into=one) for one in result)
    blocked = respecified("blocked")
    retried = {"attempt": 2}
    sent_back = edit(a_task(**retried), a_task(**retried, title="Another"), policy=FROZEN)._replace(
        actor="bob", message=WHY
    )
    rows = (
        ("a title", respecified("in_progress"), respecified("todo")),
        ("by another", respecified("in_review"), respecified("in_review", "ann")),
        ("no reason", respecified("in_progress", "ann", "edit"), respecified("in_progress", "ann")),
        (
            "a description",
            respecified("in_progress", fields={"description": "more"}),
            respecified("in_progress", fields={"labels": ["x"], "priority": 0}),
        ),
        (
            "a criterion",
            respecified("in_progress", fields={"criteria": ["easy"]}),
            commit(
                ledger(a_task(state="in_progress", **TWO), policy=FROZEN),
                ledger(a_task(state="in_progress", **HALF), policy=FROZEN),
            )._replace(actor="bob", message="met"),
        ),
        (
            "a criterion waived",
            commit(
                ledger(a_task(state="in_progress", **HALF), policy=FROZEN),
                ledger(a_task(state="in_progress", **WHOLE), policy=FROZEN),
            )._replace(actor="bob", message=WHY),
            respecified("todo", fields=WHOLE),
        ),
        ("a dependency", elsewhere, again),
        (
            "what it is given",
            respecified("in_progress", fields={"spec": {"output": "JSON"}}),
            respecified("todo", fields={"spec": {"output": "JSON"}}),
        ),
        (
            "begun, then blocked",
            used(blocked, BEGUN, actor="bob", message=WHY),
            used(blocked, actor="bob", message=WHY),
        ),
        (
            "sent back",
            used(sent_back, BEGUN, actor="bob", message=WHY),
            used(sent_back, actor="bob", message=WHY),
        ),
        (
            "written by a merge",
            authored._replace(actor="bob", message="merge"),
            chosen._replace(actor="bob", message="merge"),
        ),
        (
            "no actor has the role",
            respecified("in_progress")._replace(policy=FROZEN._replace(roles={})),
            respecified("in_progress")._replace(policy=DEFAULT),
        ),
    )
    return [Case("TK516", what, broken, legal) for what, broken, legal in rows]
