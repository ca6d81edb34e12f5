"""A server notes what it refuses, and what becomes of the note never decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clone import Clone, Refused
from tkledger.errors import Exit
from tkledger.local.store import DENIALS, OLDER_DENIALS

BOB = {"REMOTE_USER": "bob"}


def denials(clone: Clone) -> list[dict[str, Any]]:
    answer = clone.at(clone.server).tk("doctor", "--denials", "--json")
    assert answer.status == Exit.OK, answer
    found: list[dict[str, Any]] = answer.json["denials"]
    return found


@pytest.fixture
def sinner(clone: Clone) -> Clone:
    """Its HEAD has an illegal commit that no hook of the clone has stopped."""
    clone.hooks_off()
    clone.commit("finished at once", a={"state": "done"})
    return clone


def refused(clone: Clone, *refs: str, **env: str) -> str:
    with pytest.raises(Refused) as error:
        clone.git("push", "-q", "origin", *(refs or ("main",)), env=env)
    return str(error.value)


def test_a_server_keeps_who_was_refused_what_and_why(sinner: Clone) -> None:
    assert denials(sinner) == []
    old = sinner.git("rev-parse", "main", cwd=sinner.server)
    refused(sinner, **BOB)
    (found,) = denials(sinner)
    assert found["pusher"] == ["bob"]
    assert found["refs"] == [{"ref": "refs/heads/main", "old": old, "new": sinner.oid()}]
    (broken,) = found["violations"]
    assert (broken["code"], broken["task"]) == ("TK201", "a")
    assert broken["message"] == "todo -> done is not a transition"
    assert broken["commit"] == sinner.oid()
    text = sinner.at(sinner.server).tk("doctor", "--denials").out
    assert f"bob  refs/heads/main {old[:8]} -> {sinner.oid()[:8]}\n" in text
    assert f"  TK201 a: todo -> done is not a transition ({sinner.oid()[:8]})\n" in text


def test_a_push_that_deletes_is_noted_too(clone: Clone) -> None:
    clone.git("config", "receive.denyDeleteCurrent", "ignore", cwd=clone.server)
    assert "TK701" in refused(clone, ":main")
    (found,) = denials(clone)
    assert set(found["refs"][0]) == {"ref", "old"}


def test_what_is_accepted_and_what_the_doctor_tries_is_not_noted(clone: Clone) -> None:
    clone.ok("note", "a", "words")
    clone.push()
    clone.at(clone.server).tk("doctor")
    assert denials(clone) == []


def test_what_keeps_the_server_from_judging_is_noted(sinner: Clone) -> None:
    (sinner.server / "tk" / "validated").write_bytes(b"\xff")
    refused(sinner)
    (found,) = denials(sinner)
    assert "violations" not in found
    assert found["error"]


@pytest.mark.parametrize("what", ["folder", "odd lines"])
def test_no_note_changes_the_verdict(sinner: Clone, what: str) -> None:
    place = sinner.server / "tk" / DENIALS
    if what == "folder":
        place.mkdir()
    else:
        place.write_bytes(b'\xff\n[1]\n{"at": 1, "odd": 2}\n')
    words = refused(sinner)
    assert "error[TK201] a: todo -> done is not a transition" in words
    assert "Traceback" not in words
    sinner.git("reset", "-q", "--hard", "HEAD^")
    sinner.ok("note", "a", "words")
    sinner.push()
    if what == "odd lines":
        assert [one["refs"][0]["ref"] for one in denials(sinner)] == ["refs/heads/main"]


def test_notes_are_bounded_and_the_latest_stay(sinner: Clone) -> None:
    folder = sinner.server / "tk"
    full = b'{"at": "2026-01-31T12:00:00Z"}\n' * 34_000
    folder.joinpath(OLDER_DENIALS).write_bytes(b"gone\n")
    folder.joinpath(DENIALS).write_bytes(full)
    refused(sinner, *(f"main:refs/heads/{number:03d}" for number in range(100)))
    assert not folder.joinpath(DENIALS).exists()
    assert folder.joinpath(OLDER_DENIALS).read_bytes().startswith(full)
    refused(sinner)
    assert len(folder.joinpath(DENIALS).read_bytes().split(b"\n")) == 2
    *_, many, last = denials(sinner)
    assert (len(many["refs"]), many["more"]["refs"]) == (10, 90)
    assert len(last["refs"]) == 1


def test_a_note_can_be_read_by_those_who_share_the_repository(sinner: Clone) -> None:
    sinner.git("config", "core.sharedRepository", "group", cwd=sinner.server)
    sinner.server.chmod(0o2775)
    refused(sinner)
    assert sinner.server.joinpath("tk", DENIALS).stat().st_mode & 0o060 == 0o060


def test_hostile_words_steer_no_terminal(sinner: Clone) -> None:
    line = {
        "at": "\x1b[2J",
        "pusher": ["\x1b]0;x\x07"],
        "refs": [{"ref": "refs/heads/\u202e"}],
        "violations": [{"code": "TK201\n", "task": "\x9b", "message": "a\nb"}],
    }
    sinner.server.joinpath("tk", DENIALS).write_text(json.dumps(line) + "\n")
    said = sinner.at(sinner.server).tk("doctor", "--denials").out
    assert said.replace("\n", "").isprintable()
    assert len(said.splitlines()) == 2


def test_a_clone_says_where_to_look(clone: Clone) -> None:
    answer = clone.tk("doctor", "--denials")
    assert answer.status == Exit.UNUSABLE
    assert "remedy: on the server: tk doctor --denials" in answer.err
    assert clone.tk("doctor", "--denials", "--fix").status == Exit.USAGE


def test_a_server_without_hooks_says_so(clone: Clone) -> None:
    assert clone.server_tk("uninstall").status == Exit.OK
    answer = clone.at(clone.server).tk("doctor", "--denials")
    assert "no push was refused here" in answer.err
    assert "tk hooks install --server" in answer.err
