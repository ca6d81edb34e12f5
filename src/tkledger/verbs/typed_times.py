"""A time as people type it, in UTC as a task file has it. Without an offset it is of this machine's zone."""

from __future__ import annotations

from datetime import datetime, timezone

from tkledger.core.field import FieldError
from tkledger.core.time import iso, seconds_of
from tkledger.core.typing import Any


def time_in_utc(name: str, text: Any) -> str:
    """A time such as ``2026-03-29T14:30+02:00``, ``2026-03-29 14:30`` or ``2026-03-29`` in UTC, to the second.

    Raises FieldError, with the name of the option, for any other text, and for a local time that clocks
    which are put forward or back do not have, or have twice.
    """
    try:
        return iso(seconds_of(text))
    except (ValueError, TypeError):
        pass
    try:
        found = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] in "zZ" else text)
    except (ValueError, TypeError):
        form = "2026-03-29T14:30+02:00, 2026-03-29 14:30 or 2026-03-29"
        raise FieldError(name, f"{str(text)[:60]!r} is not a time such as {form}") from None
    try:
        first, second = (
            int(found.replace(fold=fold).astimezone(timezone.utc).timestamp()) for fold in (0, 1)
        )
    except (ValueError, OverflowError, OSError):
        raise FieldError(name, f"{text!r} is beyond any clock") from None
    if first != second:
        there = datetime.fromtimestamp(first).replace(microsecond=0)
        word = "twice" if there == found.replace(microsecond=0) else "not at all"
        fact = f"clocks here show {text} {word}: give its offset, such as {text}+01:00"
        raise FieldError(name, fact)
    return iso(first)
