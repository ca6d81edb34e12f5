"""Evidence of gates: at the hooks of a clone, at a server and for ``tk verify``, each with its legal twin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clone import Clone, Refused
from tests.support.every_door import Attempt, each_at_every_door
from tests.support.rule_cases.evidence import line
from tests.support.templates import After

OWNER = "test@example.org"
OTHER = "ab" * 20


@pytest.fixture
def gated(clone_after: After[Clone]) -> Clone:
    """s is in review; before it is done a gate has to pass, by another actor than its owner."""
    return clone_after(_gated)


def _gated(clone: Clone) -> None:
    clone.ok("submit", "s")
    for one in ("approvals independent=true", "gates.check run=true state=done"):
        clone.ok("config", "set", *one.split(" "))
    clone.push()


def code_of(clone: Clone) -> str:
    """The code in HEAD, as git makes a tree of it."""
    rows = clone.git("ls-tree", "HEAD").splitlines(keepends=True)
    return clone.git("mktree", stdin="".join(one for one in rows if "\t.tasks" not in one)).strip()


def test_every_door_asks_for_evidence_of_the_code(gated: Clone) -> None:
    code = code_of(gated)

    def said(actor: str = "bob", tree: str = code, **more: Any) -> dict[str, Any]:
        return {"evidence": (line(actor, tree, command="true", **more),)}

    def done(actor: str = "bob", **more: Any) -> dict[str, dict[str, Any]]:
        return {"s": {"state": "done", **said(actor, **more)}}

    good, bob = {"s": said()}, Attempt("", done(), "bob")
    failed, foreign = {"s": said(passed=False)}, {"s": said("cy")}
    each_at_every_door(
        gated,
        (
            ("done without", "TK513", Attempt("approve s", {"s": {"state": "done"}}, "eve"), bob),
            ("failed", "TK513", Attempt("", done(passed=False), "bob"), Attempt("", failed, "bob")),
            ("later code", "TK513", bob._replace(files=("code.txt",)), bob),
            ("by the owner", "TK514", Attempt("", {"s": said(OWNER)}), Attempt("", good, "bob")),
            ("in another name", "TK514", Attempt("", foreign, "bob"), Attempt("", foreign, "cy")),
            (
                "other code",
                "TK514",
                Attempt("", {"s": said(tree=OTHER)}, "bob"),
                Attempt("", good, "bob"),
            ),
        ),
    )


def test_evidence_outlives_a_merge_of_the_ledger_and_not_one_of_code(gated: Clone) -> None:
    """Two branches record a pass each; joined they stand both, and code that comes by the merge has none."""
    code, main = code_of(gated), gated.oid()
    tips = []
    for actor in ("bob", "cy"):
        gated.git("switch", "-q", "--detach", main)
        Attempt("", {"s": {"evidence": (line(actor, code, command="true"),)}}, actor).by_hand(gated)
        tips.append(gated.oid())
    gated.git("switch", "-q", "main")
    gated.git("merge", "-q", tips[0])
    with pytest.raises(Refused, match="CONFLICT"):
        gated.git("merge", "-q", tips[1])
    gated.ok("resolve")
    gated.git("commit", "-q", "--no-edit")
    assert len(gated.task("s").evidence) == 2
    gated.push()
    gated.ok("approve", "s", "--as", "eve", "--dry-run")
    gated.write("code.txt", "more\n")
    gated.git("add", "code.txt")
    gated.git("commit", "-q", "-m", "more")
    answer = gated.tk("approve", "s", "--as", "eve")
    assert "TK513" in answer.err
    assert gated.verified(f"{main}..HEAD") == set()
