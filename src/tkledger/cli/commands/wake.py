"""``tk wake``: the end of ``tk sleep``."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.commands.sleep import mark


def wake(all: bool = False, actor: str | None = None, path: str = ".") -> Answer:
    """End what `tk sleep` began."""
    return mark(Session(path, actor=actor, progress=TERMINAL), all, idle=False)
