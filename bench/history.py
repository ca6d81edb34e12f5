"""Builds large legal histories in one ``git fast-import``, for the benchmarks."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tkledger.core.claim import Claim, message
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.policy import DEFAULT
from tkledger.core.ref_names import CLAIMS, HEADS
from tkledger.core.task import Task, changed, task
from tkledger.files import codec


def commit_stream(commits: int, tasks: int, seed: int = 1) -> Iterator[bytes]:
    """``commits`` ledger commits over ``tasks`` tasks: births first, then moves and notes."""
    rng = random.Random(seed)
    yield _commit(0, {POLICY_PATH: codec.dump_policy(DEFAULT)})
    ledger: list[Task] = []
    for number in range(1, commits):
        if len(ledger) < tasks:
            now = _born(len(ledger), ledger, rng)
            ledger.append(now)
        else:
            at = rng.randrange(len(ledger))
            now = ledger[at] = _stepped(ledger[at], number)
        yield _commit(number, {path_of(now.id): codec.dump_task(now)})


def _born(number: int, ledger: list[Task], rng: random.Random) -> Task:
    fields = {
        **{"id": f"tk-{number:05}", "title": f"Task number {number}", "state": "todo"},
        **{"type": "task", "priority": number % 5, "creator": "alice@example.org"},
    }
    if number % 10:
        fields["parent"] = f"tk-{number - number % 10:05}"
        fields["depends_on"] = (
            [one.id for one in rng.sample(ledger[-20:-10], 1)] if number > 30 else []
        )
    return task(fields)


def _stepped(old: Task, number: int) -> Task:
    """A legal change whatever the state: a note, since moves would need their guards."""
    if len(old.notes) > 8:
        return changed(old, priority=(old.urgency + 1) % 5)
    return changed(old, notes=(*old.notes, f"note of commit {number}"))


def _commit(
    number: int, files: dict[str, bytes], ref: str = "refs/heads/main", words: str = "step"
) -> bytes:
    when = f"Bench <bench@example.org> {1_700_000_000 + number} +0000"
    text = words.encode()
    head = (ref.encode(), when.encode(), len(text), text)
    parts = [b"commit %s\ncommitter %s\ndata %d\n%s\n" % head]
    parts += [
        b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        for path, data in files.items()
    ]
    return b"".join(parts)


def build(path: Path, commits: int, tasks: int) -> Path:
    """A bare-bones checkout whose main branch has that history."""
    return _checkout(path, commit_stream(commits, tasks))


def build_at_once(path: Path, tasks: int, *, state: str = "todo", claimed: bool = False) -> Path:
    """A checkout whose main branch has so many tasks, born in one commit, and one more commit.

    ``claimed``: each of them has a claim.
    """
    rng, ledger = random.Random(1), list[Task]()
    files = {POLICY_PATH: codec.dump_policy(DEFAULT)}
    for number in range(tasks):
        born = _born(number, ledger, rng)
        ledger.append(born)
        owned = {} if state == "todo" else {"state": state, "owner": "alice"}
        files[path_of(born.id)] = codec.dump_task(changed(born, **owned) if owned else born)
    last = _stepped(ledger[-1], 1)
    stream = [_commit(0, files), _commit(1, {path_of(last.id): codec.dump_task(last)})]
    for one in ledger if claimed else ():
        words = message(Claim(one.id, "alice", f"{HEADS}main", f"{HEADS}main", 86_400, one.id))
        stream.append(_commit(2, {}, f"{CLAIMS}{one.id}", words))
    return _checkout(path, stream)


def build_learnt(path: Path, tasks: int, rng: random.Random) -> Path:
    """A checkout with so many tasks, two thirds of which have ended, and a quarter left a lesson."""
    words = [f"word{number}" for number in range(3_000)]
    words += ["parser", "config", "file", "empty"] * 20

    def text(most: int) -> str:
        return " ".join(["the", *rng.choices(words, k=most)])

    files = {POLICY_PATH: codec.dump_policy(DEFAULT)}
    for number in range(tasks):
        fields = {"id": f"tk-{number:05}", "title": text(5), "description": text(30)}
        fields["state"] = "done" if number % 3 else "todo"
        more = {"lessons": [text(12)], "notes": [text(20)]} if number % 4 == 0 else {}
        made = task({**fields, **more})
        files[path_of(made.id)] = codec.dump_task(made)
    return _checkout(path, [_commit(0, files)])


def _checkout(path: Path, stream: Iterable[bytes]) -> Path:
    """A new checkout of what git imports."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=b"".join(stream), check=True)
    subprocess.run(["git", "reset", "-q", "--hard", "main"], cwd=path, check=True)
    return path
