"""What `tk verify` says of legal and of illegal histories."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.histories import A, B, PlainRepo, moved
from tests.support.verifying import DONE, STARTED, answer, tk
from tkledger.errors import Exit
from tkledger.git import process


def test_a_legal_history_is_verified(begun: PlainRepo, capsys: pytest.CaptureFixture[str]) -> None:
    begun.by_hand({"a": STARTED}, "start a")
    begun.by_hand({"a": DONE, "src/code.py": b"pass\n"}, "finish a, and its code")
    begun.by_hand({"README.md": b"nothing of the ledger\n"})
    assert tk(begun, "verify", "--all") == Exit.OK
    assert capsys.readouterr().out == "checked 5 commits: no violation\n"
    assert answer(begun, capsys, "verify", "--all") == (
        Exit.OK,
        {
            "schema": "tk/1",
            "head": begun.git("rev-parse", "HEAD"),
            "commits": 5,
            "violations": [],
        },
    )
    assert answer(begun, capsys, "verify", "HEAD~2..HEAD")[1]["commits"] == 2
    assert answer(begun, capsys, "verify", "HEAD~1..")[1]["commits"] == 1


def test_a_revision_is_read_as_git_reads_it(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    begun.by_hand({"b": moved(B, "in_progress")})
    begun.git("tag", "v1", "HEAD~2")
    for words, status, commits in (
        ("HEAD", Exit.REJECTED, 4),
        (bad, Exit.REJECTED, 3),
        ("v1", Exit.OK, 2),
        ("HEAD^!", Exit.OK, 1),
        (f"{bad}^!", Exit.REJECTED, 1),
        ("main~3^!", Exit.OK, 1),
        ("HEAD..v1", Exit.NOTHING, 0),
        ("HEAD..", Exit.NOTHING, 0),
    ):
        got, said = answer(begun, capsys, "verify", words)
        assert (words, got, said["commits"]) == (words, status, commits)
    assert tk(begun, "verify", "HEAD..HEAD") == Exit.NOTHING
    assert capsys.readouterr().out == "no commits in HEAD..HEAD: nothing was checked\n"


def test_a_longer_history_takes_no_more_processes(
    begun: PlainRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One git tells the commits and one gives the objects, however many there are; of those that compare
    trees there is another one after many commits.
    """
    started: list[str] = []
    real = process.spawn

    def counted(args: Sequence[str], *place: Any, **options: Any) -> process.Process:
        started.append(" ".join(args))
        return real(args, *place, **options)

    begun.fast_import([({"a": A._replace(title=f"Title {n}")}, (n or "main",)) for n in range(120)])
    with monkeypatch.context() as patch:
        patch.setattr(process, "spawn", counted)
        assert begun.verify("main~110").commits == 12
        few, started = started, []
        assert begun.verify().commits == 122
    assert len(started) == len(few) < 12
    assert sum("cat-file --batch" in one for one in started) == 1


def test_a_line_changed_in_an_editor_is_as_good_as_a_command(begun: PlainRepo) -> None:
    file = begun.path / ".tasks" / "a.yaml"
    for old, new in (("todo", "in_progress"), ("in_progress", "in_review"), ("in_review", "done")):
        subprocess.run(["sed", "-i", f"s/^state: {old}$/state: {new}/", str(file)], check=True)
        begun.git("commit", "-q", "-am", f"{old} -> {new}")
    assert begun.verify().commits == 5
    assert begun.codes() == {}


def test_a_jump_made_in_an_editor_is_named(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    file = begun.path / ".tasks" / "a.yaml"
    subprocess.run(["sed", "-i", "s/^state: todo$/state: done/", str(file)], check=True)
    begun.git("commit", "-q", "-am", "all done")
    oid = begun.git("rev-parse", "HEAD")
    begun.by_hand({"b": moved(B, "in_progress")})
    assert tk(begun, "verify", "--all") == Exit.REJECTED
    assert capsys.readouterr().err == (
        f"error[TK201] a: todo -> done is not a transition ({oid[:10]})\n"
        f"  remedy: tk accept {oid[:10]} --reason TEXT\n"
        "checked 4 commits: 1 breaks the rules\n"
    )
    status, said = answer(begun, capsys, "verify", "HEAD~2..HEAD")
    assert status == Exit.REJECTED
    assert said["commits"] == 2
    assert said["violations"] == [
        {
            "task": "a",
            "code": "TK201",
            "name": "illegal-transition",
            "message": "todo -> done is not a transition",
            "remedy": f"tk accept {oid[:10]} --reason TEXT",
            "commit": oid,
        }
    ]
    assert answer(begun, capsys, "verify", "HEAD~1..HEAD")[0] == Exit.OK
