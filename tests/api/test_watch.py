"""tk watch: what it tells, in which order, from where on, and that nothing is lost."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.support import random_histories, watching
from tests.support.clone import Clone
from tests.support.histories import PlainRepo
from tests.support.project import Project
from tkledger.api.events import Watch
from tkledger.core.events import MOST, Cursor, LedgerEvent, cursor_of
from tkledger.errors import Exit, TkError
from tkledger.git.moved import RefsMoved
from tkledger.git.repo import Repo


def told(project: Project, since: str = "0", *options: str) -> list[dict[str, Any]]:
    """The lines of a look; without what is only a cursor."""
    out = project.ok("watch", "--json", "--no-follow", "--since", since, *options).out
    return [one for one in map(json.loads, out.splitlines()) if one["kind"] != "cursor"]


def now(project: Project) -> str:
    return str(project.ok("watch", "--json", "--no-follow").json["cursor"])


def words(events: list[dict[str, Any]]) -> list[str]:
    return [f"{one['task']} {one['event']}" for one in events]


def test_events_are_what_the_log_has(project: Project) -> None:
    project.ok("start", "a")
    project.ok("note", "a", "words")
    project.ok("step", "a", "-m", "read")
    project.ok("edit", "a", "--priority", "1")
    project.ok("block", "a", "--reason", "other", "-m", "why")
    log = project.ok("log", "--json").json["entries"]
    events = told(project)
    assert [{name: one[name] for name in entry} for entry, one in zip(log, events)] == log
    assert len(events) == len(log) == 9
    assert {one["branch"] for one in events} == {"main"}
    assert [one["id"].split(":", 1)[1] for one in events[4:]] == [
        *("a:state", "a:fields", "a:used", "a:fields", "a:state")
    ]


def test_a_commit_of_two_branches_is_one_event(project: Project) -> None:
    since = now(project)
    project.ok("start", "a")
    project.git("branch", "other")
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    (event,) = (one for one in told(project, since) if one["kind"] == "task")
    assert event["branch"] == "main"
    assert told(project, event["cursor"])[0]["kind"] == "claim"


def test_branches_and_copies_of_branches_are_watched(project: Project) -> None:
    since = now(project)
    side = project.worktree("side")
    side.ok("new", "On the side", "--id", "x")
    side.git("update-ref", "refs/remotes/origin/side", "HEAD")
    side.git("checkout", "-q", "--detach")
    side.git("branch", "-q", "-D", "side")
    (event,) = told(project, since)
    assert (event["task"], event["event"], event["branch"]) == ("x", "new", "origin/side")


def test_what_becomes_of_a_claim(project: Project) -> None:
    since = now(project)
    project.ok("start", "a", "--as", "ann")
    project.ok("renew", "a", "--as", "ann")
    project.ok("start", "a", "--take", "--as", "bob")
    claims = [one for one in told(project, since) if one["kind"] == "claim"]
    assert [(one["event"], one["actor"], one.get("from"), one.get("to")) for one in claims] == [
        ("claim", "ann", None, "ann"),
        ("renew", "ann", "ann", "ann"),
        ("release", "bob", "ann", None),
        ("claim", "bob", None, "bob"),
    ]
    since = claims[-1]["cursor"]
    project.ok("release", "a", "--as", "bob")
    project.ok("start", "b", "--as", "ann")
    project.ok("done", "b", "--as", "ann")
    events = told(project, since)
    assert words(events) == ["b start", "b done", "a release"]
    assert events[-1]["from"] == "bob"
    project.ok("start", "c")
    since = now(project)
    project.ok("done", "c")
    (done, end) = told(project, since)
    assert (done["event"], end["event"]) == ("done", "end")
    assert end["id"].endswith(":c:claim-end")


@pytest.mark.parametrize("seed", range(4))
def test_from_each_cursor_on_all_that_came_after_is_told(tmp_path: Path, seed: int) -> None:
    plain = PlainRepo(tmp_path / "repo")
    made = random_histories.history(random.Random(seed))
    oids = random_histories.built(plain, made, [])
    parents = {number for one in made for number in one.parents}
    for number, oid in enumerate(oids):
        if number not in parents:
            plain.git("update-ref", f"refs/heads/b{number}", oid)
    events = list(Watch(str(plain.path), "0").look())
    known = {(one.commit, one.task) for one in events}
    assert len(known) == len(events) == len({one.id for one in events})
    assert known == {
        (oids[number], key)
        for number, one in enumerate(made)
        if len(one.parents) < 2
        for key, task in one.tasks.items()
        if not one.parents or made[one.parents[0]].tasks.get(key) != task
    }
    for number, event in enumerate(events):
        rest = [one.id for one in Watch(str(plain.path), event.cursor.text).look()]
        assert sorted(rest) == sorted(one.id for one in events[number + 1 :])


def test_a_watcher_that_goes_on_tells_the_same(project: Project) -> None:
    watching_ = Watch(str(project.path))
    assert list(watching_.look()) == []
    project.ok("start", "a")
    first: list[LedgerEvent] = list(watching_.look())
    assert [one.event for one in first] == ["start", "claim"]
    assert list(watching_.look()) == []
    project.ok("done", "a")
    begun = watching_.look()
    assert next(begun).event == "done"
    begun.close()  # broken off, so the rest is told by the next look
    assert [one.event for one in watching_.look()][-1] == "end"


def test_what_was_known_may_be_pruned(project: Project) -> None:
    project.git("branch", "side")
    project.git("commit", "-q", "--allow-empty", "-m", "gone")
    project.ok("start", "a")
    watching_ = Watch(str(project.path))
    before = watching_.cursor.text
    project.git("reset", "-q", "--hard", "side")
    project.git("update-ref", "-d", "refs/tk/claims/a")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    project.ok("note", "b", "words")
    assert [one.event for one in watching_.look()] == ["edit"]
    assert words(told(project, before)) == ["b edit"]


def test_events_of_watchers_killed_at_random_are_all_told(project: Project) -> None:
    found = watching.watched(project, 150, seed=1)
    assert {one.rpartition(":")[0] for one in found.events} == watching.expected(project)
    assert found.killed > 3


# -- cursors -----------------------------------------------------------------------------------


def test_without_since_it_begins_now(project: Project) -> None:
    answer = project.ok("watch", "--no-follow")
    assert answer.out == ""
    assert f"tk watch --since {now(project)}" in answer.err


def test_it_begins_after_a_revision_or_a_date(project: Project) -> None:
    project.ok("start", "a")
    project.ok("note", "a", "words")
    assert words(told(project, "HEAD^"))[0] == "a edit"
    assert "a edit" not in words(told(project, "2099-01-01"))


def test_a_long_cursor_comes_on_standard_input(project: Project) -> None:
    cursor = now(project)
    project.ok("note", "a", "words")
    out = project.ok("watch", "--no-follow", "--since", "-", stdin=f"{cursor}\n").out
    assert out.count("\n") == 1
    assert project.tk("watch", "--no-follow", "--since", "").status == Exit.UNUSABLE, (
        "not from now on"
    )


def test_a_limit_ends_it(project: Project) -> None:
    first = told(project, "0", "--limit", "2")
    assert words(first) == ["a new", "b new"]
    assert words(told(project, first[-1]["cursor"], "--limit", "1")) == ["c new"]


@pytest.mark.parametrize("odd", ["tk1-", "tk1-AAAA", "tk1-\u00e9", "tk1-" + "A" * 200_000])
def test_what_is_no_cursor_is_refused(project: Project, odd: str) -> None:
    answer = project.tk("watch", "--no-follow", "--since", odd)
    assert answer.status == Exit.USAGE
    assert "remedy: everything once more: tk watch --since 0" in answer.err


def test_a_cursor_that_was_cut_off_is_refused(project: Project) -> None:
    whole = now(project)
    for length in range(4, len(whole)):
        with pytest.raises(TkError):
            Watch(str(project.path), whole[:length])


def test_a_cursor_of_another_repository_is_refused(project: Project) -> None:
    answer = project.tk("watch", "--no-follow", "--since", Cursor(("12" * 20,)).text)
    assert answer.status == Exit.UNUSABLE
    assert "no commit of this cursor is here" in answer.err
    assert "tk watch --since 0" in answer.err


def test_a_rewritten_branch_is_told_anew_and_what_it_kept_is_not(project: Project) -> None:
    project.ok("note", "a", "one")
    since = now(project)
    project.git("commit", "-q", "--amend", "-m", "another message")
    assert words(told(project, since)) == ["a edit"]
    gone = Cursor((*cursor_of(since, 40).seen, "12" * 20)).text
    answer = project.ok("watch", "--no-follow", "--since", gone)
    assert "1 commit of the cursor is gone" in answer.err


def test_a_cursor_is_bounded(project: Project) -> None:
    many = tuple(f"{number:040x}" for number in range(2 * MOST))
    assert len(cursor_of(Cursor(many).text, 40).seen) == MOST
    head, tree = project.head(), project.git("rev-parse", "HEAD^{tree}")
    refs = [f"create refs/heads/b{number} {head}\n" for number in range(300)]
    side = project.git("commit-tree", tree, "-p", head, stdin="side")
    refs.append(f"create refs/heads/side {side}\n")
    project.git("update-ref", "--stdin", stdin="".join(refs))
    assert set(cursor_of(now(project), 40).seen) == {head, side}


def test_tips_that_head_has_are_left_out_of_a_long_cursor(project: Project) -> None:
    for _ in range(260):
        project.plumb({"code.txt": b"%d" % len(project.git("for-each-ref"))})
        project.git("branch", f"b{project.head()}")
    assert cursor_of(now(project), 40) == Cursor((project.head(),))


# -- what is odd -------------------------------------------------------------------------------


def test_a_shallow_clone_takes_nothing_for_new(project: Project, tmp_path: Path) -> None:
    project.ok("note", "a", "words")
    project.git("clone", "-q", "--depth", "2", f"file://{project.path}", str(tmp_path / "copy"))
    events = told(Project(tmp_path / "copy"))
    assert words(events) == ["a edit"]


def test_hostile_names_steer_no_terminal(project: Project) -> None:
    project.git("config", "user.email", "\x1b[2J\u202e@example.org")
    project.git("checkout", "-q", "-b", "b\u202e\u009b31m")
    project.write(".tasks/x.yaml", "id: x\ntitle: Odd\ntype: task\nstate: todo\npriority: 2\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "\x1b]0;title\x07")
    for options in ((), ("--json",)):
        out = project.ok("watch", "--no-follow", "--since", "0", *options).out
        assert "x" in out
        assert all(line.isprintable() for line in out.split("\n"))


def test_refs_with_other_bytes_and_odd_claims_stop_nothing(project: Project) -> None:
    head = project.head()
    project.git("update-ref", "refs/tk/claims/a", head)  # no claim at all
    project.git("update-ref", "refs/tk/claims/not..an..id".replace("..", "_"), head)
    odd = b"create refs/heads/\xff\xfe %s\n" % head.encode()
    project.git("update-ref", "--stdin", stdin=odd)
    events = told(project)
    assert words(events)[:4] == ["a new", "b new", "c new", "d new"]
    project.ok("note", "b", "words")
    assert words(told(project, events[-1]["cursor"])) == ["b edit"]


def test_a_server_is_watched_as_well(clone: Clone) -> None:
    server = clone.at(clone.server)
    since = server.ok("watch", "--json", "--no-follow").json["cursor"]
    clone.ok("start", "a")
    clone.ok("sync")
    out = server.ok("watch", "--json", "--no-follow", "--since", since).out
    found = [json.loads(line) for line in out.splitlines()]
    assert [(one["kind"], one["event"]) for one in found if one.get("task") == "a"] == [
        ("task", "start"),
        ("claim", "claim"),
    ]


def test_an_empty_repository_has_no_events(bare_git: Project) -> None:
    assert told(bare_git) == []


# -- waiting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["commit", "branch", "packed", "deleted", "folder"])
def test_a_ref_that_moves_is_noticed_without_git(project: Project, how: str) -> None:
    project.git("branch", "b")
    moved = RefsMoved(Repo(str(project.path)), ("refs/heads/", "refs/tk/claims/"))
    moved.note()
    assert moved.asked(), "what has just changed may change again in the same moment"
    common = project.path / ".git"
    for place in (common / "packed-refs", *common.glob("refs/**/")):
        if place.exists():
            os.utime(place, (1, 1))
    moved.note()
    assert not moved.asked()
    commands = {
        "commit": ("commit", "-q", "--allow-empty", "-m", "x"),
        "branch": ("branch", "c"),
        "packed": ("pack-refs", "--all"),
        "deleted": ("branch", "-D", "b"),
        "folder": ("branch", "deep/er"),
    }
    project.git(*commands[how])
    assert moved.asked()
