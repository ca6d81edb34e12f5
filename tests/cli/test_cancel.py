"""`tk cancel --children`: what becomes of a task's open children, and of who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.contract import Tk, failed, lines, moved, state_of
from tkledger.errors import Exit


@pytest.fixture
def family(ledger: Tk) -> Tk:
    """Task a with the children k and l, and g under k."""
    for child, parent in (("k", "a"), ("l", "a"), ("g", "k")):
        ledger("new", child, "--id", child, "--parent", parent)
    return ledger


def _task(tk: Tk, task: str) -> dict[str, Any]:
    found: dict[str, Any] = tk("show", task, "--json").json["task"]
    return found


def test_a_cascade_cancels_all_that_is_open_below_in_one_commit(
    family: Tk, git: Callable[..., str]
) -> None:
    family("start", "l")
    family("done", "l")
    before = git("rev-list", "--count", "HEAD")
    refused = family("cancel", "a", "--json").json["violations"][0]
    assert (refused["code"], refused["remedy"]) == (
        *("TK212", "tk cancel a --children cascade, or tk edit k --parent ID"),
    )
    words = ("cancel", "a", "--children", "cascade", "--resolution", "superseded", "-m", "too late")
    assert {row[0] for row in moved(family, *words)} == {"a", "g", "k"}
    assert int(git("rev-list", "--count", "HEAD")) == int(before) + 1
    assert state_of(family, "l") == "done"
    child = _task(family, "g")
    assert child["resolution"] == "superseded"
    assert child["error"] == {"message": "cancelled with a: too late"}
    assert family("verify", "--all").status is Exit.OK
    assert family("undo").status is Exit.OK
    assert [state_of(family, one) for one in "agk"] == ["todo"] * 3


def test_a_cascade_names_all_that_cannot_be_cancelled(family: Tk) -> None:
    for child in ("m", "n"):
        family("new", child, "--id", child, "--parent", "g", "--backlog")
    found = family("cancel", "a", "--children", "cascade", "--json").json["violations"]
    assert [one["task"] for one in found] == ["m", "n"]
    assert found[0]["remedy"] == "tk admit m && tk cancel m"
    assert state_of(family, "a") == "todo"


def test_children_are_detached(family: Tk) -> None:
    moved(family, "cancel", "a", "--children", "detach")
    assert [state_of(family, one) for one in "aklg"] == ["cancelled", "todo", "todo", "todo"]
    assert "parent" not in _task(family, "k")
    assert _task(family, "g")["parent"] == "k"
    assert family("verify", "--all").status is Exit.OK


def test_to_detach_from_a_budget_takes_the_role(family: Tk) -> None:
    family("edit", "a", "--budget", "steps=9")
    family("config", "set", "roles.budget", "ann")
    refused = family("cancel", "a", "--children", "detach", "--as", "bob", "--json")
    assert {one["code"] for one in refused.json["violations"]} == {"TK501"}
    done = family("cancel", "a", "--children", "detach", "-m", "on its own", "--as", "ann")
    assert done.status is Exit.OK, done.err


@pytest.mark.parametrize("begun", ["todo", "in_progress", "blocked"])
def test_a_cancel_waits_for_the_children(family: Tk, begun: str) -> None:
    if begun != "todo":
        family("start", "a")
    if begun == "blocked":
        family("block", "a", "--reason", "failed", "-m", "boom")
    family("cancel", "a", "--children", "wait", "-m", "no use", "--as", "ann")
    wait = _task(family, "a")["wait"]
    assert (wait["tasks"], wait["then"], wait["set_by"]) == (["k", "l"], "cancel", "ann")
    assert "a" not in family("ready").out
    assert "child – no use, then cancel" in family("show", "a").out
    family("cancel", "l", "--as", "bob")
    family("cancel", "g", "--as", "bob")
    assert state_of(family, "a") == "blocked"
    ended = family("cancel", "k", "--as", "bob")
    assert "a waited for the end of its children, and is cancelled" in ended.err
    assert _task(family, "a")["error"] == {"message": "no use"}
    assert family("verify", "--all").status is Exit.OK


def test_a_parent_that_this_actor_may_not_cancel_is_named(family: Tk) -> None:
    family("cancel", "l")
    family("cancel", "a", "--children", "wait")
    family("config", "set", "guards.ends", "state=cancelled", "role=lead")
    family("config", "set", "roles.lead", "ann")
    family("cancel", "g", "--as", "ann")
    family("start", "k", "--as", "bob")
    ended = family("done", "k", "--as", "bob")
    assert ended.status is Exit.OK
    assert "a can be cancelled now, its children have ended: tk cancel a" in ended.err
    assert family("cancel", "a", "--as", "ann").status is Exit.OK


def test_a_tick_cancels_a_parent_whose_child_ended_by_a_merge(
    family: Tk, git: Callable[..., str]
) -> None:
    for child in "lgk":
        git("checkout", "-q", "-B", child, "HEAD")
        family("cancel", child)
    git("checkout", "-q", "-B", "waits", "HEAD~3")
    family("cancel", "a", "--children", "wait")
    git("merge", "-q", "--no-edit", "k")
    assert state_of(family, "a") == "blocked"
    assert family("tick", "--dry-run").out == "would be: a: its children have ended\n"
    assert family("tick", "--json").json["children_ended"] == ["a"]
    assert state_of(family, "a") == "cancelled"
    assert family("verify", "--all").status is Exit.OK


@pytest.mark.parametrize("way", ["cascade", "wait", "detach"])
def test_without_open_children_it_is_cancelled(ledger: Tk, way: str) -> None:
    assert moved(ledger, "cancel", "a", "--children", way) == [("a", "todo", "cancelled")]


def test_in_a_batch(family: Tk) -> None:
    one = {"op": "cancel", "id": "a", "children": "cascade"}
    assert family("batch", stdin=lines(one)).status is Exit.OK
    assert state_of(family, "g") == "cancelled"
    other = {"op": "cancel", "id": "b", "children": "burn"}
    failed(family("batch", "--json", stdin=lines(other)), Exit.USAGE, "bad-value")


def test_who_waits_for_a_cancelled_task_is_woken(family: Tk) -> None:
    family("wait", "b", "--on", "a")
    assert "b " not in family("ready").out
    family("cancel", "a", "--children", "cascade")
    assert "b " in family("ready").out
    assert moved(family, "start", "b") == [("b", "blocked", "in_progress")]
