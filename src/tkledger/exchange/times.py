"""Times and lengths of time as other trackers write them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tkledger.core.pattern import pattern

_TIME = pattern(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d{1,9})?\s?(Z|[+-]\d\d:?\d\d)?)?\Z"
)
_ZONED = pattern(r"(Z|[T ].*[+-]\d\d:?\d\d)\Z")
_FIRST_YEAR, _LAST_YEAR = 1000, 2999  # of a time in tk
_LENGTH = pattern(
    r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?\Z"
)
_SECONDS = (604_800, 86_400, 3600, 60, 1)


def moment(text: str) -> str | None:
    """A time in UTC as tk writes it, of a time or a day in ISO 8601; without a zone it is in UTC."""
    at = _time(text)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def day(text: str) -> str | None:
    """The day of a time, here where the machine is, or in UTC if the text names no zone."""
    at = _time(text)
    if at is None:
        return None
    try:
        return (at.astimezone() if _ZONED.search(text.strip()) else at).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return None


def _time(text: str) -> datetime | None:
    match = _TIME.match(text.strip())
    if not match:
        return None
    year, month, of_month, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    zone = (match[7] or "Z").replace(":", "")
    minutes = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:]))
    try:
        at = datetime(year, month, of_month, hour, minute, second, tzinfo=timezone.utc)
        at -= timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return None
    return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def seconds(text: str) -> int | None:
    """The seconds of a length of time in ISO 8601, such as ``PT2H30M``; None if it is not one, or none at all."""
    match = _LENGTH.match(text.strip())
    if not match:
        return None
    return sum(int(part or 0) * each for part, each in zip(match.groups(), _SECONDS)) or None
