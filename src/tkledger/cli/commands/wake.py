"""``tk wake``: the end of ``tk sleep``."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.commands.sleep import mark


def wake(
    all: bool = False, actor: str | None = None, path: str = ".", as_json: bool = False
) -> int:
    """End what `tk sleep` began."""
    return mark(Session(path, as_json=as_json, actor=actor), all, idle=False)
