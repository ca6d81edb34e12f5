"""Builds a project that several people worked on for some weeks: births, moves and their dates, in one import."""

from __future__ import annotations

import heapq
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.task import Task, changed, task
from tkledger.core.task_parts import Wait
from tkledger.files import codec

PEOPLE = ("ann@example.org", "bob@example.org", "agent-1", "agent-2", "zoë@example.org")
TITLES = ("Parse {}", "修复 {} 的崩溃问题", "תיקון של {}", "Write the notes on {} 🎉", "Measure {}")
TYPES = ("task", "task", "bug", "feature")
LABELS = ("ui", "docs", "parser", "needs:go")
MODELS = ("small-1", "large-2")
DAY = 86_400


def build_lively(path: Path, tasks: int, weeks: int, end: int, seed: int = 1) -> Path:
    """A checkout whose main branch has so many tasks, born and moved over so many weeks before ``end``, a time in
    seconds since 1970.
    """
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    stream = b"".join(_stream(tasks, weeks, end, random.Random(seed)))
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, cwd=path, check=True, input=stream)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=path, check=True)
    return path


def _stream(tasks: int, weeks: int, end: int, rng: random.Random) -> Iterator[bytes]:
    begin = end - weeks * 7 * DAY
    yield _commit(begin, PEOPLE[0], "tk: init", POLICY_PATH, codec.dump_policy(DEFAULT))
    events: list[tuple[int, int]] = []
    for number in range(tasks):
        at = begin + DAY + int(rng.random() * (end - begin - 2 * DAY) * (number / tasks) ** 0.5)
        heapq.heappush(events, (at, number))
    ledger: dict[int, Task] = {}
    while events:
        at, number = heapq.heappop(events)
        if at >= end:
            continue
        old = ledger.get(number)
        who = rng.choice(PEOPLE) if old is None or not old.owner else old.owner
        if old is not None and _waits(old, ledger):
            heapq.heappush(events, (at + DAY, number))
            continue
        new = _born(number, ledger, rng) if old is None else _stepped(old, who, ledger, rng)
        ledger[number] = new
        words = _words(old, new, who, rng)
        yield _commit(at, who, words, path_of(new.id), codec.dump_task(new))
        if not new.ended:
            heapq.heappush(events, (at + 3600 + int(rng.expovariate(1 / (4 * DAY))), number))


def _born(number: int, ledger: dict[int, Task], rng: random.Random) -> Task:
    fields = {
        **{"id": f"tk-{number:04}", "title": rng.choice(TITLES).format(f"part {number}")},
        **{"state": "todo", "type": rng.choice(TYPES), "priority": rng.randrange(5)},
        "labels": sorted(rng.sample(LABELS, rng.randrange(3))),
    }
    known = [ledger[key].id for key in sorted(ledger) if not ledger[key].ended][-20:]
    if number % 12 and f"tk-{number - number % 12:04}" in known:
        fields["parent"] = f"tk-{number - number % 12:04}"
    others = [one for one in known if int(one[3:]) % 12]  # nothing waits for a parent
    fields["depends_on"] = sorted(rng.sample(others, min(len(others), rng.randrange(3))))
    return task({name: value for name, value in fields.items() if value})


def _waits(one: Task, ledger: dict[int, Task]) -> bool:
    """Whether it cannot be begun before others are done, or end before its children do."""
    if one.state is State.TODO:
        return any(not ledger[int(other[3:])].ended for other in one.depends_on)
    return any(other.parent == one.id and not other.ended for other in ledger.values())


def _stepped(old: Task, who: str, ledger: dict[int, Task], rng: random.Random) -> Task:
    chance = rng.random()
    done = all(ledger[int(other[3:])].state is State.DONE for other in old.depends_on)
    match old.state:
        case State.TODO if done and chance < 0.97:
            return changed(old, state=State.IN_PROGRESS, owner=who)
        case State.IN_PROGRESS if chance < 0.5:
            return changed(old, state=State.IN_REVIEW)
        case State.IN_PROGRESS if chance < 0.7:
            return changed(old, state=State.BLOCKED, wait=Wait(reason="user", detail="which one?"))
        case State.IN_PROGRESS if chance < 0.9:
            return changed(old, state=State.DONE)
        case State.BLOCKED if chance < 0.7:
            return changed(old, state=State.IN_PROGRESS, wait=Wait())
        case State.BLOCKED:
            return changed(old, state=State.TODO, wait=Wait(), owner=None, attempt=old.tries + 1)
        case State.IN_REVIEW if chance < 0.75:
            return changed(old, state=State.DONE)
        case State.IN_REVIEW:
            return changed(old, state=State.IN_PROGRESS)
        case State.TODO:
            return changed(old, state=State.CANCELLED)
    return changed(old, notes=(*old.notes, "went on"))


def _words(old: Task | None, new: Task, who: str, rng: random.Random) -> str:
    words = f"tk: {new.state} {new.id}\n\nTk-Actor: {who}\n"
    if old is not None and old.state is State.IN_PROGRESS:
        tokens, model = rng.randrange(1_000, 90_000), rng.choice(MODELS)
        words += f"Tk-Spend: {new.id}\nTk-Tokens: {tokens}\n"
        words += f"Tk-Cost: {tokens / 100_000:.4f}\nTk-Model: {model}\n"
    return words


def _commit(at: int, who: str, words: str, path: str, data: bytes) -> bytes:
    text, mail = words.encode(), f"{who} <{who}> {at} +0000".encode()
    head = b"commit refs/heads/main\nauthor %s\ncommitter %s\n" % (mail, mail)
    body = b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    return head + b"data %d\n%s\n" % (len(text), text) + body
