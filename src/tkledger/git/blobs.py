"""Files as git's objects, whatever their size: none of them is read into memory here."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tkledger.core.trailers import lines
from tkledger.core.typing import IO
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo


def sizes(repo: Repo, oids: Iterable[Oid]) -> dict[Oid, int]:
    """How many bytes the files with these ids have; what is not here, or no file, is left out."""
    asked = [*dict.fromkeys(oids)]
    if not asked:
        return {}
    form = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
    out = repo.run("cat-file", form, stdin="".join(f"{oid}\n" for oid in asked).encode())
    rows = [line.split() for line in lines(out.decode())]
    return {row[0]: int(row[2]) for row in rows if row[1] == "blob"}


def store(repo: Repo, path: str, *, write: bool) -> Oid:
    """Store a file as it is, without filters, if it is to be written; its id. Raises GitError if it cannot be
    read.
    """
    words = ("hash-object", *(["-w"] if write else []), "--no-filters", "--", os.path.abspath(path))
    return repo.run(*words).decode().strip()


def copy(repo: Repo, oid: Oid, out: IO[bytes]) -> None:
    """Write the bytes of a file. Raises GitError if it is not here."""
    from shutil import copyfileobj

    with repo.streamed("cat-file", "blob", oid, stdin=b"") as data:
        copyfileobj(data, out)
