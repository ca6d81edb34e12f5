"""Which edition and which policy a commit is judged by."""

from __future__ import annotations

import pytest

from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis, moved
from tests.support.verifying import DONE, STARTED
from tkledger.core import rules
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.rules.rule import Finding, Rule
from tkledger.core.task import changed as edited


def _no_priority_four(change: Change) -> list[Finding]:
    """A task has the priority 4."""
    return [
        Finding(task.id, "is unimportant", "-") for task in change.present() if task.priority == 4
    ]


@pytest.fixture
def second_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tk whose second edition of the law has one more rule."""
    book = (*rules.RULES, Rule("TK299", "unimportant", 2, _no_priority_four))
    monkeypatch.setattr(rules, "RULES", book)
    monkeypatch.setattr(rules.judge, "__defaults__", (book,))


FIRST = DEFAULT._replace(law=1)


@pytest.fixture
def older(plain_repo: PlainRepo) -> PlainRepo:
    """A ledger of the first edition with the open tasks a and b; the checkout shows them."""
    plain_repo.fast_import([(genesis(law=1), ()), ({"a": A, "b": B}, (1,))])
    plain_repo.git("reset", "-q", "--hard")
    return plain_repo


@pytest.mark.usefixtures("second_edition")
def test_a_rule_of_a_later_edition_does_not_redden_older_commits(older: PlainRepo) -> None:
    older.by_hand({"a": edited(A, priority=4)})
    older.by_hand({"b": edited(B, priority=4)})
    assert older.codes() == {}
    older.by_hand({POLICY_PATH: changed(FIRST, law=2)})
    assert older.codes() == {}, "the upgrade judges only later commits"
    later = older.by_hand({"a": edited(A, priority=4, title="Still")})
    assert older.codes() == {later: {"TK299"}}


@pytest.mark.usefixtures("second_edition")
def test_the_edition_does_not_go_back(older: PlainRepo) -> None:
    older.by_hand({POLICY_PATH: changed(FIRST, law=2)})
    back = older.by_hand({POLICY_PATH: FIRST._replace(version=3)})
    assert older.codes() == {back: {"TK607"}}


def test_an_amended_policy_judges_from_the_next_commit_on(begun: PlainRepo) -> None:
    begun.by_hand({"a": STARTED})
    strict = changed(DEFAULT, review="required")
    begun.by_hand({POLICY_PATH: strict})
    bad = begun.by_hand({"a": DONE})
    assert begun.codes() == {bad: {"TK201"}}


def test_a_squashed_branch_is_refused_by_default(begun: PlainRepo) -> None:
    assert begun.judged({"a": DONE}, "main") == {"TK201"}


def test_a_squashed_branch_passes_where_the_policy_says_so(plain_repo: PlainRepo) -> None:
    plain_repo.fast_import([({**genesis(squash="path")}, ()), ({"a": A, "b": B}, (1,))])
    assert plain_repo.judged({"a": DONE}, "main") == set()
    assert plain_repo.judged({"a": moved(A, "in_review")}, "main") == set()
    assert plain_repo.judged({"c": a_task("c", state="done")}, "main") == set(), "birth included"
    assert plain_repo.judged({"a": edited(A, state="backlog")}, "main") == {"TK201"}, (
        "no way leads there"
    )
    ended = plain_repo.commit({"a": DONE}, "main", branch=None)
    assert plain_repo.judged({"a": STARTED}, ended) == {"TK201"}


def test_an_approval_cannot_be_squashed(plain_repo: PlainRepo) -> None:
    plain_repo.fast_import([({**genesis(squash="path", review="required")}, ()), ({"a": A}, (1,))])
    assert plain_repo.judged({"a": DONE}, "main") == {"TK201"}
    assert plain_repo.judged({"c": a_task("c", state="done")}, "main") == {"TK202"}
    reviewed = plain_repo.commit({"a": moved(STARTED, "in_review")}, "main", branch=None)
    assert plain_repo.codes(reviewed) == {}
    assert plain_repo.judged({"a": DONE}, reviewed) == set(), "by itself in a commit of its own"


def test_a_squashed_start_still_waits_for_its_dependencies(plain_repo: PlainRepo) -> None:
    waiting = a_task("a", depends_on=["b"])
    plain_repo.fast_import([({**genesis(squash="path")}, ()), ({"a": waiting, "b": B}, (1,))])
    assert plain_repo.judged({"a": moved(waiting, "done")}, "main") == {"TK211"}
    assert plain_repo.judged({"a": moved(waiting, "done"), "b": moved(B, "done")}, "main") == set()
