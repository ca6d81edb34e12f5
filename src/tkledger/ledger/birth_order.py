"""In which order tasks were created, out of history; kept by the last commit looked at.

No file says when its task was made. Only new commits are walked; what is kept lies in ``tk/births``
of the common git folder, and costs only time if it is lost.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

from tkledger.core.layout import FOLDER, key_of
from tkledger.git.repo import Repo


def order(repo: Repo) -> dict[str, int]:
    """The place of each task in the order of creation, up to HEAD."""
    path = os.path.join(repo.common_dir, "tk", "births")
    tip, known = _kept(path)
    if repo.head is None or tip == repo.head:
        return known
    since = [f"^{tip}"] if tip and repo.answers("cat-file", "-e", tip) is not None else []
    out = repo.run(
        *("log", "--reverse", "--topo-order", "--diff-filter=A", "--name-only", "--format="),
        *("--no-renames", "-z", repo.head, *since, "--", FOLDER),
    )
    for name in out.decode(errors="surrogateescape").replace("\n", "").split("\0"):
        if name and "/" not in (key := key_of(name)):
            known.setdefault(key, len(known))
    _keep(path, repo.head, known)
    return known


def _kept(path: str) -> tuple[str, dict[str, int]]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        return str(found["tip"]), {str(name): int(n) for name, n in found["order"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _keep(path: str, tip: str, known: dict[str, int]) -> None:
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        scratch = f"{path}-{os.getpid()}"
        with open(scratch, "w", encoding="utf-8") as file:
            json.dump({"tip": tip, "order": known}, file)
        os.replace(scratch, path)
