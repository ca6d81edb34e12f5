"""Entries of a task's lists: what each kind takes, one line each; which tasks have them is not known here."""

from __future__ import annotations

from tkledger.core.artifact import checked as artifact
from tkledger.core.criteria import LEFT_OUT
from tkledger.core.decision import checked as decision
from tkledger.core.evidence import checked as evidence
from tkledger.core.field import is_blank, line, matching
from tkledger.core.task import CONCERNS
from tkledger.core.typing import Any
from tkledger.core.verdict import checked as verdict

__all__ = [
    "answer",
    "artifact",
    "concern",
    "criterion",
    "decision",
    "evidence",
    "learnt",
    "path",
    "short",
    "verdict",
    "waived",
]

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


def answer(raw: Any) -> str:
    """An answer to what a task waited for, as ``KEY: VALUE``."""
    from tkledger.core.waits import checked  # few tasks have one

    return checked(raw)


def criterion(raw: Any) -> str:
    """What a task has to show, or a step of it; raises ValueError, as all of these do."""
    value = short(raw)
    if is_blank(value):
        raise ValueError("must say something")
    if LEFT_OUT in f"{value} ":
        raise ValueError(f"{value!r} must not hold {LEFT_OUT!r}, which stands before a reason")
    return value


def waived(raw: Any) -> str:
    """A criterion or a step, and why the task need not show or do it."""
    text, _, reason = line(raw).partition(LEFT_OUT)
    if not reason or is_blank(reason):
        raise ValueError(f"must be an entry, {LEFT_OUT!r} and the reason")
    return f"{criterion(text)}{LEFT_OUT}{short(reason)}"
