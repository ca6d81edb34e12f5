"""Verdicts of `tk verify` and of `stress.verify_elsewhere`: ``python -m stress.elsewhere [COMMITS] [SEED]``.

Random histories (`tests/support/raw_histories`), a part of them forged, are judged by both, commit by
commit: the rules broken, and by which tasks. Goes on until so many commits are made; exits 1 if any
two verdicts differ.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from stress import verify_elsewhere as elsewhere
from tests.support.raw_histories import Made, Weaver, stream
from tests.support.sins import SINS, forged
from tkledger.doors.judged import judge_all
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT

BATCH = 10
"""So many histories are written into one repository."""

COMMITS = 100
"""So many commits are in a history."""

FORGED = 5
"""Of so many histories one is written a second time, forged."""

Findings = set[tuple[str, str]]
UNREADABLE = {"TK101", "TK103", "TK104", "TK108"}
CIRCLES = {"TK304", "TK305", "TK306"}
BUDGETS = ("TK4", "TK501")


class Outcome(NamedTuple):
    """How many commits were accepted and refused, in how many histories and forged ones, how often each
    rule refused one, and the differences.
    """

    accepted: int = 0
    refused: int = 0
    histories: int = 0
    forged: int = 0
    codes: Mapping[str, int] = {}
    differences: tuple[str, ...] = ()

    def plus(self, other: Outcome) -> Outcome:
        """Both together."""
        return Outcome(
            self.accepted + other.accepted,
            self.refused + other.refused,
            self.histories + other.histories,
            self.forged + other.forged,
            Counter(self.codes) + Counter(other.codes),
            self.differences + other.differences,
        )


def compare(seeds: Iterable[int], folder: Path, commits: int = COMMITS) -> Outcome:
    """Compare the verdicts on a history for each seed; all of them are in one repository."""
    weavers = [Weaver(seed, SINS, 0.15 if seed % 3 else 0.5).run(commits) for seed in seeds]
    histories = [weaver.made for weaver in weavers]
    lies = [forged(weaver) for number, weaver in enumerate(weavers) if number % FORGED == 0]
    oids = written([*histories, *lies], folder)
    theirs, mine = by_tk(folder, oids), by_words(folder, oids)
    differences = []
    for oid in oids:
        told, said = comparable(theirs.get(oid, set())), comparable(mine.get(oid, set()))
        if not alike(told, said):
            only = ", ".join(f"{code} {key}" for code, key in sorted(told - said))
            more = ", ".join(f"{code} {key}" for code, key in sorted(said - told))
            differences.append(f"{oid}: only tk says: {only or '-'}; only the words: {more or '-'}")
    codes = Counter(code for oid in oids for code in {code for code, _ in theirs.get(oid, ())})
    refused = sum(oid in theirs for oid in oids)
    return Outcome(
        len(oids) - refused, refused, len(histories), len(lies), codes, tuple(differences)
    )


def written(histories: list[list[Made]], folder: Path) -> list[str]:
    """The ids of the commits of some histories, in one repository."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    data = b"".join(stream(histories, _file))
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--done", "--force"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode().split()


def _file(fields: dict[str, Any], is_policy: bool) -> bytes:
    kinds = elsewhere.POLICIES if is_policy else elsewhere.TASK
    return elsewhere.dumped(_flagged(fields), order=kinds).encode()


def _flagged(value: Any) -> Any:
    if isinstance(value, bool):
        return elsewhere.Flag(value)
    if isinstance(value, dict):
        return {key: _flagged(one) for key, one in value.items()}
    return [_flagged(one) for one in value] if isinstance(value, list) else value


def by_tk(folder: Path, oids: list[str]) -> dict[str, Findings]:
    """What each commit breaks by the rules of tk; without those of budgets, which are not compared."""
    repo = Repo(str(folder))
    found: defaultdict[str, Findings] = defaultdict(set)
    for one in judge_all(Ledger(repo), sorted(set(oids)), [], SILENT).broken:
        if not one.code.startswith(BUDGETS):
            found[one.commit].add((one.code, one.task))
    repo.close()
    return dict(found)


def by_words(folder: Path, oids: list[str]) -> dict[str, Findings]:
    """What each commit breaks by the words of the documents."""
    objects = elsewhere.Objects(str(folder))
    verdicts = elsewhere.Verdicts(objects, *sorted(set(oids)))
    objects.close()
    return verdicts.found


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


def main(wanted: int, seed: int) -> int:
    """Histories until ``wanted`` commits are made."""
    begun, found = time.perf_counter(), Outcome()
    for first in count(seed, BATCH):
        with TemporaryDirectory() as folder:
            found = found.plus(compare(range(first, first + BATCH), Path(folder)))
        print(
            f"{found.accepted:,} accepted, {found.refused:,} refused, in {found.histories:,}"
            f" histories and {found.forged:,} forged; {len(found.differences)} differences;"
            f" {time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        if found.accepted + found.refused >= wanted or len(found.differences) >= 20:
            break
    print(" ".join(f"{code} {number:,}" for code, number in sorted(found.codes.items())))
    for one in found.differences:
        print(f"wrong: {one}")
    return 1 if found.differences else 0


if __name__ == "__main__":
    words = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*words, *(100_000, 0)[len(words) :]))
