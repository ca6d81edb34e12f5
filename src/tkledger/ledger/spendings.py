"""What commits say was used, summed by task, actor, model and week: by one walk, remembered up to a commit."""

from __future__ import annotations

from functools import partial

from tkledger.core.charges import spendings
from tkledger.core.time import week
from tkledger.core.typing import Any, NamedTuple
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.remembered import up_to
from tkledger.local.store import SPENDINGS


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
    """The sums over the history of a commit. Reads what is new since HEAD's commit that was asked for last, or
    all if that is not in its history.
    """
    rows = up_to(repo, SPENDINGS, tip, partial(_extended, repo), _fits)
    return {Key(*key): Sum(*one) for key, one in rows}


def _extended(repo: Repo, rows: Any, revisions: list[str]) -> list[Any]:
    found = {Key(*key): Sum(*one) for key, one in rows or ()}
    for commit in history.commits(repo, *revisions, whole=False):
        for one in spendings(commit.message):
            key = Key(one.task, commit.author.actor, one.model, week(commit.at))
            had = found.get(key, Sum())
            found[key] = Sum(*map(sum, zip(had, one[2:])))
    return [(tuple(key), tuple(one)) for key, one in found.items()]


def _fits(rows: Any) -> bool:
    return all(len(one) == len(Sum._fields) for _, one in rows)  # once calls were not counted
