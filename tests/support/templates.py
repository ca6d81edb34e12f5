"""The repositories that others are copied from: each is made once a process, by one place alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from unittest.mock import patch

Maker = Callable[[Path], object]


class Templates:
    """A folder of them, and which function makes each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        """What every test begins with."""
        self._makers: dict[str, object] = {}

    def of(self, name: str, make: Maker) -> Path:
        """The template of that name, made by ``make`` unless it is there; not to be changed.

        It is the same whichever test asks first: what that test has put into the environment is
        not there while it is made. A name that two functions make is refused.
        """
        assert isinstance(make, FunctionType), "a function can be told from others"
        maker = self._makers.setdefault(name, make.__code__)
        assert maker is make.__code__, f"{name!r} is made by another function, too: {maker}"
        path = self.folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            try:
                with patch.dict(os.environ, clear=True):
                    os.environ.update(self.environment)
                    make(path)
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)  # else the next test takes half of it
                raise
        return path
