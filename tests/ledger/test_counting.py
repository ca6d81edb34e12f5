"""Counting from commits, against an oracle that knows nothing of sums or of what was counted before."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.project import Project, race
from tests.support.templates import After
from tkledger.core import quota
from tkledger.core.usage import Account, Usage, Used
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.ledger import changes, tally
from tkledger.ledger.reader import Ledger

ACTORS = ("ann", "ben", "eve")
POLICY = b"version: 1\nformat: 1\nlaw: 1\n"


class Made(NamedTuple):
    """A commit of a random history: what it is known to do."""

    parents: tuple[int, ...]
    at: int
    step: bool
    tokens: int
    state: str
    since: int | None
    clock: int
    who: str


def a_history(seed: int, size: int) -> tuple[list[Made], bytes]:
    """Random commits with up to three parents that work on one task and move it about, and the
    stream for git fast-import that makes them, each with a ref of its own.
    """
    rng = random.Random(seed)
    made: list[Made] = []
    stream: list[bytes] = []
    for number in range(size):
        parents = tuple(rng.sample(range(number), min(number, rng.choice((1, 1, 1, 2, 2, 3)))))
        sides = [made[one] for one in parents]
        at = 1_000_000 + number * 10 + rng.randrange(-40, 40)
        clock = max([at, *(side.clock for side in sides)])
        merge = len(parents) > 1
        if merge:
            state = rng.choice(sides).state
        elif sides and rng.random() < 0.7:
            state = sides[0].state
        else:
            state = rng.choice(("todo", "in_progress", "blocked", "in_review"))
        since = clock if state == "in_progress" else None
        if state == "in_progress" and sides:
            if state == sides[0].state:
                since = sides[0].since
            elif merge:
                since = next(side.since for side in sides[1:] if side.state == state)
        step, tokens = rng.random() < 0.4, rng.randrange(9)
        who = rng.choice(ACTORS)
        made.append(Made(parents, at, step and not merge, tokens, state, since, clock, who))
        words = (
            f"c{number}\n\n"
            + ("Tk-Task: a\n" if step else "Tk-Spend: a\n")
            + f"Tk-Tokens: {tokens}\n"
        )
        stream.append(_commit(number, parents, at, words, state, who))
    return made, b"".join(stream)


def _commit(
    number: int, parents: Sequence[int], at: int, words: str, state: str, who: str
) -> bytes:
    wait = "wait:\n  reason: user\n" if state == "blocked" else ""
    task = f"id: a\ntitle: T\nstate: {state}\n{wait}".encode()
    lines = [f"commit refs/heads/c{number}\nmark :{number + 1}\n".encode()]
    lines += [f"committer T <{who}> {at} +0000\ndata {len(words)}\n{words}\n".encode()]
    for place, parent in enumerate(parents):
        lines.append(f"{'merge' if place else 'from'} :{parent + 1}\n".encode())
    for path, data in ((".tasks/config.yaml", POLICY), (".tasks/a.yaml", task)):
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    return b"".join(lines)


def ancestors(made: Sequence[Made], one: int) -> set[int]:
    found, waiting = set(), [one]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += made[number].parents
    return found


def oracle(made: Sequence[Made], one: int) -> Used:
    """What the task used at a commit, by looking at every ancestor."""
    steps = tokens = rework = 0
    seconds: set[int] = set()
    for number in ancestors(made, one):
        commit = made[number]
        if len(commit.parents) > 1:
            continue
        steps += commit.step
        tokens += commit.tokens
        old = made[commit.parents[0]] if commit.parents else None
        if old and old.state == "in_progress" != commit.state and old.since is not None:
            seconds.update(range(old.since, commit.clock))
        if old and commit.state == "in_progress" and old.state == "in_review":
            rework += 1
    here = made[one]
    if here.state == "in_progress" and here.since is not None:
        seconds.update(range(here.since, here.clock))
    return Used(steps, len(seconds), tokens, 0, rework)


def workers(made: Sequence[Made], one: int) -> set[str]:
    """Who worked on the task up to a commit, by looking at every ancestor."""
    found = set()
    for number in ancestors(made, one):
        commit = made[number]
        old = made[commit.parents[0]].state if commit.parents else None
        begins = old in (None, "todo", "blocked") and commit.state in ("in_progress", "in_review")
        goes_on = old == "in_progress" != commit.state
        if commit.step or (len(commit.parents) < 2 and (begins or goes_on)):
            found.add(commit.who)
    return found


def newest(made: Sequence[Made], one: int) -> set[int]:
    """The newest commits of work up to a commit, by looking at the history of each."""
    work = {number for number in ancestors(made, one) if made[number].step}
    return {one for one in work if not any(one in ancestors(made, n) for n in work - {one})}


def names(oids: Sequence[str], numbers: set[int]) -> tuple[str, ...]:
    return tuple(sorted(oids[number] for number in numbers))


def hours(made: Sequence[Made], one: int) -> dict[str, dict[int, Used]]:
    """What each actor used up to a commit, by the hour, by looking at every ancestor."""
    found: dict[str, dict[int, Used]] = {who: {} for who in ACTORS}
    for number in ancestors(made, one):
        commit = made[number]
        if len(commit.parents) < 2 and (commit.step or commit.tokens):
            hour = commit.clock // quota.HOUR
            had = found[commit.who].get(hour, Used())
            more = had._replace(steps=had.steps + commit.step, tokens=had.tokens + commit.tokens)
            found[commit.who][hour] = more
    return found


def counted_hours(usage: Usage) -> dict[str, dict[int, Used]]:
    """The same as it was counted."""
    begin, end = (at // quota.HOUR for at in (999_000, 1_001_000))
    accounts = {who: usage.account(f"@{who}") or Account() for who in ACTORS}
    each = {who: quota._by_hour([one], begin, end) for who, one in accounts.items()}
    return {who: {at: one for at, one in some.items() if any(one)} for who, some in each.items()}


Counted = tuple[Used, frozenset[str], tuple[str, ...], dict[str, dict[int, Used]]]


def at(ledger: Ledger, oid: str) -> Counted:
    task, usage = ledger.at(oid).task("a"), ledger.tally.usage([oid], 0)
    assert task is not None
    return usage.used(task), usage.workers(task), usage.newest(task), counted_hours(usage)


@pytest.fixture(autouse=True)
def short_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of half a minute, so that a small history has several."""
    monkeypatch.setattr(quota, "HOUR", 30)


def imported(path: Path, seed: int, size: int) -> tuple[Project, list[Made], list[str]]:
    project = Project.create(path)
    made, stream = a_history(seed, size)
    project.git("fast-import", "--quiet", stdin=stream)
    shown = project.git("for-each-ref", "--format=%(refname:short) %(objectname)").splitlines()
    refs = dict(line.split(" ") for line in shown)
    return project, made, [refs[f"c{number}"] for number in range(size)]


SEEDS = [
    *range(4),
    17,
    *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 60) if seed != 17),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_forwards_backwards_and_from_anywhere_the_count_is_the_same(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, made, oids = imported(tmp_path / "repo", seed, 24)
    repo = Repo(str(project.path))
    expected = {
        oid: (oracle(made, n), workers(made, n), names(oids, newest(made, n)), hours(made, n))
        for n, oid in enumerate(oids)
    }
    for oid, counted in expected.items():  # each from the beginning
        assert at(Ledger(repo), oid) == counted
    for apart in (1, 4):  # in parts, as a long history is
        monkeypatch.setattr(tally, "_PART", apart)
        for oid, counted in expected.items():
            assert at(Ledger(repo), oid) == counted
    walking = Ledger(repo, remembers=True)
    order = list(oids)
    random.Random(seed).shuffle(order)
    for oid in order:  # each from wherever the last one was
        assert at(walking, oid) == expected[oid]
    for oid in order:  # and each by a command of its own, from where another one was
        assert at(Ledger(repo, remembers=True), oid) == expected[oid]
    repo.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_knows_what_was_used_at_each_commit(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_MOST_WAITING", 4)
    project, made, oids = imported(tmp_path / "repo", seed, 24)
    repo = Repo(str(project.path))
    rng = random.Random(seed)
    ranges = [[*oids], [oids[-1]], *([oids[-1], f"^{rng.choice(oids[:-1])}"] for _ in range(4))]
    walked = 0
    for late, revisions in ((late, one) for late in (0, 11) for one in ranges):
        ledger = Ledger(repo)
        for place, (commit, change) in enumerate(changes.walk(ledger, *revisions)):
            if place < late:  # so that it is asked when the first ones are let go of
                continue
            number = oids.index(commit.oid)
            task = change.after.task("a") if change else None
            if change is None or task is None or change.usage is None:
                continue
            walked += 1
            assert change.usage.used(task) == oracle(made, number), (revisions, number)
            assert change.usage.workers(task) == workers(made, number), (revisions, number)
            assert counted_hours(change.usage) == hours(made, number), (revisions, number)
            assert change.usage.newest(task) == names(oids, newest(made, number)), number
            sides = [names(oids, newest(made, parent)) for parent in made[number].parents]
            if len(sides) == 2:
                assert change.work_in is not None
                assert [change.work_in(side, "a") for side in range(2)] == sides, number
    assert walked
    repo.close()


# -- what rewriting does ------------------------------------------------------------------------


def used(project: Project, task: str = "a", **more: str) -> Mapping[str, int]:
    (row,) = project.ok("budget", task, "--json").json["tasks"]
    found: Mapping[str, int] = row["used"]
    return found


def step(project: Project, name: str = "code.txt", task: str = "a") -> None:
    path = project.path / name
    path.write_text((path.read_text() if path.exists() else "") + "more\n")
    project.git("add", name)
    project.git("commit", "-q", "-m", f"work\n\nTk-Task: {task}")


@pytest.fixture
def limited(project_after: After[Project]) -> Project:
    """Task a is in progress under a limit, with two steps."""
    return project_after(_limited)


def _limited(project: Project) -> None:
    project.ok("edit", "a", "--budget", "steps=9")
    project.ok("start", "a")
    step(project)
    step(project)


def test_it_is_the_same_in_a_clone(limited: Project, tmp_path: Path) -> None:
    assert used(limited)["steps"] == 2
    limited.git("clone", "-q", str(limited.path), str(tmp_path / "clone"))
    assert used(Project(tmp_path / "clone"))["steps"] == 2


def test_commits_that_two_branches_share_count_once(limited: Project) -> None:
    limited.git("branch", "side")
    step(limited)
    limited.git("switch", "-q", "side")
    step(limited, "side.txt")
    step(limited, "side.txt")
    limited.git("merge", "-q", "--no-edit", "main")
    assert used(limited)["steps"] == 5
    limited.git("switch", "-q", "main")
    limited.git("merge", "-q", "--no-edit", "side")
    assert used(limited)["steps"] == 5


def test_a_side_that_a_merge_drops_still_counts(limited: Project) -> None:
    limited.git("switch", "-q", "-c", "side")
    step(limited, "side.txt")
    limited.git("switch", "-q", "main")
    step(limited)
    limited.git("merge", "-q", "-s", "ours", "--no-edit", "side")
    assert used(limited)["steps"] == 4


def test_a_criss_cross_counts_each_commit_once(limited: Project) -> None:
    limited.git("branch", "side")
    step(limited)
    one = limited.head()
    limited.git("switch", "-q", "side")
    step(limited, "side.txt")
    other = limited.head()
    limited.git("merge", "-q", "--no-edit", one)
    limited.git("switch", "-q", "main")
    limited.git("merge", "-q", "--no-edit", other)
    step(limited)
    limited.git("merge", "-q", "--no-edit", "side")
    assert used(limited)["steps"] == 5


def test_a_rebase_keeps_the_count(limited: Project) -> None:
    limited.git("switch", "-q", "-c", "side")
    step(limited, "side.txt")
    limited.git("switch", "-q", "main")
    limited.write("other.txt", "x")
    limited.git("add", "other.txt")
    limited.git("commit", "-q", "-m", "other")
    limited.git("switch", "-q", "side")
    limited.git("rebase", "-q", "main")
    assert used(limited)["steps"] == 3


def test_what_a_squash_swallows_stays_in_the_mark(limited: Project) -> None:
    limited.git("switch", "-q", "-c", "side")
    for _ in range(3):
        step(limited, "side.txt")
    limited.ok("submit", "a")
    limited.git("switch", "-q", "main")
    limited.git("merge", "-q", "--squash", "side")
    limited.git("commit", "-q", "-m", "all of it")
    assert limited.file("a").count("steps: 5") == 1
    assert used(limited)["steps"] == 5
    limited.ok("reject", "a")
    step(limited)  # on top of what the mark says, not below it
    assert used(limited)["steps"] == 6
    limited.ok("verify", "--all")


def test_two_branches_marks_merge_as_the_greater_and_count_as_both(limited: Project) -> None:
    for name, count in (("one", 1), ("two", 2)):
        limited.git("switch", "-q", "-c", name, "main")
        for _ in range(count):
            step(limited, f"{name}.txt")
        limited.ok("spend", "a", "--tokens-in", "1")
    limited.git("merge", "-q", "--no-commit", "one", check=False)
    limited.ok("resolve")
    limited.git("commit", "-q", "--no-edit")
    assert used(limited)["steps"] == 5
    assert "steps: 4" in limited.file("a")
    limited.ok("verify", "--all")


def test_a_shallow_clone_never_falls_below_the_mark(limited: Project, tmp_path: Path) -> None:
    limited.ok("spend", "a", "--tokens-in", "1")
    limited.ok("edit", "a", "--budget", "steps=2")
    path = tmp_path / "shallow"
    limited.git("clone", "-q", "--depth", "1", f"file://{limited.path}", str(path))
    shallow = Project(path)
    answer = shallow.tk("budget", "a")
    assert answer.status == Exit.UNUSABLE
    assert "git fetch --unshallow" in answer.err
    assert "[TK401]" in shallow.tk("step", "a").err
    shallow.ok("submit", "a")


def test_work_squashed_without_a_word_refunds_nothing(limited: Project) -> None:
    """An agent that folds its steps into one, again and again, gets no further than its limit."""
    limited.ok("edit", "a", "--budget", "steps=5")
    base = limited.head()
    for _ in range(3):
        step(limited)
    limited.ok("block", "a", "--reason", "user")
    marked = limited.file("a")
    limited.git("reset", "-q", "--soft", base)
    limited.git("commit", "-q", "-m", "all of it, as if it had been nothing")
    assert limited.file("a") == marked
    assert used(limited)["steps"] == 5
    limited.ok("resume", "a")
    assert "[TK401]" in limited.tk("step", "a").err


def test_a_long_line_of_marks_is_counted_the_same_from_anywhere(limited: Project) -> None:
    for turn in range(4):
        step(limited)
        limited.ok("block", "a", "--reason", "user")
        if turn == 2:  # what the last two commits said is lost, their marks are not
            limited.git("reset", "-q", "--soft", "HEAD~2")
            limited.git("commit", "-q", "-m", "squashed")
        limited.ok("resume", "a")
    repo = Repo(str(limited.path))
    oids = limited.git("rev-list", "HEAD", "--", ".tasks/a.yaml").splitlines()
    alone = {oid: at(Ledger(repo), oid) for oid in oids}
    walking = Ledger(repo, remembers=True)
    random.Random(1).shuffle(oids)
    assert {oid: at(walking, oid) for oid in oids} == alone
    assert alone[limited.head()][0].steps == 6
    repo.close()


# -- what is remembered ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage", ["deleted", "cut", "emptied", "other", "shape", "tampered", "gone"]
)
def test_what_is_remembered_may_be_lost(limited: Project, damage: str) -> None:
    assert used(limited)["steps"] == 2
    file = limited.path / ".git/tk/sums.json"
    text = file.read_text()
    if damage == "deleted":
        file.unlink()
    elif damage == "cut":
        file.write_text(text[: len(text) // 2])
    elif damage == "emptied":
        file.write_text("")
    elif damage == "other":
        file.write_text('{"tk": "9", "tip": []}')
    elif damage == "shape":  # as another tk might have written it
        file.write_text(text.replace("2 ", "1 ", 1))
    elif damage == "tampered":
        assert '{"1":[2,0,0,0,0,0]}' in text
        file.write_text(text.replace('{"1":[2,0,0,0,0,0]}', '{"1":[1,0,0,0,0,0]}'))
    else:
        limited.git("reset", "-q", "--hard", "HEAD~1")
        limited.git(
            "-c",
            "gc.reflogExpireUnreachable=now",
            "reflog",
            "expire",
            "--expire-unreachable=now",
            "--all",
        )
        limited.git("gc", "-q", "--prune=now")
        step(limited)
    assert used(limited)["steps"] == 2


def test_many_count_at_once(limited: Project) -> None:
    before = used(limited)
    (limited.path / ".git/tk/sums.json").unlink()
    for answer in race([(limited, ["budget", "a", "--json"]) for _ in range(6)]):
        assert answer.status == 0, answer.err
        assert answer.json["tasks"][0]["used"]["steps"] == before["steps"]
    assert [path.name for path in (limited.path / ".git/tk").glob("sums.json*")] == ["sums.json"]


def test_verify_does_not_look_at_what_is_remembered(limited: Project) -> None:
    limited.ok("edit", "a", "--budget", "steps=1")
    used(limited)
    step(limited)
    file = limited.path / ".git/tk/sums.json"
    file.write_bytes(b"\xff")
    assert limited.tk("verify").status == Exit.REJECTED
    assert file.read_bytes() == b"\xff"
