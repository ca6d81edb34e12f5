"""Entries of a task's lists: what each kind takes, one line each; which tasks have them is not known here."""

from __future__ import annotations

from tkledger.core.artifact import checked as artifact
from tkledger.core.decision import checked as decision
from tkledger.core.evidence import checked as evidence
from tkledger.core.field import is_blank, line, matching
from tkledger.core.task import CONCERNS, WAIVED_FOR
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
    "verdict",
    "waived",
]

concern = matching(
    rf"({'|'.join(CONCERNS)}): \S.{{0,499}}", "one line: 'design: TEXT' or 'ops: TEXT'"
)
learnt = matching(r".{1,500}", "one line of at most 500 characters")
"""A lesson, or what was tried."""

_text = matching(r".{1,300}", "one line of at most 300 characters")


def answer(raw: Any) -> str:
    """An answer to what a task waited for, as ``KEY: VALUE``."""
    from tkledger.core.waits import checked  # few tasks have one

    return checked(raw)


def criterion(raw: Any) -> str:
    """What a task has to show; raises ValueError, as all of these do."""
    value = _text(raw)
    if is_blank(value):
        raise ValueError("must say something")
    if WAIVED_FOR in f"{value} ":
        raise ValueError(f"{value!r} must not hold {WAIVED_FOR!r}, which stands before a reason")
    return value


def waived(raw: Any) -> str:
    """A criterion, and why the task need not show it."""
    text, _, reason = line(raw).partition(WAIVED_FOR)
    if not reason or is_blank(reason):
        raise ValueError(f"must be a criterion, {WAIVED_FOR!r} and the reason")
    return f"{criterion(text)}{WAIVED_FOR}{_text(reason)}"
