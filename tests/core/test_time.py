"""Times as text, held to the calendar of the standard library."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from tkledger.core.time import iso

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@given(st.integers(-62_135_596_800, 253_402_300_799))
@example(951_782_400)  # 2000-02-29
@example(4_107_456_000)  # 2100-02-28
@example(4_107_542_400)  # 2100-03-01
def test_a_time_is_what_the_calendar_says(at: int) -> None:
    said = (EPOCH + timedelta(seconds=at)).replace(tzinfo=None).isoformat(timespec="seconds")
    assert iso(at) == f"{said}Z"


def test_a_time_beyond_the_calendar_is_written_all_the_same() -> None:
    assert iso(253_402_300_800) == "10000-01-01T00:00:00Z"
