"""How a ledger may begin, and what cannot be taken for a beginning."""

from __future__ import annotations

import pytest

from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis
from tests.support.verifying import DONE, answer
from tkledger.core.task import changed as edited
from tkledger.errors import Exit


def test_a_ledger_may_begin_late(plain_repo: PlainRepo, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        plain_repo.by_hand({"code.py": b"%d\n" % number})
    plain_repo.by_hand(genesis())
    plain_repo.by_hand({"a": A})
    assert answer(plain_repo, capsys, "verify", "--all")[1] == {
        "schema": "tk/1",
        "head": plain_repo.git("rev-parse", "HEAD"),
        "commits": 5,
        "violations": [],
    }


def test_what_lay_there_before_the_ledger_began_is_judged_with_its_beginning(
    plain_repo: PlainRepo,
) -> None:
    first = plain_repo.commit({"a": DONE, ".tasks/notes.txt": b"x"})
    begin = plain_repo.commit(genesis(), first)
    assert plain_repo.codes() == {begin: {"TK202", "TK110"}}


def test_a_ledger_that_begins_with_tasks_is_welcome(plain_repo: PlainRepo) -> None:
    plain_repo.commit({**genesis(), "a": A, "b": edited(B, state="backlog")})
    assert plain_repo.codes() == {}


def test_a_ledger_does_not_begin_with_finished_tasks(plain_repo: PlainRepo) -> None:
    begin = plain_repo.commit({**genesis(), "a": DONE})
    assert plain_repo.codes() == {begin: {"TK202"}}


def test_a_policy_that_cannot_be_read_begins_no_lawless_ledger(plain_repo: PlainRepo) -> None:
    begin = plain_repo.commit({POLICY_PATH: b"version: one\n", "a": DONE})
    assert plain_repo.codes() == {begin: {"TK104", "TK202"}}


def test_other_roots_are_welcome_without_a_ledger(begun: PlainRepo) -> None:
    root = begun.commit({"docs/index.md": b"pages\n"}, branch="pages")
    merge = begun.commit({"docs/index.md": b"pages\n"}, "main", root)
    assert begun.codes() == {}
    assert begun.verify("main").commits == 4
    assert begun.codes("main", f"{merge}^") == {}


def test_an_orphan_cannot_smuggle_tasks_in(begun: PlainRepo) -> None:
    files = {"c": a_task("c", state="done")}
    root = begun.commit(files, branch="orphan")
    assert begun.codes("orphan") == {}, "alone it is no ledger"
    merge = begun.commit(files, "main", root)
    assert merge in begun.codes()
    pages = begun.commit({".Tasks/x": b"x"}, branch="pages")
    merge = begun.commit({".Tasks/x": b"x"}, f"{merge}^", pages)
    assert begun.codes("main")[merge] == {"TK106"}


def test_a_second_ledger_is_refused(begun: PlainRepo) -> None:
    root = begun.commit({**genesis(), "z": a_task("z")}, branch="other")
    assert begun.codes("other") == {}, "it is a ledger by itself"
    merge = begun.commit({"z": a_task("z")}, "main", root)
    assert "TK604" in begun.codes()[merge]


def test_a_repository_without_a_ledger_is_unusable(
    plain_repo: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    plain_repo.by_hand({"code.py": b"1\n"})
    status, said = answer(plain_repo, capsys, "verify", "--all")
    assert (status, said["error"]["kind"]) == (Exit.UNUSABLE, "no-ledger")


def test_a_newer_format_is_unusable_and_no_violation(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.commit({POLICY_PATH: b"version: 2\nformat: 99\nlaw: 1\ncolours: many\n"}, "main")
    status, said = answer(begun, capsys, "verify", "--all")
    assert (status, said["error"]["kind"]) == (Exit.UNUSABLE, "too-old")


def test_verify_at_an_earlier_point_judges_the_history_up_to_there(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.git("tag", "v1")
    bad = begun.by_hand({"a": DONE})
    assert answer(begun, capsys, "verify", "--at", "v1") == (
        Exit.OK,
        {"schema": "tk/1", "head": begun.git("rev-parse", "v1"), "commits": 2, "violations": []},
    )
    status, said = answer(begun, capsys, "verify", "--at", bad)
    assert status == Exit.REJECTED
    assert said["commits"] == 3
    assert answer(begun, capsys, "verify", "v1..HEAD", "--at", "v1")[0] == Exit.USAGE


@pytest.mark.parametrize("range_", ["..", "..HEAD", "HEAD...main", "nowhere..HEAD", "-x"])
def test_a_range_that_is_none_is_said_so(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str], range_: str
) -> None:
    status, said = answer(begun, capsys, "verify", range_)
    assert status in (Exit.USAGE, Exit.UNUSABLE)
    assert said["error"]["remedy"]
