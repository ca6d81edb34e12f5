"""Several clones that share a branch, each with work of its own: all of it arrives, once."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from tests.support.project import Project
from tests.support.team import Team
from tkledger.errors import Exit

ROUNDS = 100
"""How often a clone may find others faster before that counts as a livelock."""


def through(member: Project, tasks: list[str], said: list[int]) -> None:
    """Take tasks to their end, with a sync after each move until it is taken."""
    for task in tasks:
        for verb in ("start", "done"):
            answer = member.process(verb, task)
            assert answer.status == 0, answer.said
            for _ in range(ROUNDS):
                answer = member.process("sync")
                said.append(answer.status)
                if answer.status == Exit.OK:
                    break
                assert answer.status == Exit.BUSY, answer.said


@pytest.mark.parametrize("clones", [3, pytest.param(10, marks=pytest.mark.long)])
def test_every_move_of_every_clone_arrives_once(tmp_path: Path, clones: int) -> None:
    each = 1
    tasks = [f"t{number}" for number in range(clones * each)]
    (tmp_path / "team").mkdir()
    team = Team.create(tmp_path / "team", tasks)
    members = [team.member(f"m{number}") for number in range(clones)]
    said: list[int] = []
    threads = [
        threading.Thread(target=through, args=(member, tasks[at::clones], said))
        for at, member in enumerate(members)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    random.shuffle(members)
    for member in members:
        member.ok("sync")
        assert member.clean(), member.status()
    assert len({member.head() for member in (*members, team.server)}) == 1
    judge = members[0]
    judge.ok("verify", "--all")
    assert {judge.state(task) for task in tasks} == {"done"}
    subjects = judge.git("log", "--no-merges", "--format=%s").splitlines()
    moves = [line for line in subjects if line.startswith(("tk: start", "tk: done"))]
    assert len(moves) == len(set(moves)) == 2 * len(tasks)
    line = judge.git("log", "--first-parent", "--format=%H").splitlines()
    assert team.server.git("rev-parse", "main") == line[0]
    assert not list(team.folder.glob("**/*.lock"))
