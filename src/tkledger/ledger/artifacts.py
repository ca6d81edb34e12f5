"""The files of tasks, kept outside the branches: each is a ref that names the file itself, by its id.

Such a ref is made once and never moves, so that there is nothing to merge, and what a task names is what was
attached. Files stay out of the trees that everyone checks out; who wants one fetches it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence

from tkledger.core.artifact import MAX_BYTES, Artifact, kind_of, named
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import ARTIFACTS
from tkledger.core.trailers import lines
from tkledger.errors import Exit, TkError, unusable, usage_error
from tkledger.git import blobs, refs
from tkledger.git.errors import RefMoved
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import racing

FETCH_SECONDS = 600.0
"""How long a remote may take to send one."""


def stored(
    repo: Repo, path: str, name: str | None, kind: str | None, *, dry_run: bool = False
) -> Artifact:
    """Store a file, unless in a dry run; it belongs to no task yet. Raises TkError, USAGE, if it is none or
    too large.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        raise usage_error("no-file", f"{path}: {error.strerror}", "ls") from None
    if not stat.S_ISREG(found.st_mode):
        raise usage_error(
            "no-file", f"{path}: not a file", "give a file; of a folder make an archive"
        )
    if found.st_size > MAX_BYTES:
        fact = f"{path} has {found.st_size} bytes, of {MAX_BYTES} at most"
        raise usage_error("too-large", fact, "keep it elsewhere, and note where: tk note ID TEXT")
    called = _valid(named, os.path.basename(path) if name is None else name, "--name NAME")
    given = _valid(kind_of, kind, "--type image/png") if kind else _kind(called)
    oid = blobs.store(repo, path, write=not dry_run)
    size = found.st_size if dry_run else blobs.sizes(repo, [oid])[oid]
    return Artifact(oid, size, given, called)


def _valid(clean: Callable[[str], str], text: str, way: str) -> str:
    try:
        return clean(text)
    except ValueError as error:
        raise usage_error("bad-value", str(error), way) from None


def _kind(name: str) -> str:
    """What kind of file it is, by its name."""
    from mimetypes import guess_type

    kind, packed = guess_type(name, strict=False)
    return "" if kind is None or packed else kind


def swaps(repo: Repo, oids: Iterable[Oid]) -> list[RefSwap]:
    """The refs that stored files have not got yet: with them git keeps the files."""
    known = {*refs.names(repo, ARTIFACTS)}
    new = [oid for oid in dict.fromkeys(oids) if ARTIFACTS + oid not in known]
    return [RefSwap(ARTIFACTS + oid, oid, None) for oid in new]


def keep(repo: Repo, oids: Sequence[Oid]) -> None:
    """Give stored files their refs, if one has none."""
    for _ in racing():
        try:
            if new := swaps(repo, oids):
                refs.swap(repo, new, "tk: attach")
            return
        except RefMoved:  # another keeps one of them
            continue
    raise TkError(Exit.BUSY, "busy", f"refs below {ARTIFACTS} kept moving", "run it again")


def is_here(repo: Repo, oid: Oid) -> bool:
    """Whether a file is in this repository."""
    return oid in blobs.sizes(repo, [oid])


def fetch(repo: Repo, remote: str | None, one: Artifact) -> None:
    """Bring a file here from a remote, if it is not here. Raises TkError if the remote has none, or no answer."""
    if is_here(repo, one.oid):
        return
    ref = ARTIFACTS + one.oid
    if remote is None:
        raise _missing(one, "there is no remote to fetch it from")
    words = repo.refusal(
        *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
        *("--", remote, f"{ref}:{ref}"),
        timeout=FETCH_SECONDS,
    )
    if words is not None or not is_here(repo, one.oid):
        last = lines((words or "").strip())[-1:] or ["it is not there"]
        raise _missing(one, f"{remote}: {last[0].removeprefix('fatal: ')}")


def _missing(one: Artifact, why: str) -> TkError:
    fact = f"{quoted(one.name)} is not here: {why}"
    return unusable(
        "no-artifact", fact, "tk sync in the clone that it was attached in, then again here"
    )
