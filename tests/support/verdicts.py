"""The verdicts on random histories of all who judge: a server, ranges, all of history, memory, the oracle.

A history is made in memory (`random_ledgers`), where the rules alone and the oracle judge it, and is
written by git with a part of what was refused. What it is compared with is one judgement of all of
its commits, as ``tk verify --all`` makes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.support.histories import BEGIN, PlainRepo
from tests.support.random_ledgers import World
from tkledger.core.change import Violation
from tkledger.core.snapshot import Entry, Flaw, Snapshot
from tkledger.doors import install
from tkledger.doors.judged import judge_present
from tkledger.doors.push import judge_push
from tkledger.doors.validated import ValidatedTips
from tkledger.doors.verify import judge_range
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

NOW = BEGIN + 10**6
"""The server's clock, after all commits of a history."""

KEPT = 0.1
"""The part of what is refused in memory that git gets to see."""

SIZES = (5, 40, 100)
"""So many commits are pushed at once, or are about what a range holds."""

Codes = frozenset[str]


class Tried(NamedTuple):
    """One commit that was proposed: its parents, by their places among those tried, the ledger of its
    first parent, its own ledger and its message, and what it breaks in memory.
    """

    parents: tuple[int, ...]
    before: Snapshot
    after: Snapshot
    message: str
    codes: Codes


class Recorded(World):
    """A history that keeps what it refused, too. In a fifth of all, messages charge tasks, which memory
    does not count, so that git's judges refuse more.
    """

    def __init__(self, seed: int) -> None:
        self.tried: list[Tried] = []
        self._place: list[int] = []  # of each accepted commit among those tried
        self._dice = dice = Random(seed + 1)  # so that what is kept does not change what happens
        self._charging = dice.random() < 0.2
        wild, amending = dice.choice((0.02, 0.1, 0.3)), dice.choice((0, 0, 0.01, 0.05))
        super().__init__(seed, wild=wild, amending=amending)

    def judged(
        self, parents: tuple[int, ...], after: Snapshot, violations: Sequence[Violation]
    ) -> None:
        """Keep all that is accepted, and a part of the rest."""
        if violations and self._dice.random() > KEPT:
            return
        if not violations:
            self._place.append(len(self.tried))
        places = tuple(self._place[parent] for parent in parents)
        before = self.snapshots[parents[0]] if parents else Snapshot()
        codes = frozenset(one.code for one in violations)
        self.tried.append(Tried(places, before, after, self._message(before), codes))

    def _message(self, before: Snapshot) -> str:
        tasks = sorted(before.ids())
        if not (self._charging and tasks and self._dice.random() < 0.4):
            return "woven"
        task = self._dice.choice(tasks)
        amount = self._dice.choice(("", "Tk-Tokens: 1\n", "Tk-Tokens: 2\nTk-Cost: 0.5\n"))
        return f"work\n\n{self._dice.choice(('Tk-Task', 'Tk-Task', 'Tk-Spend'))}: {task}\n{amount}"


class History:
    """A recorded history as git has it, and what all of it breaks, by commit.

    ancestors: of each commit all that it has in its history, itself included, as a set of bits
    sound: of each commit whether nothing in its history breaks a rule
    """

    def __init__(
        self, tried: Sequence[Tried], oids: Sequence[str], broken: Mapping[str, Codes]
    ) -> None:
        self.tried, self.oids, self.broken = tried, oids, broken
        self.ancestors: list[int] = []
        self.sound: list[bool] = []
        for place, (one, oid) in enumerate(zip(tried, oids)):
            mine = 1 << place
            for parent in one.parents:
                mine |= self.ancestors[parent]
            self.ancestors.append(mine)
            self.sound.append(oid not in broken and all(self.sound[one] for one in one.parents))

    def heads(self, places: Iterable[int]) -> list[int]:
        """Those that no other of them has in its history, the last one first."""
        found: list[int] = []
        known = 0
        for place in sorted(places, reverse=True):
            if not known >> place & 1:
                found.append(place)
                known |= self.ancestors[place]
        return found

    def expected(self, places: Iterable[int]) -> dict[str, Codes]:
        """What these commits break."""
        chosen = (self.oids[place] for place in places)
        return {oid: self.broken[oid] for oid in chosen if oid in self.broken}


class Outcome(NamedTuple):
    """What came of comparing histories: how many commits git's judges accept and refuse, how many
    verdicts each of them gave, and the differences.
    """

    accepted: int = 0
    refused: int = 0
    ranges: int = 0
    pushes: int = 0
    real_pushes: int = 0
    differences: tuple[str, ...] = ()

    def plus(self, other: Outcome) -> Outcome:
        """Both together."""
        return Outcome(*(mine + its for mine, its in zip(self, other)))  # type: ignore[operator]


def compare(seeds: Iterable[int], folder: Path, *, operations: int, hooked: int = 0) -> Outcome:
    """Compare the verdicts on a history for each seed; all of them are in one repository.

    hooked: of one history in so many, the server is one with hooks, and gets real pushes; 0: of none
    """
    worlds = {seed: Recorded(seed) for seed in seeds}
    for world in worlds.values():
        world.run(operations)
    plain_repo = PlainRepo(folder / "repo")
    oids = _imported([world.tried for world in worlds.values()], plain_repo)
    plain_repo.git("update-ref", "HEAD", oids[0][0])
    repo = _repo(plain_repo.path)
    told = judge_present(repo, [oid for some in oids for oid in some])
    broken, by_rules = _by_commit(told), _by_commit(one for one in told if not _of_a_side(one))
    found = Outcome()
    for number, (seed, world) in enumerate(worlds.items()):
        history = History(world.tried, oids[number], broken)
        is_hooked = bool(hooked) and seed % hooked == 0
        kind = HookedServer if is_hooked else Server
        server = kind(plain_repo, folder / f"server-{number}.git")
        wrong = [f"oracle: {one}" for one in world.wrongs]
        wrong += _of_memory(history, by_rules)
        ranges = list(_of_ranges(history, repo, Random(seed + 2)))
        pushes = list(_of_pushes(history, server, Random(seed + 3)))
        server.close()
        wrong += [one for one in (*ranges, *pushes) if one]
        refused = sum(oid in broken for oid in history.oids)
        counts = (len(pushes), 0) if not is_hooked else (0, len(pushes))
        wrong = [f"history {seed}: {one}" for one in wrong]
        accepted = len(history.oids) - refused
        found = found.plus(Outcome(accepted, refused, len(ranges), *counts, tuple(wrong)))
    repo.close()
    return found


class _Bases(dict[tuple[str, ...], list[str]]):
    """The merge bases that git named: of these objects they stay the same, so each is asked for once."""

    def clear(self) -> None:
        """Keep them."""


BASES = _Bases()


def _repo(path: Path) -> Repo:
    repo = Repo(str(path))
    repo.bases = BASES
    return repo


def _imported(histories: Sequence[Sequence[Tried]], plain_repo: PlainRepo) -> list[list[str]]:
    """The commits of several histories in one repository, by one import."""
    commits, messages, begin = [], [], 0
    for tried in histories:
        for one in tried:
            files = dict(_files(one.before.entries, one.after.entries))
            commits.append((files, tuple(begin + parent + 1 for parent in one.parents)))
            messages.append(one.message)
        begin += len(tried)
    oids = iter(plain_repo.fast_import(commits, branch=None, messages=messages))
    return [[next(oids) for _ in tried] for tried in histories]


def _files(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[tuple[str, Any]]:
    for key in sorted({*before, *after}):
        entry = after.get(key)
        if entry != before.get(key):
            yield key, f"# {entry.mark}\n".encode() if isinstance(entry, Flaw) else entry


def _by_commit(violations: Iterable[Violation]) -> dict[str, Codes]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in violations:
        if not one.code.startswith("TK7"):  # those are about the push
            found[one.commit].add(one.code)
    return {commit: frozenset(codes) for commit, codes in found.items()}


def _difference(who: str, expected: object, told: object) -> str:
    """The difference in words; empty if there is none."""
    return f"{who}: told {told}, but all of history: {expected}" if told != expected else ""


# -- memory ------------------------------------------------------------------------------------


def _of_memory(history: History, by_rules: Mapping[str, Codes]) -> Iterator[str]:
    for one, oid in zip(history.tried, history.oids):
        mine, its = _comparable(one.codes), _comparable(by_rules.get(oid, frozenset()))
        if mine != its:
            yield _difference(f"memory of {oid}", sorted(its), sorted(mine))


def _of_a_side(violation: Violation) -> bool:
    """Whether it is of an older commit that a merge brings under a newer policy; memory has no walk."""
    return "by policy version" in violation.message


def _comparable(codes: Collection[str]) -> Codes:
    """Without what depends on bytes, which memory has none of, and on what was used or who worked."""
    form = {"TK1"} if any(code.startswith("TK1") for code in codes) else set()
    return frozenset(
        {code for code in codes if code[:3] not in ("TK1", "TK4") and code != "TK503"} | form
    )


# -- ranges ------------------------------------------------------------------------------------


def _of_ranges(history: History, repo: Repo, rng: Random) -> Iterator[str]:
    """The differences of ``verify A..B``: each commit is in at least one of the ranges."""
    known = 0
    for chunk in _chunks(range(len(history.tried)), rng):
        for tip in sorted(history.heads(chunk), key=lambda one: not history.sound[one]):
            before = _members(history.ancestors[tip] & known)
            older = [one for one in before if history.sound[one]]
            bases = [rng.choice(older[-20:])] if older and rng.random() < 0.1 else older
            bits = history.ancestors[tip]
            known |= bits
            for base in history.heads(bases):
                bits &= ~history.ancestors[base]
            oid, *others = (history.oids[place] for place in (tip, *history.heads(bases)))
            verdict = judge_range(Ledger(repo), oid, *others)
            chosen = _members(bits)
            who = " ".join(["range", oid, *(f"^{other}" for other in others)])
            expected = len(chosen), history.expected(chosen)
            yield _difference(who, expected, (verdict.commits, _by_commit(verdict.violations)))


def _chunks(places: Sequence[int], rng: Random) -> Iterator[Sequence[int]]:
    begin = 0
    while begin < len(places):
        end = begin + rng.choice(SIZES)
        yield places[begin:end]
        begin = end


def _members(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


# -- servers -----------------------------------------------------------------------------------


def _of_pushes(history: History, server: Server, rng: Random) -> Iterator[str]:
    """The differences of a server that gets the history push by push: what is sound lands; what is not
    is tried after it, or before it and together with it.
    """
    main: int | None = None
    for chunk in _chunks(range(len(history.tried)), rng):
        known = [place for place in chunk if history.ancestors[place] & 1]  # not of a second ledger
        heads = history.heads(place for place in known if history.sound[place])
        follow = [one for one in heads if main is None or history.ancestors[one] >> main & 1]
        refs = {f"refs/heads/{'main' if place in follow[:1] else place}": place for place in heads}
        bad = [
            place
            for place in known
            if history.oids[place] in history.broken
            and all(history.sound[parent] for parent in history.tried[place].parents)
        ]
        wrong = {f"refs/heads/bad-{place}": place for place in bad}
        pushes = [{**refs, **wrong}, refs] if rng.random() < 0.2 else [refs, wrong]
        for lines in [one for one in pushes if one]:
            told = server.push({ref: history.oids[place] for ref, place in lines.items()})
            expected = server.seen(history.expected(lines.values()))
            second = {
                oid for oid, one in zip(history.oids[1:], history.tried[1:]) if not one.parents
            }
            told = {oid: codes for oid, codes in told.items() if oid not in second}
            yield _difference(f"push of {sorted(lines)}", expected, told)
        if server.main is not None:
            main = history.oids.index(server.main)


class Server:
    """A server that borrows the objects of a repository, and is asked as its hooks ask.

    main: the commit of its main branch
    """

    def __init__(self, plain_repo: PlainRepo, path: Path) -> None:
        self.plain_repo, self.path = plain_repo, path
        plain_repo.git("init", "-q", "--bare", "-b", "main", "--template=", str(path))
        (path / "objects" / "info").mkdir(exist_ok=True)
        objects = plain_repo.path / ".git" / "objects"
        (path / "objects" / "info" / "alternates").write_text(f"{objects}\n")
        self.main: str | None = None
        self._repo = _repo(path)
        self._validated = ValidatedTips(self._repo)
        self._refs: dict[str, str] = {}

    def seen(self, broken: Mapping[str, Codes]) -> Mapping[str, Codes]:
        """What is broken, as far as the last `push` could say it."""
        return broken

    def push(self, commits: Mapping[str, str]) -> dict[str, Codes]:
        """What a push breaks, by commit; it lands if that is nothing. What only the push itself
        breaks, such as a limit that all branches share, does not count here.
        """
        lines = [RefLine(ref, self._refs.get(ref), oid) for ref, oid in commits.items()]
        self._repo.refresh()
        broken = _by_commit(judge_push(Ledger(self._repo, remembers=True), lines, NOW))
        if not broken:
            moves = "".join(f"update {ref} {oid}\n" for ref, oid in commits.items())
            self.plain_repo.git("-C", str(self.path), "update-ref", "--stdin", stdin=moves.encode())
            self._validated.note_passed(lines)
            self._validated.advance(lines)
            self._landed(commits)
        return broken

    def _landed(self, commits: Mapping[str, str]) -> None:
        self._refs.update(commits)
        self.main = self._refs.get("refs/heads/main")

    def close(self) -> None:
        """End the git that reads for it."""
        self._repo.close()


class HookedServer(Server):
    """The same server with its hooks installed, and real pushes to it."""

    def __init__(self, plain_repo: PlainRepo, path: Path) -> None:
        super().__init__(plain_repo, path)
        self._sender = Repo(str(plain_repo.path))
        self._named: Codes = frozenset()
        self._cut = False
        install.install(self._repo, server=True)

    def seen(self, broken: Mapping[str, Codes]) -> Mapping[str, Codes]:
        """The codes, without the commits, which the words do not tell apart; of many violations only those
        that the words name.
        """
        codes: Codes = frozenset().union(*broken.values())
        seen = codes & self._named if self._cut else codes
        return {"": seen} if seen else {}

    def push(self, commits: Mapping[str, str]) -> dict[str, Codes]:
        """As above; a push that a rule about pushes refuses does not land here."""
        refspecs = [f"{oid}:{ref}" for ref, oid in commits.items()]
        words = self._sender.refusal("push", "-q", str(self.path), *refspecs)
        if words is None:
            self._cut = False
            self._landed(commits)
            return {}
        self._named = codes = frozenset(re.findall(r"\bTK\d+", words))
        self._cut = re.search(r"\band \d+ more *$", words, re.MULTILINE) is not None
        assert codes, words
        broken = frozenset(code for code in codes if not code.startswith("TK7"))
        return {"": broken} if broken else {}
