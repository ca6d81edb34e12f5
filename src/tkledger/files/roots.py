"""Root folders, as far as they concern the ledger; it reads nothing of the ledger itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.layout import FOLDER
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.files.look_alikes import alike
from tkledger.git.objects import ABSENT, Oid, is_in_order, read_tree
from tkledger.git.repo import Repo


class Root(NamedTuple):
    """A root folder, as far as it concerns the ledger: what is at the ledger's place (its mode is
    `ABSENT` if nothing is), the names that could be taken for it, and whether git would write a
    tree like that.
    """

    mode: str
    oid: Oid
    alike: tuple[str, ...]
    in_order: bool


NO_ROOT = Root(ABSENT, "", (), True)
"""Before the first commit."""


def roots(repo: Repo, trees: Sequence[str]) -> Iterator[Root]:
    """The root folders that ``trees`` name, in their order."""
    for name, answer in zip(trees, repo.read_many(trees)):
        if answer is None or answer[1] != "tree":
            raise unusable("missing-object", f"tree {name} is missing", "git fsck --full")
        entries = read_tree(answer[2], len(answer[0]))
        there = [(entry.mode, entry.oid) for entry in entries if entry.name == FOLDER]
        mode, oid = there[-1] if there else (ABSENT, "")
        yield Root(mode, oid, alike(entries), is_in_order(entries))
