"""Files under ``.git/tk`` are replaced whole, and a lost race is tried again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tkledger.local.lock import retrying
from tkledger.local.store import Store, replace, scratch_file
from tkledger.local.verdicts import note_judged, note_message_checked


def test_a_file_is_read_as_it_was_written_last(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert store.read("seen", "a") is None
    store.replace("seen", "a", data=b"one")
    store.replace("seen", "a", data=b"two")
    assert store.read("seen", "a") == b"two"
    assert [path.name for path in (tmp_path / "tk/seen").iterdir()] == ["a"]


def test_a_link_in_its_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / "file").symlink_to(other)
    replace(str(tmp_path / "file"), b"new")
    assert other.read_text() == "kept"
    assert not (tmp_path / "file").is_symlink()


@pytest.mark.parametrize("mode", [0o755, 0o2775, 0o2770])
def test_what_is_kept_is_as_open_as_the_git_folder(tmp_path: Path, mode: int) -> None:
    """Whatever the umask: where several users share a repository, the next one writes there."""
    tmp_path.chmod(mode)
    store = Store(str(tmp_path))
    umask = os.umask(0o027)
    try:
        store.replace("seen", "a", data=b"one")
        os.close(store.opened("lock"))
    finally:
        os.umask(umask)
    shared = mode & 0o020
    for name in ("tk", "tk/seen"):
        assert (tmp_path / name).stat().st_mode & 0o7777 == (mode if shared else 0o750)
    for name in ("tk/seen/a", "tk/lock"):
        assert (tmp_path / name).stat().st_mode & 0o7777 == (mode & 0o666 if shared else 0o640)


def test_a_scratch_file_never_opens_one_that_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f"file.{'00' * 8}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        scratch_file(str(tmp_path / "file"), b"new")
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_replaced_leaves_no_scratch_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace(str(tmp_path / "folder"), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_file_that_only_saves_time_may_fail_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "tk").write_text("in the way")
    Store(str(tmp_path)).keep("sums.json", data=b"{}")
    repo = SimpleNamespace(git_dir=str(tmp_path))
    note_judged(repo, "a")  # type: ignore[arg-type]
    note_message_checked(repo)  # type: ignore[arg-type]
    assert (tmp_path / "tk").read_text() == "in the way"


def test_a_file_gets_the_mode_that_is_asked_for(tmp_path: Path) -> None:
    replace(str(tmp_path / "hook"), b"#!/bin/sh\n", mode=0o755)
    assert os.access(tmp_path / "hook", os.X_OK)


def test_tries_are_counted_and_there_is_no_pause_after_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    assert list(retrying(3, lambda attempt: float(attempt))) == [0, 1, 2]
    assert len(pauses) == 2
    assert pauses[0] == 0
    assert 0 <= pauses[1] <= 1
