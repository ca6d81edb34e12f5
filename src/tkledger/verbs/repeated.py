"""The changes of a policy as the commands that make them to another one; it runs none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.field import FieldError
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.typing import Any
from tkledger.errors import TkError
from tkledger.verbs.settings import PARTS, changed, value_of

_KEPT = ("version", "accepted", "proposal")
"""The fields that a merge brings together itself, or that no command sets."""

_MOST = 5
"""How many commands are printed; more is easier done in an editor."""


def repeated(base: Policy, other: Policy, known: Policy) -> str:
    """The line by which a policy that is ``known`` gets what ``other`` has changed since ``base``; empty if
    it has all of that.
    """
    found = []
    for setting in _changed(base, other):
        if value_of(known, setting) == value_of(other, setting):
            continue
        words = list(_words(known, other, setting))
        if not _is_set_by(known, setting, words, value_of(other, setting)):
            return "tk config edit"
        found.append(" ".join(["tk config set", *map(quoted, (setting, *words))]))
    return few(found, joint=" && ") if len(found) <= _MOST else "tk config edit"


def _changed(base: Policy, other: Policy) -> Iterator[str]:
    """The settings that differ, each as narrow as a command can set it."""
    for field in (one for one in Policy._fields if one not in _KEPT):
        was, now = getattr(base, field), getattr(other, field)
        if was == now:
            continue
        default = getattr(DEFAULT, field)
        if isinstance(default, dict):
            names: Sequence[str] = sorted({*was, *now})
            yield from (f"{field}.{one}" for one in names if was.get(one) != now.get(one))
        elif hasattr(default, "_asdict"):
            names = default._fields
            yield from (f"{field}.{one}" for one in names if getattr(was, one) != getattr(now, one))
        else:
            yield field


def _words(known: Policy, other: Policy, setting: str) -> Iterator[str]:
    """The words that give a setting the value of ``other``; none for its default."""
    value = value_of(other, setting)
    part = PARTS.get(setting.partition(".")[0])
    if part is None:
        yield from value if isinstance(value, tuple) else () if value is None else [_text(value)]
        return
    had = value_of(known, setting)
    for leaf in part._fields if value != () else ():  # type: ignore[attr-defined]
        was, now = getattr(had, leaf, None), getattr(value, leaf)
        if now not in (None, ()) or was not in (None, ()):
            yield f"{leaf}={','.join(now) if isinstance(now, tuple) else _text(now)}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _is_set_by(known: Policy, setting: str, words: Sequence[str], value: Any) -> bool:
    """Whether a command with these words gives a setting this value."""
    try:
        return bool(value_of(changed(known, setting, words), setting) == value)
    except (FieldError, TkError):  # as a path with a comma
        return False
