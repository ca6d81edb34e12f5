"""Who syncs with a repository on the same machine waits for a turn; nothing but time rests on it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.locks import waits
from tests.support.project import TK, Project
from tests.support.team import Team
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.report import SILENT, Progress
from tkledger.sync import sync, turns
from tkledger.sync.route import route_from_head

LONG = 100.0
"""Seconds that no sync takes, and less than one waits for a turn that it does not get."""


def queue_of(place: Path) -> str | None:
    """Where a clone asks for its turn."""
    repo = Repo(str(place))
    found = route_from_head(repo, None).queue
    repo.close()
    return found


@contextmanager
def taken(team: Team, name: str = "carl", ago: float = 0) -> Iterator[None]:
    """The turn is somebody's, who got it so many seconds ago; below zero it lasts that much longer."""
    with Path(queue_of(team.folder / "ada") or "").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{name}\n")
        file.flush()
        then = time.time() - ago
        os.utime(file.fileno(), (then, then))
        yield


def started(member: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TK, "sync"], cwd=member.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_sync_with_something_to_push_waits_before_it_fetches(
    team: Team, ada: Project, bob: Project
) -> None:
    ada.ok("start", "a")
    bob.ok("note", "b", "from bob")
    with taken(team, ago=-LONG):
        waiting = started(ada)
        waits(waiting, Path(queue_of(team.folder / "ada") or ""))
        ada.ok("note", "a", "while waiting")
        bob.git("push", "-q", "origin", "main")  # who has not heard of turns
    said = waiting.communicate()
    assert waiting.returncode == 0, said
    assert "2 commits sent, 1 commit received and merged" in said[0]
    assert ada.head() == team.server.git("rev-parse", "main")


def test_who_only_listens_does_not_wait(team: Team, ada: Project, bob: Project) -> None:
    bob.ok("start", "b")
    bob.ok("sync")
    with taken(team, ago=-LONG):
        began = time.monotonic()
        assert "1 commit received" in ada.ok("sync").out
        assert time.monotonic() - began < LONG
        ada.ok("start", "a")
        assert "would be: main" in ada.ok("sync", "--dry-run").out


def test_nobody_waits_for_one_who_keeps_the_turn(team: Team, ada: Project) -> None:
    ada.ok("start", "a")
    with taken(team, ago=turns.HELD_SECONDS + 1):
        began = time.monotonic()
        assert "1 commit sent" in ada.ok("sync").out
        assert time.monotonic() - began < LONG


def test_who_lost_every_race_is_told_who_keeps_the_turn(
    team: Team, ada: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another pushes each time between the fetch and the push."""
    monkeypatch.setattr(sync, "TRIES", 2)
    server = team.server.path
    meanwhile = f"git -C '{server}' commit-tree -p main -m x 'main^{{tree}}'"
    ada.write(
        ".git/hooks/pre-push.before-tk",
        f"#!/bin/sh\nunset GIT_DIR\ngit -C '{server}' update-ref refs/heads/main $({meanwhile})\n",
    ).chmod(0o755)
    ada.ok("start", "a")
    with taken(team, "carl", ago=turns.HELD_SECONDS + 1):
        answer = ada.tk("sync")
    assert answer.status == Exit.BUSY, answer.said
    assert "gave up after 2 tries: origin kept moving (carl holds the turn)" in answer.err


def test_turns_come_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    order: list[int] = []

    def sync(number: int) -> None:
        with turns.turn(str(tmp_path / "queue"), f"m{number}") as other:
            assert other == ""
            order.append(number)

    threads = [threading.Thread(target=sync, args=(number,)) for number in range(5)]
    with turns.turn(str(tmp_path / "queue"), "first"):
        for thread in threads:
            thread.start()
            time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert sorted(order) == [0, 1, 2, 3, 4]
    assert (tmp_path / "queue").read_text().startswith("m")


def test_who_has_given_up_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "HELD_SECONDS", 0.3)
    told: list[str] = []
    with turns.turn(str(tmp_path / "queue"), "ada"):
        with turns.turn(
            str(tmp_path / "queue"),
            "bob",
            Progress(show=lambda stage, waited, most: told.append(stage)),
        ) as other:
            assert other == "ada"
        assert told == ["waiting for ada"]
    monkeypatch.setattr(turns, "HELD_SECONDS", LONG)
    with turns.turn(str(tmp_path / "queue"), "carl") as other:
        assert other == ""


def test_without_a_place_for_it_there_are_no_turns(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (None, str(tmp_path / "file" / "queue")):
        with turns.turn(path, "ada") as one, turns.turn(path, "bob") as other:
            assert one == other == ""


@pytest.mark.parametrize(
    "url", ["../server.git", "../server", "{}/server.git", "file://{}/server.git"]
)
def test_a_remote_that_is_a_path_has_the_queue_with_it(team: Team, ada: Project, url: str) -> None:
    ada.git("remote", "set-url", "origin", url.format(team.folder))
    found = queue_of(ada.path)
    assert found is not None
    assert os.path.samefile(os.path.dirname(found), team.server.path / "tk")


def test_where_tk_is_not_at_home_there_is_no_queue(team: Team, ada: Project) -> None:
    Project.create(team.folder / "bare.git", "--bare")
    for url in ("../bare.git", "../nowhere"):
        ada.git("remote", "set-url", "origin", url)
        assert queue_of(ada.path) is None


def test_clones_of_a_far_remote_meet_at_home(
    team: Team, ada: Project, bob: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for one in (ada, bob):
        one.git("remote", "set-url", "origin", "ssh://localhost/server.git")
    found = queue_of(ada.path)
    assert found is not None
    assert found == queue_of(bob.path)
    assert Path(found).parent == tmp_path / "cache/tkledger"
    with turns.turn(found, "ada"), turns.turn(found, "bob", patience(monkeypatch)) as other:
        assert other == "ada"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "")
    assert queue_of(ada.path) is None


def patience(monkeypatch: pytest.MonkeyPatch) -> Progress:
    """None at all."""
    monkeypatch.setattr(turns, "HELD_SECONDS", 0)
    return SILENT


def test_branches_that_have_little_to_do_with_each_other_do_not_wait(ada: Project) -> None:
    places = set()
    for name in ("main", "one", "two", "three", "four"):
        ada.git("switch", "-q", "-C", name)
        places.add(queue_of(ada.path))
    assert len(places) > 1
