"""Git's merge driver for task files, and `tk resolve`: both merge by the law of `core.merge`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER, PATTERN, POLICY_PATH
from tkledger.core.merge import merged
from tkledger.core.policy import DEFAULT, Policy, TooNew
from tkledger.core.task import Task
from tkledger.files import codec
from tkledger.git.repo import GitError, Repo
from tkledger.ledger.reader import Ledger

ATTRIBUTES_PATH = ".gitattributes"
ATTRIBUTES = f"/{PATTERN} merge=tk text eol=lf"
"""The line of ``.gitattributes`` that brings the driver in; where a host or a clone does not run it,
git's own text merge does what it can, and the gate judges the result all the same."""


class Outcome(NamedTuple):
    """A merged file, and the fields in it that somebody has to choose.

    In ``data`` ours are chosen, in ``other`` theirs.
    """

    data: bytes
    other: bytes
    conflicts: tuple[str, ...]


def merge_bytes(base: bytes | None, ours: bytes, theirs: bytes, path: str, law: Policy) -> Outcome:
    """Merge two versions of a file under ``.tasks``; raises FormError for what cannot be read."""
    if path == POLICY_PATH:
        return _merge_policy(ours, theirs)
    old = None if base is None else _task(base)
    result = merged(old, codec.load_task(ours), codec.load_task(theirs), law.lifecycle)
    return Outcome(codec.dump_task(result.task), codec.dump_task(result.other), result.conflicts)


def _merge_policy(ours: bytes, theirs: bytes) -> Outcome:
    """The newer policy; two of the same version are for somebody to choose."""
    a, b = codec.load_policy(ours), codec.load_policy(theirs)
    if a.version == b.version:
        return Outcome(ours, theirs, () if a == b else ("version",))
    newer = ours if a.version > b.version else theirs
    return Outcome(newer, newer, ())


def _task(data: bytes) -> Task | None:
    """A base version; None where it was no task file: then both sides made one."""
    try:
        return codec.load_task(data)
    except codec.FormError:
        return None


def marked(outcome: Outcome) -> bytes:
    """A merged file with conflict markers around the lines that somebody has to choose."""
    from difflib import SequenceMatcher

    left, right = outcome.data.splitlines(True), outcome.other.splitlines(True)
    out: list[bytes] = []
    for kind, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            out += left[i:j]
        else:
            out += [b"<<<<<<< ours\n", *left[i:j], b"=======\n", *right[k:m], b">>>>>>> theirs\n"]
    return b"".join(out)


def law_of(ledger: Ledger) -> Policy:
    """The policy by which HEAD's tasks merge."""
    return ledger.head().policy or DEFAULT


# -- git's driver ----------------------------------------------------------------------------


def main(argv: list[str]) -> int:
    """Run as ``merge=tk``: ``BASE OURS THEIRS PATH``; the result goes into OURS.

    Exit 1 leaves a conflict, marked. What is no task file is merged as text, as git would.
    """
    base_path, ours_path, theirs_path, path = argv
    ours, theirs = _read(ours_path), _read(theirs_path)
    try:
        ledger = Ledger(Repo())
        law = law_of(ledger)
        outcome = _by_any_base(ledger.repo, _read(base_path), ours, theirs, path, law)
        if outcome.conflicts:
            fields = ", ".join(outcome.conflicts)
            print(f"tk: {path}: both sides changed {fields}; tk resolve", file=sys.stderr)
    except (codec.FormError, FieldError, TooNew, GitError):
        names = [ours_path, base_path, theirs_path]
        return subprocess.run(
            ["git", "merge-file", "-L", "ours", "-L", "base", "-L", "theirs", *names]
        ).returncode
    with open(ours_path, "wb") as file:
        file.write(marked(outcome) if outcome.conflicts else outcome.data)
    return 1 if outcome.conflicts else 0


def _by_any_base(
    repo: Repo, given: bytes, ours: bytes, theirs: bytes, path: str, law: Policy
) -> Outcome:
    """The merge for git's base; in a criss-cross, where that can hold conflict markers, for the
    merge base that leaves the fewest conflicts.
    """
    bases: list[bytes | None] = [given or None]
    if given and path != POLICY_PATH and _task(given) is None:
        bases = [*_merge_bases(repo, path)] or [None]
    return by_best_base(bases, ours, theirs, path, law)


def by_best_base(
    bases: Iterable[bytes | None], ours: bytes, theirs: bytes, path: str, law: Policy
) -> Outcome:
    """The merge for that of several bases which leaves the fewest conflicts."""
    found = [merge_bytes(base, ours, theirs, path, law) for base in bases]
    return min(found, key=lambda one: len(one.conflicts))


def _merge_bases(repo: Repo, path: str) -> Iterator[bytes]:
    heads = [name[len("GITHEAD_") :] for name in os.environ if name.startswith("GITHEAD_")]
    for head in heads:
        for base in repo.merge_bases([repo.head or head, head]):
            found = repo.read(f"{base}:{path}")
            if found is not None:
                yield found[2]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(codec.MAX_BYTES + 1)


# -- tk resolve ------------------------------------------------------------------------------


def unmerged(repo: Repo) -> dict[str, list[bytes | None]]:
    """The task files that a merge left open: by path, the versions of base, ours and theirs."""
    found: dict[str, list[bytes | None]] = {}
    out = repo.run("ls-files", "-u", "-z", "--", FOLDER)
    for line in out.decode(errors="surrogateescape").split("\0")[:-1]:
        meta, path = line.split("\t", 1)
        _, oid, stage = meta.split(" ")
        answer = repo.read(oid, limit=codec.MAX_BYTES)
        versions = found.setdefault(path, [None, None, None])
        versions[int(stage) - 1] = answer[2] if answer else None
    return found


def resolve(
    repo: Repo, paths: Iterable[str], *, take: str | None = None, dry_run: bool = False
) -> dict[str, tuple[str, ...]]:
    """Settle the files that a merge left open; ``take`` chooses ``ours`` or ``theirs``.

    Returns, by path, the fields that are still to be chosen; such a file is left as it is.
    """
    law = law_of(Ledger(repo))
    left: dict[str, tuple[str, ...]] = {}
    for path, (base, ours, theirs) in unmerged(repo).items():
        if path not in paths:
            continue
        if ours is None or theirs is None:  # one side has no such file: nothing is ever deleted
            data = (ours if ours is not None else theirs) or b""
            outcome = Outcome(data, data, ())
        else:
            outcome = merge_bytes(base, ours, theirs, path, law)
        left[path] = () if take else outcome.conflicts
        if not left[path] and not dry_run:
            _settle(repo, path, outcome.other if take == "theirs" else outcome.data)
    return left


def _settle(repo: Repo, path: str, data: bytes) -> None:
    assert repo.top is not None
    full = os.path.join(repo.top, path)
    scratch = os.path.join(repo.git_dir, f"tk-resolve-{os.getpid()}")
    with open(scratch, "wb") as file:
        file.write(data)
    import shutil

    shutil.move(scratch, full)
    repo.run("update-index", "--add", "--", path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
