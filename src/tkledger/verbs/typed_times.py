"""A time as people type it, in UTC as a task file has it. Without an offset it is of this machine's zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone

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


_EARLIER = re.compile(r"([0-9]{1,6}) ?([a-z]+)(?: ago)?\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def past_time(name: str, text: str, now: int, *, to_end: bool = False) -> int:
    """A time that is over as people type it, in seconds since 1970: one as `time_in_utc` has it, ``yesterday``, or
    how long ago it was, such as ``14d`` or ``2 weeks ago``. A day is its beginning, or ``to_end`` its end.

    Raises FieldError, with the name of the option, for any other text.
    """
    found = _EARLIER.match(text)
    if found and (unit := _UNITS.get(found[2])):
        return max(now - int(found[1]) * _SECONDS[unit], 0)
    day = _date(text, now)
    if day is None:
        return seconds_of(time_in_utc(name, text, now))
    return end_of(name, str(day)) + 1 if to_end else _clock(name, f"{day}T00:00:00")


def _date(text: str, now: int) -> date | None:
    """The day that a text names; None if it names a time, or nothing."""
    today = datetime.fromtimestamp(now).date()
    if text in _PAST_DAYS:
        return today - timedelta(days=_PAST_DAYS[text])
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day(name: str, text: Any, now: int) -> str:
    """A day to come as people type it, such as ``2026-01-31``: that, ``today``, ``tomorrow``, the next ``fri`` or
    ``friday``, or one that is so far away, such as ``3d`` or ``in 2 weeks``; as a task file has it.

    Raises FieldError, with the name of the option, for any other text.
    """
    typed = str(text).strip().lower()
    today = datetime.fromtimestamp(now).date()
    later = _LATER.match(typed)
    if typed in _DAYS:
        return str(today + timedelta(days=_DAYS[typed]))
    if typed in _WEEKDAYS:
        return str(today + timedelta(days=(_WEEKDAYS[typed] - today.weekday() - 1) % 7 + 1))
    if later and _UNITS.get(later[2]) in ("d", "w"):
        days = int(later[1]) * (7 if _UNITS[later[2]] == "w" else 1)
        with suppress(OverflowError):  # beyond any calendar
            return str(today + timedelta(days=days))
    try:
        return str(date.fromisoformat(typed))
    except ValueError:
        form = "2026-01-31, tomorrow, fri, 3d or in 2 weeks"
        raise FieldError(name, f"{str(text)[:60]!r} is not a day such as {form}") from None


def end_of(name: str, text: str) -> int:
    """The last second of a day here, in seconds since 1970. Raises FieldError beyond any clock."""
    return _clock(name, f"{text}T23:59:59")


def _clock(name: str, text: str) -> int:
    """A time of this machine's zone; of one that clocks there skip or repeat the later one."""
    try:
        return int(datetime.fromisoformat(text).replace(fold=1).timestamp())
    except (ValueError, OverflowError, OSError):
        raise FieldError(name, f"{text!r} is beyond any clock") from None


_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {word: n for n, name in enumerate(_NAMES) for word in (name, name[:3])}

_PAST_DAYS = {"today": 0, "yesterday": 1}


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
