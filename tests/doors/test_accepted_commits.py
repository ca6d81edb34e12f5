"""A commit accepted for good: it is reported as such, and covers nothing else."""

from __future__ import annotations

import pytest

from tests.support.histories import B, PlainRepo, moved
from tests.support.verifying import DONE, answer, tk
from tkledger.errors import Exit


def test_an_accepted_commit_is_reported_as_such(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    assert tk(begun, "accept", "HEAD", "--reason", "the host let it through") == Exit.OK
    assert capsys.readouterr().out == f"accepted {bad[:10]}: the host let it through\n"
    assert tk(begun, "verify", "--all") == Exit.OK
    told = capsys.readouterr()
    assert told.out == "checked 4 commits: no violation, 1 accepted\n"
    assert told.err == (
        f"accepted[TK201] a: todo -> done is not a transition ({bad[:10]})\n"
        "  reason: the host let it through\n"
    )
    status, said = answer(begun, capsys, "verify", "--all")
    assert status == Exit.OK
    assert said["violations"] == []
    assert [(one["commit"], one["code"], one["reason"]) for one in said["accepted"]] == [
        (bad, "TK201", "the host let it through")
    ]


def test_only_what_is_illegal_can_be_accepted_and_once(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(begun, capsys, "accept", "HEAD", "--reason", "r")[1]["error"]["kind"] == "legal"
    bad = begun.by_hand({"a": DONE})
    before = begun.git("rev-parse", "HEAD")
    assert answer(begun, capsys, "accept", bad, "--reason", "r", "--dry-run") == (
        Exit.OK,
        {"schema": "tk/1", "accepted": bad},
    )
    assert begun.git("rev-parse", "HEAD") == before
    status, said = answer(begun, capsys, "accept", bad[:12], "--reason", "r")
    assert status == Exit.OK
    assert said == {
        "schema": "tk/1",
        "accepted": bad,
        "commit": begun.git("rev-parse", "HEAD"),
    }
    assert answer(begun, capsys, "accept", bad, "--reason", "r")[1]["error"]["kind"] == "accepted"


def test_an_acceptance_covers_that_commit_only(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    assert tk(begun, "accept", bad, "--reason", "once") == Exit.OK
    worse = begun.by_hand({"b": moved(B, "done")})
    assert begun.codes() == {worse: {"TK201"}}
