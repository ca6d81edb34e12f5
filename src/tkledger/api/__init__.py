"""What every front end asks: one actor at one repository; it prints nothing and knows no front end.

Programs begin with `Ledger`: ``from tkledger.api import Ledger``. docs/api.md is its page.
"""

from __future__ import annotations

from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.api.ledger import GitError as GitError
    from tkledger.api.ledger import Ledger as Ledger
    from tkledger.api.ledger import LedgerEvent as LedgerEvent
    from tkledger.api.ledger import Moved as Moved
    from tkledger.api.ledger import RecordResult as RecordResult
    from tkledger.api.ledger import Refused as Refused
    from tkledger.api.ledger import Snapshot as Snapshot
    from tkledger.api.ledger import State as State
    from tkledger.api.ledger import Task as Task
    from tkledger.api.ledger import TkError as TkError
    from tkledger.api.ledger import Verdict as Verdict
    from tkledger.api.ledger import Violation as Violation

__all__ = [
    "GitError",
    "Ledger",
    "LedgerEvent",
    "Moved",
    "RecordResult",
    "Refused",
    "Snapshot",
    "State",
    "Task",
    "TkError",
    "Verdict",
    "Violation",
]


def __getattr__(name: str) -> object:
    """A name of `__all__`: its module is loaded when a program asks, and for no command."""
    if name in __all__:
        from tkledger.api import ledger

        return getattr(ledger, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
