"""Phrases that several views share: states, times, durations, what a task waits for."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.change import few, quoted
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.typing import Any
from tkledger.views.style import LOOKS
from tkledger.views.text_layout import Span, safe

UNSHALLOW = "git fetch --unshallow"
"""What brings a shallow clone the history that it lacks."""

FEW = 3
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


def counts(numbers: Mapping[State, int], joint: str = ", ") -> str:
    """``214 done, 3 cancelled``: what there is, in the order of the lifecycle."""
    return joint.join(
        f"{numbers[state]:,} {LOOKS[state].label}" for state in LOOKS if numbers.get(state)
    )


def setting_text(value: Any) -> str:
    """The value of a field of the policy in one line."""
    if hasattr(value, "_asdict"):
        value = {name: limit for name, limit in value._asdict().items() if limit is not None}
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={setting_text(inner)}" for name, inner in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "no limit" if value is None else str(value)


def open_dependencies(task: Task, snapshot: Snapshot, most: int | None = FEW) -> str:
    """``waits for tk-x``; says so where a dependency is cancelled or unknown, so never done.

    Names the first ``most`` of them, and how many more there are.
    """
    if task.ended or not task.depends_on:
        return ""
    names = []
    for name in snapshot.blocked_by(task):
        other = snapshot.task(name)
        if other is None:
            names.append(f"{name} (unknown)")
        else:
            place = snapshot.elsewhere.get(name)
            where = f" on {place.branch}, not merged" if place else ""
            names.append(f"{name} ({other.state}{safe(where)})" if other.ended else name)
    return f"waits for {few(names, most or len(names))}" if names else ""


def wait_reason(task: Task) -> str:
    """``approval – detail`` of a blocked task; or the error in place of the detail."""
    if task.state is not State.BLOCKED:
        return ""
    failure = ": ".join(part for part in task.error if part)
    parts = [part for part in (task.wait.reason, task.wait.detail or failure) if part]
    return safe(" – ".join(parts))


def concerns(task: Task) -> str:
    """How many concerns about a task are open."""
    found = len(task.open_concerns())
    return f"{found} open concern{'' if found == 1 else 's'}" if found else ""


def place(task: Task, snapshot: Snapshot) -> str:
    """On which other branch a task stands as it is shown, and how its end comes from there."""
    found = snapshot.elsewhere.get(task.id)
    if found is None:
        return ""
    if task.ended:
        how = f"git merge {quoted(found.branch)}"
        return safe(f"{task.state} on {found.branch}, not merged: {how}")
    return safe(f"on {found.branch}")


def hindrance(task: Task, snapshot: Snapshot, most: int | None = FEW) -> str:
    """What a task waits for: the reason if it is blocked, and ``most`` dependencies; open concerns;
    on which branch it is, if not here; and what is to be remarked of it.
    """
    remark = safe(snapshot.remarks.get(task.id, ""))
    parts = (wait_reason(task), open_dependencies(task, snapshot, most), concerns(task))
    return "; ".join(part for part in (*parts, place(task, snapshot), remark) if part)
