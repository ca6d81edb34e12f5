"""``tk resolve``: what a merge left open in the ledger."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tkledger.core.snapshot import FOLDER
from tkledger.errors import Exit, unusable, usage
from tkledger.files.codec import FormError
from tkledger.git.repo import Repo
from tkledger.merging.resolve import settle, unmerged
from tkledger.report import print_json, say, visible


def resolve(
    ids: Sequence[str] = (),
    ours: bool = False,
    theirs: bool = False,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Settle task files that a merge left open, field by field, by the law of merges."""
    if ours and theirs:
        raise usage("both", "--ours and --theirs exclude each other", "tk resolve --ours")
    repo = Repo(path)
    if repo.top is None:
        raise unusable("bare", "a bare repository has no merge to settle", "git worktree add PATH")
    open_ = unmerged(repo)
    wanted = [one for one in open_ if not ids or any(_is_meant(one, id_) for id_ in ids)]
    if not wanted:
        raise usage("nothing-open", "no merge has left a task file open here", "git status")
    try:
        left = settle(
            repo, wanted, take="ours" if ours else "theirs" if theirs else None, dry_run=dry_run
        )
    except FormError as error:
        raise unusable(
            "unreadable", str(error), "put the file right by hand, then git add it"
        ) from None
    rebasing = os.path.exists(os.path.join(repo.git_dir, "rebase-merge"))
    after = "git rebase --continue" if rebasing else "git commit"
    return _answer(left, after, as_json=as_json, dry_run=dry_run)


_REMEDY = "tk resolve --ours, tk resolve --theirs, or edit the file and git add it"


def _is_meant(path: str, beginning: str) -> bool:
    return path[len(FOLDER) + 1 :].startswith(beginning)


def _answer(left: dict[str, tuple[str, ...]], after: str, *, as_json: bool, dry_run: bool) -> int:
    still = {path: fields for path, fields in left.items() if fields}
    if as_json:
        resolved = [path for path in left if path not in still]
        open_ = [{"path": path, "fields": list(fields)} for path, fields in still.items()]
        error = {"kind": "conflict", "message": "both sides changed a field", "remedy": _REMEDY}
        print_json(resolved=resolved, open=open_, **({"error": error} if still else {}))
    for path in () if as_json else left:
        if path in still:
            say(visible(f"{path}: both sides changed {', '.join(still[path])}"))
        else:
            print(visible(f"{'would settle' if dry_run else 'settled'} {path}"))
    if still and not as_json:
        say(f"  remedy: {_REMEDY}")
    if not still and not as_json and not dry_run:
        say(f"now: {after}")
    return Exit.UNUSABLE if still else Exit.OK
