"""What commands that write say once of a clone that has no hooks."""

from __future__ import annotations

from tkledger.core.typing import TYPE_CHECKING
from tkledger.local.store import NO_HOOKS

if TYPE_CHECKING:
    from tkledger.api.session import Session

_NO_HOOKS = "tk's hooks are not installed in this clone, so git does not check commits: tk init"


def remind(session: Session) -> None:
    """Say once that this clone has no hooks, if it has none: for commands that write."""
    repo = session.repo
    # the one of tk's hooks that no hook manager writes; `tk doctor` tries all of them
    found = repo.is_bare or repo.has_hook("reference-transaction")
    if not (found or NO_HOOKS in repo.variables() or _NO_HOOKS in session.said):
        session.said.add(_NO_HOOKS)
        session.progress.say(_NO_HOOKS)
