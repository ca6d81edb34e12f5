"""What `tk verify` found in all history up to some commits: that of a commit never changes, so it may be
kept by the commit's id; who goes by it is the caller's choice.

The file is in the common git folder, which nothing that is committed or pushed can write to.
"""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.change import Violation
from tkledger.core.rules.approvals import LaterWork
from tkledger.core.rules.overrides import SetAside
from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.page import read_page, write_page
from tkledger.local.store import VERIFIED, Store

_MOST = 8
"""The number of commits of which it is kept: branches that are verified in turns."""


_WIDTH = 8
"""What a row has: a commit, and what `Seen` has. A tk of the same version may have kept less."""


class Seen(NamedTuple):
    """What all history up to a commit was found to hold.

    commits: how many; broken: what they break, accepted or not
    limited: whether any task ever had a limit on what it may use
    aside: the rules that were set aside; signers: who signed how many of those that have to be signed
    joined: the approvals that a merge joins with later work; imported: how many tasks were imported
    """

    commits: int
    broken: tuple[Violation, ...] = ()
    limited: bool = False
    aside: tuple[SetAside, ...] = ()
    signers: Mapping[str, int] = {}
    joined: tuple[LaterWork, ...] = ()
    imported: int = 0


class VerifiedPage:
    """One page: what was seen up to each commit, the latest first."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> dict[Oid, Seen]:
        """What is kept."""
        rows = [row for row in read_page(self._store, VERIFIED) or [] if len(row) == _WIDTH]
        return {
            tip: Seen(
                commits,
                tuple(Violation(*one) for one in broken),
                limited,
                tuple(SetAside(Violation(*one), actor, why) for one, actor, why in aside),
                signers,
                tuple(LaterWork(*one) for one in joined),
                imported,
            )
            for tip, commits, broken, limited, aside, signers, joined, imported in rows
        }

    def note(self, tip: Oid, seen: Seen) -> None:
        """Keep this and the latest others."""
        others = [row for row in self.read().items() if row[0] != tip]
        rows = [
            (
                *(oid, commits, [tuple(one) for one in broken], limited),
                [(tuple(one), actor, why) for one, actor, why in aside],
                dict(signers),
                [tuple(one) for one in joined],
                imported,
            )
            for oid, seen_ in [(tip, seen), *others][:_MOST]
            for commits, broken, limited, aside, signers, joined, imported in [seen_]
        ]
        write_page(self._store, VERIFIED, rows)
