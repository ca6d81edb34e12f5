"""The order in which tasks were created, read from history and kept up to the last commit read.

No task file says when the task was created. Only new commits are walked; losing the kept order costs
time only.
"""

from __future__ import annotations

from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.typing import TYPE_CHECKING
from tkledger.local.page import read_page, write_page
from tkledger.local.store import BIRTH_ORDER, Store

if TYPE_CHECKING:
    from tkledger.ledger.reader import Ledger


def order(ledger: Ledger) -> dict[str, int]:
    """The place of each task in the order of creation, up to the ledger's tip."""
    repo, head = ledger.repo, ledger.place.tip
    store = Store(repo.common_dir)
    tip, known = _kept(store)
    if head is None or tip == head:
        return known
    since = [f"^{tip}"] if tip and repo.read(tip) is not None else []
    out = repo.run(
        *("log", "--reverse", "--topo-order", "--diff-filter=A", "--name-only", "--format="),
        *("--no-renames", "-z", head, *since, "--", FOLDER),
    )
    for name in out.decode(errors="surrogateescape").replace("\n", "").split("\0"):
        if name and is_task_key(key := key_of(name)):
            known.setdefault(key, len(known))
    write_page(store, BIRTH_ORDER, (head, known))
    return known


def _kept(store: Store) -> tuple[str, dict[str, int]]:
    return read_page(store, BIRTH_ORDER) or ("", {})
