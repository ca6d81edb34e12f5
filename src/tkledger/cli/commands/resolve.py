"""``tk resolve``: what a merge left open in the ledger."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tkledger.cli import options as o
from tkledger.core.layout import FOLDER
from tkledger.errors import Exit, unusable, usage
from tkledger.files.codec import FormError
from tkledger.git.repo import Repo
from tkledger.merging import driver
from tkledger.report import print_json, say, visible


def resolve(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Only these; all by default.")
    ] = None,
    ours: Annotated[bool, typer.Option("--ours", help="Where both changed it, keep ours.")] = False,
    theirs: Annotated[
        bool, typer.Option("--theirs", help="Where both changed it, take theirs.")
    ] = False,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Settle task files that a merge left open, field by field, by the law of merges."""
    if ours and theirs:
        raise usage("both", "--ours and --theirs exclude each other", "tk resolve --ours")
    repo = Repo(path)
    if repo.top is None:
        raise unusable("bare", "a bare repository has no merge to settle", "git worktree add PATH")
    open_ = driver.unmerged(repo)
    wanted = [one for one in open_ if not ids or any(_is_meant(one, id_) for id_ in ids)]
    if not wanted:
        raise usage("nothing-open", "no merge has left a task file open here", "git status")
    try:
        left = driver.resolve(
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
