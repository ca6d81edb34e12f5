"""What does not pass a guard, TK507, and who may not drop one, TK508, with legal twins."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, edit, ledger, merged
from tests.support.rule_cases.approvals import ended, line, to
from tests.support.rule_cases.case import Case
from tests.support.rule_cases.overrides import WHY
from tkledger.core.change import Change
from tkledger.core.guard import guard
from tkledger.core.policy import DEFAULT, Policy

ROLES = {"lead": ("ann", "lead-*"), "override": ("zoe",), "policy": ("king",)}


NAMED = DEFAULT._replace(roles=ROLES)


def guarded(*, law: Policy = NAMED, **asked: Any) -> Policy:
    """A policy with one guard, of done unless it is told."""
    return law._replace(guards={"release": guard({"state": ["done"], **asked})})


LED = guarded(role="lead")
SQUASH = guarded(law=NAMED._replace(squash="path"), role="lead")
SAFE = guarded(role="lead", label=["safety"])
TYPED = guarded(role="lead", type=["bug"])
AGAIN = guarded(role="lead", attempt=2)


def move(
    law: Policy = LED,
    *,
    actor: str = "bob",
    message: str = "",
    source: str = "in_progress",
    target: str = "done",
    before: dict[str, Any] | None = None,
    **fields: Any,
) -> Change:
    """A task goes from a state to another; ``fields`` are those that it has after it, and before it if
    no others are given.
    """
    old = a_task(state=source, **(fields if before is None else before))
    made = edit(old, a_task(state=target, **fields), policy=law)
    return made._replace(actor=actor, message=message)


def born(law: Policy, state: str, actor: str = "bob", **fields: Any) -> Change:
    made = birth(a_task(state=state, **fields), policy=law)
    return made._replace(actor=actor)


def chosen(law: Policy, type: str, actor: str) -> Change:
    """A merge of a side that made a task a bug with one that made it a chore."""
    base, bug, chore = (ledger(a_task(type=t), policy=law) for t in (None, "bug", "chore"))
    into = ledger(a_task(type=type), policy=law)
    return merged(base, bug, chore, into=into)._replace(actor=actor)


def guard_cases() -> list[Case]:
    pr, risk = guarded(fields=["pr"]), guarded(fields=["pr", "x.risk", "description"])
    open_ = {"concerns": ["ops: slow", "ops: hot"]}
    spec = {"criteria": ["is fast", "is small"], "waived": ["is small -- it never was"]}
    calm = {**open_, "settled": ["ops: hot", "ops: slow"]}
    begin = guarded(state=["in_progress"], fields=["description", "budget.steps"])
    born_with = guarded(state=["todo"], fields=["admission.consumer"])
    twice = guarded(approvals=2)
    nobodys = guarded(role="owl")
    safe, plain = {"labels": ["safety"]}, {"labels": ["ui"]}
    aside = guarded(role="lead", fields=["pr"])
    asked = (
        ("without the role", move(), move(actor="lead-2")),
        ("no actor has the role", move(nobodys), move(nobodys, target="in_review")),
        ("a field is missing", move(pr), move(pr, pr="7")),
        ("several fields are missing", move(risk, description="\u200b"), move(pr, pr="7")),
        ("a concern about operations is open", move(guarded(concerns="settled"), **open_),
         move(guarded(concerns="settled"), **calm)),
        ("a criterion is not met", move(guarded(state=["in_review"], criteria="met"), target="in_review", **spec),
         move(guarded(state=["in_review"], criteria="met"), target="in_review", **spec, met=["is fast"])),
        ("an approval is missing", ended("eve", law=twice), ended("eve", line("cy"), law=twice)),
        ("approvals without a review", to(a_task(state="in_progress"), "eve", "done", law=twice),
         to(a_task(state="in_progress"), "eve", "in_review", law=twice)),
        ("by a squash", move(SQUASH, source="todo"), move(SQUASH, source="todo", actor="ann")),
        ("born done by a squash", born(SQUASH, "done"), born(SQUASH, "done", "ann")),
        ("on the way of a squash", move(guarded(law=SQUASH, state=["in_progress"], role="lead"), source="todo"),
         move(guarded(law=SQUASH, state=["in_review"], role="lead"), source="todo")),
        ("begun without", move(begin, source="todo", target="in_progress"),
         move(begin, source="todo", target="in_progress", description="d", budget={"steps": 3})),
        ("born without", born(born_with, "todo"), born(born_with, "backlog")),
        ("of a label", move(SAFE, **safe), move(SAFE, **plain)),
        ("of a label that comes with it", move(SAFE, before=plain, **safe),
         move(SAFE, before=safe, actor="ann", **plain)),
        ("of a type", move(TYPED, type="bug"), move(TYPED, type="chore")),
        ("from an attempt on", move(AGAIN, attempt=2), move(AGAIN)),
        ("in a later attempt", move(AGAIN, attempt=3), move(AGAIN, attempt=3, actor="ann")),
        ("may be set aside", move(aside, actor="zoe"), move(aside, actor="zoe", message=WHY)),
    )  # fmt: skip
    stay = {"source": "todo", "target": "todo"}
    free = SAFE._replace(roles={"lead": ("ann",)})
    bare = guarded(label=["safety"], fields=["pr"])
    dropped = (
        ("a label is taken away", move(SAFE, before=safe, **plain, **stay),
         move(SAFE, before=plain, **safe, **stay)),
        ("a type is changed", move(TYPED, before={"type": "bug"}, type="chore", **stay),
         move(TYPED, before={"type": "bug"}, type="chore", actor="ann", **stay)),
        ("without a role of its own", move(bare, before=safe, **plain, **stay, actor="ann"),
         move(bare, before=safe, **plain, **stay, actor="king")),
        ("by another role", move(free, before=safe, **plain, **stay, actor="king"),
         move(free._replace(guards=bare.guards), before=safe, **plain, **stay, actor="king")),
        ("by the type that a merge leaves", chosen(TYPED, "chore", "bob"), chosen(TYPED, "bug", "bob")),
    )  # fmt: skip
    return [
        *(Case("TK507", what, broken, legal) for what, broken, legal in asked),
        *(Case("TK508", what, broken, legal) for what, broken, legal in dropped),
        Case(
            "TK508",
            "in the move that it guards",
            move(SAFE, before=safe, **plain, target="in_review"),
            move(SAFE, before=safe, **plain, target="in_review", actor="lead-1"),
        ),
    ]
