"""Regular expressions that are compiled when they are first asked: the forty that a view loads and does not ask
would take as long as git does.
"""

from __future__ import annotations

import re

from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
        """What ``re.compile`` gives."""
else:

    class pattern:  # noqa: N801 - stands for re.compile
        """A pattern that is compiled when one of its functions is first asked for."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self._source = text, flags

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*self._source), name)
            setattr(self, name, found)  # from now on it is found without this
            return found
