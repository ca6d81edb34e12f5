"""What is used up stops the next step and the next start, at every door, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.clone import Clone, Refused
from tkledger.errors import Exit


def step(task: str = "p") -> str:
    return f"work\n\nTk-Task: {task}"


def dated(clone: Clone, at: int, *args: str) -> str:
    env = {"GIT_COMMITTER_DATE": f"{at} +0000", "GIT_AUTHOR_DATE": f"{at} +0000"}
    return clone.git(*args, env=env)


def steps(clone: Clone, count: int, words: str = "work") -> None:
    for _ in range(count):
        clone.git("commit", "-q", "--allow-empty", "-m", f"{words}\n\nTk-Task: p")


def spent(words: str) -> Callable[[Clone, int], None]:
    def spend(clone: Clone, count: int) -> None:
        clone.git("commit", "-q", "--allow-empty", "-m", f"x\n\nTk-Spend: p\n{words.format(count)}")

    return spend


def rounds(clone: Clone, count: int) -> None:
    for _ in range(count):
        clone.ok("block", "p", "--reason", "failed")
        clone.ok("resume", "p")


class Kind(NamedTuple):
    """How much of a limit of three is used before a step, and what a step adds to it."""

    name: str
    use: Callable[[Clone, int], None]
    limit: str = "3"
    adds: int = 0


KINDS = [
    Kind("steps", steps, adds=1),
    Kind("tokens", spent("Tk-Tokens: {}")),
    Kind("cost", spent("Tk-Cost: {}.5"), limit="3.5"),
    Kind("rework", rounds),
    Kind("calls", spent("Tk-Calls: {}")),
]


def by_commit(clone: Clone, task: str = "p") -> None:
    clone.git("commit", "-q", "--allow-empty", "-m", step(task))


def by_no_verify(clone: Clone, task: str = "p") -> None:
    clone.git("commit", "-q", "-n", "--allow-empty", "-m", step(task))


def by_plumbing(clone: Clone, task: str = "p") -> None:
    oid = clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD", message=step(task))
    clone.git("update-ref", "refs/heads/main", oid)


def by_push(clone: Clone, task: str = "p") -> None:
    oid = clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD", message=step(task))
    clone.push(f"{oid}:refs/heads/x")


def at_the_server(clone: Clone, task: str = "p") -> None:
    oid = clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD", message=step(task))
    clone.push(f"{oid}:refs/heads/x", options=("--no-verify",))


def by_verify(clone: Clone, task: str = "p") -> None:
    oid = clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD", message=step(task))
    found = clone.verified(f"HEAD..{oid}")
    if found:
        raise Refused(" ".join(f"[{code}]" for code in found))


def by_command(clone: Clone, task: str = "p") -> None:
    answer = clone.tk("step", task)
    if answer.status:
        raise Refused(answer.err)


DOORS = [by_commit, by_no_verify, by_plumbing, by_push, at_the_server, by_verify, by_command]


FEW = [by_commit, at_the_server, by_verify]
"""The doors at which every kind is tried each time; the others try steps, and all in the long run."""

TRIED = [
    (KINDS[0], DOORS),
    *((kind, FEW) for kind in KINDS[1:]),
    *(pytest.param(kind, DOORS, marks=pytest.mark.long) for kind in KINDS[1:]),
]


@pytest.mark.parametrize(("kind", "doors"), TRIED, ids=lambda one: getattr(one, "name", len(one)))
def test_a_step_is_refused_at_one_more_than_the_limit(
    clone: Clone, kind: Kind, doors: Sequence[Callable[[Clone], None]]
) -> None:
    clone.ok("edit", "p", "--budget", f"{kind.name}={kind.limit}")
    clone.push()
    codes = {}
    for count in (2, 3, 4):  # what is used with the step: less than the limit, the limit, more
        used = clone.copy(clone.root.parent / f"{kind.name}-{count}")
        if kind.name == "rework" and count == 4:
            with pytest.raises(AssertionError, match="TK402"):
                kind.use(used, count)
            continue
        kind.use(used, count - kind.adds)
        for door in doors:
            place = used.copy(used.root.parent / f"{used.root.name}-{door.__name__}")
            codes[door.__name__, count] = refused_for(door, place)
    assert codes == {(name, count): {"TK401"} if count == 4 else set() for name, count in codes}


def refused_for(door: Callable[[Clone], None], place: Clone) -> set[str]:
    """The codes for which a door refuses a step; none if it takes it."""
    try:
        door(place)
    except Refused as error:
        return set(re.findall(r"\[(TK\d+)\]", str(error))) or {str(error)}
    return set()


def begun(clone: Clone, at: int, limit: int) -> None:
    """Put the task ``a`` in progress at ``at``, with a limit in seconds."""
    for words, fields in (
        ("limit", {"budget": {"seconds": limit}}),
        ("go", {"state": "in_progress"}),
    ):
        clone.edit("a", **fields)
        dated(clone, at, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", words)


@pytest.mark.parametrize("late", [2, 3, 4])
@pytest.mark.parametrize("door", [by_no_verify, by_plumbing, by_push, at_the_server, by_verify])
def test_time_in_progress_is_limited_by_the_dates_of_commits(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, door: Callable[..., None], late: int
) -> None:
    begin = int(time.time()) + 60  # no commit counts as older than its parents
    begun(clone, begin, 3)
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{begin + late} +0000")
    if late < 4:
        door(clone, "a")
    else:
        with pytest.raises(Refused, match="TK401"):
            door(clone, "a")


@pytest.mark.parametrize("door", [by_commit, by_command])
def test_time_in_progress_is_limited_by_the_clock_where_there_is_no_commit_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: Callable[..., None]
) -> None:
    """An hour ago it began; how long a test takes makes no difference."""
    begin = int(time.time()) - 3600
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{begin - 60} +0000")
    old = Clone.create(tmp_path / "old")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    begun(old, begin, 3500)
    enough = old.copy(tmp_path / "enough")
    enough.ok("edit", "a", "--budget", "seconds=7200")
    door(enough, "a")
    with pytest.raises(Refused, match="TK401"):
        door(old, "a")


def test_what_is_used_up_stops_starts_and_never_ends(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "tokens=3")
    clone.ok("spend", "p", "--tokens-in", "4")
    for stop in (
        ["submit", "p"],
        ["block", "p", "--reason", "user"],
        ["done", "p"],
        ["cancel", "p"],
    ):
        assert clone.tk(*stop, "--dry-run").status == Exit.OK
    clone.ok("submit", "p")
    assert "[TK402]" in clone.tk("reject", "p").err
    assert clone.tk("approve", "p", "--dry-run").status == Exit.OK
    clone.ok("block", "p", "--reason", "user")
    assert "[TK402]" in clone.tk("resume", "p").err
    clone.ok("requeue", "p")
    assert "[TK402]" in clone.tk("start", "p").err
    assert clone.verified() == set()


def test_a_parents_budget_stops_every_child(clone: Clone) -> None:
    clone.ok("edit", "a", "--parent", "b")
    clone.ok("edit", "c", "--parent", "b", "--budget", "steps=99")
    clone.ok("edit", "b", "--budget", "steps=3")
    clone.ok("start", "a", "c")
    clone.ok("step", "a")
    clone.ok("step", "c")
    clone.ok("step", "c")
    answer = clone.tk("step", "a")
    assert answer.status == Exit.REJECTED
    assert "4 of 3 steps used, the budget of b" in answer.err


def test_an_agent_that_fails_and_resumes_for_ever_is_stopped(clone: Clone) -> None:
    clone.ok("config", "set", "budget", "rework=5")
    for turn in range(20):
        clone.ok("block", "p", "--reason", "other")
        clone.ok("resume", "p")  # to wait for something is no rework
        clone.ok("block", "p", "--reason", "failed")
        answer = clone.tk("resume", "p")
        if answer.status:
            assert turn == 5
            assert "6 of 5 rounds of rework used" in answer.err
            return
    raise AssertionError("it went on for ever")


def test_attempts_are_limited_and_wait(clone: Clone) -> None:
    clone.ok("config", "set", "retry", "2")
    clone.ok("block", "p", "--reason", "failed")
    clone.ok("requeue", "p")
    task = clone.task("p")
    assert task.tries == 2
    assert task.retry.not_before
    clone.edit("p", state="in_progress")
    clone.git("add", "-A")
    clone.hooks_off()
    dated(clone, 1_000_000_000, "commit", "-q", "-m", "too early, with a date from long ago")
    assert clone.verified() == {"TK404"}


def test_one_attempt_too_many_is_refused(clone: Clone) -> None:
    clone.ok("config", "set", "retry", "1")
    clone.ok("block", "p", "--reason", "failed")
    assert "[TK403]" in clone.tk("requeue", "p").err


def test_a_new_attempt_refunds_nothing_unless_the_scope_says_so(clone: Clone) -> None:
    for scope, status in (("lifetime", Exit.REJECTED), ("attempt", Exit.OK)):
        one = clone.copy(clone.root.parent / scope)
        one.ok("edit", "p", "--budget", f"steps=2,scope={scope}")
        one.ok("step", "p")
        one.ok("step", "p")
        one.ok("block", "p", "--reason", "failed")
        one.ok("requeue", "p")
        one.ok("start", "p")
        assert one.tk("step", "p").status == status, scope


def test_the_hook_names_the_task_of_a_branch(clone: Clone) -> None:
    clone.git("switch", "-q", "-c", "tk/p")
    clone.write("code.txt", "more\n")
    clone.git("commit", "-q", "-a", "-m", "work")
    assert clone.git("log", "-1", "--format=%(trailers:key=Tk-Task)") == "Tk-Task: p"
    clone.write("code.txt", "other\n")
    clone.git("commit", "-q", "-a", "-m", "for a\n\nTk-Task: a")
    assert clone.git("log", "-1", "--format=%(trailers:key=Tk-Task)") == "Tk-Task: a"
    clone.commit(p={"labels": ["x"]})  # the ledger alone is no step
    assert "Tk-Task" not in clone.git("log", "-1", "--format=%B")


@pytest.mark.parametrize("way", ["environment", "note"])
def test_the_hook_names_the_task_that_is_known(clone: Clone, way: str) -> None:
    clone.write("code.txt", "more\n")
    if way == "note":
        (clone.path / ".git/tk/task").write_text("p\n")
    env = {"TK_TASK": "p"} if way == "environment" else {}
    clone.git("commit", "-q", "-a", "-m", "work", env=env)
    assert clone.git("log", "-1", "--format=%(trailers:key=Tk-Task)") == "Tk-Task: p"


def test_an_amended_step_is_one_step(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "steps=1")
    by_commit(clone)
    clone.git("commit", "-q", "--amend", "--allow-empty", "-m", "said better\n\nTk-Task: p")
    with pytest.raises(Refused, match="TK401"):
        by_commit(clone)


def test_a_warning_from_four_fifths_on(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "steps=5")
    steps(clone, 3)
    words = clone.run("commit", "-q", "--allow-empty", "-m", step()).stderr.decode()
    assert "warning: p: 4 of 5 steps used" in words
    assert "4 of 5 steps used" in clone.ok("tree").out
    assert "4 of 5 steps used" in clone.ok("list").out
    assert "warning: p: 4 of 5 steps used" in clone.ok("submit", "p").err


def test_the_policy_says_from_when_on_there_are_warnings(clone: Clone) -> None:
    clone.ok("config", "set", "warn_at", "50")
    clone.ok("edit", "p", "--budget", "steps=4")
    steps(clone, 1)
    words = clone.run("commit", "-q", "--allow-empty", "-m", step()).stderr.decode()
    assert "warning: p: 2 of 4 steps used" in words
    assert "2 of 4 steps used" in clone.ok("list").out
    clone.ok("config", "set", "warn_at", "90")
    steps(clone, 1)
    assert "warning" not in clone.ok("note", "p", "three of four").err
    assert "used" not in clone.ok("list").out


def test_a_limit_is_raised_by_its_role_with_a_reason(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "steps=1")
    clone.ok("config", "set", "roles", "budget=alice")
    raise_ = ["edit", "p", "--budget", "steps=9"]
    assert "[TK501]" in clone.tk(*raise_, "--reason", "more").err
    assert "[TK501]" in clone.tk(*raise_, "--as", "alice").err
    clone.ok(*raise_, "--as", "alice", "--reason", "it grew")
    assert "Tk-Reason: it grew" in clone.git("log", "-1", "--format=%B")
    assert clone.verified() == set()


def test_a_merge_that_brings_more_than_the_limit_is_no_crime(clone: Clone) -> None:
    clone.ok("edit", "p", "--budget", "steps=3")
    for side in ("one", "two"):
        clone.git("switch", "-q", "-c", side, "main")
        steps(clone, 2, side)
    clone.git("merge", "-q", "--no-edit", "one")
    assert clone.verified() == set()
    with pytest.raises(Refused, match="5 of 3 steps"):
        by_commit(clone)


def test_a_step_costs_one_more_git_process_at_most(clone: Clone) -> None:
    """The commit-msg hook of a step under a limit, against one where nothing is limited."""
    by_commit(clone)  # what is counted is remembered
    clone.ok("budget", "p")

    def processes() -> int:
        clone.trace.unlink(missing_ok=True)
        clone.write(".git/message", f"{step()}\n")
        clone.git("hook", "run", "commit-msg", "--", ".git/message")
        return len(clone.ran())

    free = processes()
    clone.ok("edit", "p", "--budget", "steps=50")
    assert processes() <= free + 1


@pytest.mark.parametrize("late", [3, 4])
def test_a_parent_that_was_begun_by_mistake_stops_no_child(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    """It has been in progress for minutes when work on its child begins; its limit is three seconds."""
    begin = int(time.time()) + 60
    clone.edit("b", budget={"seconds": 3}, state="in_progress")
    clone.edit("a", parent="b")
    quietly = ("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m")
    dated(clone, begin, *quietly, "a parent with a limit")
    clone.edit("a", state="in_progress")
    dated(clone, begin + 300, *quietly, "go")
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{begin + 300 + late} +0000")
    if late <= 3:
        for door in (by_verify, at_the_server, by_no_verify):
            door(clone, "a")
        (limit,) = clone.ok("budget", "b", "--json").json["tasks"][0]["limits"]
        assert limit["used"] == late
        assert f"{late}s of 3s" in clone.ok("show", "b").out
    else:
        for door in (by_verify, at_the_server, by_no_verify):
            with pytest.raises(Refused, match="TK401"):
                door(clone, "a")
