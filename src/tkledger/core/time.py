"""Points in time as ISO 8601 text and back, by arithmetic on whole seconds; it reads no clock."""

from __future__ import annotations

import re

from tkledger.core.pattern import pattern

_DAYS_OF_400_YEARS = 146_097
_DAYS_OF_A_CENTURY = 36_524  # the last of four has one more
_DAYS_OF_4_YEARS = 1_461
_FROM_YEAR_0 = 719_468  # days from 1 March of year 0 to 1 January 1970
_MONTHS = (0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337)
"""The day on which each month begins, from March: a leap day is the last of its year then."""

_ISO = pattern(r"([12][0-9]{3})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)


def iso(seconds: int) -> str:
    """A time in seconds since 1970 as ISO 8601 in UTC."""
    days, rest = divmod(seconds, 86_400)
    year, month, day = _date(days)
    time = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{time}Z"


def seconds_of(text: str) -> int:
    """A time such as ``2026-01-31T12:00:00Z`` in seconds since 1970; raises ValueError for any other
    text, and for a date or a time of day that does not exist.
    """
    match = _ISO.match(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    if iso(seconds) != text:  # the 30th of February would be the 1st or 2nd of March
        raise ValueError(text)
    return seconds


def week(seconds: int) -> str:
    """The week of ISO 8601 that a time in seconds since 1970 is in, in UTC: ``2026-W05``."""
    days = seconds // 86_400
    thursday = days + 3 - (days + 3) % 7  # its year is that of the week; day 0 was a Thursday
    year, _, _ = _date(thursday)
    return f"{year:04d}-W{(thursday - _days(year, 1, 1)) // 7 + 1:02d}"


def _days(year: int, month: int, day: int) -> int:
    """The days from 1 January 1970 to a date; the year is counted from March."""
    year -= month < 3
    leaps = year // 4 - year // 100 + year // 400
    return year * 365 + leaps + _MONTHS[(month - 3) % 12] + day - 1 - _FROM_YEAR_0


def _date(days: int) -> tuple[int, int, int]:
    """The year, month and day that is so many days after 1 January 1970."""
    eras, rest = divmod(days + _FROM_YEAR_0, _DAYS_OF_400_YEARS)
    centuries = min(rest // _DAYS_OF_A_CENTURY, 3)
    leaps, rest = divmod(rest - centuries * _DAYS_OF_A_CENTURY, _DAYS_OF_4_YEARS)
    years = min(rest // 365, 3)
    rest -= years * 365
    month = max(number for number, begin in enumerate(_MONTHS) if begin <= rest)
    year = eras * 400 + centuries * 100 + leaps * 4 + years
    return year + (month >= 10), (month + 2) % 12 + 1, rest - _MONTHS[month] + 1
