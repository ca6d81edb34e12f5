"""Waiting until a look at the repository finds something."""

from __future__ import annotations

import time
from collections.abc import Callable

from tkledger.core.typing import Any

_PAUSES = (0.1, 2.0)
"""The first pause between two looks, and the longest, in seconds."""


def awaited(
    look: Callable[[], Any], is_found: Callable[[Any], bool], wait: float, again: Callable[[], None]
) -> Any:
    """What a look finds, as soon as it is what is waited for, or after ``wait`` seconds what it finds then.
    ``again`` is called before each further look.
    """
    end = time.monotonic() + wait
    pause = _PAUSES[0]
    while True:
        found = look()
        if is_found(found) or time.monotonic() >= end:
            return found
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(2 * pause, _PAUSES[1])
        again()
