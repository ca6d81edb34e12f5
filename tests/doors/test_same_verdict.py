"""Anybody comes to the same verdict from the commits alone, whatever the clone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories import A, B, PlainRepo, moved
from tests.support.verifying import BLOB, DONE, answer
from tkledger.cli import run
from tkledger.core.task import Task
from tkledger.errors import Exit
from tkledger.files import codec


@pytest.fixture
def told(begun: PlainRepo) -> tuple[PlainRepo, str]:
    """A history with one illegal commit in its middle."""
    begun.by_hand({"b": moved(B, "in_progress")})
    bad = begun.by_hand({"a": DONE})
    begun.by_hand({"b": moved(B, "in_review"), "src/x": b"1"})
    return begun, bad


def verdict(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> Any:
    capsys.readouterr()
    run(["verify", *words, "--json", "-C", str(path)])
    return json.loads(capsys.readouterr().out)


def test_every_clone_and_folder_comes_to_the_same_verdict(
    told: tuple[PlainRepo, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain_repo, bad = told
    expected = verdict(capsys, plain_repo.path)
    assert [one["commit"] for one in expected["violations"]] == [bad]
    for name, options in (("plain", []), ("bare", ["--bare"]), ("far", ["--no-local"])):
        plain_repo.git("clone", "-q", *options, str(plain_repo.path), str(tmp_path / name))
        assert verdict(capsys, tmp_path / name) == expected
    plain_repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "wt"), "HEAD")
    assert verdict(capsys, tmp_path / "wt") == expected
    assert verdict(capsys, plain_repo.path / "src") == expected
    monkeypatch.chdir(plain_repo.path / ".tasks")
    assert verdict(capsys, Path()) == expected
    plain_repo.git("pack-refs", "--all")
    plain_repo.git("gc", "-q")
    plain_repo.git("commit-graph", "write", "--reachable", "--changed-paths")
    assert verdict(capsys, plain_repo.path) == expected


def test_checkout_and_index_do_not_matter(
    told: tuple[PlainRepo, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_repo, _ = told
    expected = verdict(capsys, plain_repo.path)
    (plain_repo.path / ".tasks" / "a.yaml").write_text("nonsense")
    (plain_repo.path / ".tasks" / "config.yaml").write_text("version: 99\n")
    plain_repo.git("add", "-A")
    (plain_repo.path / ".gitattributes").write_text("* -diff -text\n.tasks/** binary\n")
    assert verdict(capsys, plain_repo.path) == expected
    (plain_repo.path / ".git" / "index").write_bytes(b"rubbish")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    assert verdict(capsys, plain_repo.path) == expected


def test_settings_of_git_do_not_matter(
    told: tuple[PlainRepo, str], capsys: pytest.CaptureFixture[str]
) -> None:
    plain_repo, _ = told
    sub = plain_repo.commit({".tasks/sub": ("160000", BLOB)}, "main")
    expected = verdict(capsys, plain_repo.path)
    assert (expected["violations"][-1]["commit"], expected["violations"][-1]["code"]) == (
        sub,
        "TK107",
    )
    (plain_repo.path / ".gitmodules").write_text(
        '[submodule "sub"]\n\tpath = .tasks/sub\n\turl = ../x\n\tignore = all\n'
    )
    for key, value in (
        ("diff.ignoreSubmodules", "all"),
        ("submodule.sub.ignore", "all"),
        ("diff.renames", "copies"),
        ("diff.relative", "true"),
        ("diff.orderFile", "/dev/null"),
        ("log.follow", "true"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "off"),
        ("log.showRoot", "false"),
        ("log.date", "relative"),
        ("color.ui", "always"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("core.abbrev", "4"),
        ("core.quotePath", "true"),
        ("core.ignoreCase", "true"),
        ("format.pretty", "oneline"),
        ("merge.renames", "false"),
    ):
        plain_repo.git("config", key, value)
    assert verdict(capsys, plain_repo.path) == expected
    assert verdict(capsys, plain_repo.path / ".tasks") == expected


def test_replaced_and_grafted_history_hides_nothing(
    told: tuple[PlainRepo, str], capsys: pytest.CaptureFixture[str]
) -> None:
    plain_repo, bad = told
    expected = verdict(capsys, plain_repo.path)
    legal = plain_repo.commit({"src/x": b"0"}, f"{bad}^", branch=None)
    plain_repo.git("replace", bad, legal)
    assert verdict(capsys, plain_repo.path) == expected
    plain_repo.git("replace", "-d", bad)
    grafts = plain_repo.path / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    tip = plain_repo.git("rev-parse", "HEAD")
    grafts.write_text(
        f"{tip} {bad}~1\n".replace(f"{bad}~1", plain_repo.git("rev-parse", f"{bad}~1"))
    )
    assert verdict(capsys, plain_repo.path) == expected


def test_a_forged_object_is_noticed(begun: PlainRepo, capsys: pytest.CaptureFixture[str]) -> None:
    oid = begun.git("hash-object", "-w", "--stdin", stdin=codec.dump_task(A))
    loose = begun.path / ".git" / "objects" / oid[:2] / oid[2:]
    other = begun.git("hash-object", "-w", "--stdin", stdin=codec.dump_task(DONE))
    begun.git("unpack-objects", "-q", stdin=b"", check=False)
    forged = (begun.path / ".git" / "objects" / other[:2] / other[2:]).read_bytes()
    if not loose.exists():
        pytest.skip("git keeps it packed")
    loose.chmod(0o644)
    loose.write_bytes(forged)
    for pack in (begun.path / ".git" / "objects" / "pack").iterdir():
        pack.unlink()
    status, said = answer(begun, capsys, "verify", "--all")
    assert status == Exit.UNUSABLE
    assert "error" in said


def test_a_shallow_clone_judges_ranges_but_not_all(
    begun: PlainRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    begun.by_hand({"b": moved(B, "in_progress")})
    begun.git("clone", "-q", "--depth", "3", f"file://{begun.path}", str(tmp_path / "shallow"))
    said = verdict(capsys, tmp_path / "shallow", "HEAD~2..HEAD")
    assert [one["commit"] for one in said["violations"]] == [bad]
    said = verdict(capsys, tmp_path / "shallow", "--all")
    assert said["error"]["kind"] == "shallow"


def test_messages_and_names_of_any_kind_do_not_disturb_the_reading(begun: PlainRepo) -> None:
    message = "Tk-Task: a\n:100644 100644 0 0 M\t.tasks/a.yaml\n\n" + "f" * 40 + "\n"
    begun.git("-c", "user.name=:M\t x", "commit", "-q", "--allow-empty", "-m", message)
    begun.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "\xe9")
    begun.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    bad = begun.by_hand({"a": DONE})
    assert begun.verify().commits == 6
    assert begun.codes() == {bad: {"TK201"}}


def test_two_ids_of_the_same_task_text_are_judged_apart(begun: PlainRepo) -> None:
    """Files are remembered by their bytes and by their names."""
    assert begun.judged({"c": codec.dump_task(A)}, "main") == {"TK105"}
    assert isinstance(A, Task)
