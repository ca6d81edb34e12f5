"""Refs as values; it neither reads nor moves one."""

from __future__ import annotations

from typing import NamedTuple

from tkledger.git.objects import Oid


class RefLine(NamedTuple):
    """One ref that a push or a transaction moves: its full name, and what it names before and after,
    None for absent.
    """

    ref: str
    old: Oid | None
    new: Oid | None
