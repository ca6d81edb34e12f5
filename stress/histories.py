"""Four verdicts on random histories: ``python -m stress.histories [ACCEPTED] [SEED]``.

Each history is made in memory (`tests/support/random_ledgers.py`), what is refused there included, and
written by git. Every commit is judged by the server as a push of its own, by ``verify PARENTS..COMMIT``
and, with all others, by ``verify --all``; in memory it was judged by the rules alone and by the oracle
(`tests/support/independent_rules.py`). Goes on until so many commits were accepted; exits 1 if any two
differ.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.support.histories import BEGIN, PlainRepo
from tests.support.random_ledgers import World
from tkledger.core.change import Violation
from tkledger.core.rules import judge
from tkledger.core.snapshot import Entry, Flaw, Snapshot
from tkledger.doors.push import judge_push
from tkledger.doors.validated import ValidatedTips
from tkledger.doors.verify import judge_present, judge_range
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

NOW = BEGIN + 10**6
"""The server's clock, after all commits of a history."""


class Tried(NamedTuple):
    """One commit that a history tried: its parents by number, the codes it breaks in memory."""

    parents: tuple[int, ...]
    after: Snapshot
    codes: frozenset[str]


class Recorded(World):
    """A history that remembers what it refused, too."""

    def __init__(self, seed: int) -> None:
        self.tried: list[Tried] = []
        self.place: list[int] = []  # of each accepted commit among those tried
        super().__init__(seed)

    def attempt(self, parents: tuple[int, ...], after: Snapshot) -> int | None:
        """As in any history; remembered."""
        codes = frozenset(one.code for one in judge(self.proposed(parents, after)))
        self.tried.append(Tried(parents, after, codes))
        number = super().attempt(parents, after)
        if number is not None:
            self.place.append(len(self.tried) - 1)
        return number


def imported(world: Recorded, plain_repo: PlainRepo) -> list[str]:
    """The commits of a history, refused ones included, as git has them."""
    commits = []
    for one in world.tried:
        before = world.snapshots[one.parents[0]].entries if one.parents else {}
        places = tuple(world.place[parent] + 1 for parent in one.parents)
        commits.append((dict(_files(before, one.after.entries)), places))
    return plain_repo.fast_import(commits, branch=None)


def _files(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[tuple[str, Any]]:
    for key in sorted({*before, *after}):
        entry = after.get(key)
        if entry != before.get(key):
            yield key, f"# {entry.mark}\n".encode() if isinstance(entry, Flaw) else entry


Codes = dict[str, frozenset[str]]
"""What each commit breaks, by its short id."""


def _by_commit(violations: Iterable[Violation]) -> Codes:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in violations:
        if not one.code.startswith("TK7"):  # those are about the push
            found[one.commit].add(one.code)
    return {commit: frozenset(codes) for commit, codes in found.items()}


class Server:
    """The repository as a server that gets one commit after another."""

    def __init__(self, repo: Repo, plain_repo: PlainRepo) -> None:
        self.repo, self.plain_repo = repo, plain_repo
        self.validated = ValidatedTips(repo)
        self.main: str | None = None

    def push(self, oid: str, parents: list[str]) -> frozenset[str]:
        """What a push of a commit breaks; it lands if that is nothing, on main if it follows it."""
        follows = self.main is None or self.main in parents
        ref, old = ("refs/heads/main", self.main) if follows else (f"refs/heads/{oid}", None)
        line = RefLine(ref, old, oid)
        broken = list(judge_push(Ledger(self.repo), [line], NOW))
        if not broken:
            self.plain_repo.git("update-ref", ref, oid)
            self.validated.advance([line])
            self.main = oid if follows else self.main
        return _by_commit(broken).get(oid, frozenset())  # a refused parent is judged again


def differences(seed: int, folder: Path) -> tuple[int, int, list[str]]:
    """How many commits of a history were accepted and refused, and where verdicts differ."""
    world = Recorded(seed).run()
    plain_repo = PlainRepo(folder)
    oids = imported(world, plain_repo)
    repo = Repo(str(plain_repo.path))
    server = Server(repo, plain_repo)
    everything = _by_commit(judge_present(repo, oids))
    wrong = [f"oracle: {one}" for one in world.wrongs]
    accepted = 0
    for one, oid in zip(world.tried, oids):
        parents = [oids[world.place[parent]] for parent in one.parents]
        all_says = everything.get(oid, frozenset())
        violations = judge_range(Ledger(repo), oid, *parents).violations
        one_says = _by_commit(violations)
        range_says = one_says.get(oid, frozenset())
        told = {"all": all_says, "range": range_says}
        if parents or server.main is None:  # a second ledger is not for the server to compare
            told["server"] = server.push(oid, parents)
        if len({*told.values()}) > 1 or {*one_says} - {oid}:
            wrong.append(f"{oid}: " + ", ".join(f"{who} {sorted(c)}" for who, c in told.items()))
        by_rules = _by_commit(v for v in violations if not _of_a_side(v)).get(oid, frozenset())
        if _of_rules(one.codes) != _of_rules(by_rules):
            wrong.append(f"{oid}: memory {sorted(one.codes)}, git {sorted(by_rules)}")
        accepted += not range_says
    repo.close()
    return accepted, len(oids) - accepted, [f"history {seed}: {one}" for one in wrong]


def _of_a_side(violation: Violation) -> bool:
    """Whether it is of an older commit that a merge brings under a newer policy; memory has no walk."""
    return "by policy version" in violation.message


def _of_rules(codes: frozenset[str]) -> frozenset[str]:
    """Without what depends on bytes, which memory has none of, and on what was used."""
    form = {"TK1"} if any(code.startswith("TK1") for code in codes) else set()
    return frozenset({code for code in codes if code[:3] not in ("TK1", "TK4")} | form)


def main(wanted: int, seed: int) -> int:
    """Histories until ``wanted`` commits are accepted."""
    begun = time.perf_counter()
    accepted = refused = histories = 0
    wrong: list[str] = []
    while accepted < wanted and len(wrong) < 20:
        with TemporaryDirectory() as folder:
            more, fewer, differing = differences(seed + histories, Path(folder) / "repo")
        accepted, refused, histories = accepted + more, refused + fewer, histories + 1
        wrong += differing
    seconds = time.perf_counter() - begun
    print(
        f"{accepted:,} accepted, {refused:,} refused, in {histories:,} histories, {seconds:.0f} s"
    )
    for one in wrong:
        print(f"wrong: {one}")
    print(f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    words = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*words, *(500_000, 0)[len(words) :]))
