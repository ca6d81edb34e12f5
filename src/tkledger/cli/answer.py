"""What commands have in common when they answer: a view on stdout, words on stderr."""

from __future__ import annotations

import sys
from typing import Any

from tkledger.api.session import Session
from tkledger.core.snapshot import Snapshot
from tkledger.report import say, visible


def show_view(renderable: Any) -> None:
    """Print a view on stdout."""
    from tkledger.views.style import show

    show(renderable, sys.stdout)


def tell_flaws(ledger: Snapshot) -> None:
    """Warn of each task file that cannot be read."""
    for flaw in ledger.flaws():
        say(visible(f"warning[{flaw.code}] {flaw.subject}: {flaw.message}"))


def tell(session: Session, words: str) -> None:
    """Print a line, unless the answer is JSON."""
    if not session.as_json:
        print(visible(words))
