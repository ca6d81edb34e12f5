"""Guards of states, who drops one, and who sets one aside: at every door, each with its legal twin."""

from __future__ import annotations

import json

import pytest

from tests.support.clone import Clone, Refused, followed
from tests.support.every_door import Attempt, each_at_every_door, refused_everywhere
from tests.support.templates import After
from tkledger.errors import Exit

SETTINGS = (
    "roles.lead ann lead-*",
    "roles.override zoe",
    "roles.policy king",
    "guards.release state=done type=bug role=lead",
    "guards.safe state=done,in_review label=safety fields=pr concerns=settled",
)
DONE = {"state": "done"}
PR = {"pr": "7"}
ROWS: tuple[tuple[str, str, Attempt, Attempt], ...] = (
    (
        *("who finishes", "TK507"),
        Attempt("approve p", {"p": DONE}),
        Attempt("approve p", {"p": DONE}, "lead-1"),
    ),
    (
        *("what is missing", "TK507"),
        Attempt("done s", {"s": DONE}),
        Attempt("", {"s": {**DONE, **PR}}),
    ),
    (
        *("the label goes with the move", "TK507"),
        Attempt("", {"s": {**DONE, "labels": None}}, "king"),
        Attempt("", {"s": {**DONE, **PR, "labels": None}}, "king"),
    ),
    (
        *("a type that drops it", "TK508"),
        Attempt("edit p --type chore", {"p": {"type": "chore"}}),
        Attempt("edit p --type chore", {"p": {"type": "chore"}}, "ann"),
    ),
    (
        *("a label taken away", "TK508"),
        Attempt("edit s --no-label safety", {"s": {"labels": None}}, "ann"),
        Attempt("edit s --no-label safety", {"s": {"labels": None}}, "king"),
    ),
    (
        *("set aside by nobody", "TK510"),
        Attempt(
            "cancel p --override so", {"p": {"state": "cancelled"}}, lines=("Tk-Override: so",)
        ),
        Attempt("approve p --override so", {"p": DONE}, "zoe", ("Tk-Override: so",)),
    ),
    (
        *("set aside without a reason", "TK510"),
        Attempt("cancel p --override !", {"p": {"state": "cancelled"}}, "zoe", ("Tk-Override: !",)),
        Attempt("cancel p", {"p": {"state": "cancelled"}}, "zoe"),
    ),
)


@pytest.fixture
def guarded(clone_after: After[Clone]) -> Clone:
    """p is a bug in review and s, in progress, is about safety; a server knows the guards, too."""
    return clone_after(_guarded)


def _guarded(clone: Clone) -> None:
    clone.ok("edit", "p", "--type", "bug")
    clone.ok("submit", "p")
    clone.ok("edit", "s", "--label", "safety")
    for one in SETTINGS:
        clone.ok("config", "set", *one.split(" "), "--as", "king")
    clone.push()


def test_every_door_keeps_the_guards_and_takes_who_may(guarded: Clone) -> None:
    each_at_every_door(guarded, ROWS)


def test_what_a_refusal_says_is_the_way(guarded: Clone) -> None:
    guarded.ok("concern", "s", "too hot", "--kind", "ops")
    answer = guarded.tk("done", "s", "--json")
    assert answer.status == Exit.REJECTED
    ways = {one["message"]: one["remedy"] for one in answer.json["violations"]}
    assert ways == {
        "cannot enter done: pr says nothing (guard safe)": "tk edit s --pr URL",
        "cannot enter done: its concern 1 is open (ops: too hot) (guard safe)": (
            "tk concern s TEXT --settle 1"
        ),
    }
    for way in ways.values():
        followed(guarded, way.replace("URL", "7").replace("TEXT", "cooled"))
    guarded.ok("done", "s")
    answer = guarded.tk("approve", "p")
    assert "remedy: ask ann to do it\n" in answer.err
    guarded.ok("config", "set", "roles.lead", "--as", "king")
    (found,) = guarded.tk("approve", "p", "--json").json["violations"]
    assert found["remedy"] == "no actor has that role: ask king: tk config set roles.lead ACTOR"
    _, _, way = found["remedy"].rpartition(": ")
    followed(guarded, f"{way.replace('ACTOR', 'bob')} --as king")
    guarded.ok("approve", "p", "--as", "bob")


def test_what_was_set_aside_is_seen(guarded: Clone) -> None:
    guarded.ok("approve", "p", "--as", "zoe", "--override", "the release\nwaits")
    fact = "cannot enter done: that takes the role lead (guard release)"
    words = guarded.tk("verify").err
    assert (
        f"set aside[TK507] p: {fact} ({guarded.oid()[:10]})\n  by zoe: the release waits\n" in words
    )
    answers = [guarded.ok("verify", *options, "--json").json for options in ((), ("--again",), ())]
    for answer in answers:
        (aside,) = answer["set_aside"]
        assert aside == {
            **{"task": "p", "code": "TK507", "name": "guard-not-met", "message": fact},
            **{"commit": guarded.oid(), "actor": "zoe", "reason": "the release waits"},
        }
    assert "(rules set aside: the release waits)" in guarded.ok("log", "p").out
    assert guarded.ok("log", "p", "--json").json["entries"][-1]["override"] == "the release waits"
    assert "zoe: the release waits" in guarded.ok("show", "p").out
    (shown,) = guarded.ok("show", "p", "--json").json["derived"]["overrides"]
    assert (shown["actor"], shown["reason"]) == ("zoe", "the release waits")
    guarded.ok("note", "a", "later")
    assert len(guarded.ok("verify", "--json").json["set_aside"]) == 1
    assert "set_aside" not in guarded.ok("verify", "HEAD~1..HEAD", "--json").json


def test_an_override_without_words_is_a_wrong_word(guarded: Clone) -> None:
    answer = guarded.tk("approve", "p", "--as", "zoe", "--override", " ")
    assert (answer.status, "override: must say why" in answer.err) == (Exit.USAGE, True)
    lines = [
        {"op": "approve", "id": "p", "override": "so"},
        {"op": "note", "id": "a", "message": "x"},
    ]
    guarded.ok("batch", "--as", "zoe", stdin="\n".join(map(json.dumps, lines)))
    assert "Tk-Override: so" in guarded.git("log", "-1", "--format=%B")


def test_a_hook_waits_for_the_reason_of_who_may_set_aside(guarded: Clone) -> None:
    """Before the message is written nobody knows whether it gives a reason; afterwards it is asked."""
    silent = Attempt("", {"p": DONE}, "zoe")
    refused_everywhere(guarded, "TK507", silent)
    guarded.edit("p", **DONE)
    with pytest.raises(Refused, match="TK507"):
        guarded.git("commit", "-q", "-a", "-m", "plain", env={"GIT_AUTHOR_EMAIL": "zoe"})
    guarded.git(
        *("commit", "-q", "-a", "-m", "x\n\nTk-Override: so"), env={"GIT_AUTHOR_EMAIL": "zoe"}
    )
    guarded.push()


def test_a_merge_answers_for_neither_side_and_a_new_guard_for_what_it_finds(guarded: Clone) -> None:
    """A side that finished did so under its own labels. A guard that the branch did not know is asked
    when it comes to a branch that does.
    """
    guarded.git("switch", "-q", "-c", "side")
    guarded.ok("approve", "p", "--as", "ann")
    guarded.git("switch", "-q", "main")
    guarded.ok("edit", "p", "--label", "safety")
    guarded.git("merge", "-q", "-m", "join", "side")
    guarded.push()
    assert guarded.verified() == set()
    guarded.git("switch", "-q", "-c", "late")
    guarded.ok("edit", "s", "--pr", "7")
    guarded.ok("done", "s")
    guarded.git("switch", "-q", "main")
    guarded.ok("config", "set", "guards.all", "state=done", "role=lead", "--as", "king")
    with pytest.raises(Refused, match=r"TK507.*guard all.*by policy version"):
        guarded.git("merge", "-q", "-m", "join", "late")


def test_a_guard_may_ask_for_more_approvals_than_the_policy(guarded: Clone) -> None:
    """Each reviewer runs the same command; who has the guard's role may be one of them."""
    guarded.ok("config", "set", "guards.release", "approvals=2", "--as", "king")
    alone = Attempt("", {"p": DONE}, "ann")
    refused_everywhere(guarded, "TK507", alone)
    assert "1 of 2 approvals (cid)" in guarded.ok("approve", "p", "--as", "cid").out
    assert guarded.task("p").state == "in_review"
    answer = guarded.tk("done", "s", "--json")
    assert "approvals" not in answer.out, "of another type"
    assert (
        "[TK507] p: cannot enter done: that takes the role lead"
        in guarded.tk("approve", "p", "--as", "dan").err
    )
    guarded.ok("approve", "p", "--as", "ann")
    guarded.push()
    assert guarded.verified() == set()
