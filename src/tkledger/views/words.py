"""Phrases that several views share: states, times, durations, what a task waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, TaskRow, picked
from tkledger.core.pattern import pattern
from tkledger.core.quoting import quoted
from tkledger.core.time import iso
from tkledger.core.typing import Any
from tkledger.views.style import BAD, LOOKS
from tkledger.views.text_layout import Span, safe

NO_ONE = {"owner": "no owner", "parent": "no parent", "label": "no label"}
"""What is said of a task in place of what it does not have."""
NO_ACTOR = "no commit says who"
"""What is said in place of an actor."""

UNSHALLOW = "git fetch --unshallow"
"""What brings a shallow clone the history that it lacks."""

CALENDAR = range(-62_135_596_800, 253_402_300_800)
"""The years 1 to 9999, in seconds since 1970: ISO 8601 has no others."""
UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def badge(state: State) -> Span:
    """A state's glyph and word."""
    look = LOOKS[state]
    return f"{look.glyph} {look.label}", look.colour


def glyph(state: State) -> Span:
    """A state's glyph alone."""
    look = LOOKS[state]
    return look.glyph, look.colour


def minute(at: int) -> str:
    """Seconds since 1970 as an ISO 8601 minute in UTC; ``@seconds`` beyond the calendar."""
    return f"{iso(at)[:-4]}Z" if at in CALENDAR else f"@{at}"


def duration(seconds: int) -> str:
    """Seconds as people say them, in the two greatest units: ``3h 12m``."""
    parts: list[tuple[int, str]] = []
    for unit, size in UNITS:
        amount, seconds = divmod(seconds, size)
        if amount or parts:
            parts.append((amount, unit))
    return " ".join(f"{amount}{unit}" for amount, unit in parts[:2] if amount) or "0s"


AGES = (("y", 365 * 86400, 2), ("w", 7 * 86400, 15), *((unit, size, 1) for unit, size in UNITS))
"""The units of an age, how many seconds each has, and from how many of it on it is used."""


def age(seconds: int) -> str:
    """How long ago something was, in one unit: ``3d``; ``0s`` of what is to come."""
    for unit, size, least in AGES:
        if seconds >= size * least:
            return f"{seconds // size:,}{unit}"
    return "0s"


Ages = Callable[[], Mapping[str, int]]
"""For how many seconds tasks have been in their states, by id, as far as that is known."""


def local_minute(at: int) -> str:
    """Seconds since 1970 as a minute on the clock of this machine: ``2026-01-31 13:05``."""
    if at not in CALENDAR:
        return minute(at)
    import time  # no pipe asks for it

    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    except (OverflowError, OSError, ValueError):  # beyond the years of this machine
        return minute(at)


def day_name(day: str, now: int) -> str:
    """A day such as ``2026-01-31`` with its name: ``Sat 2026-01-31``; today and the day before are named, too."""
    if not day[:4].isdigit():
        return day
    from datetime import date, timedelta  # no pipe asks for it

    found, today = date.fromisoformat(day), date.fromtimestamp(now)
    near = {today: ", today", today - timedelta(days=1): ", yesterday"}.get(found, "")
    return f"{_DAYS[found.weekday()]} {day}{near}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def counts(numbers: Mapping[State, int], joint: str = ", ") -> str:
    """``214 done, 3 cancelled``: what there is, in the order of the lifecycle."""
    return joint.join(
        f"{numbers[state]:,} {LOOKS[state].label}" for state in LOOKS if numbers.get(state)
    )


def done_of(done: int, every: int) -> str:
    """``3/5 done`` of what is below a task; nothing if nothing is."""
    return f"{done:,}/{every:,} done" if every else ""


def out_of(number: int, whole: int) -> str:
    """``3 of 1,213``; ``3`` if that is all."""
    return f"{number:,}" if number == whole else f"{number:,} of {whole:,}"


def total(chosen: Chosen, noun: str) -> str:
    """How many are shown, and of how many, if there are others: ``5 of 1,213 open``."""
    shown = len(chosen.places)
    if not chosen.is_cut:
        return f"{shown:,} {noun}"
    if shown < chosen.matching < chosen.whole:
        return f"{shown:,} of {chosen.matching:,} that match, of {chosen.whole:,} {noun}"
    return f"{shown:,} of {chosen.whole:,} {noun}"


def setting_text(value: Any, name: str = "") -> str:
    """The value of a field of the policy in one line; of one with this ``name``, if it may be left out."""
    if hasattr(value, "_asdict"):
        value = {name: leaf for name, leaf in value._asdict().items() if leaf not in (None, ())}
    if isinstance(value, Mapping):
        return ", ".join(_pair(name, inner) for name, inner in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        from tkledger.core.loosening import is_most  # few settings are left out

        return "no limit" if is_most(name) else "none"
    return str(value)


def _pair(name: str, value: Any) -> str:
    """A value within another, as it is typed."""
    if hasattr(value, "_asdict"):
        return f"{name} ({setting_text(value)})"
    return f"{name}={','.join(value) if isinstance(value, tuple) else setting_text(value)}"


Names = Callable[[str], str]
"""What stands for a name."""


def short_names(names: Iterable[str]) -> dict[str, str]:
    """What stands for each name on a terminal: what an address has before its @, unless others begin so, too."""
    found: dict[str, str] = {
        name: _NUMBER_OF_GITHUB.sub("", name.partition("@")[0]) for name in {*names}
    }
    many = Counter(found.values())
    return {
        name: safe(short if short and many[short] == 1 else name) for name, short in found.items()
    }


_NUMBER_OF_GITHUB = pattern(r"^[0-9]+\+")


def place(row: TaskRow, ledger: Overview) -> str:
    """On which other branch a task stands as it is shown, and how its end comes from there."""
    found = ledger.elsewhere.get(row.id)
    if found is None:
        return ""
    if row.ended:
        how = f"git merge {quoted(found.branch)}"
        return f"{row.state} on {found.branch}, not merged: {how}"
    return f"on {found.branch}"


def hindrance(
    row: TaskRow, ledger: Overview, *, briefly: bool = True, without: Container[str] = ()
) -> str:
    """What a task waits for, in words; on which branch it is, if not here; and what is to be remarked of it, but
    for remarks that are said elsewhere.
    """
    waits = row.briefly if briefly else row.waits
    if ledger.elsewhere or ledger.remarks:
        remarks = ledger.remarks.get(row.id, "").split(AND)
        parts = (waits, place(row, ledger), *(one for one in remarks if one not in without))
        waits = AND.join(part for part in parts if part)
    return safe(waits) if waits else ""


def hindrance_colour(state: State) -> str:
    """The colour of what a task waits for: that of what is blocked, if it is."""
    return BAD if state is State.BLOCKED else ""


AND = "; "
"""What is between the remarks on a task."""
_SHARED = " used of "
"""What a remark on the limit of another task says, which all tasks below that share."""


def shared_remarks(ledger: Overview, places: Sequence[int]) -> dict[str, int]:
    """The remarks on limits that several of these tasks share, and how many of them do."""
    if not ledger.remarks:
        return {}
    remarks = map(ledger.remarks.get, picked(ledger.column("id"), places))
    found = Counter(one for text in remarks if text for one in text.split(AND) if _SHARED in one)
    return {text: number for text, number in found.items() if number > 1}


def hindrances(ledger: Overview, places: Sequence[int]) -> Sequence[str]:
    """The same for the tasks at these places, in full."""
    texts = all_safe(picked(ledger.column("waits"), places))
    noted = {*ledger.elsewhere, *ledger.remarks}
    if noted:
        ids = picked(ledger.column("id"), places)
        found = [*texts]
        for number, (key, place) in enumerate(zip(ids, places)):
            if key in noted:
                found[number] = hindrance(ledger.rows[place], ledger, briefly=False)
        return found
    return texts


def all_safe(texts: Sequence[str]) -> Sequence[str]:
    """`safe` for many, of which mostly none needs it."""
    return texts if "".join(texts).isprintable() else [safe(text) for text in texts]


def each(values: Sequence[Any], text: Callable[[Any], str]) -> list[str]:
    """A text for each of many values, few of which differ; each is asked for once."""
    texts = {value: text(value) for value in {*values}}
    return [*texts.values()] * len(values) if len(texts) == 1 else [*map(texts.__getitem__, values)]
