"""What asks tk to stop while it runs commands: an interruption, a closed terminal, a request to end; it
knows no task.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBERS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interruptions:
    """SIGINT, SIGTERM and SIGHUP, held back except where the work at hand may be left: a process that is
    being started or ended, or a move that is half made, would be left behind.

    came: whether there was one
    """

    def __init__(self) -> None:
        self.came = False
        self._may_raise = False

    def __enter__(self) -> Interruptions:
        # not those that are ignored, as SIGINT is in the background of a shell, and SIGHUP after nohup
        numbers = [one for one in _NUMBERS if signal.getsignal(one) != signal.SIG_IGN]
        self._before = {one: signal.signal(one, self._receive) for one in numbers}
        self._terminals = [one for one in (1, 2) if os.isatty(one)]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Raise KeyboardInterrupt, once: within, and at once if one was held back."""
        try:
            self._may_raise = True
            if self.came:
                self._raise_once()
            yield
        finally:
            self._may_raise = False

    def _receive(self, number: int, frame: object) -> None:
        self.came = True
        if number == getattr(signal, "SIGHUP", None):
            self._say_nothing_more()
        if self._may_raise:
            self._raise_once()

    def _raise_once(self) -> None:
        self._may_raise = False
        raise KeyboardInterrupt

    def _say_nothing_more(self) -> None:
        """A terminal that is closed takes no words, and a failure to say them would stop what is left to do."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for one in self._terminals:
            os.dup2(nowhere, one)
        os.close(nowhere)
