"""Git's merge driver for task files: what git runs for ``merge=tk``; the merging itself is in `files`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from tkledger.core.field import FieldError
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import TooNew
from tkledger.files import codec
from tkledger.git import history
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging.files import Outcome, base_task, by_best_base, law_of, marked


def main(argv: list[str]) -> int:
    """Run as ``merge=tk``: ``BASE OURS THEIRS PATH``; the result goes into OURS.

    Exit 1 leaves a conflict, marked. If a side is not a task file, both are merged as text, as git
    would.
    """
    base_path, ours_path, theirs_path, path = argv
    ours, theirs = _read(ours_path), _read(theirs_path)
    try:
        ledger = Ledger(Repo())
        law = law_of(ledger)
        outcome = _by_any_base(ledger.repo, _read(base_path), ours, theirs, path, law)
        if outcome.conflicts:
            from tkledger.merging.by_claim import by_claim  # most merges leave nothing open

            outcome = by_claim(ledger.repo, path, outcome, law)
        elif path == POLICY_PATH:
            from tkledger.merging.policies import in_files  # few merges join two policies

            if line := in_files(_read(base_path), (ours, theirs), outcome.data):
                said = f"tk: {path}: the newer version is kept; to make the other's changes: {line}"
                print(said, file=sys.stderr)
        if outcome.conflicts:
            fields = ", ".join(outcome.conflicts)
            print(f"tk: {path}: both sides changed {fields}; tk resolve", file=sys.stderr)
    except (codec.FormError, FieldError, TooNew, GitError):
        names = [ours_path, base_path, theirs_path]
        return subprocess.run(
            ["git", "merge-file", "-L", "ours", "-L", "base", "-L", "theirs", *names]
        ).returncode
    with open(ours_path, "wb") as file:  # git's own scratch file, under a random name
        file.write(marked(outcome) if outcome.conflicts else outcome.data)
    return 1 if outcome.conflicts else 0


def _by_any_base(
    repo: Repo, given: bytes, ours: bytes, theirs: bytes, path: str, law: Policy
) -> Outcome:
    """The merge for git's base; if that is not a task file, as in a criss-cross, where it can hold
    conflict markers, for the merge base that leaves the fewest conflicts.
    """
    bases: list[bytes | None] = [given or None]
    if given and path != POLICY_PATH and base_task(given) is None:
        bases = [*_merge_bases(repo, path)] or [None]
    return by_best_base(bases, ours, theirs, path, law)


def _merge_bases(repo: Repo, path: str) -> Iterator[bytes]:
    heads = [name[len("GITHEAD_") :] for name in os.environ if name.startswith("GITHEAD_")]
    for head in heads:
        for base in history.merge_bases(repo, [repo.head or head, head]):
            found = repo.read(f"{base}:{path}")
            if found is not None:
                yield found[2]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(codec.MAX_BYTES + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
