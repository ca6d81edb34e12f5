"""The table of ways around the rules: see test_bypass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.support.clone import Clone

Attempt = Callable[[Clone], object]

PC, PCM, PMC = "pre-commit", "prepare-commit-msg", "pre-merge-commit"
RT, PUSH, SERVER = "reference-transaction", "pre-push", "pre-receive"


class Row(NamedTuple):
    """An attempt, the door that refuses it and for what; and what is like it and legal.

    ``pushed`` are the refs that carry it; only what history shows is ``verified``. What leaves more
    behind than branches, and so cannot share a clone with others, stands ``apart``.
    """

    name: str
    attempt: Attempt
    door: str
    code: str
    legal: Attempt
    pushed: tuple[str, ...] = ("main",)
    verified: bool = True
    apart: bool = False


ROWS: list[Row] = []


def row(
    name: str,
    attempt: Attempt,
    door: str,
    code: str,
    legal: Attempt,
    *,
    pushed: tuple[str, ...] = ("main",),
    verified: bool = True,
    apart: bool = False,
) -> None:
    ROWS.append(Row(name, attempt, door, code, legal, pushed, verified, apart))


def each(
    name: str,
    attempt: Callable[[Clone, str], object],
    door: str,
    *,
    pushed: tuple[str, ...] = ("main",),
) -> None:
    """A way of committing: from todo straight to done, and its twin, to in_progress."""
    illegal, legal = (partial(attempt, to=state) for state in ("done", "in_progress"))
    row(name, illegal, door, "TK201", legal, pushed=pushed, apart=True)
