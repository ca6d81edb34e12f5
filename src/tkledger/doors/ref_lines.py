"""Reads the lines in which git tells a hook which refs move; it judges nothing."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.ref_names import CLAIMS
from tkledger.core.trailers import lines
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo


def from_receive(stdin: bytes) -> list[RefLine]:
    """``OLD NEW REF`` a line, as pre-receive, post-receive and reference-transaction get it."""
    rows = (line.split(" ", 2) for line in _lines(stdin))
    return [RefLine(ref, _present(old), _present(new)) for old, new, ref in rows]


def from_pre_push(stdin: bytes) -> list[RefLine]:
    """``SOURCE NEW REF OLD`` a line, as pre-push gets it: the refs of the remote."""
    # the source is as it was typed, ":/some message" perhaps
    rows = (line.rsplit(" ", 3) for line in _lines(stdin))
    return [RefLine(ref, _present(old), _present(new)) for _, new, ref, old in rows]


def apart(lines: Iterable[RefLine]) -> tuple[list[RefLine], list[RefLine]]:
    """Those that move claims, which have no ledger, and all others."""
    claims: list[RefLine] = []
    others: list[RefLine] = []
    for line in lines:
        (claims if line.ref.startswith(CLAIMS) else others).append(line)
    return claims, others


def tips(repo: Repo, lines: Iterable[RefLine]) -> list[Oid]:
    """The commits, or tags of commits, that these refs are about to name; each once."""
    named = dict.fromkeys(line.new for line in lines)
    return [oid for oid in named if oid is not None and is_commit(repo, oid)]


def _lines(stdin: bytes) -> list[str]:
    return lines(stdin.decode(errors="surrogateescape"))


def _present(oid: str) -> Oid | None:
    """An object id; None for the zeros by which git says that a ref is absent."""
    return oid if oid.strip("0") else None
