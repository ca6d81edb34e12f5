"""Paths that tasks reserve: told at a start, refused by the policy, named by pre-commit, gone with the claim."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tests.support.team import Team, tk_refs
from tkledger.core.reservation import MAX_EVENT, Reservation, written
from tkledger.errors import Exit

REF = "refs/tk/reservations/a"


def listed(at: Project, *words: str) -> dict[str, dict[str, object]]:
    return {one["task"]: one for one in at.ok("reserve", *words, "--json").json["reservations"]}


def committed(at: Project, name: str, actor: str) -> str:
    """What git says of a commit of a file."""
    at.write(name, "x\n")
    at.git("add", name)
    done = subprocess.run(
        ["git", "commit", "-qm", "code"],
        cwd=at.path,
        env={**os.environ, "TK_ACTOR": actor},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_an_overlap_is_told_and_a_release_ends_it(project: Project) -> None:
    assert "tk reserve ID PATH" in project.ok("reserve").err
    project.ok("reserve", "a", "src/parser", "docs", "--as", "ann")
    assert "already reserved" in project.ok("reserve", "a", "docs/", "--as", "ann").err
    project.ok("reserve", "b", "src", "--as", "bob")
    assert "reserved" not in project.ok("start", "a", "--as", "ann").err
    words = "b: src/parser is reserved for a, too, which ann holds"
    assert words in project.ok("start", "b", "--as", "bob").err
    found = listed(project)
    assert (found["a"]["holder"], found["a"]["paths"]) == ("ann", ["docs", "src/parser"])
    assert found["b"]["overlaps"] == [{"path": "src/parser", "task": "a", "holder": "ann"}]
    assert "b  held by bob  src\n" in project.ok("reserve").out
    project.ok("release", "a", "--as", "ann")
    assert "overlaps" not in listed(project, "b")["b"]
    project.ok("reserve", "b", "--drop", "src/lexer", "--as", "bob")
    assert "b" not in listed(project)


def test_only_who_holds_a_task_reserves_for_it(project: Project) -> None:
    project.ok("start", "a", "--as", "ann")
    answer = project.tk("reserve", "a", "src", "--as", "eve")
    assert answer.status is Exit.REJECTED
    assert "[TK723]" in answer.err
    for words, fact in {
        ("a", "../x"): "not a path within",
        ("a", "/etc"): "not a path within",
        ("--drop",): "which task",
        ("zz", "x"): "no such task",
    }.items():
        answer = project.tk("reserve", *words, "--as", "ann")
        assert answer.status is not Exit.OK
        assert fact in answer.err
    assert tk_refs(project, "reservations") == {}


def test_a_path_is_typed_from_where_one_stands(project: Project) -> None:
    (project.path / "src").mkdir()
    project.ok("reserve", "a", "parser", "../docs", "-C", str(project.path / "src"))
    assert listed(project)["a"]["paths"] == ["docs", "src/parser"]


def test_pre_commit_names_what_others_reserved(hooked: Project) -> None:
    hooked.ok("reserve", "a", "src", "--as", "ann")
    words = "warning: src/x is reserved for a, which ann holds"
    assert words not in committed(hooked, "src/x", "bob")
    hooked.ok("start", "a", "--as", "ann")
    assert "reserved" not in committed(hooked, "other", "bob")
    assert "reserved" not in committed(hooked, "src/y", "ann")
    hooked.write("src/x", "y\n")
    hooked.git("rm", "-q", "--cached", "src/x")
    hooked.git("add", "src/x")
    assert "src/z is reserved for a" in committed(hooked, "src/z", "bob")
    hooked.ok("release", "a", "--as", "ann")
    assert "reserved" not in committed(hooked, "src/w", "bob")


@pytest.fixture
def strict(team: Team, ada: Project) -> Project:
    """Ann holds a, which reserves src; the policy refuses that b does as well."""
    ada.ok("config", "set", "reservations", "refuse")
    ada.ok("reserve", "a", "src", "--as", "ann")
    ada.ok("reserve", "b", "src/x", "docs", "--as", "bob")
    ada.ok("start", "a", "--as", "ann")
    ada.ok("sync")
    return ada


def test_the_policy_refuses_it_at_every_door(team: Team, strict: Project) -> None:
    words = "src/x is reserved for a, which ann holds"
    answer = strict.tk("start", "b", "--as", "bob")
    assert f"error[TK722] b: {words}" in answer.err
    strict.ok("cancel", "c", "d")
    assert words in strict.tk("next", "--as", "bob").err
    lines = '{"op": "new", "id": "e", "title": "E"}\n{"op": "start", "id": "b"}\n'
    assert "[TK722]" in strict.tk("batch", "--as", "bob", stdin=lines).err
    strict.write(
        ".tasks/b.yaml", strict.file("b").replace("state: todo", "state: in_progress") + "\n"
    )
    strict.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand")
    for options in ([], ["--no-verify"]):
        with pytest.raises(AssertionError, match=r"TK722"):
            strict.git("push", "-q", *options, "origin", "main")
    strict.git("reset", "-q", "--hard", "HEAD~1")
    strict.ok("reserve", "b", "--drop", "src/x", "--as", "bob")  # as the remedy says
    strict.ok("start", "b", "--as", "bob")
    assert f"error[TK723] {REF[:-1]}b" in strict.tk("reserve", "b", "src/y", "--as", "bob").err
    strict.ok("sync")


def test_two_tasks_that_start_together_meet_as_well(project: Project) -> None:
    project.ok("config", "set", "reservations", "refuse")
    project.ok("reserve", "a", "src")
    project.ok("reserve", "b", "src/x")
    assert project.tk("start", "a", "b").err.count("[TK722]") == 2
    project.ok("start", "a")


def test_a_reservation_travels_and_is_joined(project: Project, tmp_path: Path) -> None:
    one, two = cloned(project, tmp_path, 2)
    one.ok("reserve", "a", "src", "--as", "ann")
    assert one.ok("sync", "--json").json["reservations"] == {"sent": ["a"]}
    two.ok("reserve", "a", "docs", "--as", "bob")
    assert "reservation sent: a; reservation received: a" in two.ok("sync").out
    one.ok("sync")
    assert tk_refs(one, "reservations") == tk_refs(two, "reservations")
    assert listed(one) == listed(two)
    two.ok("reserve", "a", "src", "--as", "bob")
    assert listed(two)["a"]["paths"] == ["docs", "src"]


def said(at: Project, text: str, *parents: str) -> str:
    over = [word for parent in parents for word in ("-p", parent)]
    return at.git("commit-tree", at.git("mktree"), *over, stdin=text)


def test_a_server_takes_reservations_of_those_who_hold_the_task(
    team: Team, strict: Project
) -> None:
    before = tk_refs(team.server, "reservations")

    def refused(code: str, words: str) -> None:
        with pytest.raises(AssertionError, match=rf"\[{code}\]"):
            strict.git("push", "-q", "origin", words)

    refused("TK718", f":{REF}")
    refused("TK718", f"+{said(strict, written(Reservation('a', 'ann')))}:{REF}")
    refused("TK723", f"{said(strict, written(Reservation('a', 'eve', ('x',))), REF)}:{REF}")
    refused("TK723", f"{said(strict, 'words', REF)}:{REF}")
    refused("TK723", f"{said(strict, written(Reservation('c', 'ann')))}:{REF[:-1]}d")
    refused(
        "TK723", f"{said(strict, written(Reservation('c', 'eve')) + ' ' * MAX_EVENT)}:{REF[:-1]}c"
    )
    blob = strict.git("hash-object", "-w", "--stdin", stdin="x")
    refused("TK723", f"{blob}:{REF[:-1]}c")
    assert tk_refs(team.server, "reservations") == before
    earlier = said(strict, written(Reservation("a", "eve", ("x",))), REF)
    later = said(strict, written(Reservation("a", "ann", ("src",))), earlier)
    strict.git("push", "-q", "origin", f"{later}:{REF}")
