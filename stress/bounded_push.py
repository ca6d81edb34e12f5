"""A sample of what `bounded.py` tries, in git: ``python -m stress.bounded_push [WALKS] [SEED] [STEPS]``.

A walk is a history of real commits, signed with real keys where the policy wants that. After each step, some of
what the law refuses there is pushed to a server with hooks, and then one step that the law accepts. The server has
to say the same as the law in memory, and for the same reasons.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from stress.bounded import World, settings
from stress.bounded_steps import ACTORS, KIM, Point, Setting, Step, commits, merges, picks
from tests.support.signers import Key, ssh_key
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.verdict import parsed
from tkledger.doors import install
from tkledger.files import codec
from tkledger.git.repo import Repo

REFUSED = 3
"""How many refused steps are tried before each accepted one."""


class Tip(NamedTuple):
    """The tip of a branch: what the law knows of it, and the commit."""

    point: Point
    oid: str


class Outcome(NamedTuple):
    """What pushes came to: how often each rule refused one, how many were accepted, and what differed."""

    refused: Counter[str]
    accepted: int
    differences: list[str]


class Walk:
    """One history, in a repository and on its server."""

    def __init__(self, folder: Path, setting: Setting, chance: random.Random) -> None:
        self._keys: Mapping[str, Key] = {}
        if setting.forged:
            self._keys = {name: ssh_key(folder, name) for name in ACTORS}
            keys = {name: (key.public,) for name, key in self._keys.items()}
            setting = setting._replace(policy=setting.policy._replace(keys=keys))
        self._chance = chance
        self._world = World(setting)
        self._repo, self._server = folder / "repo", folder / "server.git"
        self._git("init", "-q", str(self._repo), cwd=folder)
        self._git("init", "-q", "--bare", str(self._server), cwd=folder)
        served = Repo(str(self._server))
        install.install(served, server=True)
        served.close()
        self._real: dict[str, str] = {}
        root = Point(self._world.book.task(setting.task), self._world.book.policy(setting.policy))
        step = Step("begins", (), setting.task, setting.policy, KIM, KIM)
        self._tips = [Tip(root, self._commit(step, ()))]
        self._base = root
        self.outcome = Outcome(Counter(), 0, [])
        assert self._push(self._tips[0].oid, 0) == "", "a ledger can begin like this"

    def go(self, steps: int) -> Outcome:
        """So many steps, and what is refused on the way."""
        for _ in range(steps):
            tried = self._tries()
            self._chance.shuffle(tried)
            self._refused([one for one in tried if self._broken(one)][:REFUSED])
            legal = [one for one in tried if not self._broken(one)]
            if "branches" in self._world.setting.tried and len(self._tips) == 1:
                if self._chance.random() < 0.3:
                    self._tips *= 2
                    self._base = self._tips[0].point
                    continue
            if not legal or not self._accepted(legal[0]):
                break
        return self.outcome

    def _tries(self) -> list[tuple[Step, int, Point | None]]:
        """All steps from here, each with the branch that it is for, and where the branches parted for a merge."""
        book, setting = self._world.book, self._world.setting
        found: list[tuple[Step, int, Point | None]] = []
        for at, (point, _) in enumerate(self._tips):
            found += [(step, at, None) for step in commits(setting, book, point)]
            if len(self._tips) > 1 and self._tips[0] != self._tips[1]:
                other = self._tips[1 - at].point
                found += [(step, at, None) for step in picks(setting, book, point, other)]
                joined = merges(book, point, other, self._base)
                found += [(step, at, self._base) for step in joined]
        return found

    def _broken(self, tried: tuple[Step, int, Point | None]) -> frozenset[str]:
        step, _, base = tried
        return self._world.broken(step, self._world.point(step), base)

    def _refused(self, tried: list[tuple[Step, int, Point | None]]) -> None:
        for step, at, base in tried:
            codes = self._broken((step, at, base))
            said = self._push(self._commit(step, self._parents(step, at)), at)
            named = frozenset(re.findall(r"\bTK\d{3}\b", said))
            self.outcome.refused.update(codes)
            if not codes <= named:
                words = f"the law refuses by {sorted(codes)}, the server by {sorted(named)}: {said}"
                self.outcome.differences.append(f"{step.words}: {words}")

    def _accepted(self, tried: tuple[Step, int, Point | None]) -> bool:
        step, at, base = tried
        oid = self._commit(step, self._parents(step, at))
        said = self._push(oid, at)
        point = self._world.point(step)
        if step.works:
            (mine,) = point.works - step.parents[0].works
            self._real[mine.oid] = oid
        self._tips[at] = Tip(point, oid)
        if base is not None:
            self._base = self._tips[1 - at].point
        self.outcome = self.outcome._replace(accepted=self.outcome.accepted + 1)
        if said:
            self.outcome.differences.append(f"{step.words}: the law accepts it: {said}")
        return not said

    def _parents(self, step: Step, at: int) -> tuple[str, ...]:
        mine, *others = (
            self._tips[at].oid,
            *(tip.oid for tip in self._tips if len(step.parents) > 1),
        )
        return (mine, *(one for one in others if one != mine))

    # -- git ---------------------------------------------------------------------------------

    def _commit(self, step: Step, parents: tuple[str, ...]) -> str:
        """The commit of a step, with the real ids of the work that verdicts name."""
        task = step.task
        if task.verdicts:
            task = task._replace(verdicts=tuple(map(self._named, task.verdicts)))
        index = {"GIT_INDEX_FILE": str(self._repo / ".git" / "made")}
        if parents:
            self._git("read-tree", parents[0], env=index)
        files = {
            POLICY_PATH: codec.dump_policy(step.policy),
            path_of(task.id): codec.dump_task(task),
            **{f"code/{one.oid}": b"work\n" for one in self._world.point(step).works},
        }
        for path, data in files.items():
            blob = self._git("hash-object", "-w", "--stdin", stdin=data)
            entry = f"100644,{blob},{path}"
            self._git("update-index", "--add", "--cacheinfo", entry, env=index)
        tree = self._git("write-tree", env=index)
        charge = f"Tk-Task: {task.id}\n" if step.works else ""
        message = f"{step.words}\n\nTk-Actor: {step.name}\nTk-Reason: so\n{charge}"
        key = self._keys.get(step.by)
        signing = (*key.options, "commit-tree", "-S") if key else ("commit-tree",)
        above = [word for parent in parents for word in ("-p", parent)]
        return self._git(*signing, *above, tree, stdin=message.encode())

    def _named(self, line: str) -> str:
        about = parsed(line).work
        if not about:
            return line
        real = "+".join(sorted(self._real[one] for one in about))
        return line.replace("+".join(about), real)

    def _push(self, oid: str, at: int) -> str:
        """What the server says if it refuses a commit for a branch; else nothing."""
        words = ("push", "-q", str(self._server), f"{oid}:refs/heads/{('main', 'side')[at]}")
        done = subprocess.run(["git", *words], cwd=self._repo, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def _git(
        self, *words: str, cwd: Path | None = None, stdin: bytes = b"", env: Mapping[str, str] = {}
    ) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=cwd or self._repo,
            input=stdin,
            capture_output=True,
            check=True,
            env={**os.environ, **env},
        )
        return done.stdout.decode().strip()


def walked(setting: Setting, seed: int, steps: int) -> Outcome:
    """What became of one walk."""
    with TemporaryDirectory(prefix="tk-bounded-") as name:
        return Walk(Path(name), setting, random.Random(seed)).go(steps)


def main(walks: int, seed: int, steps: int) -> int:
    """So many walks in each setting; 1 if server and law differ."""
    bad = 0
    for setting in settings():
        refused: Counter[str] = Counter()
        accepted = 0
        for number in range(walks):
            found = walked(setting, seed + number, steps)
            refused += found.refused
            accepted += found.accepted
            bad += len(found.differences)
            for one in found.differences:
                print(f"DIFFERENT {setting.title}, seed {seed + number}: {one}", flush=True)
        codes = ", ".join(f"{code} {count:,}" for code, count in sorted(refused.items()))
        print(f"{setting.title}: {accepted:,} pushed; refused by {codes}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*given, *(5, 1, 8)[len(given) :]))
