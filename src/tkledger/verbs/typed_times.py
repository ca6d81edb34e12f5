"""A time as people type it, in UTC as a task file has it. Without an offset it is of this machine's zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone

from tkledger.core.field import FieldError
from tkledger.core.messages import seconds
from tkledger.core.time import iso, seconds_of
from tkledger.core.typing import Any

_LATER = re.compile(r"(?:in )?([0-9]{1,9}) ?([a-z]+)\Z")
_UNITS = {
    f"{word}{ending}": unit
    for unit, words in {
        **{"s": ("sec", "second"), "m": ("min", "minute"), "h": ("hour",)},
        **{"d": ("day",), "w": ("week",)},
    }.items()
    for word, ending in ((unit, ""), *((word, ending) for word in words for ending in ("", "s")))
}
"""The units of durations, by what people call them."""

_DAYS = {"today": 0, "tomorrow": 1}


def time_in_utc(name: str, text: Any, now: int) -> str:
    """A time such as ``2026-03-29T14:30+02:00``, ``2026-03-29 14:30``, ``2026-03-29`` or ``tomorrow 09:00``, or a
    duration from ``now`` (seconds since 1970) such as ``2h`` or ``in 2 hours``; in UTC, to the second.

    Raises FieldError, with the name of the option, for any other text, and for a local time that clocks
    which are put forward or back do not have, or have twice.
    """
    try:
        return iso(seconds_of(text))
    except (ValueError, TypeError):
        pass
    typed = text = str(text)
    later = _LATER.match(text)
    if later and (unit := _UNITS.get(later[2])):
        exact = f"{int(later[1]) * 7}d" if unit == "w" else later[1] + unit
        with suppress(ValueError):  # longer than a year
            return iso(now + seconds(exact))
    day, _, rest = text.partition(" ")
    if day in _DAYS:
        date = (datetime.fromtimestamp(now) + timedelta(days=_DAYS[day])).date()
        text = f"{date} {rest}".strip()
    try:
        found = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] in "zZ" else text)
    except (ValueError, TypeError):
        form = "2h, in 3 days, tomorrow 09:00, 2026-03-29 14:30 or 2026-03-29T14:30+02:00"
        raise FieldError(name, f"{typed[:60]!r} is not a time such as {form}") from None
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
