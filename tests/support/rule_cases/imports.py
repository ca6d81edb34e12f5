"""What breaks the rules of what comes from other trackers, TK217, TK218 and TK207, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, commit, done, edit, ledger, merged
from tests.support.rule_cases.case import SQUASH, Case
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.task import Task

KEPT = DEFAULT._replace(roles={"policy": ("ann",)})


def came(id: str = "a", state: str = "done", key: str = "", **fields: object) -> Task:
    """A task that comes from another tracker, ended if nothing else is said."""
    return a_task(id, state=state, imported=f"github:{key or id}", **fields)


def imported(*tasks: Task, actor: str = "ann") -> Change:
    """An import where the policy says who may."""
    return birth(*tasks, among=(done("old"),), policy=KEPT)._replace(actor=actor)


def met_in_merge(one: Task, other: Task) -> Change:
    """A merge of two branches of an empty ledger, each of which created the task."""
    into = (one if one.ended else other)._replace(imported=one.imported)
    return merged(ledger(), ledger(one), ledger(other), into=ledger(into))


def import_cases() -> list[Case]:
    begun = a_task(state="in_progress")
    idle, busy = a_task("m"), a_task("m", state="in_progress")
    amiss = (
        ("by another", imported(came(), actor="bob"), imported(came())),
        ("one of several", imported(came(), came("b", "todo"), actor="bob"),
         imported(came(), came("b", "todo"))),
        ("once a task has moved", birth(came(), among=(busy,)), birth(came(), among=(idle,))),
        ("once a task has ended", birth(came(), among=(done("m"),)), birth(came(), among=(came("m"),))),
        ("once a task was tried", birth(came(), among=(a_task("m", attempt=2),)),
         birth(came(), among=(a_task("m", attempt=1),))),
        ("beside a move", edit(idle, (busy, came())), birth(came(), among=(idle,))),
        ("beside a new task", birth(came(), a_task("n")), birth(came(), came("n", "todo"))),
        ("beside a policy", commit(ledger(), ledger(came(), policy=DEFAULT._replace(version=2))),
         commit(ledger(policy=DEFAULT._replace(version=2)),
                ledger(came(), policy=DEFAULT._replace(version=2)))),
        ("in work", birth(came(state="in_progress"), among=(busy,)), birth(came(state="in_progress"))),
        ("by a squash", birth(came(), among=(busy,), policy=SQUASH),
         birth(done("a"), among=(busy,), policy=SQUASH)),
    )  # fmt: skip
    met = (
        ("over a task in a merge", met_in_merge(came(), begun), met_in_merge(came(state="todo"), begun)),
        ("over an import in a merge", met_in_merge(came(), came(state="in_progress")),
         met_in_merge(came(state="todo"), came(state="in_progress"))),
    )  # fmt: skip
    twice = (
        ("known from before", birth(came(), among=(came("m", key="a"),)), birth(came(), among=(came("m"),))),
        ("known in another state", birth(came(state="todo"), among=(came("m", key="a"), busy._replace(id="n"))),
         birth(came(state="todo"), among=(came("m"), busy._replace(id="n")))),
        ("two at once", birth(came(), came("b", key="a")), birth(came(), came("b"))),
    )  # fmt: skip
    return [
        *(
            Case("TK217", what, bad, good, ("TK603",) if "policy" in what else ())
            for what, bad, good in (*amiss, *met)
        ),
        *(Case("TK218", what, bad, good) for what, bad, good in twice),
        Case(
            "TK207",
            "imported from elsewhere after all",
            edit(a_task(), came(state="todo")),
            edit(came(state="todo"), came(state="todo", labels=["x"])),
        ),
    ]
