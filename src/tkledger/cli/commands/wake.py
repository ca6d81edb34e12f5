"""``tk wake``: the end of ``tk sleep``."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import Answer, say
from tkledger.cli.commands.sleep import mark


def wake(all: bool = False, actor: str | None = None, path: str = ".") -> Answer:
    """End what `tk sleep` began."""
    return mark(Session(path, actor=actor, say=say), all, idle=False)
