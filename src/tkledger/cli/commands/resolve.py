"""``tk resolve``: the task files that a merge left open."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from tkledger.cli.answer import Answer, Aside
from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.task import WORKED
from tkledger.core.typing import Any
from tkledger.errors import Exit, unusable, usage_error
from tkledger.files.codec import FormError
from tkledger.git.repo import Repo
from tkledger.merging.files import Outcome
from tkledger.merging.resolve import settle, unmerged


def resolve(
    ids: Sequence[str] = (),
    ours: bool = False,
    theirs: bool = False,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Settle task files that a merge left open, field by field, by the rules of merges."""
    if ours and theirs:
        raise usage_error("both", "--ours and --theirs exclude each other", "tk resolve --ours")
    repo = Repo(path)
    if repo.top is None:
        raise unusable("bare", "a bare repository has no merge to settle", "git worktree add PATH")
    open_ = unmerged(repo)
    wanted = [one for one in open_ if not ids or any(_is_meant(one, id_) for id_ in ids)]
    if not wanted:
        raise usage_error("nothing-open", "no merge has left a task file open here", "git status")
    try:
        found = settle(
            repo, wanted, take="ours" if ours else "theirs" if theirs else None, dry_run=dry_run
        )
    except FormError as error:
        raise unusable(
            "unreadable", str(error), "put the file right by hand, then git add it"
        ) from None
    rebasing = os.path.exists(os.path.join(repo.git_dir, "rebase-merge"))
    after = "git rebase --continue" if rebasing else "git commit"
    merging = os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD"))
    return _answer(found, after, merging, dry_run=dry_run)


_REMEDY = "tk resolve --ours, tk resolve --theirs, or edit the file and git add it"


def _is_meant(path: str, beginning: str) -> bool:
    return path[len(FOLDER) + 1 :].startswith(beginning)


def _for_policy(repeat: str, merging: bool) -> str:
    """The way on from two policies of one version, which keeps what both sides changed."""
    if not repeat:
        return f"tk resolve --ours {_POLICY}"
    if merging:
        return f"git merge --abort, then {repeat} (as theirs has it), and merge again"
    return f"git rebase --skip, or git cherry-pick --skip; then {repeat}"


_POLICY = POLICY_PATH[len(FOLDER) + 1 :]


def _answer(found: dict[str, Outcome], after: str, merging: bool, *, dry_run: bool) -> Answer:
    still = {path: one.conflicts for path, one in found.items() if one.conflicts}
    ways = [_REMEDY] if {*still} - {POLICY_PATH} else []
    if POLICY_PATH in still:
        ways.append(_for_policy(found[POLICY_PATH].repeat, merging))

    def to_json() -> dict[str, Any]:
        resolved = [path for path in found if path not in still]
        open_ = [{"path": path, "fields": list(fields)} for path, fields in still.items()]
        error = {
            "kind": "conflict",
            "message": "both sides changed a field",
            "remedy": "; ".join(ways),
        }
        return {"resolved": resolved, "open": open_, **({"error": error} if still else {})}

    def view() -> Iterable[str | Aside]:
        for path, one in found.items():
            if path in still:
                began = "; what was pushed first counts" if {*WORKED} & {*still[path]} else ""
                yield Aside(f"{path}: both sides changed {', '.join(still[path])}{began}")
            else:
                why = (
                    f": {one.holder} has claimed it, so that side's work counts"
                    if one.holder
                    else ""
                )
                yield f"{'would settle' if dry_run else 'settled'} {path}{why}"
                if one.repeat:
                    yield Aside(
                        f"it leaves changes out; to make them once this is committed: {one.repeat}"
                    )
        for way in ways:
            yield Aside(f"  remedy: {way}")
        if still:
            return
        if not dry_run:
            yield Aside(f"now: {after}")

    return Answer(to_json, view, lambda: Exit.UNUSABLE if still else Exit.OK)
