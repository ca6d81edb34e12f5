"""A point in time as ISO 8601 text, by arithmetic on whole seconds; it reads no clock."""

from __future__ import annotations

_DAYS_OF_400_YEARS = 146_097
_DAYS_OF_A_CENTURY = 36_524  # the last of four has one more
_DAYS_OF_4_YEARS = 1_461
_FROM_YEAR_0 = 719_468  # days from 1 March of year 0 to 1 January 1970
_MONTHS = (0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337)
"""The day on which each month begins, from March: a leap day is the last of its year then."""


def iso(seconds: int) -> str:
    """A time in seconds since 1970 as ISO 8601 in UTC."""
    days, rest = divmod(seconds, 86_400)
    year, month, day = _date(days)
    time = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{time}Z"


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
