"""What the history of a commit says, added up: remembered up to HEAD's, so that only what is new is read."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.core.typing import Any
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.local.page import read_page, write_page
from tkledger.local.store import Store


def up_to(
    repo: Repo,
    name: str,
    tip: Oid,
    extended: Callable[[Any, list[str]], Any],
    fits: Callable[[Any], bool] = lambda values: True,
) -> Any:
    """The values of a commit: those in the page of this name, ``extended`` by the commits that revisions select.

    Without a page, or if its commit is not in the history of ``tip``, or its values do not ``fit``, all history is
    read, with None for values. Of a shallow clone nothing is kept: more of its history may come.
    """
    store = Store(repo.common_dir)
    known, values = (None if repo.is_shallow else read_page(store, name)) or ("", None)
    if known and (not fits(values) or not (known == tip or history.is_ancestor(repo, known, tip))):
        known, values = "", None
    if known == tip:
        return values
    values = extended(values, [tip, *([f"^{known}"] if known else [])])
    if tip == repo.head and not repo.is_shallow:
        write_page(store, name, (tip, values))
    return values
