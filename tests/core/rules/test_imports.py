"""What an import brings is not judged as new tasks are; what of it is judged all the same."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, birth, codes, commit, done, ledger, merged
from tests.support.rule_cases.imports import KEPT, came, imported
from tkledger.core.audit import acts
from tkledger.core.change import Change
from tkledger.core.guard import Guard
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task

STRICT = DEFAULT._replace(
    admission="required",
    chain=1,
    loops={"respawn": "refuse", "identity": "refuse"},
    guards={"g": Guard(state=("done", "in_progress"), role="nobody", fields=("pr",))},
)
"""A policy that no new task would fit, but in todo."""


@pytest.mark.parametrize(
    "task",
    [
        came(spent={"steps": 3}, attempt=4),
        came(state="in_progress", depends_on=["open"]),
        came(concerns=["design: why"], criteria=["it runs"]),
        came(state="cancelled", error={"kind": "permanent"}),
        came(state="blocked", wait={"reason": "user", "set_by": "bob", "key": "k"}),
        came(state="todo", title="Title of open", origin="open", creator="ann", parent="open"),
        came(decisions=['bob - "q" "c" "b"'], verdicts=["1.1 approved bob -"], answers=["k: v"]),
        came(
            evidence=[f"no pass {'3f' * 20} bob 0 1 {'ab' * 32} -"], attempts=["1 failed bob - -"]
        ),
    ],
)
def test_an_import_is_let_in_as_it_stands_there(task: Task) -> None:
    among = (a_task("open", owner="ann"),)
    assert codes(birth(task, among=among, policy=STRICT)) == set()
    by_role = birth(task, among=(*among, done("old")), policy=STRICT._replace(roles=KEPT.roles))
    assert codes(by_role._replace(actor="ann")) == set()
    assert codes(by_role._replace(actor="")) == set(), "who it is may not be known yet"
    new = task._replace(imported=None)
    assert codes(birth(new, among=among, policy=STRICT)), "a new task of its own is judged"


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (came(state="in_review", verdicts=["1.1 approved bob -"]), "TK504"),
        (came(state="todo", evidence=[f"no pass {'3f' * 20} bob 0 1 {'ab' * 32} -"]), "TK514"),
        (came(state="todo", budget={"steps": 99}), "TK501"),
        (came(state="todo", type="epic"), "TK523"),
        (came(reopens="open"), "TK313"),
        (came(parent="nobody"), "TK301"),
        (came(id="b", state="todo", parent="a"), "TK213"),
        (came(state="blocked"), "TK205"),
    ],
)
def test_what_counts_later_is_judged_all_the_same(task: Task, code: str) -> None:
    law = KEPT._replace(
        roles={"policy": ("ann",), "budget": ("owl",)},
        types=("task",),
        budget=DEFAULT.budget._replace(steps=9),
    )
    made = birth(task, among=(a_task("open"), *([done("a")] if task.id == "b" else [])), policy=law)
    assert codes(made._replace(actor="ann", message="so")) == {code}
    ended = task._replace(state=done("x").state, wait=a_task().wait)
    if code in ("TK504", "TK514", "TK501", "TK523"):
        assert codes(birth(ended, policy=law)._replace(actor="ann", message="so")) == set()


def test_an_actor_who_may_not_create_tasks_does_not_import_them() -> None:
    from tkledger.core.policy_fields import changed

    law = changed(KEPT, may={"ann": {"verbs": ["note"]}})
    assert codes(birth(came(), policy=law)._replace(actor="ann")) == {"TK509"}
    law = changed(KEPT, may={"ann": {"verbs": ["new"]}})
    assert codes(birth(came(), policy=law)._replace(actor="ann")) == set()


def test_an_old_edition_and_a_merge_ask_nothing_of_it() -> None:
    first = DEFAULT._replace(law=1)
    assert codes(birth(came(), policy=first)) == {"TK202"}
    base, one, other = ledger(), ledger(came("a", key="k")), ledger(came("b", key="k"))
    both = merged(base, one, other, into=ledger(came("a", key="k"), came("b", key="k")))
    assert codes(both) == set()


def test_it_is_audited_as_what_it_is() -> None:
    made = imported(came(), came("b", "todo"))
    told = [(act.subject, act.did) for act in acts(made, "c" * 40, 0)]
    assert sorted(told) == [("a", "imported, not judged"), ("b", "imported, not judged")]


def test_a_task_of_its_own_is_looked_at_without_those_of_others() -> None:
    """A new task that says whence it comes is compared with those that say the same, found by an index."""
    from tests.support.stored import Stored

    tasks = {f"t{n}": came(f"t{n}", "todo", key=str(n)) for n in range(50)}
    folder = Stored(tasks)
    before = folder.snapshot({})
    new = came("n", "todo", key="7")
    after = folder.snapshot({"n": new})
    made = Change((before,), after, frozenset({"n"}), KEPT, actor="bob")
    assert codes(made) == {"TK218"}
    assert sum(map(len, folder.asked)) < 5
    assert isinstance(before, Snapshot)


def test_commits_that_only_look_like_one_are_judged() -> None:
    nothing = commit(ledger(came()), ledger(came()))
    assert not list(nothing.imports())
    assert not list(nothing.births())
    edited = commit(ledger(came()), ledger(came(labels=["x"])))
    assert not list(edited.imports())
