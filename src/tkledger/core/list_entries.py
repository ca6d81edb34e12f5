"""Entries of a task's lists: what each kind takes, one line each; which tasks have them is not known here."""

from __future__ import annotations

from tkledger.core.criteria import LEFT_OUT
from tkledger.core.field import is_blank, line, matching
from tkledger.core.task_parts import CONCERNS
from tkledger.core.typing import Any

concern = matching(
    rf"({'|'.join(CONCERNS)}): \S.{{0,499}}", "one line: 'design: TEXT' or 'ops: TEXT'"
)
learnt = matching(r".{1,500}", "one line of at most 500 characters")
"""A lesson, or what was tried."""

short = matching(r".{1,300}", "one line of at most 300 characters")
path = matching(
    r"(?!/|(.*/)?\.{1,2}(/|$)).{1,300}",
    "a path in the repository, without / before it and without ..",
)


def criterion(raw: Any) -> str:
    """What a task has to show, or a step of it; raises ValueError, as all of these do."""
    value = short(raw)
    if is_blank(value):
        raise ValueError("must say something")
    if LEFT_OUT in f"{value} ":
        raise ValueError(f"{value!r} must not contain {LEFT_OUT!r}, which separates the reason")
    return value


def waived(raw: Any) -> str:
    """A criterion or a step, and why the task need not show or do it."""
    text, _, reason = line(raw).partition(LEFT_OUT)
    if not reason or is_blank(reason):
        raise ValueError(f"must be an entry, {LEFT_OUT!r} and the reason")
    return f"{criterion(text)}{LEFT_OUT}{short(reason)}"


# each of these has a module of its own, which only a task that has one loads


def verdict(raw: Any) -> str:
    """What a review came to."""
    from tkledger.core.verdict import checked

    return checked(raw)


def evidence(raw: Any) -> str:
    """What a gate came to."""
    from tkledger.core.evidence import checked

    return checked(raw)


def answer(raw: Any) -> str:
    """An answer to what a task waited for, as ``KEY: VALUE``."""
    from tkledger.core.waits import checked

    return checked(raw)


def decision(raw: Any) -> str:
    """What was decided."""
    from tkledger.core.decision import checked

    return checked(raw)


def attempt(raw: Any) -> str:
    """How an attempt ended."""
    from tkledger.core.attempt import checked

    return checked(raw)


def artifact(raw: Any) -> str:
    """A file that belongs to it."""
    from tkledger.core.artifact import checked

    return checked(raw)
