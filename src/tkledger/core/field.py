"""One field of a file under ``.tasks/``: its name, what values it takes, how two versions merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

from tkledger.core.pattern import pattern
from tkledger.core.typing import Any, NamedTuple


class FieldError(ValueError):
    """A value that its field does not take; ``key`` is the field's dotted name."""

    def __init__(self, key: str, message: str, *, unknown: bool = False) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message
        self.unknown = unknown


class Merge(Enum):
    """How a field merges that both sides changed."""

    ONE = auto()  # one of the two
    TEXT = auto()  # anything: a person has to write it
    SET = auto()  # both sides' additions and removals
    LOG = auto()  # the base, then both sides' additions
    MARK = auto()  # the greater
    LIMIT = auto()  # the stricter; under edition 1 of the law, one of the two
    LEAVES = auto()  # field by field within
    QUALIFIER = auto()  # what the side chosen for the state has


class Field(NamedTuple):
    """``clean`` takes a raw value to the one kept, or raises ValueError with a sentence; ``since`` is
    the format of the files that brought the field, ``values_since`` that of later values.
    """

    name: str
    clean: Callable[[Any], Any]
    merge: Merge = Merge.ONE
    since: int = 1
    values_since: Mapping[str, int] = {}


ID = pattern(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
"""Names that Windows keeps for devices: a file of that name cannot be checked out there."""

RESERVED = frozenset({"config"})
"""The policy's file has this name."""

MAX_INT = 2**53 - 1
"""The greatest whole number that every JSON reader keeps exact."""

WHOLE = pattern(r"(0|-?[1-9][0-9]{0,15})\Z")
"""A whole number as it is written, with no more digits than the greatest has."""

HIDDEN = (
    "\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
)
"""Characters that are not seen, or are not characters, as a class of a regular expression. A fixed list,
since what Python calls printable changes with its version and a verdict must not."""

_BLANK = pattern(f"[ \u115f\u1160\u1680\u2800\u3164\uffa0{HIDDEN}]*\\Z")
"""These, and characters that are as empty as a space."""

CONTROL = pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""The characters that no text of a task may hold."""

_LONGEST_REF = 200
"""The longest name of a branch: it is a path, too, and others are made of it."""

_NO_REF = pattern(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|^[-/@]$|^[-/]|[./]$")
"""What git-check-ref-format does not allow in a branch's name."""

DECIMAL = pattern(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?\Z")


def is_id(text: str) -> bool:
    """Whether ``text`` can name a task: also a file everywhere, and a part of a ref name."""
    return ID.match(text) is not None and text not in DEVICES and text not in RESERVED


CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 without i, l, o and u, which are misread (https://www.crockford.com/base32.html)."""


def is_drawn(key: str, prefix: str) -> bool:
    """Whether an id looks like one that tk drew at random: the same one is never given twice."""
    word = key.removeprefix(f"{prefix}-")
    return word != key and len(word) >= 5 and not set(word).difference(CROCKFORD)


_BETWEEN_WORDS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n")


def bare(text: str) -> str:
    """A text without case, blanks and punctuation; by ASCII's, which no version of Python changes."""
    return "".join(letter for letter in text.casefold() if letter not in _BETWEEN_WORDS)


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen."""
    return _BLANK.match(text) is not None


def task_id(raw: Any) -> str:
    """A task's id."""
    value = line(raw)
    if not is_id(value):
        raise ValueError(
            f"{value!r} is not an id (a-z, 0-9, _ and -, at most 63; not a device name, not config)"
        )
    return value


def line(raw: Any) -> str:
    """One line of text, without control characters, not empty."""
    value = text(raw)
    if "\n" in value:
        raise ValueError("must be one line")
    if "\t" in value:
        raise ValueError("must not hold a tab")
    if value != value.strip():
        raise ValueError("must not begin or end with a blank")
    return value


def line_that(parse: Callable[[str], object]) -> Callable[[Any], str]:
    """A check of a line that ``parse`` can read: it gives the line as it is; both raise ValueError."""

    def checked(raw: Any) -> str:
        value = line(raw)
        parse(value)
        return value

    return checked


def text(raw: Any) -> str:
    """Text, not empty. Several lines end with exactly one newline, a single line with none."""
    if isinstance(raw, bool):
        raw = "true" if raw else "false"
    if isinstance(raw, int):
        raw = str(raw)  # typed by the schema: a title may be 2024
    if not isinstance(raw, str):
        raise ValueError("must be text")
    if hidden := CONTROL.search(raw):
        at = hidden.start()
        line_, column = raw.count("\n", 0, at) + 1, at - raw.rfind("\n", 0, at)
        raise ValueError(
            f"must not hold control characters: U+{ord(raw[at]):04X} in line {line_}, column {column}"
        )
    value = raw.rstrip("\n")
    if not value:
        raise ValueError("must not be empty (leave the field out)")
    return value + "\n" if "\n" in value else value


def whole(least: int, most: int = MAX_INT) -> Callable[[Any], int]:
    """A whole number from ``least`` to ``most``."""

    def clean(raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
            bound = f"from {least} to {most}" if most < MAX_INT else f"of at least {least}"
            raise ValueError(f"must be a whole number {bound}")
        return raw

    return clean


def flag(raw: Any) -> bool | None:
    """True, or None for false: a field that is off is left out."""
    if isinstance(raw, bool) or raw in ("true", "false"):
        return raw in (True, "true") or None
    raise ValueError("must be true or false")


def decimal(raw: Any) -> str:
    """An amount of US dollars, kept as text so that no digit is lost."""
    value = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    if not isinstance(value, str) or not DECIMAL.match(value):
        raise ValueError("must be an amount such as 0.25, at most six decimals")
    return value


def moment(raw: Any) -> str:
    """A time in UTC, to the second."""
    from tkledger.core.time import seconds_of  # only a task that waits has a time

    value = line(raw)
    try:
        seconds_of(value)
    except ValueError:
        raise ValueError("must be a time such as 2026-01-31T12:00:00Z") from None
    return value


def day(raw: Any) -> str:
    """A date that exists."""
    from tkledger.core.time import seconds_of  # few tasks are due

    value = line(raw)
    try:
        seconds_of(f"{value}T00:00:00Z")
    except ValueError:
        raise ValueError("must be a date such as 2026-01-31") from None
    return value


def matching(text: str, words: str) -> Callable[[Any], str]:
    """One line that matches a pattern, ``text``; ``words`` says what that means."""
    whole = pattern(text + r"\Z")

    def clean(raw: Any) -> str:
        value = line(raw)
        if not whole.match(value):
            raise ValueError(f"{value!r} must be {words}")
        return value

    return clean


def ref_name(raw: Any) -> str:
    """A branch's name, as people say it: ``main``, ``tk/parse``."""
    value = line(raw)
    if len(value) > _LONGEST_REF or _NO_REF.search(value):
        raise ValueError(f"{value!r} is not a branch name (git help check-ref-format)")
    return value


def choice(options: Sequence[str]) -> Callable[[Any], str]:
    """One of ``options``."""

    def clean(raw: Any) -> str:
        value = text(raw)
        if value not in options:
            raise ValueError(f"{value!r} must be one of {', '.join(options)}")
        return value

    return clean


def set_of(item: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Distinct items, sorted."""

    def clean(raw: Any) -> tuple[str, ...]:
        return tuple(sorted(set(list_of(item)(raw))))

    return clean


def list_of(item: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Items in their order."""

    def clean(raw: Any) -> tuple[str, ...]:
        if isinstance(raw, (str, Mapping)) or not isinstance(raw, Sequence):
            raise ValueError("must be a list, one item a line")
        return tuple(item(one) for one in raw)

    return clean


def part_of(part: Any, fields: Sequence[Field]) -> Callable[[Any], Any]:
    """A small map with ``fields``, kept as the NamedTuple ``part``."""

    def clean(raw: Any) -> Any:
        if isinstance(raw, part):
            raw = {name: value for name, value in raw._asdict().items() if value is not None}
        if not isinstance(raw, Mapping):
            raise ValueError("must be a map of fields")
        return part(**read(fields, raw))

    return clean


def map_of(
    item: Callable[[Any], Any], key: Callable[[Any], str]
) -> Callable[[Any], dict[str, Any]]:
    """A map of ``key`` to ``item``, sorted by its keys."""

    def clean(raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise ValueError("must be a map")
        return {key(name): item(raw[name]) for name in sorted(raw, key=str)}

    return clean


URL = r"https?://[!-~]{1,500}"
"""An address, as a regular expression."""

FULL = frozenset({40, 64})
"""The lengths of the full id of an object of git's."""

own_key = matching(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}", "a key of letters, digits and _ . -")
"""A key of one's own under ``x``; raises ValueError."""


def free(raw: Any, depth: int = 3) -> dict[str, Any]:
    """A map of one's own: text, whole numbers, booleans, lists of these, and maps, three deep."""
    if not isinstance(raw, Mapping):
        raise ValueError("must be a map")
    if not depth:
        raise ValueError("maps go three deep at most")
    return {own_key(key): _free_value(raw[key], depth) for key in sorted(raw, key=str)}


def _free_value(raw: Any, depth: int) -> Any:
    if isinstance(raw, Mapping):
        if not raw:
            raise ValueError("must not hold an empty map")
        return free(raw, depth - 1)
    if isinstance(raw, (list, tuple)):
        if not raw or any(isinstance(item, (Mapping, list, tuple)) for item in raw):
            raise ValueError("lists hold text and numbers, at least one")
        if depth == 1:
            raise ValueError("lists and maps go three deep at most")
        return tuple(_free_value(item, depth) for item in raw)
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return whole(-MAX_INT)(raw)
    if not isinstance(raw, str) or CONTROL.search(raw):
        raise ValueError("must be text, a whole number or a boolean")
    return raw


def read(fields: Sequence[Field], raw: Any) -> dict[str, Any]:
    """The values of ``raw`` by the names of ``fields``; empty ones left out.

    Raises FieldError for an unknown key (with the nearest known one) and for a bad value.
    """
    if not isinstance(raw, Mapping):
        raise FieldError("file", "must be a map of fields")
    known = {field.name: field for field in fields}
    values = {}
    for key, value in raw.items():
        field = known.get(key)
        if field is None:
            from difflib import get_close_matches

            near = get_close_matches(str(key), known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
            raise FieldError(str(key), f"is not a known field{hint}", unknown=True)
        if value is None or value == [] or value == {} or value == ():
            continue
        try:
            values[key] = field.clean(value)
        except FieldError as error:
            raise FieldError(f"{key}.{error.key}", error.message, unknown=error.unknown) from None
        except ValueError as error:
            raise FieldError(key, str(error)) from None
    return values


def newer(fields: Iterable[Field], value: Any, format: int) -> list[str]:
    """What a later format brought of what ``value``, a NamedTuple, has set: names of fields, or each
    with its value.
    """
    found = []
    for field in fields:
        held = getattr(value, field.name)
        if held == value._field_defaults.get(field.name):
            continue
        if field.since > format:
            found.append(field.name)
        elif field.values_since and field.values_since.get(held, 1) > format:
            found.append(f"{field.name} {held}")
    return found
