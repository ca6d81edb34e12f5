"""Runs one hook as git does, and says what it says; who wrote it and what it judges is unknown here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git.repo import Repo

PATIENCE = 60.0
"""Seconds for a hook to end: those of a team may test the whole project."""


def path(repo: Repo, name: str) -> str:
    """The path at which git looks for a hook in this checkout."""
    out = repo.run("rev-parse", "--path-format=absolute", "--git-path", f"hooks/{name}")
    return out.decode(errors="surrogateescape").rstrip("\n")


class Prepared(NamedTuple):
    """A commit about to be made, as hooks see it: their environment, and the file of its message."""

    env: Mapping[str, str]
    message: str


@contextmanager
def prepared(repo: Repo, tree: str, message: bytes) -> Iterator[Prepared]:
    """A commit of ``tree`` for hooks to look at, without touching the index of the checkout."""
    with TemporaryDirectory() as folder:
        one = Prepared(
            {"GIT_INDEX_FILE": os.path.join(folder, "index")},
            os.path.join(folder, "COMMIT_EDITMSG"),
        )
        with open(one.message, "wb") as file:
            file.write(message)
        repo.run("read-tree", tree, env=one.env)
        yield one


def refusal(
    repo: Repo, script: str, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> str | None:
    """What a hook says that fails; None if it passes, or git skips it. One that takes longer than
    `PATIENCE` has failed.

    Not by `git hook run`, which is new in git 2.36.
    """
    top = repo.top or repo.git_dir
    if not os.access(os.path.join(top, script), os.X_OK):
        return None
    place = {"GIT_DIR": repo.git_dir, "GIT_WORK_TREE": repo.top} if repo.top else {"GIT_DIR": "."}
    try:
        done = subprocess.run(
            # like git, run a script without #! by sh
            ["sh", "-c", 'exec "$0" "$@"', script, *arguments],
            cwd=top,
            env={**os.environ, **place, "GIT_EDITOR": ":", **(env or {})},
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"it takes longer than {PATIENCE:.0f} s"
    return done.stdout.decode(errors="replace") if done.returncode else None


def last_line(said: str) -> str:
    """The last line of what a hook says that is not blank."""
    return next((one.strip() for one in reversed(lines(said)) if one.strip()), "without a word")
