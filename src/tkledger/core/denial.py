"""A push that a server refused, as a value; others write and read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tkledger.core.typing import NamedTuple


class Denial(NamedTuple):
    """A push that was refused, by the names of its JSON.

    pusher: who pushed, as far as the server knows; refs: those that were to move, each with ``old`` and ``new``
    violations: the rules that were broken; error: or what kept the server from judging
    more: how many more refs, and violations, there were
    """

    at: str
    pusher: Sequence[str] = ()
    refs: Sequence[Mapping[str, str]] = ()
    violations: Sequence[Mapping[str, str]] = ()
    error: str = ""
    more: Mapping[str, int] = {}
