"""Verdicts of `tk verify` and of `verify_elsewhere`: ``python -m stress.elsewhere [COMMITS] [SEED] [TAMPERED]``.

Random histories (`tests/support/raw_histories`), and some of them once more, tampered with, are judged by
both, commit by commit: the rules broken, and by which tasks. Goes on until so many commits are made, and
so many histories tampered with; exits 1 if any two verdicts differ, and keeps their repositories.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, NamedTuple

from stress import verify_elsewhere as elsewhere
from tests.support import tampering
from tests.support.raw_histories import File, Made, State, Weaver, stream
from tests.support.sins_of_reviews import ALL_SINS as SINS
from tests.support.sins_of_reviews import RARE, SCARCE
from tkledger.doors.judged import judge_all
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT

BATCH = 10
"""So many histories are written into one repository."""

COMMITS = 100
"""So many commits are in a history."""

Findings = set[tuple[str, str]]
UNREADABLE = {"TK101", "TK103", "TK104", "TK108"}
CIRCLES = {"TK304", "TK305", "TK306"}
NOT_ASKED = ("TK4", "TK501", "TK512", "TK519", "TK520", "TK521", "TK524")
"""Rules of budgets, of signatures, of how waits end and of attempts: they are not compared."""


class Outcome(NamedTuple):
    """How many commits both accept and refuse, in how many histories and tampered ones; how often each rule is
    broken by what both say, by what tk says alone, and by the words alone; and the differences.
    """

    accepted: int = 0
    refused: int = 0
    histories: int = 0
    tampered: int = 0
    both: Mapping[str, int] = {}
    tk: Mapping[str, int] = {}
    words: Mapping[str, int] = {}
    differences: tuple[str, ...] = ()

    def plus(self, other: Outcome) -> Outcome:
        """Both together."""
        pairs: Iterable[tuple[Any, Any]] = zip(self, other)
        both: Any = (Counter(a) + Counter(b) if isinstance(a, Mapping) else a + b for a, b in pairs)
        return Outcome(*both)

    def words_for(self, first: int, end: int, begun: float) -> str:
        """What was found with which seeds, since when."""
        made = self.accepted + self.refused
        return (
            f"seeds {first} to {end - 1}: {made:,} commits, {self.accepted / (made or 1):.0%} accepted,"
            f" in {self.histories:,} histories and {self.tampered:,} tampered ones;"
            f" {len(self.differences)} differences; {time.perf_counter() - begun:.0f} s"
        )

    def table(self) -> str:
        """How often each rule is broken."""
        rows = [f"{'rule':8}{'by both':>10}{'only tk':>10}{'only words':>12}"]
        for code in sorted({*self.both, *self.tk, *self.words}):
            some = (self.both.get(code, 0), self.tk.get(code, 0), self.words.get(code, 0))
            rows.append("{:8}{:10,}{:10,}{:12,}".format(code, *some))
        return "\n".join(rows)


def compare(
    seeds: Iterable[int], folder: Path, commits: int = COMMITS, tampered: int = 2
) -> Outcome:
    """Compare the verdicts on a history for each seed, and on the first of them once more, tampered with;
    all of them are in one repository.
    """
    weavers = [_woven(seed).run(commits) for seed in seeds]
    histories = [(weaver.made, None) for weaver in weavers]
    lies = [(*tampering.tampered(one), place) for place, one in enumerate(weavers[:tampered])]
    oids = written(
        [*histories, *((made, place if kept else None) for made, kept, place in lies)], folder
    )
    theirs, mine = by_tk(folder, oids), by_words(folder, oids)
    both, tk, words, differences = Counter[str](), Counter[str](), Counter[str](), list[str]()
    for oid in oids:
        told, said = theirs.get(oid, set()), mine.get(oid, set())
        if alike(comparable(told), comparable(said)):
            both.update({code for code, _ in told})
            continue
        told, said = comparable(told), comparable(said)
        tk.update({code for code, _ in told - said})
        words.update({code for code, _ in said - told})
        only, more = (
            ", ".join(sorted(f"{code} {key}" for code, key in some)) or "-"
            for some in (told - said, said - told)
        )
        differences.append(f"{folder} {oid}: only tk says: {only}; only the words: {more}")
    refused = sum(oid in theirs for oid in oids)
    return Outcome(
        *(len(oids) - refused, refused, len(histories), len(lies)),
        *(both, tk, words, tuple(differences)),
    )


def _woven(seed: int) -> Weaver:
    """A history, not begun: of five one is mostly legal, and three sin as others rarely do."""
    kind = seed % 5
    sins = {1: RARE, 3: RARE, 4: SCARCE}.get(kind, SINS)
    return Weaver(seed, sins, 0.95 if kind else 0.2, restrained=kind in (1, 3, 4))


def written(histories: list[tuple[list[Made], int | None]], folder: Path) -> list[str]:
    """The ids of the commits of some histories, in one repository. Verdicts in them name commits of their own
    history, or of another by its place.
    """
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    importer = _Importer(folder)
    each: list[list[str]] = []
    begin = 0
    for made, named in histories:
        own: list[str] = []
        each.append(own)
        files = partial(_files, importer, own if named is None else each[named])
        for mark, data in enumerate(stream(made, files, begin), begin + 1):
            importer.commit(data, mark, own)
        importer.settle()
        begin += len(made)
    importer.close()
    return [oid for own in each for oid in own]


class _Importer:
    """Writes commits by ``git fast-import``."""

    def __init__(self, folder: Path) -> None:
        command = ["git", "-C", str(folder), "fast-import", "--quiet", "--done", "--force"]
        self._waiting: list[list[str]] = []
        self._git: Any = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def commit(self, data: bytes, mark: int, oids: list[str]) -> None:
        """Write a commit; its id is put at the end of some, once `settle` is called."""
        self._git.stdin.write(data + b"get-mark :%d\n" % mark)
        self._waiting.append(oids)

    def settle(self) -> None:
        """Wait for the ids of all commits."""
        self._git.stdin.flush()
        for oids in self._waiting:
            oids.append(self._git.stdout.readline().decode().strip())
        self._waiting.clear()

    def close(self) -> None:
        """Have it write all; raises if it failed."""
        self._git.communicate(b"done\n")
        assert self._git.returncode == 0, "git fast-import failed"


def _files(importer: _Importer, oids: list[str], state: State) -> dict[str, File]:
    if any("@" in line for one in state.tasks.values() for line in one.get("verdicts", ())):
        importer.settle()
    return state.files(lambda fields, is_policy: _file(_named(fields, oids), is_policy))


def _named(task: dict[str, Any], oids: list[str]) -> dict[str, Any]:
    """A task whose verdicts name commits by their ids, not by numbers."""

    def ids(found: re.Match[str]) -> str:
        numbers = map(int, found[1].split("+"))
        return "+".join(sorted(oids[one] if one < len(oids) else "f" * 40 for one in numbers))

    lines = [re.sub(r"(?<= )@([0-9+]+)", ids, one) for one in task.get("verdicts", ())]
    return {**task, "verdicts": lines} if lines else task


def _file(fields: dict[str, Any], is_policy: bool) -> bytes:
    kinds = elsewhere.POLICIES if is_policy else elsewhere.TASK
    said = fields.get("proposal", {})
    if isinstance(said.get("policy"), dict):
        fields = {**fields, "proposal": {**said, "policy": _file(said["policy"], True).decode()}}
    return elsewhere.dumped(_flagged(fields), order=kinds).encode()


def _flagged(value: Any) -> Any:
    if isinstance(value, bool):
        return elsewhere.Flag(value)
    if isinstance(value, dict):
        return {key: _flagged(one) for key, one in value.items()}
    return [_flagged(one) for one in value] if isinstance(value, list) else value


def by_tk(folder: Path, oids: list[str]) -> dict[str, Findings]:
    """What each commit breaks by the rules of tk; without those that are not compared."""
    repo = Repo(str(folder))
    found: defaultdict[str, Findings] = defaultdict(set)
    for one in judge_all(Ledger(repo), sorted(set(oids)), [], SILENT).broken:
        if not one.code.startswith(NOT_ASKED):
            found[one.commit].add((one.code, one.task))
    repo.close()
    return dict(found)


def by_words(folder: Path, oids: list[str]) -> dict[str, Findings]:
    """What each commit breaks by the words of the documents."""
    return {oid: some for oid, some in elsewhere.verdicts(str(folder), *oids).items() if some}


def comparable(found: Findings) -> Findings:
    """What both can say: who reads no YAML cannot tell which rule of form a file breaks, and on a
    circle any of the tasks may be named.
    """
    return {
        ("TK1xx", key) if code in UNREADABLE else (code, "") if code in CIRCLES else (code, key)
        for code, key in found
    }


def alike(told: Findings, said: Findings) -> bool:
    """Whether two verdicts are the same; a circle of one kind may or may not be told as one of both."""
    if told != said and {("TK304", ""), ("TK305", "")} & told & said:
        return told - {("TK306", "")} == said - {("TK306", "")}
    return told == said


def main(wanted: int, seed: int, lies: int) -> int:
    """Histories until ``wanted`` commits are made, and so many of them are tampered with; or until it is
    interrupted.
    """
    begun, found, folders = time.perf_counter(), Outcome(), list[str]()
    for first in count(seed, BATCH):
        folder = mkdtemp()
        left = min(BATCH, max(0, lies - found.tampered))
        try:
            more = compare(range(first, first + BATCH), Path(folder), tampered=left)
        except KeyboardInterrupt:
            rmtree(folder)
            break
        found = found.plus(more)
        if more.differences:
            folders.append(folder)
            print("\n".join(more.differences))
        else:
            rmtree(folder)
        if first // BATCH % 10 == 9:
            print(found.words_for(seed, first + BATCH, begun), flush=True)
        made = found.accepted + found.refused
        if (made >= wanted and found.tampered >= lies) or len(found.differences) >= 20:
            break
    print(found.table())
    print(found.words_for(seed, first + BATCH, begun))
    for one in folders:
        print(f"kept: {one}")
    return 1 if found.differences else 0


if __name__ == "__main__":
    words = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*words, *(100_000, 0, 1_000)[len(words) :]))
