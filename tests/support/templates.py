"""The repositories that others are copied from: each is made once a process, by one function."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

T = TypeVar("T")

After = Callable[[Callable[[T], object]], T]
"""Makes a copy of what is left by a function, which goes on with what others have begun."""


class Templates:
    """A folder of them. Each has the name of the function that makes it, which no other has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        """What every test begins with."""

    def of(self, make: Callable[[Path], object], name: str = "") -> Path:
        """The template that ``make`` makes, unless it is there; not to be changed.

        name: that of one of several which the function makes
        """
        return self.after(make, lambda path: path, name)

    def after(
        self, make: Callable[[T], object], begin: Callable[[Path], T], name: str = ""
    ) -> Path:
        """The same of a function that goes on with what another has begun at a path.

        It is the same whichever test asks first: what that test has put into the environment is
        not there while it is made.
        """
        words = f"{make.__module__}.{make.__qualname__}".replace("<locals>.", "")
        path = self.folder / words / (name or "it")
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            try:
                with patch.dict(os.environ, clear=True):
                    os.environ.update(self.environment)
                    make(begin(path))
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)  # else the next test takes half of it
                raise
        return path
