"""``tk attach``, ``artifacts``, ``cat``: files beside the branches, in one clone and across several."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.project import Project, race
from tests.support.team import Team, tk_refs
from tkledger.errors import Exit


@pytest.fixture
def alone(tmp_path: Path) -> Project:
    """A ledger without a server."""
    made = Project.create(tmp_path / "repo")
    made.ok("init", "--no-hooks")
    made.ok("new", "Parse", "--id", "parse")
    return made


def test_a_file_is_attached_listed_and_written_out(alone: Project, tmp_path: Path) -> None:
    data = bytes(range(256)) * 4
    (tmp_path / "the shot.png").write_bytes(data)
    said = alone.ok("attach", "parse", str(tmp_path / "the shot.png"))
    assert said.out == "parse: todo (attached)  Parse\n"
    oid = alone.git("hash-object", str(tmp_path / "the shot.png"))
    assert tk_refs(alone, "artifacts") == {oid: oid}
    assert alone.ok("show", "parse", "--json").json["task"]["artifacts"] == [
        f"{oid} 1024 image/png the shot.png"
    ]
    listed = alone.ok("artifacts", "parse")
    assert listed.out.split() == [oid[:10], "1,024", "image/png", "the", "shot.png"]
    (one,) = alone.ok("artifacts", "parse", "--json").json["artifacts"]
    assert one == {
        "oid": oid,
        "size": 1024,
        "type": "image/png",
        "name": "the shot.png",
        "here": True,
    }
    for word in ("the shot.png", oid[:8]):
        out = tmp_path / f"out-{word[:3]}"
        alone.ok("cat", "parse", word, "-o", str(out))
        assert out.read_bytes() == data
    assert "the shot.png  1,024 bytes" in alone.ok("show", "parse").out
    assert "the shot.png (1,024 bytes) is attached" in alone.ok("log", "parse").out


def test_it_is_in_no_checkout_and_the_tree_stays_small(alone: Project, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(10 * 1024 * 1024))
    alone.ok("attach", "parse", str(big))
    listed = alone.git("ls-tree", "-r", "-l", "HEAD")
    assert sum(int(line.split()[3]) for line in listed.splitlines()) < 4_000
    assert "big.bin" not in listed
    assert alone.git("status", "--short") == ""


def test_of_one_name_the_newest_is_written_out(alone: Project, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    ids = []
    for text in ("one", "two"):
        file.write_text(text)
        alone.ok("attach", "parse", str(file))
        ids.append(alone.git("hash-object", str(file)))
    assert alone.process("cat", "parse", "log.txt").out == "two"
    assert alone.process("cat", "parse", ids[0]).out == "one"
    before = alone.head()
    alone.ok("attach", "parse", str(file))
    assert alone.head() == before  # it is there already


def test_what_cannot_be_attached_leaves_nothing(alone: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    huge = tmp_path / "huge"
    with huge.open("wb") as out:
        out.truncate(100 * 1024 * 1024 + 1)
    for words, said in (
        ((str(tmp_path),), "not a file"),
        ((str(tmp_path / "none"),), "No such file"),
        ((str(huge),), "has 104857601 bytes, of 104857600 at most"),
        ((str(file), "--name", "../a"), "must be a file's name"),
        ((str(file), "--type", "A B"), "must be a type"),
        ((str(file), str(file), "--name", "x"), "--name goes with one file"),
    ):
        answer = alone.tk("attach", "parse", *words)
        assert answer.status == Exit.USAGE, answer.said
        assert said in answer.err
    alone.ok("start", "parse")
    alone.ok("done", "parse")
    refused = alone.tk("attach", "parse", str(file))
    assert (refused.status, "TK208" in refused.err) == (Exit.REJECTED, True)
    assert tk_refs(alone, "artifacts") == {}


def test_the_policy_says_how_large_they_may_be(alone: Project, tmp_path: Path) -> None:
    alone.ok("config", "set", "artifact_size", "3")
    (tmp_path / "small").write_text("abc")
    (tmp_path / "large").write_text("abcd")
    refused = alone.tk("attach", "parse", str(tmp_path / "small"), str(tmp_path / "large"))
    assert (refused.status, "TK409" in refused.err) == (Exit.REJECTED, True)
    assert "large has 4 bytes, the policy's artifact_size is 3" in refused.err
    assert tk_refs(alone, "artifacts") == {}
    alone.ok("attach", "parse", str(tmp_path / "small"))
    alone.ok("note", "parse", "the large one is on the file server")
    assert alone.tk("verify", "--all").status == Exit.OK


def test_a_terminal_is_shown_text_that_cannot_steer_it(alone: Project, tmp_path: Path) -> None:
    def on_a_terminal(data: bytes, *more: str) -> str:
        file = tmp_path / "it.txt"
        file.write_bytes(data)
        alone.ok("attach", "parse", str(file))
        ours, theirs = os.openpty()
        words = (sys.executable, "-m", "tkledger", "cat", "parse", "it.txt", *more)
        done = subprocess.run(words, cwd=alone.path, stdout=theirs, stderr=theirs)
        os.close(theirs)
        found = b""
        with suppress(OSError), open(ours, "rb", 0) as screen:
            while part := screen.read(65_536):
                found += part
        assert (done.returncode == Exit.OK) == (b"-o FILE" not in found), found
        return found.decode()

    assert on_a_terminal(b"caf\xc3\xa9\tx\n\x1b[2Jy\n") == "caf\u00e9    x\r\n\\u001b[2Jy\r\n"
    assert "is not text" in on_a_terminal(b"\xff\xfe")
    assert "is not text" in on_a_terminal(b"a\0b")
    assert "is long for a terminal" in on_a_terminal(b"a\n" * (1 << 19) + b"b")


def test_what_a_task_names_is_kept_again_where_it_was_not(alone: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    alone.ok("attach", "parse", str(file))
    kept = tk_refs(alone, "artifacts")
    for oid in kept:
        alone.git("update-ref", "-d", f"refs/tk/artifacts/{oid}")
    before = alone.head()
    alone.ok("attach", "parse", str(file))
    assert (tk_refs(alone, "artifacts"), alone.head()) == (kept, before)


def test_many_attach_the_same_at_once(alone: Project, tmp_path: Path) -> None:
    (tmp_path / "same").write_text("same")
    answers = race([(alone, ["attach", "parse", str(tmp_path / "same")])] * 6)
    assert [answer.status for answer in answers] == [Exit.OK] * 6, answers
    assert len(tk_refs(alone, "artifacts")) == 1


def test_a_dry_run_stores_nothing(alone: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    before = alone.git("count-objects", "-v"), alone.head()
    assert alone.ok("attach", "parse", str(file), "--dry-run").out.startswith("would be: parse")
    assert (alone.git("count-objects", "-v"), alone.head()) == before


def test_a_file_that_exists_is_not_replaced(alone: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    alone.ok("attach", "parse", str(file))
    for where in (file, tmp_path):
        answer = alone.tk("cat", "parse", "a.txt", "-o", str(where))
        assert (answer.status, "exists" in answer.err) == (Exit.USAGE, True)
    answer = alone.tk("cat", "parse", "b.txt")
    assert (answer.status, "has no artifact b.txt" in answer.err) == (Exit.USAGE, True)
    assert alone.tk("cat", "parse", "a.txt", "--json").status == Exit.USAGE


def test_another_clone_fetches_a_file_when_it_is_asked_for(
    team: Team, ada: Project, bob: Project
) -> None:
    file = team.folder / "report.txt"
    file.write_text("all is well\n")
    ada.ok("attach", "a", str(file))
    oid = ada.git("hash-object", str(file))
    ada.git("push", "-q", "origin", "HEAD")
    bob.ok("sync")
    assert "(not here: tk cat fetches it)" in bob.ok("artifacts", "a").out
    missing = bob.tk("cat", "a", "report.txt")
    assert (missing.status, "tk sync in the clone" in missing.err) == (Exit.UNUSABLE, True)
    assert "1 artifact sent" in ada.ok("sync").out
    assert tk_refs(team.server, "artifacts") == {oid: oid}
    assert ada.ok("sync").out.startswith("nothing to do")
    bob.ok("cat", "a", "report.txt", "-o", str(bob.path / "got"))
    assert (bob.path / "got").read_text() == "all is well\n"
    assert tk_refs(bob, "artifacts") == {oid: oid}


def test_two_clones_that_attach_the_same_and_others_merge(
    team: Team, ada: Project, bob: Project
) -> None:
    for clone, names in ((ada, ("same", "adas")), (bob, ("same", "bobs"))):
        for name in names:
            (team.folder / name).write_text(name)
            clone.ok("attach", "a", str(team.folder / name))
    ada.ok("sync")
    bob.ok("sync")
    ada.ok("sync")
    found = [one["name"] for one in ada.ok("artifacts", "a", "--json").json["artifacts"]]
    assert sorted(found) == ["adas", "bobs", "same"]
    assert len(tk_refs(team.server, "artifacts")) == 3
