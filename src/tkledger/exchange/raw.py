"""One entry of another tracker, of which values are taken by name: what is left has no place in tk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource, Foreign, leaves
from tkledger.exchange.texts import numbered


class Raw:
    """The values of one entry, each of which is taken once.

    A value is taken only if it has the form that is asked for: another stays, and so counts as lost. ``storage``
    names what only says how the tracker keeps the entry, or what it finds out anew: that is not there at all.
    """

    def __init__(
        self, values: object, where: str, expected: str, storage: Collection[str] = ()
    ) -> None:
        """``expected`` says what it should be, for the error; raises BadSource for what is not a map."""
        if not isinstance(values, Mapping):
            raise BadSource(where, f"it is not {expected}")
        self.where = where
        self._expected = expected
        self._left = {name: value for name, value in values.items() if name not in storage}
        self._count = leaves(self._left)
        self._parts: list[tuple[str, Raw]] = []

    def needed(self, name: str) -> str:
        """The text under a name; raises BadSource if there is none."""
        text = self.text(name)
        if text is None:
            raise BadSource(self.where, f'it is not {self._expected}: it has no "{name}"')
        return text

    def text(self, name: str) -> str | None:
        """A text that is not blank, or a number as text."""
        text = _text(self._left.get(name))
        return self._take(name, text) if text and text.strip() else None

    def text_as(self, name: str, form: Callable[[str], Any]) -> Any:
        """What a form makes of the text; if it makes None of it, the text stays."""
        text = _text(self._left.get(name))
        found = form(text) if text and text.strip() else None
        return None if found is None else self._take(name, found)

    def whole(self, name: str) -> int | None:
        """A whole number, or a text that is one, of at most 15 digits."""
        text = (_text(self._left.get(name)) or "").strip()
        is_whole = text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= 15
        return self._take(name, int(text)) if is_whole else None

    def flag(self, name: str) -> bool:
        """Whether it says true."""
        value = self._left.get(name)
        return bool(self._take(name, value)) if isinstance(value, bool) else False

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts in a list that are not blank, or a single one."""
        value = self._left.get(name)
        found = [_text(one) for one in (value if isinstance(value, list) else [value])]
        texts = tuple(one for one in found if one is not None)
        if len(texts) < len(found):
            return ()
        return tuple(one for one in self._take(name, texts) if one.strip())

    def listed(self, name: str) -> list[Any]:
        """The list under a name, whose values are not counted here; empty if it is none."""
        value = self._left.get(name)
        if not isinstance(value, list):
            return []
        self._count -= leaves(value)
        return list(self._take(name, value))

    def entries(self, name: str, storage: Collection[str] = ()) -> list[Raw]:
        """The entries of a list of maps, or the one that a map is; what is left in them is left here, too."""
        value = self._left.get(name)
        raw = value if isinstance(value, list) else [value]
        if not all(isinstance(one, Mapping) for one in raw):
            return []
        found = [Raw(one, self.where, self._expected, storage) for one in raw]
        self._parts += [(name, one) for one in found]
        self._count -= leaves(self._take(name, value))
        return found

    def entry(self, name: str, storage: Collection[str] = ()) -> Raw:
        """The entry that a map is; an empty one if there is no such map."""
        is_one = isinstance(self._left.get(name), Mapping)
        found = self.entries(name, storage) if is_one else []
        return found[0] if found else Raw({}, self.where, self._expected)

    def _take(self, name: str, value: Any) -> Any:
        del self._left[name]
        return value

    def names(self) -> list[str]:
        """What is left here, in its order."""
        return [*self._left]

    def rest(self) -> dict[str, Any]:
        """What no one took, but for what is empty."""
        left = {name: value for name, value in self._left.items() if leaves(value)}
        for name, part in self._parts:
            if rest := part.rest():
                left.setdefault(name, []).append(rest)
        return left

    def read(self) -> int:
        """How many values there are, those of the entries in it as well."""
        return self._count + sum(part.read() for _, part in self._parts)


def _text(value: object) -> str | None:
    """A text with plain ends of lines, or a number as text; None for anything else."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return str(value)


def distinct(
    found: Iterable[tuple[str, Foreign]], path: Path, nothing: str, *, renamed: bool = False
) -> Iterator[Foreign]:
    """The tasks, each found somewhere; raises BadSource for a key that is there twice, and if nothing is found.

    If tasks are to be ``renamed``, the second of a key gets another one, as its tracker now and then errs so.
    """
    known: dict[str, str] = {}
    for where, task in found:
        keys = numbered(task.key, "#") if renamed else [task.key]
        key = next((one for one in keys if one not in known), task.key)
        if key in known:
            raise BadSource(where, f"{key} is there twice, first in {known[key]}")
        known[key] = where
        yield task._replace(key=key)
    if not known:
        raise BadSource(str(path), nothing)
