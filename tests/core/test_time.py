"""Times as text, held to the calendar of the standard library."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tkledger.core.time import iso, seconds_of, week

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@given(st.integers(-62_135_596_800, 253_402_300_799))
@example(951_782_400)  # 2000-02-29
@example(4_107_456_000)  # 2100-02-28
@example(4_107_542_400)  # 2100-03-01
def test_a_time_is_what_the_calendar_says(at: int) -> None:
    said = (EPOCH + timedelta(seconds=at)).replace(tzinfo=None).isoformat(timespec="seconds")
    assert iso(at) == f"{said}Z"


@given(st.integers(-62_000_000_000, 253_402_300_799))
@example(1_609_459_199)  # 2020-12-31, in week 53
@example(1_735_516_800)  # 2024-12-30, in week 1 of 2025
def test_a_week_is_that_of_the_calendar(at: int) -> None:
    year, number, _ = (EPOCH + timedelta(seconds=at)).isocalendar()
    assert week(at) == f"{year:04d}-W{number:02d}"


@given(st.integers(-30_610_224_000, 32_503_679_999))  # the years 1000 to 2999
def test_a_time_that_was_written_is_read_again(at: int) -> None:
    assert seconds_of(iso(at)) == at


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z"),
        *("2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z"),
        *("2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"),
        *("2026-01-01", "2026-01-01T00:00:00", "3026-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n"),
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text[:10]):
        seconds_of(text)


def test_a_time_beyond_the_calendar_is_written_all_the_same() -> None:
    assert iso(253_402_300_800) == "10000-01-01T00:00:00Z"


@pytest.mark.parametrize("year", [1000, 1600, 1900, 1970, 2000, 2026, 2100, 2400, 2999])
def test_each_month_begins_when_the_calendar_says(year: int) -> None:
    for month in range(1, 13):
        for day in (1, 28):
            at = datetime(year, month, day, tzinfo=timezone.utc)
            seconds = round((at - EPOCH).total_seconds())
            assert iso(seconds) == f"{year:04d}-{month:02d}-{day:02d}T00:00:00Z"
            assert seconds_of(iso(seconds)) == seconds
