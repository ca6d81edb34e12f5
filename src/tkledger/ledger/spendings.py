"""What commits say was used, summed by task, actor, model and week: by one walk, remembered up to a commit."""

from __future__ import annotations

from tkledger.core.charges import spendings
from tkledger.core.time import week
from tkledger.core.typing import NamedTuple
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.local.page import read_page, write_page
from tkledger.local.store import SPENDINGS, Store


class Key(NamedTuple):
    """Of which task, by whom as the commit says, by which model, in which week (``2026-W05``, in UTC)."""

    task: str
    actor: str
    model: str
    week: str


class Sum(NamedTuple):
    """So many tokens, millionths of a dollar, and calls of tools and models."""

    tokens: int = 0
    cost: int = 0
    calls: int = 0


def sums(repo: Repo, tip: Oid) -> dict[Key, Sum]:
    """The sums over the history of a commit. Reads what is new since the commit that was asked for last, or
    all if that is not in its history.
    """
    store = Store(repo.common_dir)
    known, rows = read_page(store, SPENDINGS) or ("", [])
    if any(len(one) != len(Sum._fields) for _, one in rows):  # written before calls were counted
        known, rows = "", []
    if known != tip and not (known and history.is_ancestor(repo, known, tip)):
        known, rows = "", []
    found = {Key(*key): Sum(*one) for key, one in rows}
    if known == tip:
        return found
    for commit in history.commits(repo, tip, *([f"^{known}"] if known else []), whole=False):
        for one in spendings(commit.message):
            key = Key(one.task, commit.author.actor, one.model, week(commit.at))
            had = found.get(key, Sum())
            found[key] = Sum(*map(sum, zip(had, one[2:])))
    write_page(store, SPENDINGS, (tip, [(tuple(key), tuple(one)) for key, one in found.items()]))
    return found
