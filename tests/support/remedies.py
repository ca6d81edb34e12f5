"""Rule cases as real repositories, and the remedies that are printed there, carried out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from tests.support.histories import Files, PlainRepo, a_task
from tests.support.project import Project
from tests.support.rule_cases.case import Case
from tkledger.core.change import Change
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.files import codec

SPARE = a_task("z0")
"""An open task in every repository, for remedies that ask for another one."""

_FILL_IN = {"TEXT": "because", "ID": SPARE.id, "TITLE": "Another", "N": "1", "TYPE": "bug"}


def files_of(snapshot: Snapshot) -> Files | None:
    """What a ledger's commit puts where; None if it holds what was only made up."""
    entries = {**snapshot.entries, SPARE.id: SPARE}
    return entries if all(map(_is_kept, entries.values())) else None  # type: ignore[return-value]


def _is_kept(entry: object) -> bool:
    """Whether a file can hold it."""
    try:
        if isinstance(entry, Task):
            return codec.load_task(codec.dump_task(entry)) == entry
        return isinstance(entry, Policy) and codec.load_policy(codec.dump_policy(entry)) == entry
    except codec.FormError:
        return False


def can_be_made(case: Case) -> bool:
    """Whether trees alone break the rule, and git would make such commits."""
    made = case.broken
    snapshots = (*made.parents, *made.bases, made.after)
    known = not made.is_merge or len(made.bases) == 1
    counted = made.message is not None or made.tally is not None or made.actor
    return known and not counted and all(map(files_of, snapshots))


def _difference(before: Files, after: Files) -> dict[str, Any]:
    gone = dict.fromkeys(before.keys() - after.keys())
    return {**gone, **{key: one for key, one in after.items() if before.get(key) != one}}


class Scene:
    """A repository in which a case's change is about to be committed, or is."""

    def __init__(self, path: Path, made: Change) -> None:
        self.repo = PlainRepo(path)
        self.project = Project(path)
        self._made = made
        self._after = files_of(made.after) or {}
        starts = [files_of(one) or {} for one in (made.bases or made.parents[:1])]
        self._start: Files = starts[0] if starts else {}
        self.commit = ""

    def committed(self) -> Scene:
        """The change is HEAD."""
        made = self._made
        history: list[tuple[Files, tuple[int | str, ...]]] = []
        if made.parents:
            history.append((self._start, ()))
        sides: tuple[int | str, ...] = (1,) if made.parents else ()
        before = self._start
        if made.is_merge:
            sides_of = [_difference(self._start, files_of(side) or {}) for side in made.parents]
            history += [(files, (1,)) for files in sides_of]
            sides = tuple(range(2, len(made.parents) + 2))
            before = files_of(made.before) or {}
        history.append((_difference(before, self._after), sides))
        self.commit = self.repo.fast_import(history)[-1]
        self.repo.git("reset", "-q", "--hard")
        return self

    def staged(self) -> Scene:
        """The change is in the index and the files, and HEAD is as before; again if called again."""
        if not self.commit:
            first = self.repo.commit(self._start)
            self.commit = self.repo.commit({}, first)  # HEAD is not amended to nothing
        self.repo.git("update-ref", "refs/heads/main", self.commit)
        self.repo.git("reset", "-q", "--hard", self.commit)
        self.repo.write(_difference(self._start, self._after))
        return self

    def found(self, *words: str) -> list[dict[str, str]]:
        """What ``tk verify`` finds."""
        said: list[dict[str, str]] = self.project.tk("verify", *words, "--json").json["violations"]
        return said

    def carry_out(self, step: str) -> None:
        """Run one command line of a remedy."""
        words = step.split(" (", 1)[0]
        for name, value in _FILL_IN.items():
            words = re.sub(rf"\b{name}\b", value, words)
        if words == "commit it":
            words = "git add -A && git commit -q -m repaired"
        if words.startswith("tk "):
            import shlex

            argv = shlex.split(words)[1:]
            answer = self.project.tk(*argv)
            assert answer.status == 0, (words, answer.said)
            return
        done = subprocess.run(
            ["sh", "-c", words], cwd=self.repo.path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)


def ways(remedy: str) -> Iterator[tuple[str, ...]]:
    """Each way to follow a remedy, as its steps, if it is made of command lines alone, whole but for
    words that mean themselves.
    """
    if " (what a command would do: " in remedy or "--settle N" in remedy:
        return
    steps = [step.split(", or ") for step in re.split(r"[;,] then | && ", remedy)]
    for way in product(*steps):
        if all(step.startswith(("tk ", "git ")) or step == "commit it" for step in way):
            yield way
