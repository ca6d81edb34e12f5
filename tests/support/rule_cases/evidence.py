"""Gates that did not pass on the code, TK513, evidence that does not say what is so, TK514, decisions in another's
name, TK518, and legal twins.
"""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, birth, edit, used
from tests.support.rule_cases.case import Case
from tests.support.rule_cases.guards import NAMED, guarded
from tests.support.rule_cases.overrides import WHY
from tkledger.core.change import Change
from tkledger.core.evidence import EvidenceLine
from tkledger.core.guard import gate
from tkledger.core.policy import Approvals, Policy
from tkledger.core.task import changed
from tkledger.core.usage import Fact, Used

CODE, OLDER, OTHER = "c0" * 20, "0d" * 20, "ba" * 20
RUN = "make check"
INDEPENDENT = Approvals(independent=True)
STEP = Fact("1", "a", used=Used(steps=1), worker="ben")


def gated(*, law: Policy = NAMED, **asked: Any) -> Policy:
    """A policy with one gate, of done unless it is told."""
    return law._replace(gates={"check": gate({"run": RUN, "state": ["done"], **asked})})


PLAIN = gated()
APART = gated(law=NAMED._replace(approvals=INDEPENDENT))
CI = gated(role="lead")
TOLD = gated(role="lead", run=None)
TYPED = gated(type=["bug"])
SQUASH = gated(law=NAMED._replace(squash="path"))
GUARDED = guarded(law=gated(state=[]), label=["safety"], evidence=["check", "lint"])
IN_REVIEW = gated(state=["in_review"])


def line(actor: str = "bob", tree: str = CODE, *, passed: bool = True, **more: Any) -> str:
    """What the gate came to on the code, unless told."""
    ran = {"exit": "0" if passed else "2", "seconds": "1.5", "output": "ab" * 32, "command": RUN}
    return EvidenceLine(
        **{"gate": "check", **ran, **more}, passed=passed, tree=tree, actor=actor
    ).text


def told(actor: str, **more: Any) -> str:
    """The same of what ran elsewhere."""
    return line(actor, **{"exit": None, "seconds": None, "output": None, "command": None, **more})


FAILED = line(passed=False)


def to(
    *known: str,
    law: Policy = PLAIN,
    actor: str = "ann",
    more: tuple[str, ...] = (),
    code: tuple[str, ...] = (CODE, CODE),
    message: str = "",
    facts: tuple[Fact, ...] = (),
    source: str = "in_progress",
    target: str = "done",
    **fields: Any,
) -> Change:
    """A commit by ann moves her task, which has evidence already, and adds ``more``."""
    old = a_task(state=source, **{"owner": "ann", "evidence": known, **fields})
    new = old._replace(state=a_task(state=target).state, evidence=(*known, *more))
    made = edit(old, new, policy=law)
    return used(made, *facts, message=message, actor=actor, code=(lambda: code) if code else None)


def recording(*more: str, actor: str = "bob", **how: Any) -> Change:
    """A commit that only adds evidence."""
    return to(*how.pop("known", ()), **{"target": "in_progress", **how}, actor=actor, more=more)


def born(*lines: str, state: str = "done", actor: str = "bob") -> Change:
    made = birth(a_task(state=state, evidence=lines), policy=SQUASH)
    return made._replace(actor=actor, code=lambda: (CODE, OLDER))


def typed(before: str, after: str, target: str, *lines: str, actor: str = "ann") -> Change:
    """A task gets another type, and maybe ends."""
    old = a_task(state="in_progress", type=before, evidence=lines)
    made = edit(old, a_task(state=target, type=after, evidence=lines), policy=TYPED)
    return used(made, actor=actor, code=lambda: (CODE, CODE))


def evidence_cases() -> list[Case]:
    return [*_missing(), *_untrue(), *_by_guards(), *_decided(), *_attempted()]


def _missing() -> list[Case]:
    good, again = line(), line("cy", flaky=True)
    safe = {"labels": ["safety"]}
    rows = (
        ("none", to(), to(good)),
        ("of other code", to(line(tree=OTHER)), to(line(tree=OTHER), good)),
        ("of the code before", to(line(tree=OLDER), code=(CODE, OLDER)), to(good, code=(CODE, OLDER))),
        ("of code that is not known", to(good, code=()), to(good)),
        ("of another gate", to(line(gate="lint")), to(good, line(gate="lint", passed=False))),
        ("of another command", to(line(command="true")), to(good)),
        ("failed", to(FAILED), to(target="cancelled")),
        ("failed and passed", to(FAILED, line("cy")), to(FAILED, again)),
        ("passed and failed, as after a merge", to(good, FAILED), to(good, FAILED, again)),
        ("failed after a lucky run", to(FAILED, again, FAILED), to(FAILED, again, FAILED, again)),
        ("failed, says the owner", to(line("ann", passed=False), good, law=APART), to(good, law=APART)),
        ("by the owner", to(line("ann"), law=APART), to(line("ann"))),
        ("by who owns it by now", to(good, law=APART, owner="bob"), to(good, law=APART, owner="cy")),
        ("by a worker", to(line("ben"), law=APART, facts=(STEP,)), to(line("ben"), law=APART)),
        ("by a lucky owner", to(FAILED, line("ann", flaky=True), law=APART), to(FAILED, again, law=APART)),
        ("without the role", to(good, law=CI), to(line("lead-1"), law=CI)),
        ("run elsewhere without a role", to(told("bob", command=RUN)), to(told("lead-1"), law=TOLD)),
        ("of a type", typed("bug", "bug", "done"), typed("chore", "chore", "done")),
        ("of a type that goes with the move", typed("bug", "chore", "done", actor="king"),
         typed("bug", "chore", "done", good, actor="king")),
        ("before a review", to(law=IN_REVIEW, target="in_review"), to(good, law=IN_REVIEW, target="in_review")),
        ("on the way of a squash", to(law=SQUASH, source="todo", owner=None), to(good, law=SQUASH, source="todo")),
        ("born done by a squash", born(), born(good)),
        ("may be set aside", to(actor="zoe"), to(actor="zoe", message=WHY)),
        ("of one with others", to(law=_two()), to(good, line(gate="lint", command="x"), law=_two())),
        ("of what is no longer guarded", to(law=GUARDED._replace(guards={}, gates=PLAIN.gates), **safe),
         to(law=GUARDED._replace(guards={}), **safe)),
    )  # fmt: skip
    return [Case("TK513", what, broken, legal) for what, broken, legal in rows]


def _two() -> Policy:
    return PLAIN._replace(gates={**PLAIN.gates, "lint": gate({"run": "x", "state": ["done"]})})


def _by_guards() -> list[Case]:
    good, lint = line(), line(gate="lint", command="x")
    both = GUARDED._replace(gates={**GUARDED.gates, "lint": gate({"run": "x"})})
    safe, plain = {"labels": ["safety"]}, {"labels": ["ui"]}
    bug, chore = a_task(type="bug"), a_task(type="chore")
    ann, king = (used(edit(bug, chore, policy=TYPED), actor=who) for who in ("ann", "king"))
    rows = (
        (
            "a gate of a guard did not run",
            to(good, law=both, **safe),
            to(good, lint, law=both, **safe),
        ),
        ("a gate of a guard is no gate", to(good, law=GUARDED, **safe), to(law=GUARDED, **plain)),
    )
    return [
        *(Case("TK507", what, broken, legal) for what, broken, legal in rows),
        Case("TK508", "a type that a gate is for", ann, king),
    ]


def _untrue() -> list[Case]:
    good = line()
    rows = (
        ("of other code", recording(line(tree=OTHER)), recording(good)),
        ("of older code", recording(line(tree=OTHER), code=(CODE, OLDER)),
         recording(line(tree=OLDER), code=(CODE, OLDER))),
        ("in the name of another", recording(line("cy")), recording(line("cy"), actor="cy")),
        ("of no gate", recording(line(gate="lint")), recording(good)),
        ("of another command", recording(line(command="true")), recording(good)),
        ("of no command", recording(line(command=None)), recording(told("lead-1"), actor="lead-1", law=TOLD)),
        ("with a command that the gate has not", recording(told("lead-1", command=RUN), actor="lead-1", law=TOLD),
         recording(told("lead-1", passed=False), actor="lead-1", law=TOLD)),
        ("by the owner", recording(line("ann"), actor="ann", law=APART), recording(line("ann"), actor="ann")),
        ("by a worker", recording(line("ben"), actor="ben", law=APART, facts=(STEP,)),
         recording(line("ben"), actor="ben", law=APART)),
        ("without the role", recording(good, law=CI), recording(line("lead-1"), actor="lead-1", law=CI)),
        ("run elsewhere without a role", recording(told("bob", command=RUN)), recording(good)),
        ("again", recording(line("cy"), actor="cy", known=(good,)),
         recording(line("cy"), actor="cy", known=(line(tree=OTHER),))),
        ("again after a fail", recording(good, known=(FAILED,)), recording(line(flaky=True), known=(FAILED,))),
        ("twice at once", recording(good, good), recording(good, line(flaky=True))),
        ("again, where the other does not count", recording(line("cy"), actor="cy", law=APART, known=(good,)),
         recording(line("cy"), actor="cy", law=APART, known=(good,), owner="bob")),
        ("in a new file", born(line("cy"), state="todo"), born(good, state="todo")),
    )  # fmt: skip
    return [Case("TK514", what, broken, legal) for what, broken, legal in rows]


def _decided() -> list[Case]:
    def by(actor: str, *lines: str, **more: Any) -> Change:
        old = a_task(decisions=[ANNS])
        new = a_task(decisions=[ANNS, *lines], **more)
        return edit(old, new, policy=NAMED)._replace(actor=actor)

    def new(actor: str) -> Change:
        return birth(a_task(decisions=[ANNS]), policy=NAMED)._replace(actor=actor)

    rows = (
        ("in another name", by("bob", ANNS), by("bob", BOBS)),
        ("one of two", by("bob", BOBS, ANNS), by("bob", BOBS, BOBS)),
        ("along with an edit", by("bob", ANNS, priority=1), by("bob", priority=1)),
        ("by another name of the actor", by("bob", BOBS.replace("bob", "bob@x")), by("bob", BOBS)),
        ("in a new file", new("bob"), new("ann")),
    )
    return [Case("TK518", what, broken, legal) for what, broken, legal in rows]


def _attempted() -> list[Case]:
    def back(*lines: str, known: tuple[str, ...] = (), actor: str = "bob", **more: Any) -> Change:
        old = a_task(
            state="blocked", wait={"reason": "failed", "detail": "it\nbroke"}, attempt=3, branch="tk/a",
            error={"kind": "timeout", "message": "it\nbroke"}, owner="ann", attempts=known,
        )  # fmt: skip
        new = changed(old, **{**BACK, "attempts": (*known, *lines), **more})
        return edit(old, new, policy=NAMED)._replace(actor=actor)

    still = back(state="blocked", attempt=3, wait={"reason": "failed"}, attempts=(TRIED,))
    rows = (
        ("of another attempt", back(TRIED.replace("3", "2", 1)), back(TRIED)),
        ("of the next one", back(TRIED.replace("3", "4", 1)), back()),
        ("twice", back(TRIED, TRIED), back(TRIED, known=(TRIED.replace("3", "2", 1),))),
        ("of another actor", back(TRIED, actor="ann"), back(TRIED)),
        ("of another end", back(TRIED.replace("failed", "user")), back(TRIED)),
        ("of another kind", back(TRIED.replace("timeout", "-")), back(TRIED)),
        ("of another branch", back(TRIED.replace("tk/a", "tk/b")), back(TRIED)),
        ("with other words", back(TRIED.replace("broke", "worked")), back(TRIED)),
        ("without an end", still, back(TRIED)),
        (
            "in a new file",
            birth(a_task(attempts=(TRIED,)), policy=NAMED)._replace(actor="bob"),
            birth(a_task(), policy=NAMED)._replace(actor="bob"),
        ),
    )
    return [Case("TK524", what, broken, legal) for what, broken, legal in rows]


BACK = {"state": "todo", "attempt": 4, "wait": None, "error": None, "owner": None}
TRIED = '3 failed bob timeout tk/a "it broke"'
ANNS = 'ann 80 "which?" "this" "it fits"'
BOBS = 'bob - "which?" "that" "it is late" "this" "slow"'
