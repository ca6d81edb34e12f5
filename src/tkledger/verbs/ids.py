"""Makes new ids, and finds the task that a beginning of an id names."""

from __future__ import annotations

import itertools
import os
from collections.abc import Container
from functools import partial

from tkledger.core.field import CROCKFORD, is_id
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import Task
from tkledger.errors import TkError, unusable, usage_error

ENOUGH = 4
"""The letters that a command needs to know which task it changes."""

_TELLING = 3
"""The letters in the middle of an id that tell of it; fewer, such as a number in a list, are in many."""

_LETTERS = 5  # 33 million ids: enough while a ledger has a thousand tasks


def letters_for(count: int) -> int:
    """How many random letters an id needs in a ledger of ``count`` tasks, so that two branches
    that create at once hardly ever meet: one more for each factor of 32 above a thousand.
    """
    letters, room = _LETTERS, 1_000
    while count > room:
        letters, room = letters + 1, room * 32
    return letters


def fresh_id(prefix: str, count: int, taken: Container[str], seed: str | None = None) -> str:
    """A new id ``prefix-xxxxx`` that is not ``taken``; with a ``seed`` always the same one."""
    for number in map(partial(_number, seed), itertools.count()):
        word = "".join(CROCKFORD[(number >> (5 * n)) & 31] for n in range(letters_for(count)))
        if f"{prefix}-{word}" not in taken:
            return f"{prefix}-{word}"
    raise AssertionError("numbers do not end")


def _number(seed: str | None, attempt: int) -> int:
    """A large number: random, or that of a seed and an attempt."""
    if seed is None:
        return int.from_bytes(os.urandom(16), "big")
    from hashlib import sha256  # only for a command with a key

    return int.from_bytes(sha256(f"{seed} {attempt}".encode()).digest(), "big")


def require_free(ledger: Snapshot, wanted: str, remedy: str) -> None:
    """Raise TkError unless a task may get this id; ``remedy`` is for one that is not an id."""
    if wanted in ledger.entries:
        raise usage_error("id-taken", f"id already taken: {wanted!r}", f"tk show {wanted}")
    if not is_id(wanted):
        raise usage_error(
            "bad-id",
            f"invalid id {wanted!r}: use a-z, 0-9, _ and -, starting with a letter or digit (max 63);"
            " 'config' and Windows device names are reserved",
            remedy,
        )


def find(ledger: Snapshot, text: str, *, reading: bool = False) -> str:
    """The id that ``text`` names, in capitals or not: itself, or the only one that begins with it.

    A few letters are enough to look at a task. To change one takes `ENOUGH`, after the ledger's prefix.
    """
    wanted = text.lower()
    found = ledger.matching(wanted) if text else []
    if len(found) > 1:
        raise usage_error(
            "ambiguous",
            f"{text} matches {len(found)} ids: {', '.join(found[:5])}"
            + (", ..." if len(found) > 5 else ""),
            "give more letters",
        )
    if not found:
        raise no_such_task(ledger, text)
    if not reading and wanted != found[0] and _letters(ledger, wanted) < ENOUGH:
        fact = f"{text!r} is too short to name the task of a change: {found[0]} begins so"
        raise usage_error("too-short", fact, f"give the whole id: {found[0]}")
    return found[0]


def _letters(ledger: Snapshot, text: str) -> int:
    """How many letters of an id are given beyond the prefix that all new ones have."""
    prefix = f"{ledger.policy.prefix if ledger.policy else 'tk'}-"
    return len(text.removeprefix(prefix))


def existing(ledger: Snapshot, text: str | None, *, reading: bool = False) -> Task:
    """The task that is meant, if it can be read."""
    if not text:
        raise usage_error("no-id", "which task?", "tk list")
    task_id = find(ledger, text, reading=reading)
    entry = ledger.entry(task_id)
    if isinstance(entry, Flaw):
        raise unusable("unreadable", f"{entry.subject}: {entry.message}", entry.remedy)
    assert isinstance(entry, Task)
    return entry


def no_such_task(ledger: Snapshot, text: str) -> TkError:
    """The error for an unknown id; similar ones are named."""
    from difflib import get_close_matches

    ids = list(ledger.ids())
    near = get_close_matches(text, ids, 3, 0.5) or (
        [one for one in ids if text in one][:3] if len(text) >= _TELLING else []
    )
    hint = f"did you mean {', '.join(near)}?" if near else "tk list"
    return unusable("no-such-task", f"no such task: {text!r}", hint)
