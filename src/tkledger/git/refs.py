"""Refs: where they are, and how several move at once or not at all; what they mean is unknown here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

from tkledger.core.ref_names import HEADS, branch_name
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git.errors import LOOK, Locked, RefMoved, failed
from tkledger.git.objects import Oid
from tkledger.git.process import DURABLE
from tkledger.git.repo import Repo

COPIES = "refs/remotes/"
"""Where git keeps the branches of a repository, and its copies of those that remotes have."""

LOCK_MILLISECONDS = 2_000
"""How long to wait for another git that holds a ref or the index; they do for moments only."""


class RefLine(NamedTuple):
    """One ref that a push or a transaction moves: its full name, and what it names before and after,
    None for absent.
    """

    ref: str
    old: Oid | None
    new: Oid | None


class RefSwap(NamedTuple):
    """A ref to move from ``old`` (None: it must not exist) to ``new`` (None: it goes away)."""

    ref: str
    new: Oid | None
    old: Oid | None


def listed(repo: Repo, *patterns: str) -> dict[str, Oid]:
    """The refs under these prefixes (whole components, such as ``refs/tk``) that are at commits,
    by full name.
    """
    out = repo.run("for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", *patterns)
    rows = [line.split(" ", 2) for line in lines(out.decode(errors="surrogateescape"))]
    return {name: oid for kind, oid, name in rows if kind == "commit"}


def not_merged(repo: Repo, oid: Oid, *patterns: str) -> list[Oid]:
    """Where the refs under these prefixes are that a commit does not have in its history, the latest first."""
    how = ("--sort=-committerdate", f"--no-merged={oid}", "--format=%(objectname)")
    return list(dict.fromkeys(repo.run("for-each-ref", *how, *patterns).decode().split()))


def names(repo: Repo, *prefixes: str) -> list[str]:
    """The refs under these prefixes, which end in a slash, by full name; some may be broken or at no commit.

    Costs no process, unless the repository keeps its refs in another form than files.
    """
    if os.path.isdir(os.path.join(repo.common_dir, "reftable")):
        out = repo.run("for-each-ref", "--format=%(refname)", *prefixes)
        return lines(out.decode(errors="surrogateescape"))
    found: set[str] = set()
    # before the packed ones, since packing takes one away once the other is there
    for prefix in prefixes:
        for folder, _, files in os.walk(os.path.join(repo.common_dir, prefix)):
            inner = os.path.relpath(folder, repo.common_dir).replace(os.sep, "/")
            found.update(f"{inner}/{name}" for name in files if not name.endswith(".lock"))
    found.update(name for name in _packed(repo) if name.startswith(prefixes))
    return sorted(name for name in found if "\n" not in name)


def places(repo: Repo, names: Sequence[str]) -> dict[str, Oid]:
    """Where plain refs in this repository's own files are; what is symbolic or broken is left out.

    Costs no process, and none is found in a repository that keeps its refs in another form than files.
    """
    packed = _packed(repo)
    found = {name: packed[name] for name in names if name in packed}
    for name in names:
        with suppress(OSError), open(os.path.join(repo.common_dir, name), "rb", 0) as file:
            text = file.read(128).decode(errors="replace").strip()
            found.pop(name, None)
            if len(text) in (40, 64) and not text.startswith("ref:"):
                found[name] = text
    return found


def _packed(repo: Repo) -> dict[str, Oid]:
    """The refs that are packed, by full name."""
    with suppress(OSError), open(os.path.join(repo.common_dir, "packed-refs"), "rb") as file:
        rows = (os.fsdecode(row.rstrip(b"\n")).partition(" ") for row in file)
        return {name: oid for oid, _, name in rows}
    return {}


def other_branches(repo: Repo) -> list[str]:
    """The branches other than HEAD's, and git's copies of branches that remotes have under another name than
    that; by full name.
    """
    here = branch_name(repo.head_ref)
    return [
        name
        for name in names(repo, HEADS, COPIES)
        if name != repo.head_ref
        and not (name.startswith(COPIES) and name.split("/", 3)[3:] in ([here], ["HEAD"]))
    ]


def target(repo: Repo, ref: str) -> str:
    """The ref that a push to this one moves: itself, or if it is symbolic the one it leads to.

    A plain ref costs no process, unless the repository keeps its refs in another form than files.
    """
    path = os.path.join(repo.common_dir, ref)
    plain = not os.path.isdir(os.path.join(repo.common_dir, "reftable"))
    with suppress(OSError), open(path, "rb") as file:  # if it is packed it is not symbolic
        plain = file.read(4) != b"ref:" and not os.path.islink(path)
    return ref if plain else repo.answers("symbolic-ref", "-q", ref) or ref


def moves(repo: Repo, ref: str) -> list[tuple[Oid, str]]:
    """Where a ref was moved to, the latest first, and what was said of it; nothing if git keeps no
    log of it. Of the last thousand moves.
    """
    out = repo.answers("log", "-g", "-1000", "--format=%H%x00%gs", ref, "--")
    rows = (line.partition("\0") for line in lines(out or ""))
    return [(oid, said) for oid, _, said in rows]


def swap(repo: Repo, swaps: Sequence[RefSwap], message: str) -> None:
    """Move refs, all or none of them, or raise RefMoved if one is not where it should be; Locked
    if another git holds one.
    """
    zeros = "0" * repo.width
    lines = [f"update {ref} {new or zeros} {old or zeros}\n" for ref, new, old in swaps]
    config = (*DURABLE, "-c", f"core.filesRefLockTimeout={LOCK_MILLISECONDS}")
    options = ("--no-deref", "-m", message, "--stdin")
    stdin = "".join(lines).encode(errors="surrogateescape")
    done = repo.call(*config, "update-ref", *options, stdin=stdin, apart=True)
    if done.status:
        words = done.err.strip()
        error = failed("update-ref", words, repo.common_dir)
        if "cannot lock ref" in words and error.remedy == LOOK:
            raise Locked(words) if "File exists" in words else RefMoved(words)
        raise error
