"""Patterns: of names, as a policy has them, and regular expressions that are compiled when they are first asked,
since the forty that a view loads and does not ask would take as long as git does.
"""

from __future__ import annotations

import re

from tkledger.core.typing import TYPE_CHECKING, Any

ANY = "*"
"""In a pattern of names: any letters, or none."""


def fits(name: str, wanted: str) -> bool:
    """Whether a name is the ``wanted`` one or, if that is a pattern, has its parts in their order. Takes
    as long as the two are, whatever they are.
    """
    first, *parts = wanted.split(ANY)
    if not parts:
        return name == wanted
    *middle, last = parts
    if not name.startswith(first):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return at <= end and name.endswith(last)


if TYPE_CHECKING:

    def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
        """What ``re.compile`` gives."""
else:

    class pattern:  # noqa: N801 - stands for re.compile
        """A pattern that is compiled when one of its functions is first asked for."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self.source = text
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(self.source, self._flags), name)
            setattr(self, name, found)  # from now on it is found without this
            return found
